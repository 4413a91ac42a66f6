"""Sentences on what cannot be read: what a file is that is no bag, and what its user can do."""

from pathlib import Path

__all__ = ['no_bag_file']

_GIVE = 'give a rosbag2 folder, an .mcap or .db3 file, or a ROS 1 .bag'

#: first bytes -> what it is, what to do
_KINDS = {
    b'version https://git-lfs': (
        'a Git LFS pointer to the recording',
        'run `git lfs pull` in its repository',
    ),
    b'\x37\x7f\x06': ('the log of an SQLite file', 'name the .db3 file beside it'),
    b'PK\x03\x04': ('a zip archive', 'unpack it and name the bag inside'),
    b'\x1f\x8b': ('a gzip archive', 'unpack it and name the bag inside'),
    b'BZh': ('a bzip2 archive', 'unpack it and name the bag inside'),
    b'\xfd7zXZ': ('an xz archive', 'unpack it and name the bag inside'),
    b'7z\xbc\xaf': ('a 7z archive', 'unpack it and name the bag inside'),
    b'Rar!': ('a rar archive', 'unpack it and name the bag inside'),
    b'\x04"M\x18': ('a file that lz4 compressed', 'decompress it with `lz4 -d`'),
    b'ULog': ('a log of PX4', 'convert it with PX4’s pyulog, `ulog2rosbag`'),
    b'\x89HDF': ('an HDF5 file', _GIVE),
    b'\x7fELF': ('a program', _GIVE),
    b'RTPS': ('a recording of DDS packets', _GIVE),
}
_TAR = b'ustar'  # at byte 257


def no_bag_file(path: Path, head: bytes) -> str:
    """One sentence on a file that is no storage of a bag.

    Args:
        path: of the file.
        head: its first 512 bytes.
    """
    what, todo = _kind(path, head)
    is_what = f': it is {what}' if what else ''
    return f'{path} is neither an MCAP nor an SQLite bag file{is_what}; {todo}.'


def _kind(path: Path, head: bytes) -> tuple[str, str]:
    if not head:
        return (
            'empty, 0 bytes',
            'the recorder wrote nothing, or a copy of it failed: copy it again, or record anew',
        )
    for magic, kind in _KINDS.items():
        if head.startswith(magic):
            return kind
    if head[257:262] == _TAR:
        return 'a tar archive', 'unpack it and name the bag inside'
    if not any(head):
        return (
            'zeros alone, as a file that was never written to the disk',
            'copy it again, or record anew',
        )
    if _is_text(head):
        ending = path.suffix.lower()
        if ending == '.csv':
            return 'a table of text (CSV)', _GIVE
        if ending in ('.yaml', '.yml'):
            return 'a text file (YAML)', 'name the folder that it lies in'
        return 'a text file', _GIVE
    return '', _GIVE


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError as problem:
        if problem.start < len(head) - 3:  # a letter cut by the end of what was read is none
            return False
        text = head[: problem.start].decode()
    return all(letter.isprintable() or letter in '\t\r\n' for letter in text)

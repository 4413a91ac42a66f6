"""A rosbag2 folder as rosbags may read it: its text within bounds, its files decompressed by us.

rosbags reads metadata.yaml whatever is in it, and decompresses files and chunks however large they
become.
"""

from contextlib import ExitStack
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from rosbags.rosbag2 import storage_mcap

from dcat_ros.bags.mcap_records import unlz4
from dcat_ros.bags.salvage import magic_of
from dcat_ros.bags.sqlite_file import SQLITE_MAGIC, made_up, open_sqlite
from dcat_ros.bags.zstd import most_of, unzstd, unzstd_file
from dcat_ros.errors import BagError
from dcat_ros.texts import parse_yaml, read_text

__all__ = ['plain_folder']

_KEY = 'rosbag2_bagfile_information'


def plain_folder(path: Path, stack: ExitStack) -> Path:
    """The folder, or one with its files decompressed, if they were compressed as a whole.

    Args:
        path: of the folder.
        stack: deletes what is made.

    Raises:
        BagError, ValueError: metadata.yaml is none, a file is not whole or too large, or a table in
            it is none; as a part of a sentence.
    """
    metadata = path / 'metadata.yaml'
    if not metadata.exists():
        return path  # rosbags says it
    fields: Any = parse_yaml(read_text(metadata, BagError))
    try:
        info = fields[_KEY]
        names = [PurePath(name).name for name in info['relative_file_paths']]
        packed = str(info.get('compression_mode') or '').lower() == 'file'
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f'metadata.yaml lacks what it must have: {problem}') from None
    if packed:
        path = _decompressed(path, names, fields, stack)
    for name in names:
        _check_tables(path / (name.removesuffix('.zstd') if packed else name))
    return path


def _decompressed(path: Path, names: list[str], fields: Any, stack: ExitStack) -> Path:
    folder = Path(stack.enter_context(TemporaryDirectory()))
    plain = [name.removesuffix('.zstd') for name in names]
    for name, target in zip(names, plain, strict=True):
        whole, too_much = unzstd_file(path / name, folder / target)
        if not whole:
            raise ValueError(f'{name} {too_much or "is cut off or damaged"}')
    changed = {'compression_mode': '', 'compression_format': '', 'relative_file_paths': plain}
    text = yaml.safe_dump({_KEY: fields[_KEY] | changed}, allow_unicode=True)
    (folder / 'metadata.yaml').write_text(text)
    return folder


def _check_tables(path: Path) -> None:
    """See that the tables of an SQLite file are stored, and not computed."""
    if path.is_file() and magic_of(path).startswith(SQLITE_MAGIC):
        with open_sqlite(path) as connection:
            if name := made_up(connection):
                raise ValueError(f'{name} in {path.name} is no table of a recorder')


def _unzstd(data: bytes, size: int) -> bytes:
    plain, whole = unzstd(data, min(size, most_of(len(data))))
    if not whole:
        raise ValueError(f'a chunk of {len(data)} bytes is damaged, or becomes too large')
    return plain


# its own give whatever a chunk holds, which may be a thousand times what it says
storage_mcap.DECOMPRESSORS |= {
    'zstd': _unzstd,
    'lz4': lambda data, size: unlz4(data, min(size, most_of(len(data)))),
}

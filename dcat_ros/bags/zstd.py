"""Decompressing zstd that may be damaged, cut off, or made to fill the memory or the disk."""

from contextlib import suppress
from pathlib import Path

from dcat_ros.errors import BagError

__all__ = ['ZSTD_MAGIC', 'most_of', 'unzstd', 'unzstd_file']

ZSTD_MAGIC = b'\x28\xb5\x2f\xfd'
#: So little grows to some 32 MB at most, so that a limit is seen in time.
_PIECE = 1 << 10
_BLOCK = 1 << 17
#: bytes that anything compressed may become, and how many times its size
_LEAST, _LEAST_FILE, _TIMES = 32 << 20, 1 << 30, 64


def most_of(n_packed: int) -> int:
    """Bytes that a compressed message or chunk of so many bytes may become; more is an attack."""
    return max(_LEAST, _TIMES * n_packed)


def unzstd(data: bytes, limit: int) -> tuple[bytes, bool]:
    """What one frame holds, as far as it goes, and whether that is all of it.

    Args:
        data: begins with the frame.
        limit: no more than about so many bytes are given.
    """
    import zstandard  # comes with mcap; needed for compressed bags alone

    out: list[bytes] = []
    n = 0
    # the frame is damaged from where the error is
    with suppress(zstandard.ZstdError):
        # given, it is what is allocated; what does not keep to it is an error
        known = zstandard.frame_content_size(data)
        if known > limit:
            return b'', False
        unpacker = zstandard.ZstdDecompressor().decompressobj()
        for begin in range(0, len(data), _PIECE):
            out.append(unpacker.decompress(data[begin : begin + _PIECE]))
            n += len(out[-1])
            if unpacker.eof or n > limit:
                break
        return b''.join(out), unpacker.eof and n <= limit
    return b''.join(out), False


def unzstd_file(path: Path, target: Path) -> tuple[bool, str]:
    """Decompress a whole file into another, as far as it goes; memory stays small.

    Returns:
        Whether that is all of it, and a clause where it is not because there is too much of it.

    Raises:
        BagError: it cannot be read, or the other one not be written.
    """
    import zstandard

    try:
        limit = max(_LEAST_FILE, _TIMES * path.stat().st_size)
        unpacker = zstandard.ZstdDecompressor().decompressobj()
        n = 0
        with path.open('rb') as source, target.open('wb') as copy:
            while piece := source.read(_PIECE):
                while piece:
                    plain = unpacker.decompress(piece)
                    n += copy.write(plain)
                    if n > limit:
                        copy.truncate(limit)
                        return False, f'becomes more than {limit >> 20} MiB when decompressed'
                    piece = unpacker.unused_data if unpacker.eof else b''
                    if piece:  # a file may hold several frames
                        unpacker = zstandard.ZstdDecompressor().decompressobj()
        return unpacker.eof, ''
    except zstandard.ZstdError:
        return False, ''
    except OSError as problem:
        raise BagError(f'{path} cannot be decompressed: {problem}') from None

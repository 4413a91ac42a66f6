"""Decompressing zstd that may be damaged, cut off, or made to fill the memory."""

from contextlib import suppress

__all__ = ['ZSTD_MAGIC', 'unzstd']

ZSTD_MAGIC = b'\x28\xb5\x2f\xfd'
#: So little grows to some hundred MB at most, so that a limit is seen in time.
_PIECE = 1 << 14


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

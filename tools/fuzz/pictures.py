"""Changing PNG and JPEG by their structure: what is wrong is what they say of themselves."""

import struct
import zlib
from random import Random

__all__ = ['changed_jpeg', 'changed_png']

_LENGTHS = (0, 1, 2**31 - 1, 2**31, 2**32 - 16, 2**32 - 1, 10_000_000, 100_000_000)
_SIDES = (0, 1, 7, 64, 5000, 20_000, 2**31 - 1, 2**32 - 1)
_KINDS = (b'IHDR', b'PLTE', b'IDAT', b'IEND', b'tRNS', b'iCCP', b'zTXt', b'eXIf', b'acTL', b'fdAT')


def changed_png(data: bytes, rng: Random) -> bytes:
    """A PNG with one chunk that is changed, put in, doubled or left out, and right checksums."""
    chunks: list[tuple[bytes, bytes]] = []
    at = 8
    while at + 12 <= len(data):
        length, kind = struct.unpack_from('>I4s', data, at)
        chunks.append((kind, data[at + 8 : at + 8 + length]))
        at += 12 + length
    i = rng.randrange(len(chunks))
    kind, content = chunks[i]
    claims: dict[int, int] = {}
    way = rng.randrange(8)
    if way == 0:
        claims[i] = rng.choice((*_LENGTHS, len(content) + 1))
    elif way == 1:
        width, height = (rng.choice((*_SIDES, 48, 64)) for _ in range(2))
        form = rng.choice((chunks[0][1][8:], rng.randbytes(5)))
        chunks[0] = (b'IHDR', struct.pack('>II', width, height) + form)
    elif way == 2:
        more = b'a\0\0' + zlib.compress(bytes(rng.choice((10, 100_000))))
        chunks.insert(i, (rng.choice(_KINDS), more))
    elif way == 3:
        chunks.insert(i, chunks[rng.randrange(len(chunks))])
    elif way == 4:
        del chunks[i]
    elif way == 5:
        rng.shuffle(chunks)
    elif way == 6:
        chunks[i] = (rng.choice((*_KINDS, rng.randbytes(4))), content)
    elif content:
        spoilt = bytearray(content)
        spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
        chunks[i] = (kind, bytes(spoilt))
    out = data[:8]
    for n, (kind, content) in enumerate(chunks):
        length = claims.get(n, len(content))
        out += struct.pack('>I', length) + kind + content
        out += struct.pack('>I', zlib.crc32(kind + content))
    return out


def changed_jpeg(data: bytes, rng: Random) -> bytes:
    """A JPEG with one marker segment that is changed, doubled, left out or of another length."""
    segments: list[bytes] = []
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        (length,) = struct.unpack_from('>H', data, at + 2)
        segments.append(data[at : at + 2 + length])
        at += 2 + length
        if segments[-1][1] == 0xDA:
            break
    rest = data[at:]
    i = rng.randrange(len(segments))
    one = segments[i]
    way = rng.randrange(8)
    if way == 0:
        segments[i] = one[:2] + struct.pack('>H', rng.choice((0, 1, 2, 65535))) + one[4:]
    elif way == 1:
        frames = [n for n, s in enumerate(segments) if s[1] == 0xC0]
        for n in frames:
            size = struct.pack('>HH', *(rng.choice((0, 1, 48, 3000, 8000, 65535)) for _ in '..'))
            segments[n] = segments[n][:5] + size + segments[n][9:]
    elif way == 2:
        segments[i] = one[:1] + bytes([rng.randrange(0xC0, 0x100)]) + one[2:]
    elif way == 3:
        segments.insert(i, segments[rng.randrange(len(segments))])
    elif way == 4:
        del segments[i]
    elif way == 5:
        rest = rest[: rng.randrange(len(rest) or 1)] + segments[-1] * rng.choice((1, 5, 100)) + rest
    elif way == 6:
        segments.insert(i, b'\xff\xe1' + struct.pack('>H', 40) + b'Exif\0\0' + rng.randbytes(32))
    else:
        spoilt = bytearray(one)
        spoilt[rng.randrange(2, len(spoilt))] ^= 1 << rng.randrange(8)
        segments[i] = bytes(spoilt)
    return data[:2] + b''.join(segments) + rest

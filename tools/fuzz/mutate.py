"""Changing bytes as hostile and broken senders do."""

import math
import struct
from collections.abc import Callable, Sequence
from random import Random

__all__ = ['any_text', 'mutated', 'with_stamp']

_WORDS = (0, 1, 2, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 16, 2**32 - 1, 10**9)
#: As numbers of four bytes: the greatest, its opposite, infinity, none, the least, a million.
_FLOATS = (0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0x7FC00000, 0x00000001, 0x49742400)
_DOUBLES = (math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, -0.0, 0.0, -1.0, 1e9, 1e300)
_STEPS_NS = (1, -1, 10**6, -(10**7), 10**8, -(10**8), 10**9, -(10**9), 10**12, -(10**12), 2**60)


def mutated(data: bytes, rng: Random, others: Sequence[bytes] = ()) -> bytes:
    """One to three changes of some bytes.

    Args:
        data: valid ones.
        rng: decides.
        others: valid ones, of which parts are put in.
    """
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if not data:
            return rng.randbytes(rng.randrange(200))
        change = rng.choice(_CHANGES)
        data = _spliced(data, rng, others) if change is _repeated and others else change(data, rng)
    return data


def with_stamp(data: bytes, stamp_ns: int) -> bytes:
    """A message in CDR, little endian, with another stamp in its header."""
    sec, nanosec = divmod(stamp_ns, 10**9)
    return data[:4] + struct.pack('<II', sec & 0xFFFFFFFF, nanosec) + data[12:]


def any_text(rng: Random) -> str:
    """A piece of text that parsers stumble over."""
    return rng.choice(_TEXTS) if rng.random() < 0.9 else 'x' * rng.choice((300, 5000, 140_000))


def _flipped(data: bytes, rng: Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        out[_place(data, rng)] ^= 1 << rng.randrange(8)
    return bytes(out)


def _replaced(data: bytes, rng: Random) -> bytes:
    at = _place(data, rng)
    new = rng.randbytes(rng.randint(1, 16))
    return data[:at] + new + data[at + len(new) :]


def _cut(data: bytes, rng: Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _removed(data: bytes, rng: Random) -> bytes:
    at = _place(data, rng)
    return data[:at] + data[at + rng.randint(1, 64) :]


def _longer(data: bytes, rng: Random) -> bytes:
    n = rng.choice((1, 3, 4, 16, 1000))
    return data + (bytes(n) if rng.random() < 0.5 else rng.randbytes(n))


def _word(data: bytes, rng: Random) -> bytes:
    """A number of four bytes, of which many are lengths."""
    at = _place(data, rng) // 4 * 4
    near = (len(data), len(data) - at, len(data) - at - 4, len(data) + 1)
    value = rng.choice((*_WORDS, *_FLOATS, *near)) & 0xFFFFFFFF
    return data[:at] + struct.pack(rng.choice('<>') + 'I', value) + data[at + 4 :]


def _double(data: bytes, rng: Random) -> bytes:
    at = _place(data, rng) // 4 * 4
    return data[:at] + struct.pack('<d', rng.choice(_DOUBLES)) + data[at + 8 :]


def _swapped(data: bytes, rng: Random) -> bytes:
    a, b = sorted((_place(data, rng), _place(data, rng)))
    n = rng.randint(1, 32)
    return data[:a] + data[b : b + n] + data[a + n : b] + data[a : a + n] + data[b + n :]


def _repeated(data: bytes, rng: Random) -> bytes:
    at = _place(data, rng)
    piece = data[at : at + rng.randint(1, 64)]
    return data[:at] + piece * rng.choice((2, 3, 50)) + data[at:]


def _spliced(data: bytes, rng: Random, others: Sequence[bytes]) -> bytes:
    other = rng.choice(others)
    return data[: _place(data, rng)] + other[rng.randrange(len(other)) :] if other else data


def _jumped(data: bytes, rng: Random) -> bytes:
    """Another stamp, if it is a message with a header."""
    if len(data) < 12:
        return data
    sec, nanosec = struct.unpack_from('<II', data, 4)
    if rng.random() < 0.3:
        stamp = struct.pack('<II', rng.choice(_WORDS), rng.choice((*_WORDS, 999_999_999)))
        return data[:4] + stamp + data[12:]
    return with_stamp(data, max(0, sec * 10**9 + nanosec + rng.choice(_STEPS_NS)))


def _encapsulated(data: bytes, rng: Random) -> bytes:
    head = rng.choice((b'\0\0', b'\0\1', b'\0\6', b'\0\7', b'\0\3', b'\x28\xb5', rng.randbytes(2)))
    return head + data[2:]


def _place(data: bytes, rng: Random) -> int:
    """Anywhere; in half of the cases near the beginning, where lengths stand."""
    return rng.randrange(min(len(data), 64) if rng.random() < 0.5 else len(data))


_CHANGES: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(_flipped, _flipped, _replaced, _cut, _removed, _longer, _word, _word, _double, _swapped),
    *(_repeated, _encapsulated, _jumped),
)
_TEXTS = (
    *('', ' ', '0', '-1', '1', '1e9', '1e300', '1e-9', '-1e999', 'nan', '.nan', 'inf', '.inf'),
    *('true', 'null', '~', '2020-99-99', '2020-01-01', '!!int abc', '0b_', '0x', '0o9', '²', '٣'),
    *('9' * 20, '9' * 400, '9' * 5000, '0x' + 'f' * 3000, '1_0', '12:30:45', '!!binary "*"'),
    *(
        '[]',
        '{}',
        '[[]]',
        '{a: b}',
        '[' * 60,
        '{a: ' * 1500,
        '&a [*a]',
        '*a',
        '<<: *b',
        '? [a] : b',
    ),
    *('? [a] : b', '!!python/object:os.system x', '!!set {a}', '!!omap [a: b]', '|', '>', '"', "'"),
    *('#', '\0'),
    *('\ufeff', '\ud7ff', '\x1b[2J', '\r', '\n', '\t', ',', ',' * 2000, '/dev/zero', '../..', 'é'),
    *('a/' * 3000, '1' * 140_000, '-0', '+1', '1,5', '9223372036854775808', '-9223372036854775809'),
)

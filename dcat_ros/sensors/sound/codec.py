"""Sound that is no raw samples: the files and codecs that bytes begin with.

Played as samples they are noise, of which a model makes labels like of any other.
"""

from collections.abc import Callable
from typing import NamedTuple

__all__ = ['codec_of']

_STARTS = (
    (b'RIFF', 'a WAV file'),
    (b'RIFX', 'a WAV file'),
    (b'RF64', 'a WAV file'),
    (b'OggS', 'Ogg (Opus or Vorbis)'),
    (b'fLaC', 'FLAC'),
    (b'\x1aE\xdf\xa3', 'Matroska or WebM'),
    (b'FORM', 'an AIFF file'),
    (b'.snd', 'an AU file'),
    (b'caff', 'a CAF file'),
    (b'#!AMR', 'AMR'),
    (b'OpusHead', 'Opus'),
    (b'\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'WMA'),
)
#: kbit/s of the bit rate indices 1 to 14: of MPEG-1 layers I, II, III, and MPEG-2 I, II and III
_KBITS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES_HZ = (44_100, 48_000, 32_000)
#: version bits -> (table of bit rates, what the rate is divided by)
_VERSIONS = {3: (1, 1), 2: (2, 2), 0: (2, 4)}


class _Frame(NamedTuple):
    """A frame's header: its kind, what all frames of a stream share, and the frame's bytes."""

    name: str
    constant: int
    length: int


def codec_of(raw: bytes) -> tuple[str, bool]:
    """What a chunk of bytes is, if it is no raw samples.

    Two bytes of PCM may look like the start of an MP3 frame, so a second frame has to stand where
    the first one ends, or the first one ends with the chunk.

    Returns:
        The name for people, empty for raw samples; and whether that is beyond doubt. It is not for
        a single frame that fills its chunk: of loud PCM in chunks of an unlucky size, one in a
        million looks so, and that one alone is lost.
    """
    for start, name in _STARTS:
        if raw.startswith(start):
            return name, True
    if raw[4:8] == b'ftyp':
        return 'MP4', True
    # the tag's version, its flags, and a size of four times seven bits
    if raw[:3] == b'ID3' and len(raw) > 9 and raw[3] in (2, 3, 4) and max(raw[6:10]) < 128:
        return 'MP3', True
    for header in (_mpeg, _adts):
        if name := _framed(raw, header):
            return name, len(raw) > header(raw).length  # type: ignore[union-attr]
    return '', False


def _framed(raw: bytes, header: Callable[[bytes], _Frame | None]) -> str:
    first = header(raw)
    if first is None:
        return ''
    if len(raw) == first.length:
        return first.name
    second = header(raw[first.length : first.length + 8])
    return first.name if second is not None and second.constant == first.constant else ''


def _mpeg(raw: bytes) -> _Frame | None:
    """ISO/IEC 11172-3, 2.4.1.3, and its extension to lower rates in ISO/IEC 13818-3."""
    if len(raw) < 4 or raw[0] != 0xFF or raw[1] & 0xE0 != 0xE0:
        return None
    version, layer = raw[1] >> 3 & 3, 4 - (raw[1] >> 1 & 3)
    index, rate, padding = raw[2] >> 4, raw[2] >> 2 & 3, raw[2] >> 1 & 1
    if version == 1 or layer == 4 or index in (0, 15) or rate == 3 or raw[3] & 3 == 2:
        return None
    table, divisor = _VERSIONS[version]
    kbits = _KBITS[table, 2 if table == 2 and layer == 3 else layer][index - 1]
    rate_hz = _RATES_HZ[rate] // divisor
    if layer == 1:
        length = (12_000 * kbits // rate_hz + padding) * 4
    else:
        samples = 576 if layer == 3 and table == 2 else 1152
        length = samples // 8 * 1000 * kbits // rate_hz + padding
    return _Frame(f'MP{layer}', raw[1] << 2 | rate, length)


def _adts(raw: bytes) -> _Frame | None:
    """ISO/IEC 13818-7, 6.2."""
    if len(raw) < 7 or raw[0] != 0xFF or raw[1] & 0xF6 != 0xF0 or raw[2] >> 2 & 15 > 12:
        return None
    length = (raw[3] & 3) << 11 | raw[4] << 3 | raw[5] >> 5
    return _Frame('AAC', raw[1] << 8 | raw[2] & 0xFD, length) if length > 7 else None

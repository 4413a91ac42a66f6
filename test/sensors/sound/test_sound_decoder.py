"""Sound whose form stands elsewhere, whose chunks end anywhere, or that is no raw samples."""

from struct import pack

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sound_helpers import KINDS, NEWER_IDL, NEWER_TEXT, OLDER_TEXT, TOP_ALONE, info_bytes, newer
from test_audio_messages import AUDIO_STAMPED, DATA, INT16, STAMPED, WAVE, new, old

from dcat_ros.errors import MessageError
from dcat_ros.sensors.sound.codec import codec_of
from dcat_ros.sensors.sound.format import AudioInfo, decode_audio_info, find_format
from dcat_ros.sensors.sound.messages import SoundDecoder
from dcat_ros.sensors.sound.stamped import LAYOUTS, layout_of

NS = 10**9
TONE = np.round(3000 * np.sin(np.arange(4000) / 5)).astype('<i2')


# ---- the two layouts of mgonzs13


@pytest.mark.parametrize(
    ('definition', 'layout'),
    [
        (OLDER_TEXT, LAYOUTS[0]),
        (NEWER_TEXT, LAYOUTS[1]),
        (NEWER_IDL, LAYOUTS[1]),
        (TOP_ALONE, None),
        ('', None),
        ('int64[] int64_data', None),
        ('int16[] int16_data\nint16[] int16_data', None),
        ('float64[] float32_data', None),
    ],
)
def test_a_definition_tells_the_layout(definition, layout):
    assert layout_of(definition) == layout


@pytest.mark.parametrize('definition', ['', TOP_ALONE, NEWER_TEXT, NEWER_IDL])
@pytest.mark.parametrize(
    ('field', 'values', 'expected'),
    [
        ('float32_data', [0, 0.5, -1], [0, 0.5, -1]),
        ('int32_data', [0, 2**30, -(2**31)], [0, 0.5, -1]),
        ('int16_data', [0, 2**14, -(2**15)], [0, 0.5, -1]),
        ('int8_data', [0, 64, -128], [0, 0.5, -1]),
        ('uint8_data', [128, 192, 0], [0, 0.5, -1]),
    ],
)
def test_sound_of_mgonzs13_since_2_1(field, values, expected, definition):
    found = SoundDecoder(AUDIO_STAMPED, definition).decode(newer(field, values))
    np.testing.assert_allclose(found.samples[:, 0], expected)
    assert (found.rate_hz, found.stamp_ns, found.frame_id) == (16000, 3_000_000_500, 'mic')


def test_layouts_by_bytes_big_endian_and_of_two_channels():
    decoder = SoundDecoder(AUDIO_STAMPED)
    for data in (newer(channels=2), newer(channels=2, little=False), new(channels=2)):
        np.testing.assert_allclose(decoder.decode(data).samples, WAVE.reshape(3, 2) / 32768)


def test_a_definition_that_is_not_the_bytes_is_refused():
    with pytest.raises(MessageError, match='cannot be read') as caught:
        SoundDecoder(AUDIO_STAMPED, OLDER_TEXT).decode(newer())
    assert caught.value.reason == 'truncated'


@given(st.integers(0, 400), st.sampled_from(list(KINDS)), st.integers(1, 2), st.data())
def test_the_layout_is_found_whatever_the_samples(n, field, channels, data):
    kind = KINDS[field]
    raw = data.draw(st.binary(min_size=n * 8, max_size=n * 8))[: n * 2 * np.dtype(kind).itemsize]
    values = np.frombuffer(raw, kind)
    if not n or (values.dtype.kind == 'f' and not (np.abs(values) <= 1e6).all()):
        return
    values = values[: len(values) // channels * channels]
    found = SoundDecoder(AUDIO_STAMPED).decode(newer(field, values, channels))
    assert found.samples.shape == (len(values) // channels, channels)


# ---- chunks that end inside a frame


def chunks(raw, sizes):
    at = 0
    for size in sizes:
        yield raw[at : at + size]
        at += size


@pytest.mark.parametrize('channels', [1, 2])
@pytest.mark.parametrize('stamped', [True, False])
def test_bytes_of_an_incomplete_frame_wait_for_the_next_chunk(channels, stamped):
    decoder = SoundDecoder(STAMPED if stamped else DATA, channels=channels)
    sizes = [1001, 1000, 1000, 999, 1, 1, 1, 1]
    raw, got, at = TONE.tobytes(), [], 0
    for chunk in chunks(raw, sizes):
        at += len(chunk)
        stamp = round((at - len(chunk)) / (2 * channels) * NS / 16000)
        data = old(chunk, stamped, **({'sec': 9, 'nanosec': stamp} if stamped else {}))
        got.append(decoder.decode(data, 9 * NS + round(at / (2 * channels) * NS / 16000)))
    found = np.concatenate([sound.samples for sound in got])
    expected = TONE[:2002].reshape(-1, channels) / 32768
    np.testing.assert_allclose(found, expected)
    assert [len(sound.samples) for sound in got[:4]] == (
        [500, 500, 500, 500] if channels == 1 else [250, 250, 250, 250]
    )
    assert sum(len(sound.samples) for sound in got[4:]) == 2 // channels


def test_a_late_chunk_does_not_get_the_bytes_of_the_one_before():
    decoder = SoundDecoder(STAMPED)
    decoder.decode(old(TONE.tobytes()[:1001], True))
    found = decoder.decode(old(TONE.tobytes()[:1000], True, sec=5))
    np.testing.assert_allclose(found.samples[:, 0], TONE[:500] / 32768)


def test_late_is_by_the_stamp_that_check_gives_and_by_arrival_without_a_header():
    decoder = SoundDecoder(STAMPED)
    decoder.decode(old(TONE.tobytes()[:1001], True), check=lambda stamp: NS)
    found = decoder.decode(old(TONE.tobytes()[:999], True, sec=500), check=lambda stamp: NS)
    assert len(found.samples) == 500
    decoder = SoundDecoder(DATA)
    decoder.decode(old(TONE.tobytes()[:1001]), NS)
    assert len(decoder.decode(old(TONE.tobytes()[:999]), 2 * NS).samples) == 499


def test_reset_forgets_the_bytes():
    decoder = SoundDecoder(DATA)
    decoder.decode(old(b'\x01' + TONE.tobytes()[:1000]))
    decoder.reset()
    found = decoder.decode(old(TONE.tobytes()[:1000]))
    np.testing.assert_allclose(found.samples[:, 0], TONE[:500] / 32768)


def test_without_a_header_the_last_sample_was_heard_when_the_chunk_came():
    assert SoundDecoder(DATA).decode(old(bytes(3200)), 10 * NS).stamp_ns == 9_900_000_000


# ---- formats that audio_info says


def of_24_bits(order):
    return lambda v: b''.join(round(x * 2**23).to_bytes(3, order, signed=True) for x in v)


def of(kind, scale, offset=0):
    return lambda v: (np.array(v) * scale + offset).astype(kind).tobytes()


FORMATS = {
    'S8': of('i1', 2**7),
    'U8': of('u1', 2**7, 2**7),
    'S16LE': of('<i2', 2**15),
    'S16BE': of('>i2', 2**15),
    'U16LE': of('<u2', 2**15, 2**15),
    'U16BE': of('>u2', 2**15, 2**15),
    'S24LE': of_24_bits('little'),
    'S24BE': of_24_bits('big'),
    'S24_32LE': of('<i4', 2**23),
    'S24_32BE': of('>i4', 2**23),
    'S32LE': of('<i4', 2**31),
    'S32BE': of('>i4', 2**31),
    'F32LE': of('<f4', 1),
    'F32BE': of('>f4', 1),
    'F64LE': of('<f8', 1),
    'F64BE': of('>f8', 1),
    's16le': of('<i2', 2**15),
}
VALUES = [0, 0.5, -1, 0.25, -0.25, 63 / 128]


@pytest.mark.parametrize('name', FORMATS)
def test_every_format_of_audio_info_whatever_the_chunks(name):
    raw = FORMATS[name](VALUES)
    decoder = SoundDecoder(DATA)
    decoder.info = AudioInfo(2, 44_100, name, 'wave')
    got = [decoder.decode(old(raw[i : i + 5])) for i in range(0, len(raw), 5)]
    found = np.concatenate([sound.samples for sound in got])
    np.testing.assert_array_equal(found, np.array(VALUES).reshape(3, 2))
    assert found.dtype == np.float32
    assert {sound.rate_hz for sound in got} == {44_100}


@pytest.mark.parametrize('name', ['S12LE', 'F16LE', 'S16', 'U8LE', 'F8', 'S64LE', 'S16_32LE', '?'])
def test_a_format_that_is_none(name):
    assert find_format(name) is None


def test_audio_info_by_hand():
    assert decode_audio_info(info_bytes(2, 44_100, 'F32LE')) == (2, 44_100, 'F32LE', 'wave')


@pytest.mark.parametrize(
    ('data', 'reason'),
    [
        (info_bytes(channels=0), 'channels'),
        (info_bytes(channels=65), 'channels'),
        (info_bytes(rate=0), 'rate'),
        (info_bytes(rate=10**6), 'rate'),
        (info_bytes()[:-9], 'truncated'),
        (b'', 'truncated'),
        # AudioInfo of mgonzs13: four numbers
        (b'\x00\x01\x00\x00' + pack('<iiii', 8, 1, 16000, 512), 'truncated'),
    ],
)
def test_audio_info_that_is_none(data, reason):
    with pytest.raises(MessageError) as caught:
        decode_audio_info(data)
    assert caught.value.reason == reason


@given(st.binary(max_size=60))
def test_audio_info_of_any_bytes_is_refused_or_read(data):
    for whole in (data, b'\x00\x01\x00\x00' + data):
        try:
            decode_audio_info(whole)
        except MessageError as problem:
            if problem.reason not in ('truncated', 'rate', 'channels'):
                raise


@pytest.mark.parametrize(
    ('sample', 'coding', 'text'),
    [
        ('S16LE', 'mp3', "coded as 'mp3'; start its publisher with format:=wave"),
        ('S18LE', 'wave', "samples are 'S18LE', which is not known.*sample_format:=S16LE"),
    ],
)
def test_what_audio_info_says_is_refused_by_name(sample, coding, text):
    decoder = SoundDecoder(DATA)
    decoder.info = AudioInfo(1, 16000, sample, coding)
    with pytest.raises(MessageError, match=text) as caught:
        decoder.decode(old(TONE.tobytes()))
    assert caught.value.reason == 'encoding'


def test_audio_info_is_for_bytes_alone():
    from test_audio_messages import int16

    decoder = SoundDecoder(INT16)
    decoder.info = AudioInfo(2, 44_100, 'F32LE', 'wave')
    assert decoder.decode(int16([1, 2, 3])).rate_hz == 16000


# ---- files and codecs

MP3_FRAME = b'\xff\xfb\x90\x64' + bytes(413)
#: MPEG-2 layer III, 64 kbit/s at 22.05 kHz: 72 * 64000 / 22050 = 208 bytes
MP3_LOW = b'\xff\xf3\x80\xc4' + bytes(204)
#: ADTS, low complexity, 44.1 kHz, one channel, 100 bytes: 100 << 5 in 13 + 11 bits
AAC_FRAME = b'\xff\xf1\x50\x40\x0c\x9f\xfc' + bytes(93)
FILES = [
    (b'RIFF' + pack('<I', 36) + b'WAVEfmt ', 'WAV'),
    (b'RIFX' + bytes(20), 'WAV'),
    (b'RF64' + bytes(20), 'WAV'),
    (b'OggS' + bytes(20), 'Ogg'),
    (b'fLaC' + bytes(20), 'FLAC'),
    (b'ID3\x03\x00\x00\x00\x00\x01\x7f' + bytes(20), 'MP3'),
    (b'\x00\x00\x00\x20ftypM4A ' + bytes(20), 'MP4'),
    (b'\x1aE\xdf\xa3' + bytes(20), 'Matroska'),
    (b'FORM' + bytes(4) + b'AIFF', 'AIFF'),
    (b'.snd' + bytes(20), 'AU'),
    (MP3_FRAME * 2 + bytes(7), 'MP3'),
    (MP3_LOW * 2, 'MP3'),
    (AAC_FRAME * 2, 'AAC'),
]


@pytest.mark.parametrize(('raw', 'name'), FILES)
def test_a_file_or_codec_is_named_and_so_are_its_other_chunks(raw, name):
    decoder = SoundDecoder(DATA)
    for i, chunk in enumerate((raw, TONE.tobytes()[:1000], TONE.tobytes()[:1000])):
        with pytest.raises(MessageError, match=f'{name}.*format:=wave.*S16LE') as caught:
            decoder.decode(old(chunk), NS + i * 30_000_000)
        assert caught.value.reason == 'encoding'
    decoder.decode(old(TONE.tobytes()), 3 * NS)  # a gap: it was started anew


@pytest.mark.parametrize('stamped', [True, False])
def test_one_chunk_of_a_file_does_not_make_deaf_for_good(stamped):
    decoder, refused = SoundDecoder(STAMPED if stamped else DATA), []
    for i in range(150):  # of 0.1 s each
        raw = b'OggS' + bytes(3196) if i == 20 else TONE.tobytes()[:3200]
        stamp = {'sec': 9 + i // 10, 'nanosec': i % 10 * 100_000_000} if stamped else {}
        try:
            decoder.decode(old(raw, stamped, **stamp), 9 * NS + (i + 1) * NS // 10)
        except MessageError as problem:
            refused.append((i, problem.reason))
    assert refused == [(i, 'encoding') for i in range(20, 121)]


@pytest.mark.parametrize('frame', [MP3_FRAME, MP3_LOW, AAC_FRAME])
def test_a_chunk_of_one_frame_is_refused_and_the_next_one_is_looked_at_anew(frame):
    decoder = SoundDecoder(DATA)
    for i in range(3):
        with pytest.raises(MessageError, match='format:=wave'):
            decoder.decode(old(frame), NS + i * 10_000_000)
    decoder.decode(old(TONE.tobytes()[:1000]), NS + 40_000_000)


@pytest.mark.parametrize('frame', [MP3_FRAME, AAC_FRAME])
def test_a_header_without_a_second_one_is_sound(frame):
    assert codec_of(frame + TONE.tobytes()[:1000]) == ('', False)
    assert codec_of(frame[:40]) == ('', False)


def test_quiet_and_loud_pcm_is_no_codec():
    rng = np.random.default_rng(0)
    for level in (1, 2, 30, 1000, 10_000):
        for n in (208, 417, 480, 960, 1024):
            for _ in range(300):
                raw = np.clip(rng.normal(size=n) * level, -32768, 32767).astype('<i2').tobytes()
                assert codec_of(raw) == ('', False)
    assert codec_of(b'\xff' * 4000) == ('', False)


@given(st.binary(max_size=40), st.sampled_from([b'', b'\xff\xfb', b'\xff\xf1', b'ID3', b'RIFF']))
def test_any_bytes_are_looked_at(tail, head):
    codec_of(head + tail)

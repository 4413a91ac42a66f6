"""Sound from serialised messages of three origins, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from dcat_ros.errors import MessageError
from dcat_ros.sensors.sound.messages import AUDIO_TYPES, decode_audio

INT16 = 'std_msgs/msg/Int16MultiArray'
DATA = 'audio_common_msgs/msg/AudioData'
STAMPED = 'audio_common_msgs/msg/AudioDataStamped'
AUDIO_STAMPED = 'audio_common_msgs/msg/AudioStamped'
WAVE = np.array([0, 16384, -32768, 32767, 1, -1], np.int16)
REASONS = {'truncated', 'encoding', 'odd', 'rate', 'channels', 'empty', 'stamp', 'non_finite'}
REASONS |= {'implausible'}


def store(**messages):
    out, types = get_typestore(Stores.ROS2_JAZZY), {}
    for name, text in messages.items():
        types |= get_types_from_msg(text, f'audio_common_msgs/msg/{name}')
    out.register(types)
    return out


OLD = store(AudioData='uint8[] data', AudioDataStamped='std_msgs/Header header\nAudioData audio')
NEW = store(
    AudioData='float32[] float32_data\nint32[] int32_data\nint32[] int24_data\n'
    'int16[] int16_data\nint8[] int8_data\nuint8[] uint8_data',
    AudioInfo='int32 format\nint32 channels\nint32 rate\nint32 chunk',
    Audio='AudioData audio_data\nAudioInfo info',
    AudioStamped='std_msgs/Header header\nAudio audio',
)


def header(types, sec=3, nanosec=500):
    stamp = types['builtin_interfaces/msg/Time'](sec=sec, nanosec=nanosec)
    return types['std_msgs/msg/Header'](stamp=stamp, frame_id='mic')


def int16(values):
    layout = OLD.types['std_msgs/msg/MultiArrayLayout'](dim=[], data_offset=0)
    message = OLD.types[INT16](layout=layout, data=np.asarray(values, np.int16))
    return bytes(OLD.serialize_cdr(message, INT16))


def old(raw, stamped=False, **head):
    types = OLD.types
    audio = types[DATA](data=np.frombuffer(bytes(raw), np.uint8))
    if not stamped:
        return bytes(OLD.serialize_cdr(audio, DATA))
    message = types[STAMPED](header=header(types, **head), audio=audio)
    return bytes(OLD.serialize_cdr(message, STAMPED))


FIELDS = {
    'float32_data': np.float32,
    'int32_data': np.int32,
    'int24_data': np.int32,
    'int16_data': np.int16,
    'int8_data': np.int8,
    'uint8_data': np.uint8,
}


def new(field='int16_data', values=WAVE, channels=1, rate=16000, **head):
    types = NEW.types
    fields = {name: np.zeros(0, kind) for name, kind in FIELDS.items()}
    fields[field] = np.asarray(values, FIELDS[field])
    info = types['audio_common_msgs/msg/AudioInfo'](
        format=8, channels=channels, rate=rate, chunk=512
    )
    audio = types['audio_common_msgs/msg/Audio'](audio_data=types[DATA](**fields), info=info)
    message = types[AUDIO_STAMPED](header=header(types, **head), audio=audio)
    return bytes(NEW.serialize_cdr(message, AUDIO_STAMPED))


def test_int16_array_is_scaled_and_says_nothing_else():
    found = decode_audio(int16(WAVE), INT16)
    np.testing.assert_allclose(found.samples[:, 0], WAVE / 32768)
    assert found.samples.dtype == np.float32
    assert (found.stamp_ns, found.frame_id, found.rate_hz) == (0, '', 0)


@pytest.mark.parametrize('stamped', [True, False])
def test_bytes_of_ros_drivers_are_little_endian_samples(stamped):
    data = old(WAVE.astype('<i2').tobytes(), stamped)
    found = decode_audio(data, STAMPED if stamped else DATA)
    np.testing.assert_allclose(found.samples[:, 0], WAVE / 32768)
    assert found.stamp_ns == (3_000_000_500 if stamped else 0)
    assert found.frame_id == ('mic' if stamped else '')


@pytest.mark.parametrize(
    ('field', 'values', 'expected'),
    [
        ('float32_data', [0, 0.5, -1], [0, 0.5, -1]),
        ('int32_data', [0, 2**30, -(2**31)], [0, 0.5, -1]),
        ('int24_data', [0, 2**22, -(2**23)], [0, 0.5, -1]),
        ('int16_data', [0, 2**14, -(2**15)], [0, 0.5, -1]),
        ('int8_data', [0, 64, -128], [0, 0.5, -1]),
        ('uint8_data', [128, 192, 0], [0, 0.5, -1]),
    ],
)
def test_every_sample_format_of_mgonzs13(field, values, expected):
    found = decode_audio(new(field, values), AUDIO_STAMPED)
    np.testing.assert_allclose(found.samples[:, 0], expected)
    assert (found.rate_hz, found.stamp_ns, found.frame_id) == (16000, 3_000_000_500, 'mic')


def test_channels_of_mgonzs13_are_interleaved():
    found = decode_audio(new(channels=2), AUDIO_STAMPED)
    np.testing.assert_allclose(found.samples, WAVE.reshape(3, 2) / 32768)


#: a frame of 128 kbit/s at 44.1 kHz: 144 * 128000 / 44100 = 417 bytes
MP3 = b'\xff\xfb\x90\x64' + bytes(413)


@pytest.mark.parametrize(
    ('data', 'kind', 'reason', 'text'),
    [
        (old(b'a'), DATA, 'empty', 'no sample'),
        (old(MP3), DATA, 'encoding', 'MP3; start its publisher with format:=wave'),
        (old(b'ID3\x04' + bytes(40)), DATA, 'encoding', 'MP3'),
        (old(MP3, True), STAMPED, 'encoding', 'MP3'),
        (old(b''), DATA, 'empty', 'no sample'),
        (int16([]), INT16, 'empty', 'no sample'),
        (int16(WAVE)[:-3], INT16, 'truncated', 'cannot be read'),
        (b'', INT16, 'truncated', '0 bytes'),
        (new(rate=0), AUDIO_STAMPED, 'rate', 'a rate of 0 Hz'),
        (new(rate=-16000), AUDIO_STAMPED, 'rate', 'a rate of -16000 Hz'),
        (new(rate=2**31 - 1), AUDIO_STAMPED, 'rate', 'a rate of 2147483647 Hz'),
        (new(channels=0), AUDIO_STAMPED, 'channels', '0 channels'),
        (new(channels=-1), AUDIO_STAMPED, 'channels', '-1 channels'),
        (new(channels=4), AUDIO_STAMPED, 'odd', '6 values are no whole samples of 4 channels'),
        (new(nanosec=2_000_000_000), AUDIO_STAMPED, 'stamp', 'is no time'),
        (new(sec=-1), AUDIO_STAMPED, 'stamp', 'is no time'),
        (new('float32_data', [0, np.nan]), AUDIO_STAMPED, 'non_finite', 'NaN'),
        (new('float32_data', [0, np.inf]), AUDIO_STAMPED, 'non_finite', 'infinite'),
        (
            new('float32_data', [0, -3.4e38]),
            AUDIO_STAMPED,
            'implausible',
            'samples reach 3.4e+38 times full scale, which is no sound; floats must lie in [-1, 1]',
        ),
        (new(values=[]), AUDIO_STAMPED, 'empty', 'no sample'),
    ],
)
def test_sound_that_is_none_is_a_sentence(data, kind, reason, text):
    with pytest.raises(MessageError) as caught:
        decode_audio(data, kind)
    assert caught.value.reason == reason
    assert text in str(caught.value)
    assert '\n' not in str(caught.value)


def survives(data, kind):
    """The only exception is the one that a node counts."""
    try:
        assert np.isfinite(decode_audio(data, kind).samples).all()
    except MessageError as problem:
        if problem.reason not in REASONS:
            raise


WHOLE = [
    (int16(WAVE), INT16),
    (old(WAVE.tobytes()), DATA),
    (old(WAVE.tobytes(), True), STAMPED),
    (new(), AUDIO_STAMPED),
    (new('float32_data', [0.1, 0.2]), AUDIO_STAMPED),
]


@settings(max_examples=1000)
@given(st.sampled_from(WHOLE), st.integers(0, 300), st.integers(0, 255))
def test_sound_with_a_spoilt_byte_is_refused_or_read(whole, where, byte):
    data, kind = whole
    at = where % len(data)
    survives(data[:at] + bytes([byte]) + data[at + 1 :], kind)


@settings(max_examples=1000)
@given(st.binary(max_size=120), st.sampled_from(AUDIO_TYPES))
def test_sound_of_any_bytes_is_refused_or_read(data, kind):
    survives(data, kind)
    survives(b'\x00\x01\x00\x00' + data, kind)

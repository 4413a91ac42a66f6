"""Sound from serialised messages: std_msgs/Int16MultiArray, and audio_common_msgs of either origin.

Two packages have the name audio_common_msgs and share no message: that of ros-drivers carries bytes
whose meaning stands in a message of another topic, that of mgonzs13 says all in each message.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from dcat_ros.errors import MessageError

__all__ = ['AUDIO_TYPES', 'HEADERLESS_TYPES', 'Sound', 'decode_audio']


class Sound(NamedTuple):
    """A piece of sound.

    Attributes:
        stamp_ns: header stamp in nanoseconds; 0 where there is no header, or an empty one.
        frame_id: of the microphone; empty where there is no header.
        rate_hz: samples a second; 0 if the message does not say it.
        samples: (n, channels), in [-1, 1]; one channel if the message does not say how many.
    """

    stamp_ns: int
    frame_id: str
    rate_hz: int
    samples: NDArray[np.float32]


_ROS_DRIVERS = {
    'audio_common_msgs/msg/AudioData': 'uint8[] data',
    'audio_common_msgs/msg/AudioDataStamped': 'std_msgs/Header header\nAudioData audio',
}
_MGONZS13 = {
    'audio_common_msgs/msg/AudioData': (
        'float32[] float32_data\nint32[] int32_data\nint32[] int24_data\nint16[] int16_data\n'
        'int8[] int8_data\nuint8[] uint8_data'
    ),
    'audio_common_msgs/msg/AudioInfo': 'int32 format\nint32 channels\nint32 rate\nint32 chunk',
    'audio_common_msgs/msg/Audio': 'AudioData audio_data\nAudioInfo info',
    'audio_common_msgs/msg/AudioStamped': 'std_msgs/Header header\nAudio audio',
}
_MAX_RATE_HZ = 768_000
_MAX_CHANNELS = 64
#: of mgonzs13's fields, what one is divided by
_FULL_SCALE = {
    'float32_data': 1.0,
    'int32_data': 2.0**31,
    'int24_data': 2.0**23,
    'int16_data': 2.0**15,
    'int8_data': 2.0**7,
}


def _store(extra: dict[str, str]) -> Any:
    store = get_typestore(Stores.ROS2_JAZZY)
    types: dict[str, Any] = {}
    for name, text in extra.items():
        types |= get_types_from_msg(text, name)
    store.register(types)
    return store


_PLAIN = _store({})
_OLD = _store(_ROS_DRIVERS)
_NEW = _store(_MGONZS13)


def _int16_array(message: Any) -> Sound:
    return Sound(0, '', 0, _scaled(message.data, 2.0**15)[:, None])


def _bytes_of_ros_drivers(message: Any) -> Sound:
    stamped = hasattr(message, 'header')
    data = (message.audio if stamped else message).data
    raw = bytes(data)
    if raw[:3] == b'ID3' or (len(raw) > 1 and raw[0] == 0xFF and raw[1] & 0xE6 == 0xE2):
        raise MessageError(
            'the sound is compressed as MP3; start its publisher with format:=wave', 'encoding'
        )
    if len(raw) % 2:
        raise MessageError(f'{len(raw)} bytes are no whole samples of 16 bits', 'odd')
    samples = _scaled(np.frombuffer(raw, '<i2'), 2.0**15)[:, None]
    stamp_ns, frame_id = _head(message) if stamped else (0, '')
    return Sound(stamp_ns, frame_id, 0, samples)


def _of_mgonzs13(message: Any) -> Sound:
    data, info = message.audio.audio_data, message.audio.info
    if not 0 < info.rate <= _MAX_RATE_HZ:
        raise MessageError(f'a rate of {info.rate} Hz is none', 'rate')
    if not 0 < info.channels <= _MAX_CHANNELS:
        raise MessageError(f'{info.channels} channels are none', 'channels')
    values = np.zeros(0, np.float32)
    for field, full_scale in _FULL_SCALE.items():
        if len(found := getattr(data, field)):
            values = _scaled(found, full_scale)
    if len(data.uint8_data):
        values = _scaled(data.uint8_data.astype(np.int16) - 128, 2.0**7)
    if len(values) % info.channels:
        raise MessageError(
            f'{len(values)} values are no whole samples of {info.channels} channels', 'odd'
        )
    return Sound(*_head(message), info.rate, values.reshape(-1, info.channels))


#: type name -> (its store, from its message to sound)
_DECODERS: dict[str, tuple[Any, Callable[[Any], Sound]]] = {
    'std_msgs/msg/Int16MultiArray': (_PLAIN, _int16_array),
    'audio_common_msgs/msg/AudioData': (_OLD, _bytes_of_ros_drivers),
    'audio_common_msgs/msg/AudioDataStamped': (_OLD, _bytes_of_ros_drivers),
    'audio_common_msgs/msg/AudioStamped': (_NEW, _of_mgonzs13),
}
AUDIO_TYPES = tuple(_DECODERS)
#: those whose messages say nothing of their time
HEADERLESS_TYPES = ('std_msgs/msg/Int16MultiArray', 'audio_common_msgs/msg/AudioData')


def decode_audio(data: bytes, type_name: str) -> Sound:
    """Decode one serialised message.

    Args:
        data: the CDR bytes as a bag or a raw subscription gives them.
        type_name: one of `AUDIO_TYPES`.

    Raises:
        MessageError: with `reason` 'truncated', 'encoding' (MP3), 'odd' (no whole samples),
            'rate', 'channels', 'empty', 'stamp' or 'non_finite'.
    """
    store, convert = _DECODERS[type_name]
    try:
        message = store.deserialize_cdr(data, type_name)
    except Exception as problem:  # the library raises whatever the bytes lead it to
        raise MessageError(
            f'{type_name} of {len(data)} bytes cannot be read: {type(problem).__name__}',
            'truncated',
        ) from None
    sound = convert(message)
    if not len(sound.samples):
        raise MessageError('the message holds no sample', 'empty')
    if not np.isfinite(sound.samples).all():
        raise MessageError('a sample is NaN or infinite', 'non_finite')
    return sound


def _head(message: Any) -> tuple[int, str]:
    stamp = message.header.stamp
    if not (stamp.sec >= 0 and 0 <= stamp.nanosec < 1_000_000_000):
        raise MessageError(f'stamp {stamp.sec} s {stamp.nanosec} ns is no time', 'stamp')
    return stamp.sec * 1_000_000_000 + stamp.nanosec, message.header.frame_id


def _scaled(values: Any, full_scale: float) -> NDArray[np.float32]:
    return np.asarray(values, dtype=np.float32) / np.float32(full_scale)

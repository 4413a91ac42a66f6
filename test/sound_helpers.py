"""Messages with sound, and the definitions of their types as bags hold them."""

from struct import pack

import numpy as np
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

AUDIO_STAMPED = 'audio_common_msgs/msg/AudioStamped'
WAVE = np.array([0, 16384, -32768, 32767, 1, -1], np.int16)
SINCE_2_1 = {
    'AudioData': 'float32[] float32_data\nint32[] int32_data\nint16[] int16_data\n'
    'int8[] int8_data\nuint8[] uint8_data',
    'AudioInfo': 'int32 format\nint32 channels\nint32 rate\nint32 chunk',
    'Audio': 'AudioData audio_data\nAudioInfo info',
    'AudioStamped': 'std_msgs/Header header\nAudio audio',
}
NEWER = get_typestore(Stores.ROS2_JAZZY)
NEWER.register(
    {
        kind: fields
        for name, text in SINCE_2_1.items()
        for kind, fields in get_types_from_msg(text, f'audio_common_msgs/msg/{name}').items()
    }
)
KINDS = {
    'float32_data': np.float32,
    'int32_data': np.int32,
    'int16_data': np.int16,
    'int8_data': np.int8,
    'uint8_data': np.uint8,
}


def newer(field='int16_data', values=WAVE, channels=1, rate=16000, little=True):
    """A serialised AudioStamped of mgonzs13 since 2.1, of 3.0000005 s."""
    types = NEWER.types
    fields = {name: np.zeros(0, kind) for name, kind in KINDS.items()}
    fields[field] = np.asarray(values, KINDS[field])
    info = types['audio_common_msgs/msg/AudioInfo'](
        format=8, channels=channels, rate=rate, chunk=len(values) // max(1, channels)
    )
    audio = types['audio_common_msgs/msg/Audio'](
        audio_data=types['audio_common_msgs/msg/AudioData'](**fields), info=info
    )
    stamp = types['builtin_interfaces/msg/Time'](sec=3, nanosec=500)
    header = types['std_msgs/msg/Header'](stamp=stamp, frame_id='mic')
    message = types[AUDIO_STAMPED](header=header, audio=audio)
    return bytes(NEWER.serialize_cdr(message, AUDIO_STAMPED, little_endian=little))


LINE = '=' * 80
OLDER_TEXT = (
    f'std_msgs/Header header\nAudio audio\n{LINE}\nMSG: audio_common_msgs/AudioData\n'
    'float32[] float32_data  # a comment\nint32[] int32_data\nint32[] int24_data\n'
    f'int16[] int16_data\nint8[] int8_data\nuint8[] uint8_data\n{LINE}\n'
    'MSG: audio_common_msgs/AudioInfo\nint32 format\nint32 channels\nint32 rate\nint32 chunk\n'
)
NEWER_TEXT = OLDER_TEXT.replace('int32[] int24_data\n', '')
NEWER_IDL = (
    f'{LINE}\nIDL: audio_common_msgs/msg/AudioData\nmodule audio_common_msgs {{ module msg {{\n'
    'struct AudioData {\n  sequence<float> float32_data;\n  sequence<int32> int32_data;\n'
    '  sequence<int16> int16_data;\n  sequence<int8> int8_data;\n  sequence<uint8> uint8_data;\n'
    '}; }; };\n'
)
TOP_ALONE = 'std_msgs/Header header\naudio_common_msgs/Audio audio\n'


def info_bytes(channels=1, rate=16000, sample='S16LE', coding='wave', bitrate=128):
    """A serialised AudioInfo of ros-drivers, by hand."""
    text = [word.encode() + b'\0' for word in (sample, coding)]
    out = pack('<BxxxII', channels, rate, len(text[0])) + text[0]
    out += bytes(-len(out) % 4)
    return b'\x00\x01\x00\x00' + out + pack('<II', bitrate, len(text[1])) + text[1]

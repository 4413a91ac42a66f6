"""Valid serialised messages of every type that a receiver takes, of which hostile ones are made."""

import struct
from functools import cache
from typing import Any

import cv2
import numpy as np
from rosbags.typesys import Stores, get_typestore

from dcat_ros.bags.topics import STRING_TYPE
from dcat_ros.messages.camera_info import CAMERA_INFO_TYPE
from dcat_ros.messages.image import COMPRESSED_IMAGE_TYPE, IMAGE_TYPE
from dcat_ros.sensors.depth import to_bag as depth
from dcat_ros.sensors.inertial.messages import IMU_TYPE
from dcat_ros.sensors.inertial.to_bag import imu as imu_message
from dcat_ros.sensors.sound.messages import AUDIO_TYPES
from dcat_ros.sensors.sound.to_bag import sound

__all__ = [
    'JPEG',
    'PNG8',
    'PNG16',
    'audio',
    'audio_infos',
    'camera_info',
    'compressed',
    'depth_png',
    'image',
    'imu',
    'string',
]

_STORE = get_typestore(Stores.ROS2_JAZZY)
_TYPES: Any = _STORE.types
_NOISE = np.random.default_rng(0)
_DEPTH = (2000 + 300 * _NOISE.random((48, 64))).astype(np.uint16)
_DEPTH[10:40, 20:44] -= 800
_COLOUR = (_NOISE.random((48, 64, 3)) * 255).astype(np.uint8)
PNG16 = cv2.imencode('.png', _DEPTH)[1].tobytes()
PNG8 = cv2.imencode('.png', _COLOUR)[1].tobytes()
JPEG = cv2.imencode('.jpg', _COLOUR)[1].tobytes()
_HEADER = struct.pack('<iff', 0, 0.0, 0.0)
_CDR = b'\0\1\0\0'
#: The arrays of AudioStamped: type, what samples of 16 bits are multiplied by, and their 0.
_SAMPLES = (
    *(('<f4', 2.0**-15, 0), ('<i4', 2.0**16, 0), ('<i2', 1.0, 0), ('i1', 2.0**-8, 0)),
    ('u1', 2.0**-8, 128),
)
_LAYOUTS = {'uint8': '8UC1', 'uint16': '16UC1', 'int16': '16SC1', 'float32': '32FC1'}


def _cdr(message: Any, kind: str) -> bytes:
    return bytes(_STORE.serialize_cdr(message, kind))


def imu(i: int) -> bytes:
    """A reading of somebody who moves."""
    values = np.array([0.0, 0.0, 9.81, 0.0, 0.0, 0.0]) + np.sin(i / 7 + np.arange(6)) * 0.5
    return _cdr(imu_message(_TYPES, 0, values), IMU_TYPE)


@cache
def image(name: str = '16UC1') -> bytes:
    """A picture of 64 x 48 pixels in one of the encodings."""
    kind = next((k for k, v in _LAYOUTS.items() if v == name), 'uint8')
    pixels = _DEPTH / 1000 if kind == 'float32' else _DEPTH
    rows = np.ascontiguousarray(pixels.astype(kind)).view(np.uint8)
    message = depth.depth_image(_TYPES, 0, _DEPTH)
    message.encoding, message.step, message.data = name, rows.shape[1], rows.ravel()
    if name == 'rgb8':
        message.step, message.data = 64 * 3, _COLOUR.ravel()
    return _cdr(message, IMAGE_TYPE)


def compressed(name: str, data: bytes) -> bytes:
    """A CompressedImage of any content."""
    return _cdr(depth.compressed_image(_TYPES, 0, name, data), COMPRESSED_IMAGE_TYPE)


def depth_png(png: bytes = PNG16) -> bytes:
    """The data of compressedDepth: a header, and a PNG."""
    return _HEADER + png


@cache
def camera_info() -> bytes:
    """Of the camera of these pictures."""
    return _cdr(depth.camera_info(_TYPES, 0, _DEPTH.shape, 57.0), CAMERA_INFO_TYPE)


@cache
def string(text: str = 'walk') -> bytes:
    """As a truth topic says it."""
    return _cdr(_TYPES[STRING_TYPE](data=text), STRING_TYPE)


def audio(kind: str, i: int) -> bytes:
    """A chunk of 0.1 s of noise at 16 kHz, of one of `AUDIO_TYPES`; the last has any samples."""
    rng = np.random.default_rng(i % 50)
    values = (rng.random(1600) * 4000 - 2000).astype('<i2')
    raw = struct.pack('<I', values.nbytes) + values.tobytes()
    head = struct.pack('<III', 0, 0, 4) + b'mic\0'
    if kind == AUDIO_TYPES[0]:
        return _cdr(sound(_TYPES, values / np.float32(32768)), kind)
    if kind == AUDIO_TYPES[1]:
        return _CDR + raw
    if kind == AUDIO_TYPES[2]:
        return _CDR + head + raw
    out = head
    for place, (dtype, scale, silence) in enumerate(_SAMPLES):
        out += bytes(-len(out) % 4)
        filled = place == i % len(_SAMPLES)
        out += struct.pack('<I', 1600 if filled else 0)
        out += (values.astype(float) * scale + silence).astype(dtype).tobytes() if filled else b''
    return _CDR + out + bytes(-len(out) % 4) + struct.pack('<iiii', 8, 1, 16000, 1600)


def audio_infos() -> list[bytes]:
    """Some of ros-drivers."""
    found = []
    for channels, rate, form, coding in (
        *((1, 16000, b'S16LE', b'wave'), (2, 48000, b'F32LE', b'wave')),
        *((6, 16000, b'S24_32BE', b''), (1, 8000, b'U8', b'mp3')),
    ):
        out = struct.pack('<BxxxII', channels, rate, len(form) + 1) + form + b'\0'
        out += bytes(-len(out) % 4) + struct.pack('<II', 128, len(coding) + 1) + coding + b'\0'
        found.append(_CDR + out)
    return found

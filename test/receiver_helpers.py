"""Messages for the tests of receivers."""

from struct import pack

import numpy as np
from helpers import STORE

IMAGE = 'sensor_msgs/msg/Image'
INT16 = 'std_msgs/msg/Int16MultiArray'


def depth_message(stamp_ns, depth, frame_id='camera', encoding='16UC1', **changes):
    """A serialised Image by rosbags."""
    sec, nanosec = divmod(stamp_ns, 1_000_000_000)
    types = STORE.types
    stamp = types['builtin_interfaces/msg/Time'](sec=sec, nanosec=nanosec)
    fields = {
        'header': types['std_msgs/msg/Header'](stamp=stamp, frame_id=frame_id),
        'height': depth.shape[0],
        'width': depth.shape[1],
        'encoding': encoding,
        'is_bigendian': 0,
        'step': depth.strides[0],
        'data': np.ascontiguousarray(depth).view(np.uint8).ravel(),
    }
    return bytes(STORE.serialize_cdr(types[IMAGE](**{**fields, **changes}), IMAGE))


def sound_message(samples):
    """A serialised Int16MultiArray of samples in [-1, 1]."""
    types = STORE.types
    layout = types['std_msgs/msg/MultiArrayLayout'](dim=[], data_offset=0)
    data = np.clip(np.round(np.asarray(samples) * 32767), -32768, 32767).astype(np.int16)
    return bytes(STORE.serialize_cdr(types[INT16](layout=layout, data=data.ravel()), INT16))


def stamped_message(stamp_ns, samples, rate_hz):
    """A serialised AudioStamped of mgonzs13 with one channel of 16 bits, little endian.

    Written by hand, for its package is not among the types of rosbags.
    """
    sec, nanosec = divmod(stamp_ns, 1_000_000_000)
    frame_id = b'microphone\0'
    out = bytearray(pack('<iII', sec, nanosec, len(frame_id)) + frame_id)
    data = np.clip(np.round(np.asarray(samples) * 32767), -32768, 32767).astype('<i2')
    for values in (None, None, None, data, None, None):  # float32, int32, int24, int16, ...
        out += bytes(-len(out) % 4)
        out += pack('<I', 0 if values is None else len(values))
        out += b'' if values is None else values.tobytes()
    out += bytes(-len(out) % 4)
    out += pack('<iiii', 8, 1, rate_hz, len(data))
    return b'\x00\x01\x00\x00' + bytes(out)


def bytes_message(raw):
    """A serialised AudioData of ros-drivers."""
    return b'\x00\x01\x00\x00' + pack('<I', len(raw)) + bytes(raw)

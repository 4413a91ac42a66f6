"""Messages for the tests of receivers."""

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

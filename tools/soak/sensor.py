"""A sensor as a process of its own, which may be killed at any time.

python -m tools.soak.sensor imu|image|audio PAGE reliable|best_effort
"""

import struct
import sys
import time
from array import array
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rclpy
from builtin_interfaces.msg import Time
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image, Imu
from std_msgs.msg import Header, Int16MultiArray

from tools.soak import recordings
from tools.soak.page import Page

_TOPICS = {'imu': 'imu/data_raw', 'image': 'image_raw', 'audio': 'audio'}
#: A cut message every so many.
_BREAK_EVERY = 10
_STAMP_AT = 4  # of a serialised message that begins with a header

Make = Callable[[int, int], bytes]


def inertial() -> tuple[type, float, Make]:
    """Messages by number and stamp in ns."""
    rows = recordings.inertial()
    # where the six numbers lie is found by numbers that lie nowhere else
    message = Imu(header=Header(stamp=Time(sec=1), frame_id='imu_link'))
    marks = [1e-300 * (i + 1) for i in range(6)]
    a, w = message.linear_acceleration, message.angular_velocity
    a.x, a.y, a.z, w.x, w.y, w.z = marks
    form = bytearray(serialize_message(message))
    places = [form.find(struct.pack('<d', mark)) for mark in marks]

    def make(i: int, stamp_ns: int) -> bytes:
        struct.pack_into('<iI', form, _STAMP_AT, *divmod(stamp_ns, 10**9))
        for place, value in zip(places, rows[i % len(rows)], strict=True):
            struct.pack_into('<d', form, place, value)
        return bytes(form)

    return Imu, recordings.IMU_HZ, make


def pictures() -> tuple[type, float, Make]:
    """Messages by number and stamp in ns."""
    forms = []
    for frame in recordings.depth():
        height, width = frame.shape
        message = Image(height=height, width=width, encoding='16UC1', step=2 * width)
        message.header = Header(stamp=Time(sec=1), frame_id='camera_depth')
        message.data = array('B', frame.tobytes())
        forms.append(bytearray(serialize_message(message)))

    def make(i: int, stamp_ns: int) -> bytes:
        form = forms[i % len(forms)]
        struct.pack_into('<iI', form, _STAMP_AT, *divmod(stamp_ns, 10**9))
        return bytes(form)

    return Image, recordings.PICTURES_HZ, make


def sound() -> tuple[type, float, Make]:
    """Messages by number; they have no stamp."""
    samples = recordings.sound()
    chunks = samples[: len(samples) // recordings.CHUNK * recordings.CHUNK]
    forms = [
        serialize_message(Int16MultiArray(data=array('h', chunk.tobytes())))
        for chunk in chunks.reshape(-1, recordings.CHUNK)
    ]
    rate_hz = recordings.SOUND_HZ / recordings.CHUNK
    return Int16MultiArray, rate_hz, lambda i, stamp_ns: forms[i % len(forms)]


def main() -> None:
    """Publish until killed; where the machine was too slow, the recording goes on as time does."""
    kind, path, reliability = sys.argv[1:]
    page = Page(Path(path))
    message_type, rate_hz, make = {'imu': inertial, 'image': pictures, 'audio': sound}[kind]()
    rclpy.init()
    qos = QoSProfile(depth=2000 if kind == 'imu' else 50)
    qos.reliability = ReliabilityPolicy[reliability.upper()]
    node = rclpy.create_node(f'{kind}_sensor')
    publisher = node.create_publisher(message_type, _TOPICS[kind], qos)
    page['first_s'] = 0.0
    start_ns, i, frozen_ns, spell = time.time_ns(), 0, 0, 0.0
    while True:
        due_ns = start_ns + round(i * 1e9 / rate_hz)
        behind_s = (time.time_ns() - due_ns) / 1e9
        if behind_s < 0:
            time.sleep(-behind_s)
        elif behind_s > 1.0:  # it was stopped: what was not measured then never is
            i = int((time.time_ns() - start_ns) / 1e9 * rate_hz) + 1
            continue
        i += 1
        if page['quiet']:
            continue
        stamp_ns = due_ns + round(page['offset_s'] * 1e9)
        frozen_ns = (frozen_ns or stamp_ns) if page['standing'] else 0
        data = make(i, frozen_ns or stamp_ns)
        now_s = time.monotonic()
        publisher.publish(data)
        page['sent'] += 1
        if page['spell'] != spell:
            spell, page['late_s'] = page['spell'], 0.0
        page['late_s'] = max(page['late_s'], (time.time_ns() - due_ns) / 1e9)
        if not page['first_s']:
            page['first_s'] = now_s
        if page['breaking'] and i % _BREAK_EVERY == 0:
            publisher.publish(data[: len(data) // 3 + np.random.default_rng(i).integers(3)])
            page['broken'] += 1


if __name__ == '__main__':
    main()

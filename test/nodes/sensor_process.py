"""A sensor as a process of its own, which may be killed: real trials in a loop, stamped now.

It loads what it needs, says so, and publishes from when it is told to until nobody holds the other
end of its pipe. Where the loop stands follows from the time of day, so that two sensors show the
same moment.
"""

import os
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

import numpy as np
import rclpy
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Vector3
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image, Imu
from std_msgs.msg import Header

from dcat_ros.datasets.shading import pictures_of
from dcat_ros.datasets.utd_mhad_files import FOCAL_PX, read_matrix

IMU_HZ, DEPTH_HZ = 50, 15
TO_SI = np.array([9.80665] * 3 + [np.pi / 180] * 3)


def imu_trial(folder: Path, trial: str) -> np.ndarray:
    return read_matrix(folder / 'Inertial' / f'{trial}_inertial.mat', 'd_iner') * TO_SI


def depth_trial(folder: Path, trial: str) -> np.ndarray:
    """Frames spread evenly over the duration of the inertial recording, at DEPTH_HZ."""
    frames = read_matrix(folder / 'Depth' / f'{trial}_depth.mat', 'd_depth').transpose(2, 0, 1)
    n = round(len(imu_trial(folder, trial)) / IMU_HZ * DEPTH_HZ)
    return frames[np.linspace(0, len(frames) - 1, n).round().astype(int)].astype('<u2')


def camera_trial(folder: Path, trial: str) -> np.ndarray:
    """The same moments as an ordinary camera would show them."""
    return pictures_of(depth_trial(folder, trial), FOCAL_PX)


def header(stamp_ns: int, frame_id: str) -> Header:
    return Header(stamp=Time(sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9), frame_id=frame_id)


def imu_message(stamp_ns: int, values) -> bytes:
    a, w = values[:3].tolist(), values[3:].tolist()
    return serialize_message(
        Imu(
            header=header(stamp_ns, 'imu_link'),
            linear_acceleration=Vector3(x=a[0], y=a[1], z=a[2]),
            angular_velocity=Vector3(x=w[0], y=w[1], z=w[2]),
        )
    )


def image_message(stamp_ns: int, frame) -> bytes:
    height, width = frame.shape
    message = Image(
        header=header(stamp_ns, 'camera_frame'),
        height=height,
        width=width,
        encoding={1: 'mono8', 2: '16UC1'}[frame.itemsize],
        step=frame.itemsize * width,
    )
    message.data.frombytes(frame.tobytes())
    return serialize_message(message)


def publish(
    kind: str,
    folder: Path,
    topic: str,
    trials: Sequence[str],
    pipe: Connection,
    environment: dict[str, str],
) -> None:
    """Be such a process.

    Args:
        kind: 'imu', 'depth' or 'camera'.
        folder: of UTD-MHAD.
        topic: where to publish.
        trials: names, such as 'a4_s1_t1'.
        pipe: to say that all is loaded, and to be told to begin.
        environment: of the process.
    """
    os.environ.clear()
    os.environ.update(environment)
    read, make, message_type, rate_hz = {
        'imu': (imu_trial, imu_message, Imu, IMU_HZ),
        'depth': (depth_trial, image_message, Image, DEPTH_HZ),
        'camera': (camera_trial, image_message, Image, DEPTH_HZ),
    }[kind]
    samples = np.concatenate([read(folder, trial) for trial in trials])
    pipe.send('ready')
    pipe.recv()
    Thread(target=_end_with, args=(pipe,), daemon=True).start()
    rclpy.init()
    publisher = rclpy.create_node(f'{kind}_sensor').create_publisher(message_type, topic, 10)
    i = int(time.time() * rate_hz)
    while True:
        stamp_ns = i * 10**9 // rate_hz
        time.sleep(max(0.0, stamp_ns / 1e9 - time.time()))
        publisher.publish(make(stamp_ns, samples[i % len(samples)]))
        i += 1


def _end_with(pipe: Connection) -> None:
    try:
        pipe.recv()
    except EOFError:
        os._exit(0)

"""image_node with pictures of 640 x 480 pixels at 30 Hz: does anything lag by more than a stride?

    python -m benchmarks.image_load [--data DIR]

A process of its own publishes sensor_msgs/Image with stamps of now: 16UC1 for a depth camera, a
made person who moves; rgb8 for an ordinary one, rendered of recorded depth, which needs UTD-MHAD
below DIR (DCAT_DATA) and 'dcat models get pose'.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.camera_load import RATE_HZ, rendered
from benchmarks.node_load import process
from dcat_ros.errors import InputError
from dcat_ros.share import dds_environment

SECONDS = 20.0
_NODE = str(Path(sys.executable).with_name('image_node'))

CAMERA = """
import sys, time, numpy as np, rclpy
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image
seconds, rate_hz, encoding = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
frames = np.load(sys.argv[4])
rclpy.init()
node = rclpy.create_node('camera')
publisher = node.create_publisher(Image, 'image_raw', QoSProfile(depth=5))
message = Image(height=480, width=640, encoding=encoding, step=frames[0].nbytes // 480)
message.header.frame_id = 'camera'
while not publisher.get_subscription_count():
    time.sleep(0.01)
begin = time.time()
for i in range(int(rate_hz * seconds)):
    time.sleep(max(0.0, begin + i / rate_hz - time.time()))
    del message.data[:]
    message.data.frombytes(frames[i % len(frames)].tobytes())
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(time.time_ns(), 10**9)
    publisher.publish(message)
"""


def run(data: Path | None = None) -> list[tuple[str, str]]:
    """All rows of this benchmark."""
    rows = measure('a depth camera', 'image_depth_utd_mhad', '16UC1', made_depth())
    try:
        people = np.stack(rendered(data or Path(os.environ.get('DCAT_DATA', '.'))))
        rows += measure('an ordinary camera, one person', 'camera_utd_mhad', 'rgb8', people)
    except (InputError, OSError) as problem:
        print(f'an ordinary camera is left out: {problem}', flush=True)
    return rows


def made_depth() -> NDArray[np.uint16]:
    """A second of somebody who moves, (30, 480, 640) in mm."""
    depth = np.zeros((30, 480, 640), np.uint16)
    for i, frame in enumerate(depth):
        frame[60:420, 260 + 2 * i : 360 + 2 * i] = 2500 + 10 * i
    return depth


def camera(
    folder: str, seconds: float, encoding: str, frames: NDArray[np.generic]
) -> tuple[str, ...]:
    """What Python is to run as the camera: the code and its arguments.

    Args:
        folder: keeps the frames.
        seconds: how long it films.
        encoding: of the messages.
        frames: shown again and again.
    """
    path = Path(folder) / 'frames.npy'
    np.save(path, frames)
    return (CAMERA, str(seconds), str(RATE_HZ), encoding, str(path))


def measure(
    what: str, model: str, encoding: str, frames: NDArray[np.generic]
) -> list[tuple[str, str]]:
    """The rows of one camera."""
    import rclpy
    from diagnostic_msgs.msg import DiagnosticArray

    from dcat_ros.model.runtime import load_model
    from dcat_ros.nodes.monitor import Heard, Monitor

    load_model(model).make_ready()
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    os.environ.setdefault('ROS_DOMAIN_ID', '77')
    os.environ.update(dds_environment())
    delays_s: list[float] = []
    health: dict[str, str] = {}

    def on_label(heard: Heard) -> None:
        if heard.prediction.state != 'stale':
            delays_s.append(1e-9 * (time.time_ns() - heard.prediction.end_ns))

    def on_health(message: DiagnosticArray) -> None:
        health.update({pair.key: pair.value for pair in message.status[0].values})

    rclpy.init()
    node = rclpy.create_node('listener')
    Monitor(node, '/image_node', heard=on_label)
    node.create_subscription(DiagnosticArray, '/diagnostics', on_health, 10)
    command = (_NODE, '--ros-args', '-p', f'model:={model}', '-p', 'focal_px:=571.0')
    with tempfile.TemporaryDirectory() as folder, process(*command) as running:
        films = camera(folder, SECONDS, encoding, frames)
        time.sleep(4.0)  # start-up must be over
        before = running.cpu_times()
        running_camera = subprocess.Popen([sys.executable, '-c', *films])
        while running_camera.poll() is None:
            rclpy.spin_once(node, timeout_sec=0.05)
        after = running.cpu_times()
        end = time.monotonic() + 1.5  # the last diagnostics
        while time.monotonic() < end:
            rclpy.spin_once(node, timeout_sec=0.05)
    node.destroy_node()
    rclpy.try_shutdown()
    stride_s = load_model(model).card.input.stride_s
    used = after.user + after.system - before.user - before.system
    p50, p99, worst = np.percentile(delays_s, [50, 99, 100])
    rows = [
        (
            f'image_node, {what}, 640 x 480 at 30 Hz: end of window to label / stride',
            f'{p50 / stride_s:.2f}, p99 {p99 / stride_s:.2f}, greatest {worst / stride_s:.2f}   '
            f'({1000 * p50:.0f}, {1000 * p99:.0f} and {1000 * worst:.0f} of '
            f'{1000 * stride_s:.0f} ms, {len(delays_s)} labels)',
        ),
        (
            f'image_node, {what}, 640 x 480 at 30 Hz: CPU time / time',
            f'{used / SECONDS:.2f}   ({health.get("messages received")} frames received, '
            f'{health.get("stream: skipped")} not needed, {health.get("windows dropped")} dropped)',
        ),
    ]
    for row in rows:
        print(*row, flush=True)
    return rows


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path)
    run(parser.parse_args().data)

"""image_node with pictures of 640 x 480 pixels at 30 Hz: does anything lag by more than a stride?

    python -m benchmarks.image_load

A process of its own publishes sensor_msgs/Image (16UC1, a person who moves) with stamps of now.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.node_load import process
from dcat_ros.share import dds_environment

SECONDS = 20.0
_NODE = str(Path(sys.executable).with_name('image_node'))

CAMERA = """
import sys, time, numpy as np, rclpy
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image
seconds = float(sys.argv[1])
rclpy.init()
node = rclpy.create_node('camera')
publisher = node.create_publisher(Image, 'image_raw', QoSProfile(depth=5))
message = Image(height=480, width=640, encoding='16UC1', step=1280)
message.header.frame_id = 'camera'
frames = []
for i in range(30):
    depth = np.zeros((480, 640), np.uint16)
    depth[60:420, 260 + 2 * i:360 + 2 * i] = 2500 + 10 * i
    frames.append(depth.tobytes())
while not publisher.get_subscription_count():
    time.sleep(0.01)
begin = time.time()
for i in range(int(30 * seconds)):
    time.sleep(max(0.0, begin + i / 30 - time.time()))
    del message.data[:]
    message.data.frombytes(frames[i % 30])
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(time.time_ns(), 10**9)
    publisher.publish(message)
"""


def run(model: str = 'image_depth_utd_mhad') -> list[tuple[str, str]]:
    """All rows of this benchmark."""
    import rclpy
    from diagnostic_msgs.msg import DiagnosticArray

    from dcat_ros.model.runtime import load_model
    from dcat_ros.nodes.monitor import Heard, Monitor

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
    with process(*command) as running:
        time.sleep(4.0)  # start-up must be over
        before = running.cpu_times()
        camera = subprocess.Popen([sys.executable, '-c', CAMERA, str(SECONDS)])
        while camera.poll() is None:
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
            "image_node, 640 x 480 at 30 Hz: instant of the window's end to label / stride",
            f'{p50 / stride_s:.2f}, p99 {p99 / stride_s:.2f}, greatest {worst / stride_s:.2f}   '
            f'(stride {1000 * stride_s:.0f} ms, {len(delays_s)} labels)',
        ),
        (
            'image_node, 640 x 480 at 30 Hz: CPU time / time',
            f'{used / SECONDS:.2f}   ({health.get("messages received")} frames received, '
            f'{health.get("stream: skipped")} not needed, {health.get("windows dropped")} dropped)',
        ),
    ]
    for row in rows:
        print(*row, flush=True)
    return rows


if __name__ == '__main__':
    run()

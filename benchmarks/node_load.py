"""CPU time and latency of imu_node, against bare rclpy nodes of the same messages.

    python -m benchmarks.node_load

A process of its own publishes sensor_msgs/Imu at 50, 200 and 1000 Hz. Against imu_node stand a
node that only counts the decoded messages, and one that echoes every message as a String, both
on rclpy's default executor.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil

from dcat_ros.share import dds_environment

RATES_HZ = (50, 200, 1000)
SECONDS = 12.0
IMU_NODE = str(Path(sys.executable).with_name('imu_node'))

_BARE = """
import sys, rclpy
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Imu
from std_msgs.msg import Header
rclpy.init()
node = rclpy.create_node('bare')
n = 0
echo = node.create_publisher(Header, '/echo', 10) if sys.argv[1] == 'echo' else None
def count(message):
    global n
    n += 1
    if echo is not None:
        echo.publish(message.header)
node.create_subscription(Imu, 'imu/data_raw', count, qos_profile_sensor_data)
if sys.argv[1] == 'onnxruntime':
    import numpy, onnxruntime
rclpy.spin(node)
"""

PUBLISHER = """
import sys, time, rclpy
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Imu
rate, seconds = float(sys.argv[1]), float(sys.argv[2])
rclpy.init()
node = rclpy.create_node('sensor')
publisher = node.create_publisher(Imu, 'imu/data_raw', QoSProfile(depth=100))
message = Imu()
message.header.frame_id = 'imu_link'
message.linear_acceleration.z = 9.81
while not publisher.get_subscription_count():
    time.sleep(0.01)
begin = time.time()
for i in range(int(rate * seconds)):
    due = begin + i / rate
    time.sleep(max(0.0, due - time.time()))
    # a value that never changes is taken for a sensor that froze
    message.linear_acceleration.x = message.angular_velocity.z = (i % 37) / 37
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(time.time_ns(), 10**9)
    publisher.publish(message)
"""


@contextmanager
def process(*command: str) -> Iterator[psutil.Process]:
    """A process that is ended at the end."""
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        try:
            started.wait(timeout=5)
        except subprocess.TimeoutExpired:  # a bare rclpy.spin() does not always hear SIGTERM
            started.kill()
            started.wait()


def consumer(kind: str, model: str, backend: str = 'auto') -> tuple[str, ...]:
    """The command of imu_node or of a bare node."""
    if kind == 'imu_node':
        return (IMU_NODE, '--ros-args', '-p', f'model:={model}', '-p', f'backend:={backend}')
    return (sys.executable, '-c', _BARE, kind)


def cpu_per_message_us(kind: str, model: str, rate_hz: float) -> float:
    """CPU time per message in microseconds, without start-up."""
    with process(*consumer(kind, model)) as node:
        time.sleep(4.0)  # start-up must be over: only the steady state is measured
        before = node.cpu_times()
        publisher = [sys.executable, '-c', PUBLISHER, str(rate_hz), str(SECONDS)]
        subprocess.run(publisher, check=True, timeout=60 + SECONDS)
        after = node.cpu_times()
    used = after.user + after.system - before.user - before.system
    return 1e6 * used / (rate_hz * SECONDS)


def latency_ms(kind: str, model: str) -> tuple[float, float]:
    """Median and p99 from publishing the stamped sample to receiving what it caused, in ms."""
    import rclpy
    from std_msgs.msg import Header

    from dcat_ros.nodes.monitor import Heard, Monitor

    delays: list[float] = []
    rclpy.init()
    node = rclpy.create_node('listener')
    if kind == 'echo':

        def on_echo(header: Header) -> None:
            delays.append(1e-6 * (time.time_ns() - header.stamp.sec * 10**9 - header.stamp.nanosec))

        node.create_subscription(Header, '/echo', on_echo, 10)
    else:
        # the window's end is a grid point; the sample that completes it comes up to a period later
        def on_label(heard: Heard) -> None:
            delays.append(1e-6 * (time.time_ns() - heard.prediction.end_ns))

        Monitor(node, heard=on_label)
    with process(*consumer(kind, model)):
        time.sleep(4.0)
        command = [sys.executable, '-c', PUBLISHER, '200', str(SECONDS)]
        publisher = subprocess.Popen(command)
        while publisher.poll() is None:
            rclpy.spin_once(node, timeout_sec=0.05)
    node.destroy_node()
    rclpy.try_shutdown()
    p50, p99 = np.percentile(delays, [50, 99])
    return float(p50), float(p99)


def resident_mib(kind: str, model: str, backend: str = 'auto') -> float:
    """Resident memory after start-up, in MiB."""
    with process(*consumer(kind, model, backend)) as node:
        time.sleep(4.0)
        return float(node.memory_info().rss / 2**20)


def start_to_first_label_s(model: str, backend: str) -> float:
    """From starting the process to its first label, less the window that must fill, in s."""
    import rclpy

    from dcat_ros.model.runtime import load_model
    from dcat_ros.nodes.monitor import Monitor

    rclpy.init()
    node = rclpy.create_node('listener')
    monitor = Monitor(node)
    command = [sys.executable, '-c', PUBLISHER, '200', '20']
    publisher = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    began = time.monotonic()
    with process(*consumer('imu_node', model, backend)):
        while not monitor.all and time.monotonic() - began < 20:
            rclpy.spin_once(node, timeout_sec=0.05)
        took = time.monotonic() - began
    publisher.terminate()
    publisher.wait()
    node.destroy_node()
    rclpy.try_shutdown()
    return took - load_model(model).card.input.window_s


def run(model: str = 'imu_utd_mhad') -> list[tuple[str, str]]:
    """All rows of this benchmark."""
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    os.environ.setdefault('ROS_DOMAIN_ID', '77')
    os.environ.update(dds_environment())
    rows: list[tuple[str, str]] = []
    for rate in RATES_HZ:
        bare = cpu_per_message_us('count', model, rate)
        ours = cpu_per_message_us('imu_node', model, rate)
        rows.append(
            (
                f'CPU per message at {rate} Hz, imu_node / bare subscriber that counts',
                f'{ours / bare:.2f}   ({ours:.0f} / {bare:.0f} us)',
            )
        )
        print(*rows[-1], flush=True)
    echo, ours_latency = latency_ms('echo', model), latency_ms('imu_node', model)
    rows.append(
        (
            'latency at 200 Hz: window end to label / sample to echo, medians',
            f'{ours_latency[0] / echo[0]:.1f}   ({ours_latency[0]:.1f} / {echo[0]:.2f} ms, p99 '
            f'{ours_latency[1]:.1f} / {echo[1]:.2f} ms; 60 ms of it are the low-pass)',
        )
    )
    print(*rows[-1], flush=True)
    memory, base = resident_mib('imu_node', model), resident_mib('onnxruntime', model)
    by_torch = resident_mib('imu_node', model, 'torch')
    rows.append(
        (
            'resident memory, imu_node / rclpy node that imports numpy and onnxruntime',
            f'{memory / base:.2f}   ({memory:.0f} / {base:.0f} MiB; backend torch: {by_torch:.0f})',
        )
    )
    print(*rows[-1], flush=True)
    ours_s, torch_s = (
        min(start_to_first_label_s(model, backend) for _ in range(3))
        for backend in ('onnxruntime', 'torch')
    )
    rows.append(
        (
            'process start to first label, less the window: onnxruntime / torch, least of three',
            f'{ours_s / torch_s:.2f}   ({ours_s:.2f} / {torch_s:.2f} s)',
        )
    )
    print(*rows[-1], flush=True)
    return rows


if __name__ == '__main__':
    run()

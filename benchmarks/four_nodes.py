"""What a robot with three sensors spends on them: three recognisers and presence_node at once.

    python -m benchmarks.four_nodes

Processes of their own publish sensor_msgs/Imu at 200 Hz, depth pictures of 640 x 480 at 30 Hz, and
sound at 48 kHz, with stamps of now.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from benchmarks.image_load import camera, made_depth
from benchmarks.node_load import PUBLISHER, process
from dcat_ros.share import dds_environment

SECONDS = 10.0
#: Start-up, discovery and the first windows come before.
_BEFORE_S = 8.0
_NODES = {
    'imu_node': ('model:=imu_utd_mhad',),
    'image_node': ('model:=image_depth_utd_mhad', 'focal_px:=571.0'),
    'audio_node': ('model:=audio_kitchen20', 'sample_rate:=48000'),
    'presence_node': (),
}

_MICROPHONE = """
import sys, time, numpy as np, rclpy
from rclpy.qos import QoSProfile
from std_msgs.msg import Int16MultiArray
seconds = float(sys.argv[1])
rclpy.init()
node = rclpy.create_node('microphone')
publisher = node.create_publisher(Int16MultiArray, 'audio', QoSProfile(depth=50))
noise = np.random.default_rng(0).normal(scale=1000, size=(50, 960)).astype(np.int16)
chunks = [Int16MultiArray(data=chunk.tolist()) for chunk in noise]
while not publisher.get_subscription_count():
    time.sleep(0.01)
begin = time.time()
for i in range(int(50 * seconds)):
    time.sleep(max(0.0, begin + i / 50 - time.time()))
    publisher.publish(chunks[i % 50])
"""


@contextmanager
def _labels() -> Iterator[Callable[[float], Counter[str]]]:
    """What listens for so many seconds, and counts the labels of each node."""
    import rclpy

    from dcat_ros.nodes.monitor import Heard, Monitor
    from dcat_ros.streaming.decision import STALE

    rclpy.init()
    listener = rclpy.create_node('listener')
    counts: Counter[str] = Counter()

    def on_label(name: str, heard: Heard) -> None:
        counts[name] += heard.prediction.state != STALE

    for name in _NODES:
        Monitor(listener, f'/{name}', heard=partial(on_label, name))

    def listen(seconds: float) -> Counter[str]:
        counts.clear()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            rclpy.spin_once(listener, timeout_sec=0.05)
        return Counter(counts)

    try:
        yield listen
    finally:
        listener.destroy_node()
        rclpy.try_shutdown()


def run() -> list[tuple[str, str]]:
    """All rows of this benchmark."""
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    os.environ.setdefault('ROS_DOMAIN_ID', '77')
    os.environ.update(dds_environment())
    lasts_s = _BEFORE_S + SECONDS + 5
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        sensors = (
            (PUBLISHER, '200', str(lasts_s)),
            camera(folder, lasts_s, '16UC1', made_depth()),
            (_MICROPHONE, str(lasts_s)),
        )
        nodes = {}
        for name, parameters in _NODES.items():
            given = [word for parameter in parameters for word in ('-p', parameter)]
            command = [str(Path(sys.executable).with_name(name)), '--ros-args', *given]
            nodes[name] = stack.enter_context(process(*command))
        for code, *arguments in sensors:
            publisher = subprocess.Popen([sys.executable, '-c', code, *arguments])
            stack.callback(publisher.wait)
            stack.callback(publisher.kill)
        labels = stack.enter_context(_labels())
        labels(_BEFORE_S)
        before = {name: sum(node.cpu_times()[:2]) for name, node in nodes.items()}
        n_labels = labels(SECONDS)
        used = {name: sum(node.cpu_times()[:2]) - before[name] for name, node in nodes.items()}
    shares = ', '.join(
        f'{name} {seconds / SECONDS:.3f} for {n_labels[name]} labels'
        for name, seconds in used.items()
    )
    row = (
        'three sensors and presence_node: CPU time / time',
        f'{sum(used.values()) / SECONDS:.2f}   ({shares})',
    )
    print(*row, flush=True)
    return [row]


if __name__ == '__main__':
    run()

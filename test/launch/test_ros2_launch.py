"""The launch files under the real `ros2 launch`, from a folder that is not the repository."""

import os
import random
import shutil
import signal
import subprocess
import time

import pytest

pytest.importorskip('launch_ros', reason='launch_ros is on no registry: it comes with ROS 2')
pytest.importorskip('rclpy', reason='needs rclpy')

import rclpy
from lifecycle_msgs.srv import GetState

pytestmark = pytest.mark.ros


@pytest.fixture
def domain(monkeypatch):
    monkeypatch.setenv('ROS_DOMAIN_ID', str(random.SystemRandom().randrange(1, 100)))
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    if shutil.which('ros2') is None:
        pytest.skip('needs the command ros2')
    prefixes = os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)
    if not any(os.path.isdir(os.path.join(p, 'lib', 'dcat_ros')) for p in prefixes):
        pytest.skip('needs dcat_ros built with colcon and its workspace sourced')


def test_imu_only_comes_up_active_in_its_namespace_and_ends_cleanly(domain, tmp_path):
    command = ['ros2', 'launch', 'dcat_ros', 'imu_only.launch.py', 'namespace:=robot1']
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    rclpy.init()
    try:
        node = rclpy.create_node('launch_test')
        client = node.create_client(GetState, '/robot1/imu_node/get_state')
        state = ''
        end = time.monotonic() + 30
        while state != 'active' and time.monotonic() < end:
            if not client.wait_for_service(timeout_sec=1.0):
                continue
            future = client.call_async(GetState.Request())
            rclpy.spin_until_future_complete(node, future, timeout_sec=2.0)
            state = future.result().current_state.label if future.done() else ''
        node.destroy_node()
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
        rclpy.try_shutdown()
    assert state == 'active', output
    assert 'process has finished cleanly' in output

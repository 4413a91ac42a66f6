"""dcat check --live: what a running robot publishes, over DDS."""

import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest
import rclpy
from helpers import REPO
from node_helpers import imu_message
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CameraInfo, Image, Imu
from std_msgs.msg import String

pytestmark = pytest.mark.ros

STEP_NS, BEHIND_NS = 20_000_000, 4_000_000_000
LATCHED = QoSProfile(
    depth=1, reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.TRANSIENT_LOCAL
)


@pytest.fixture
def robot():
    """Publishes while dcat check --live runs as a process; gives its exit code and report."""
    rclpy.init()
    node = rclpy.create_node('robot')
    executor = SingleThreadedExecutor()
    executor.add_node(node)

    def check(imu, publish, *options):
        program = 'from dcat_ros.cli.entry import main; main()'
        command = [sys.executable, '-c', program, 'check', '--live', '--seconds', '6']
        process = subprocess.Popen(
            [*command, '--json', *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=REPO,
            env=os.environ,
        )
        stamp_ns = 0
        while process.poll() is None:
            now_ns = node.get_clock().now().nanoseconds
            if not stamp_ns and imu.get_subscription_count():
                stamp_ns = now_ns - BEHIND_NS
            # by its stamps the sensor is regular however late this loop is, and a window is full
            # soon, for what it is behind it makes up for in a fraction of the time
            if 0 < stamp_ns <= now_ns:
                publish(stamp_ns)
                stamp_ns += STEP_NS
            executor.spin_once(timeout_sec=0.0)
            time.sleep(0.004)
        out, err = process.communicate()
        assert 'Traceback' not in err
        return process.returncode, json.loads(out)

    yield node, check
    executor.shutdown()
    node.destroy_node()
    rclpy.try_shutdown()


def test_a_good_sensor_and_its_truth_have_no_fault(robot):
    node, check = robot
    imu = node.create_publisher(Imu, '/wrist/imu', 50)
    truth = node.create_publisher(String, '/activity_truth', LATCHED)
    truth.publish(String(data='walk'))  # once, before anybody listens
    rng = np.random.default_rng(0)
    code, report = check(imu, lambda stamp_ns: imu.publish(imu_message(stamp_ns, rng)))
    assert code == 0, report['remarks']
    (topic,) = report['topics']
    assert (topic['topic'], topic['frames']) == ('/wrist/imu', ['imu_link'])
    assert topic['n_messages'] > 50
    assert list(report['truth']['seconds']) == ['walk']
    assert 'imu_utd_mhad' in [model['model'] for model in report['models'] if model['fits']]


def test_half_a_sensor_and_a_camera_that_sees_nothing_are_faults(robot):
    node, check = robot
    imu = node.create_publisher(Imu, '/wrist/imu', 50)
    camera = node.create_publisher(Image, '/depth/image_raw', 10)
    info = node.create_publisher(CameraInfo, '/depth/camera_info', LATCHED)
    calibrated = CameraInfo(width=80, height=60)
    calibrated.k[0] = calibrated.k[4] = 70.0
    info.publish(calibrated)
    rng = np.random.default_rng(0)

    def publish(stamp_ns):
        message = imu_message(stamp_ns, rng)
        message.angular_velocity.x = message.angular_velocity.y = message.angular_velocity.z = 0.0
        imu.publish(message)
        picture = Image(height=60, width=80, encoding='16UC1', step=160, data=bytes(9600))
        picture.header = message.header
        camera.publish(picture)

    code, report = check(imu, publish)
    assert code == 1
    faults = {r['about']: r['sentence'] for r in report['remarks'] if r['level'] == 'fault'}
    assert 'the angular rate is exactly 0 in all axes' in faults['/wrist/imu']
    assert 'no pixel of the depth picture has a reading' in faults['/depth/image_raw']

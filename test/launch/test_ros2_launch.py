"""The launch files under the real `ros2 launch`, from a folder that is not the repository."""

import os
import shutil
import signal
import subprocess
import time
from ctypes.util import find_library

import pytest

pytest.importorskip('launch_ros', reason='launch_ros is on no registry: it comes with ROS 2')
pytest.importorskip('rclpy', reason='needs rclpy')

import rclpy
from helpers import make_card, make_net
from lifecycle_msgs.srv import GetState
from own_domain import own_domain
from rcl_interfaces.srv import GetParameters

from dcat_ros.model.weights import save_weights
from dcat_ros.sensors.registry import find_sensor
from dcat_ros.share import share_dir

pytestmark = pytest.mark.ros

NAMESPACE = '/robot1'
HAS_SOUND = (share_dir() / 'models' / 'audio_kitchen20.safetensors').is_file()
MICROPHONE = 'active' if find_library('portaudio') else 'unconfigured'
#: the state that every node comes to by itself, and stale_after in the parameter file
STATES = {
    'imu_only': ({'imu_node': 'active'}, 2.0),
    'image_only': ({'image_node': 'active'}, 2.0),
    'audio_only': ({'audio_node': 'active', 'microphone_node': MICROPHONE}, 2.0),
    # the nodes' own default is 2.0; presence_node configures the others and lets them sleep
    'auto': (
        {
            'imu_node': 'inactive',
            'image_node': 'inactive',
            'audio_node': 'inactive' if HAS_SOUND else 'unconfigured',
            'presence_node': 'active',
        },
        1.0,
    ),
}


@pytest.fixture
def domain(monkeypatch):
    monkeypatch.setenv('ROS_DOMAIN_ID', own_domain())
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    if shutil.which('ros2') is None:
        pytest.skip('needs the command ros2')
    prefixes = os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)
    if not any(os.path.isdir(os.path.join(p, 'lib', 'dcat_ros')) for p in prefixes):
        pytest.skip('needs dcat_ros built with colcon and its workspace sourced')


@pytest.fixture
def asker(domain):
    """Calls services of the launched nodes."""
    rclpy.init()
    yield Asker()
    rclpy.try_shutdown()


class Asker:
    """A node that asks others."""

    def __init__(self):
        self.node = rclpy.create_node('launch_test')
        self.clients = {}

    def ask(self, service_type, name, request):
        """The answer; None if there is none in time, as before discovery."""
        if name not in self.clients:
            self.clients[name] = self.node.create_client(service_type, f'{NAMESPACE}/{name}')
        if not self.clients[name].wait_for_service(timeout_sec=1.0):
            return None
        future = self.clients[name].call_async(request)
        rclpy.spin_until_future_complete(self.node, future, timeout_sec=2.0)
        return future.result() if future.done() else None

    def state(self, node):
        answer = self.ask(GetState, f'{node}/get_state', GetState.Request())
        return answer and answer.current_state.label

    def stale_after(self, node):
        request = GetParameters.Request(names=['stale_after'])
        answer = self.ask(GetParameters, f'{node}/get_parameters', request)
        return answer and answer.values[0].double_value


def until(value, ask, end):
    """Ask until the answer is this value; gives the last answer."""
    answer = ask()
    while answer != value and time.monotonic() < end:
        time.sleep(0.1)
        answer = ask()
    return answer


def more_arguments(name, folder):
    """What the launch file needs beside the namespace."""
    if name != 'audio_only':
        return []
    sensor = find_sensor('audio')
    given = {'channels': sensor.channels, 'units': sensor.units, 'size': sensor.size}
    card = make_card(modality='audio', input={**given, 'rate_hz': 100.0})
    save_weights(folder / 'sound.safetensors', make_net(card), card)
    return ['microphone:=true', 'model:=sound.safetensors']


@pytest.mark.slow
@pytest.mark.parametrize('name', STATES)
def test_launch_file_comes_up_in_its_namespace_and_ends_cleanly(name, asker, tmp_path):
    states, stale_after = STATES[name]
    command = ['ros2', 'launch', 'dcat_ros', f'{name}.launch.py', f'namespace:={NAMESPACE[1:]}']
    command += more_arguments(name, tmp_path)
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    end = time.monotonic() + 120
    try:
        came_to = {n: until(s, lambda n=n: asker.state(n), end) for n, s in states.items()}
        watching = [n for n in states if n != 'microphone_node']
        times = {n: until(stale_after, lambda n=n: asker.stale_after(n), end) for n in watching}
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=120)
    assert came_to == states, output
    assert times == dict.fromkeys(watching, stale_after)
    assert process.returncode == 0, output
    assert 'Traceback' not in output
    assert output.count('process has finished cleanly') == len(states), output

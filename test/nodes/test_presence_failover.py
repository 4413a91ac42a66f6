"""A sensor's process is killed again and again: the label goes on from the other one.

Real recordings of the same trials, inertial sensor and depth camera, each from a process of its
own, to the shipped models; an ordinary camera's pictures are rendered from the depth camera's.
"""

import random
import time
from itertools import pairwise

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from pose_helpers import pose_network
from presence_dds import PRESENCE, Node, Sensor, ros_arguments

from dcat_ros.datasets.utd_mhad_files import FOCAL_PX

pytestmark = [pytest.mark.ros, pytest.mark.slow]

#: A clap and crossed arms: the wrist's sensor is surer of them than the camera, all the time.
TRIALS = ('a4_s1_t1', 'a6_s1_t1')
IMU, IMAGE, CAMERA = '/imu_node', '/image_node', '/camera_node'


@pytest.fixture
def sensors(data_dir):
    """Makes sensors, and ends them."""
    made = []

    def make(kind):
        topic = {'imu': 'imu/data_raw', 'depth': 'image_raw', 'camera': 'color/image_raw'}[kind]
        made.append(Sensor(kind, data_dir / 'utd_mhad', topic, *TRIALS))
        return made[-1]

    yield make
    for sensor in made:
        sensor.__exit__()


WAITING = {'autostart': 'false', 'stale_after': 1.0}


def imu_node():
    return Node('imu_node', *ros_arguments(model='imu_utd_mhad', **WAITING))


def image_node():
    return Node('image_node', *ros_arguments(focal_px=FOCAL_PX, **WAITING))


def camera_node():
    """An image_node for an ordinary camera."""
    remaps = '__node:=camera_node', 'image_raw:=color/image_raw'
    return Node('image_node', *ros_arguments(remaps=remaps, model='camera_utd_mhad', **WAITING))


def presence_node(*names):
    # quick to come back, so that twenty times take two minutes
    quick = ros_arguments(recognisers=f'[{",".join(names)}]', margin=0.02, hold=0.2)
    return Node('presence_node', *quick)


def nodes():
    """The two recognisers and presence_node, as auto.launch.py starts them."""
    return [imu_node(), image_node(), presence_node('imu_node', 'image_node')]


def begin(sensor, listener):
    """Publish, once it has loaded its recordings."""
    listener.wait_for(sensor.ready, 'the recordings')
    sensor.begin()


def test_label_goes_on_whenever_the_sensor_is_killed_and_comes_back(listener, sensors):
    seed = random.SystemRandom().randrange(10**6)
    print(f'seed {seed}')
    rng = random.Random(seed)
    processes = nodes()
    took_s = []
    try:
        imu, spare = sensors('imu'), sensors('imu')
        depth = sensors('depth')
        begin(depth, listener)
        listener.wait_for(lambda: listener.sources == [IMAGE], 'the image alone')
        n = len(listener.activities)
        for i in range(20):
            if i % 4 == 1:  # killed while presence is still waking its recogniser
                begin(imu, listener)
                listener.spin(rng.uniform(0.0, 2.0))
                imu.kill()
                imu, spare = spare, sensors('imu')
            begin(imu, listener)
            listener.wait_for(lambda: listener.sources == [IMU], 'the inertial sensor')
            listener.spin(rng.uniform(0.0, 0.6))
            imu.kill()
            took_s.append(listener.wait_for(lambda: listener.sources == [IMAGE], 'the image'))
            # it comes again at any moment of its recogniser's going down
            imu, spare = spare, sensors('imu')
            listener.spin(rng.uniform(0.0, 0.9))
        # nobody's "unknown" between two labels is part of the silence
        spoke_s = [came for came, groups in listener.activities[n:] if groups[0].source]
        gaps_s = [b - a for a, b in pairwise(spoke_s)]
        # times are shown and not judged: they are the machine's, too
        print(f'switched within {max(took_s):.2f} s, longest silence {max(gaps_s):.2f} s')
        # no wrong state is left
        begin(imu, listener)
        listener.wait_for(lambda: listener.sources == [IMU], 'the inertial sensor')
        for name in (IMU, IMAGE, PRESENCE):
            listener.wait_for_state(name, 'active')
        assert all(process.alive() for process in processes), 'nothing was restarted'
        since = time.monotonic()
        listener.wait_for(
            lambda: listener.health_came.get(f'{PRESENCE}: {IMU}', 0) > since, 'diagnostics'
        )
        well = (DiagnosticStatus.OK, 'active')
        listener.wait_for(
            lambda: listener.presence_of(IMU) == listener.presence_of(IMAGE) == well,
            'good reports',
        )
        imu.kill()
        listener.wait_for_state(IMU, 'inactive')
        depth.kill()
        listener.wait_for_state(IMAGE, 'inactive')
        listener.wait_for(lambda: listener.sources == [''], 'nobody')
        listener.wait_for(lambda: listener.labels[-1] == 'unknown', 'the label')
    finally:
        codes = [process.interrupt() for process in processes if process.alive()]
    assert codes == [0, 0, 0]


def test_killed_recogniser_is_told_of_the_other_goes_on_and_it_is_taken_back(listener, sensors):
    processes = nodes()
    try:
        for kind in ('imu', 'depth'):
            begin(sensors(kind), listener)
        listener.wait_for(lambda: listener.sources == [IMU], 'the inertial sensor')
        listener.wait_for_state(IMAGE, 'active')
        processes[0].kill()
        took_s = listener.wait_for(lambda: listener.sources == [IMAGE], 'the image')
        print('killed recogniser', took_s)
        listener.wait_for(
            lambda: 'has not answered' in listener.presence_of(IMU)[1], 'presence to say so'
        )
        assert listener.presence_of(IMU)[0] == DiagnosticStatus.ERROR
        n = len(listener.activities)

        def goes_on():
            return sum(groups[0].source == IMAGE for _, groups in listener.activities[n:]) > 4

        listener.wait_for(goes_on, 'the image to go on')
        assert {groups[0].source for _, groups in listener.activities[n:]} <= {IMAGE, ''}
        processes[0] = imu_node()
        listener.wait_for(lambda: listener.sources == [IMU], 'the new process')
        listener.wait_for_state(IMU, 'active')
    finally:
        for process in processes:
            process.__exit__()


def test_an_ordinary_camera_stands_in_for_both_of_the_others(listener, sensors):
    """As auto.launch.py starts them where camera_topic is given."""
    pose_network()
    presence = presence_node('imu_node', 'image_node', 'camera_node')
    processes = [imu_node(), image_node(), camera_node(), presence]
    try:
        imu, depth, colour = (sensors(kind) for kind in ('imu', 'depth', 'camera'))
        for sensor in (imu, depth, colour):
            begin(sensor, listener)
        for name in (IMU, IMAGE, CAMERA):
            listener.wait_for_state(name, 'active')
        listener.wait_for(lambda: listener.sources == [IMU], 'the inertial sensor')
        imu.kill()
        depth.kill()
        listener.wait_for(lambda: listener.sources == [CAMERA], 'the ordinary camera')
        listener.wait_for(lambda: listener.labels[-1] != 'unknown', 'a label of it')
        colour.kill()
        listener.wait_for(lambda: listener.sources == [''], 'nobody')
    finally:
        codes = [process.interrupt() for process in processes if process.alive()]
    assert codes == [0, 0, 0, 0]

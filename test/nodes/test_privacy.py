"""No picture and no sound is stored or sent, but to who subscribes to the debug image.

Real nodes get data with a pattern in them that is looked for wherever they write and send.
"""

import os
import re
from pathlib import Path

import numpy as np
import pytest
import rclpy
from pose_helpers import pose_network
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image
from test_audio_node import Speaker
from test_image_node import Camera, depth_of, picture
from test_image_node_colour import picture as colour_picture
from untrained import save_untrained
from watch import Watched, tracing

pytestmark = pytest.mark.ros

PATIENCE_S = 120.0
#: Eight numbers that stand nowhere else, as depth in mm and as samples of sound.
PATTERN = np.array([3001, 3517, 3203, 3911, 3089, 3701, 3307, 3491], '<u2')
MARK = PATTERN.tobytes()
#: More than any label needs, less than a picture.
SMALL = 16384
#: Types of messages that hold pictures or sound.
PERSONAL = re.compile(r'sensor_msgs/msg/(Compressed)?Image|audio|UInt8MultiArray|Int16MultiArray')
#: Of a process that only labels, beside its log: terminal, semaphores, DDS in shared memory.
USUAL = re.compile(
    r'/dev/(null|tty|pts/\d+)|/dev/shm/(sem\.\w+|fast(dds|rtps)_\w+)|(pipe|anon_inode):.*'
)
#: Ports that Linux gives who asks for none.
FROM_HERE = int(Path('/proc/sys/net/ipv4/ip_local_port_range').read_text().split()[0])
SENDS = ('sendto', 'sendmsg', 'sendmmsg')
needs_strace = pytest.mark.skipif(bool(tracing()), reason=tracing())


class Filming(Camera):
    """Films a body before a wall with the pattern on it, and does not ask for the debug image."""

    def __init__(self):
        super().__init__(watches=False)

    def feed(self):
        depth = depth_of()
        depth[:10] = np.resize(PATTERN, depth[:10].shape)
        self.film(1, lambda i: picture(depth))


class Rolling(Filming):
    """Films in colour, with the pattern in every picture."""

    def feed(self):
        colour = np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8)
        colour[:10] = np.resize(np.frombuffer(MARK, np.uint8), colour[:10].shape)
        self.film(1, lambda i: colour_picture(colour, 'rgb8'))


class Speaking(Speaker):
    """Makes a noise with the pattern in it."""

    def feed(self):
        """In real time, for the time of receipt is the sound's time."""
        noise = np.random.default_rng(0).integers(-3000, 3000, 8000).astype(np.int16)
        for begin in range(0, len(noise), 800):
            noise[begin : begin + 80] = np.resize(PATTERN, 80)
        self.say(noise)


#: What is heard or seen -> the node, what feeds it, the model's modality, and more parameters.
SENSORS = {
    'depth': ('image_node', Filming, 'depth', 'focal_px:=285.0'),
    'colour': ('image_node', Rolling, 'camera', 'max_gap:=1.0'),
    # a busy machine brings sound late
    'sound': ('audio_node', Speaking, 'audio', 'max_gap:=1.0'),
}


@pytest.fixture(params=SENSORS)
def kind(request, monkeypatch):
    if request.param == 'colour':
        # of two levels up: the node has a home of its own
        monkeypatch.setenv('DCAT_CACHE', str(pose_network().parents[1]))
    return request.param


@pytest.fixture
def run(tmp_path):
    """Lets a node label what it is fed, and gives the process and its publishers' types."""
    rclpy.init()
    closing = []

    def run(kind, leak='none', before=lambda sensor: None):
        program, sensor_class, modality, more = SENSORS[kind]
        save_untrained(tmp_path / 'model.safetensors', modality=modality)
        sensor = sensor_class()
        closing.append(sensor)
        model = f'model:={tmp_path / "model.safetensors"}'
        with Watched(program, tmp_path, '-p', model, '-p', more, leak=leak) as watched:
            sensor.wait_for(lambda: sensor.state() == 'active', 'the node', PATIENCE_S)
            before(sensor)

            def labelled():
                sensor.feed()
                watched.look()
                return len(sensor.monitor.all) >= 5

            sensor.wait_for(labelled, 'five labels', PATIENCE_S)
            topics = sensor.node.get_publisher_names_and_types_by_node(program, '/')
        return watched, sensor, dict(topics)

    yield run
    for sensor in closing:
        sensor.close()
    rclpy.try_shutdown()


def breaches(watched):
    """What a recogniser must not do, in words."""
    log = str(watched.folders['log'])
    for name in sorted(watched.written()):
        if not (name.startswith(log) or USUAL.fullmatch(name)):
            yield f'writes {name}'
    for line in watched.notes:
        if not line.startswith('open '):
            yield line
    for path, data in watched.stored().items():
        if MARK in data:
            yield f'{path.name} holds what the sensor gave'
    if watched.others:
        yield f'sockets: {watched.others}'
    if any(MARK in data for data in watched.payloads('write', 'pwrite64', 'writev', *SENDS)):
        yield 'what the sensor gave goes out'
    if any(len(data) > SMALL for data in watched.payloads(*SENDS)):
        yield 'more is sent than labels need'


def test_nothing_is_stored_and_nothing_but_labels_is_sent(kind, run):
    watched, sensor, topics = run(kind)
    said = list(breaches(watched))
    assert said == [], said
    if watched.traced:  # it sees what is sent: the names of the labels are in it
        label = sensor.monitor.all[-1].prediction.label.encode()
        assert any(label in data for data in watched.payloads(*SENDS))
    personal = {name for name, types in topics.items() if any(map(PERSONAL.search, types))}
    assert personal == (set() if kind == 'sound' else {'/image_node/debug_image'})
    begin = 7400 + 250 * int(os.environ['ROS_DOMAIN_ID'])
    # of the domain; Fast DDS's own; and those that it sends from, which the system chose
    of_dds = {*range(begin, begin + 250), *range(7000, 7400), *range(FROM_HERE, 65536)}
    assert watched.udp_ports & set(range(begin, begin + 250))
    assert watched.udp_ports <= of_dds
    (log,) = watched.folders['log'].iterdir()
    assert 'listens to' in log.read_text(encoding='utf-8')


@needs_strace
def test_the_debug_image_is_sent_to_who_asks_for_it(run):
    shown = []

    def subscribe(camera):
        topic = '/image_node/debug_image'
        camera.node.create_subscription(Image, topic, shown.append, QoSProfile(depth=5))

    watched, _, _ = run('depth', before=subscribe)
    assert list(breaches(watched)) == ['more is sent than labels need']


@pytest.mark.parametrize(
    ('leak', 'found'), [('file', 'writes .*kept'), ('socket', 'socket.sendto')]
)
def test_a_leak_would_be_found(kind, run, leak, found):
    watched, _, _ = run(kind, leak=leak)
    said = list(breaches(watched))
    assert any(re.match(found, breach) for breach in said), said
    if leak == 'file':
        assert any('holds what the sensor gave' in breach for breach in said)
    elif watched.traced:
        assert 'what the sensor gave goes out' in said

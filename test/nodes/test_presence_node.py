"""presence_node over DDS, with two recognisers of one kind that stand for two sensors."""

import signal
import time
from pathlib import Path

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from lifecycle_msgs.msg import Transition
from node_helpers import HANGS_S, imu_message
from presence_dds import PRESENCE, Node, ros_arguments
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Imu
from untrained import save_untrained

from dcat_ros.nodes.presence_node import PresenceNode
from dcat_ros.nodes.presence_parameters import PRESENCE_PARAMETERS

pytestmark = pytest.mark.ros

LEFT, RIGHT = '/left_node', '/right_node'
OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


@pytest.fixture
def started():
    """Starts processes, and ends them."""
    processes = []

    def start(program, *arguments):
        processes.append(Node(program, *arguments))
        return processes[-1]

    yield start
    for process in processes:
        process.__exit__()


@pytest.fixture
def recogniser(started, quick_model):
    """Starts imu_node under the name left_node or right_node, with a topic of that name."""

    def start(name, model=quick_model, **parameters):
        topic = name.strip('/').replace('_node', '/imu')
        remaps = [f'__node:={name.strip("/")}', f'imu/data_raw:={topic}']
        settings = {'autostart': 'false', 'stale_after': 1.0, 'model': model} | parameters
        return started('imu_node', *ros_arguments(remaps=remaps, **settings))

    return start


def presence(started, *names, **parameters):
    names = ','.join(name.strip('/') for name in names)
    return started('presence_node', *ros_arguments(recognisers=f'[{names}]', **parameters))


class Data:
    """Publishes samples on a recogniser's topic from the listener's own executor."""

    def __init__(self, listener, name, reliability=ReliabilityPolicy.RELIABLE):
        topic = name.strip('/').replace('_node', '/imu')
        self.node = listener.node
        self.publisher = self.node.create_publisher(
            Imu, topic, QoSProfile(depth=100, reliability=reliability)
        )
        self.timer = None
        self.rng = np.random.default_rng(0)

    def flow(self):
        self.timer = self.node.create_timer(0.02, self.one)

    def one(self):
        self.publisher.publish(imu_message(time.time_ns(), self.rng))

    def stop(self):
        self.node.destroy_timer(self.timer)


def test_recogniser_sleeps_until_data_flows_and_sleeps_again_after_it(
    listener, recogniser, started
):
    recogniser(LEFT)
    presence(started, LEFT)
    listener.wait_for_state(LEFT, 'inactive')
    listener.wait_for(lambda: listener.sources == [''], 'that nobody is present')
    listener.wait_for(lambda: listener.labels == ['unknown'], 'the label')
    data = Data(listener, LEFT)
    status = f'{PRESENCE}: {LEFT}'
    listener.wait_for(
        lambda: listener.health.get(status, (0, 0, {}))[2].get('publishers') == '1', 'a publisher'
    )
    data.one()
    listener.spin(1.5)
    assert listener.state(LEFT) == 'inactive', 'a publisher without a flow of data wakes nobody'
    data.flow()
    listener.wait_for(lambda: listener.sources == [LEFT], 'a label')
    listener.wait_for(lambda: listener.presence_of(LEFT) == (OK, 'active'), 'its health')
    data.stop()
    listener.wait_for(lambda: listener.sources == [''], 'the end of it')
    assert listener.silence_s() > 1.0
    listener.wait_for(lambda: listener.labels[-1] == 'unknown', 'the label')
    listener.wait_for_state(LEFT, 'inactive')
    listener.wait_for(
        lambda: listener.health[status][2]['lifecycle state'] == 'inactive', 'diagnostics'
    )
    assert listener.health[status][2]['data flows'] == 'no'
    assert listener.health[f'{PRESENCE}: presence'][:2] == (WARN, 'no sensor is present')


def test_other_labels_are_published_side_by_side(listener, recogniser, started, tmp_path):
    other = tmp_path / 'other.safetensors'
    save_untrained(other, ('kettle', 'blender'))
    recogniser(LEFT)
    recogniser(RIGHT, model=other)
    presence(started, LEFT, RIGHT)
    for name in (LEFT, RIGHT):
        Data(listener, name).flow()
    listener.wait_for(lambda: sorted(listener.sources) == [LEFT, RIGHT], 'two groups')
    groups = {a.source: a for a in listener.activities[-1][1]}
    assert groups[LEFT].labels == ('walk', 'wave', 'rest')
    assert groups[RIGHT].labels == ('kettle', 'blender')
    listener.wait_for(
        lambda: listener.labels[-1] == listener.activities[-1][1][0].prediction.label, 'its label'
    )


def test_presence_that_is_killed_finds_the_recognisers_as_they_are(listener, recogniser, started):
    recogniser(LEFT)
    first = presence(started, LEFT)
    data = Data(listener, LEFT)
    data.flow()
    listener.wait_for(lambda: listener.sources == [LEFT], 'a label')
    first.kill()
    listener.spin(0.5)
    assert listener.state(LEFT) == 'active'
    n = len(listener.activities)
    second = presence(started, LEFT)
    listener.wait_for(lambda: len(listener.activities) > n, 'the first word of the new one')
    listener.wait_for(lambda: listener.sources == [LEFT], 'a label')
    # killed again, and the data stops while nobody looks after the recogniser
    second.kill()
    data.stop()
    third = presence(started, LEFT)
    listener.wait_for_state(LEFT, 'inactive')
    listener.wait_for(lambda: listener.sources == [''], 'nobody')
    assert third.interrupt() == 0


def test_recogniser_without_its_model_is_an_error_with_its_sentence_and_tried_again(
    listener, recogniser, started, tmp_path
):
    model = tmp_path / 'later.safetensors'
    recogniser(LEFT, model=model)
    presence(started, LEFT)
    listener.wait_for(
        lambda: 'There is no weights file' in listener.presence_of(LEFT)[1], 'its sentence'
    )
    level, message = listener.presence_of(LEFT)
    assert level == ERROR
    assert message.startswith('it refused to configure, next try in')
    save_untrained(model)
    listener.wait_for_state(LEFT, 'inactive')
    listener.wait_for(lambda: listener.presence_of(LEFT) == (OK, 'inactive'), 'the end of it')


def test_recogniser_that_gets_none_of_the_data_does_not_go_up_and_down(
    listener, recogniser, started
):
    recogniser(LEFT, qos_reliability='reliable')
    presence(started, LEFT)
    Data(listener, LEFT, ReliabilityPolicy.BEST_EFFORT).flow()
    listener.wait_for(
        lambda: 'none of the data' in listener.presence_of(LEFT)[1], 'presence to notice'
    )
    assert listener.presence_of(LEFT)[0] == ERROR


def test_recogniser_that_is_killed_and_started_again_is_configured_and_woken_again(
    listener, recogniser, started
):
    process = recogniser(LEFT)
    recogniser(RIGHT)
    presence(started, LEFT, RIGHT)
    for name in (LEFT, RIGHT):
        Data(listener, name).flow()
    listener.wait_for_state(LEFT, 'active')
    listener.wait_for_state(RIGHT, 'active')
    process.kill()
    listener.wait_for(lambda: listener.presence_of(LEFT)[0] == ERROR, 'presence to say so')
    listener.wait_for(lambda: listener.sources == [RIGHT], 'the other one')
    recogniser(LEFT)
    listener.wait_for_state(LEFT, 'active')
    listener.wait_for(lambda: listener.presence_of(LEFT) == (OK, 'active'), 'the end of it')
    listener.wait_for_state(RIGHT, 'active')


def test_recogniser_that_hangs_is_told_of_and_goes_on_when_it_answers_again(
    listener, recogniser, started
):
    process = recogniser(LEFT)
    looking = presence(started, LEFT)
    Data(listener, LEFT).flow()
    listener.wait_for(lambda: listener.sources == [LEFT], 'a label')
    process.popen.send_signal(signal.SIGSTOP)
    try:
        listener.wait_for(lambda: listener.sources == [''], 'the absence')
        listener.wait_for(lambda: 'not answered' in listener.presence_of(LEFT)[1], 'a sentence')
    finally:
        process.popen.send_signal(signal.SIGCONT)
    listener.wait_for(lambda: listener.sources == [LEFT], 'a label')
    listener.wait_for(lambda: listener.presence_of(LEFT) == (OK, 'active'), 'the end of it')
    assert looking.alive()


def test_somebody_elses_transition_is_seen_and_the_data_decides(listener, recogniser, started):
    recogniser(LEFT)
    presence(started, LEFT)
    Data(listener, LEFT).flow()
    listener.wait_for(lambda: listener.sources == [LEFT], 'a label')
    for transition in (Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_CLEANUP):
        listener.change_state(LEFT, transition)
    n = len(listener.activities)
    listener.wait_for(lambda: listener.sources == [''], 'the absence')
    listener.wait_for(lambda: listener.sources == [LEFT], 'a label')
    assert len(listener.activities) > n


def _foreign(**values):
    pairs = [KeyValue(key=key, value=value) for key, value in values.items()]
    return DiagnosticStatus(name=f'{LEFT}: recogniser', message='me', values=pairs)


def test_foreign_messages_are_counted_and_nothing_happens(listener, recogniser, started):
    recogniser(LEFT)
    process = presence(started, LEFT)
    data = Data(listener, LEFT)
    data.flow()
    listener.wait_for(lambda: listener.sources == [LEFT], 'a label')
    speak = listener.node.create_publisher(DiagnosticArray, f'{LEFT}/activity', 100)
    tell = listener.node.create_publisher(DiagnosticArray, '/diagnostics', 100)
    listener.wait_for(lambda: speak.get_subscription_count() > 0, 'presence to listen')
    listener.wait_for(lambda: tell.get_subscription_count() > 1, 'presence to listen')
    received = {'messages received': '9' * 400}
    status, rounds = f'{PRESENCE}: {LEFT}', 0

    def ignored():
        return int(listener.health[status][2]['messages ignored'])

    # where the machine is slow, some do not fit into a queue, and are sent again
    while rounds < 3 or ignored() < 3 * (3 + 2):
        rounds += 1
        speak.publish(DiagnosticArray())
        speak.publish(DiagnosticArray(status=[DiagnosticStatus(), DiagnosticStatus()]))
        speak.publish(DiagnosticArray(status=[_foreign(state='ok', label='x', confidence='nan')]))
        tell.publish(DiagnosticArray())
        tell.publish(DiagnosticArray(status=[_foreign()]))
        tell.publish(DiagnosticArray(status=[_foreign(**received)]))
        for topic, kind in (('/1 2', 'x'), ('/a', 'os/msg/Path'), ('/a', 'nowhere/msg/Imu')):
            names = {'input topic': topic, 'input type': kind, 'messages received': '1'}
            tell.publish(DiagnosticArray(status=[_foreign(**names)]))
        came_s = listener.health_came[status]
        listener.wait_for(lambda s=came_s: listener.health_came[status] > s, 'diagnostics')
    assert ignored() <= rounds * (3 + 2)
    n = len(listener.activities)
    listener.wait_for(lambda: len(listener.activities) > n + 10, 'labels to go on')
    assert process.alive()
    # the wrong topic is forgotten when the recogniser speaks for itself
    data.stop()
    listener.wait_for_state(LEFT, 'inactive')
    data.flow()
    listener.wait_for(lambda: listener.sources == [LEFT], 'a label')


def test_settings_take_effect_at_once_and_the_names_are_fixed(listener, recogniser, started):
    recogniser(LEFT, stale_after=60.0)
    presence(started, LEFT)
    data = Data(listener, LEFT)
    data.flow()
    listener.wait_for(lambda: listener.sources == [LEFT], 'a label')
    assert listener.set_parameter(PRESENCE, 'stale_after', 3.0).successful
    data.stop()
    listener.wait_for(lambda: listener.sources == [''], 'the absence')
    assert listener.silence_s() > 3.0
    assert not listener.set_parameter(PRESENCE, 'recognisers', ['other']).successful
    assert not listener.set_parameter(PRESENCE, 'margin', 2.0).successful


@pytest.mark.parametrize(
    ('given', 'sentence'),
    [
        ('[imu node]', 'no name of a node'),
        ('[imu_node,imu_node]', 'none twice'),
        ("['']", 'none empty'),
    ],
)
def test_unusable_names_end_it_with_a_sentence(given, sentence):
    arguments = ros_arguments(recognisers=given)
    process = Node('presence_node', *arguments)
    _, errors = process.popen.communicate(timeout=HANGS_S)
    assert process.popen.returncode == 2
    assert sentence in errors
    assert 'Traceback' not in errors


def test_deactivated_presence_leaves_everything_and_says_unknown(listener, recogniser, started):
    recogniser(LEFT)
    process = presence(started, LEFT)
    Data(listener, LEFT).flow()
    listener.wait_for(lambda: listener.sources == [LEFT], 'a label')
    assert listener.change_state(PRESENCE, Transition.TRANSITION_DEACTIVATE)
    listener.wait_for(lambda: listener.sources == [''], 'its last word')
    n = len(listener.activities)
    listener.spin(1.0)
    assert len(listener.activities) == n
    assert listener.state(LEFT) == 'active'
    for transition in (
        Transition.TRANSITION_CLEANUP,
        Transition.TRANSITION_CONFIGURE,
        Transition.TRANSITION_ACTIVATE,
    ):
        assert listener.change_state(PRESENCE, transition)
    listener.wait_for(lambda: listener.sources == [LEFT], 'a label')
    assert process.interrupt() == 0


def test_names_are_relative_to_the_namespace_or_absolute(listener):
    given = Parameter('recognisers', value=['imu_node', 'arm/imu_node', '/other/imu_node'])
    node = PresenceNode(namespace='/robot1', parameter_overrides=[given])
    node.trigger_configure()
    node.trigger_activate()
    asked = {client.srv_name for client in node.clients}
    names = ('/robot1/imu_node', '/robot1/arm/imu_node', '/other/imu_node')
    assert asked == {f'{n}/{what}' for n in names for what in ('get_state', 'change_state')}
    node.stop()
    node.destroy_node()


def test_documentation_names_every_parameter_with_default_range_and_moment():
    text = (Path(__file__).resolve().parents[2] / 'docs' / 'presence.md').read_text()
    for spec in PRESENCE_PARAMETERS:
        (row,) = (line for line in text.splitlines() if line.startswith(f'| `{spec.name}` |'))
        _, default, _, span, moment = (cell.strip() for cell in row.split('|')[1:6])
        if isinstance(spec.default, float):
            assert float(default) == spec.default
            assert [float(v) for v in span.split(' – ')] == [spec.low, spec.high]
        assert moment == ('any time' if spec.live else 'start')

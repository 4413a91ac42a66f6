"""Parameters by the ten thousand and by the megabyte: the node starts, and says little."""

import pytest
from forked import ForkedNode
from node_helpers import HANGS_S, RecogniserProcess

pytestmark = pytest.mark.ros

LONG = 'x' * 3_000_000


def ended(process):
    """What it said, once it has been told to end."""
    process.terminate()
    _, said = process.communicate(timeout=HANGS_S)
    return said


def parameters(folder, *lines, node='imu_node'):
    """Arguments that give the node these parameters, one a line."""
    path = folder / 'parameters.yaml'
    path.write_text('\n'.join([f'{node}:', '  ros__parameters:', *(f'    {x}' for x in lines)]))
    return '--params-file', str(path)


def test_thousands_of_unknown_parameters_are_counted_not_listed(quick_model, peer, tmp_path):
    given = parameters(tmp_path, *(f'unknown_{i}: {i}' for i in range(20_000)))
    with RecogniserProcess(quick_model, *given) as running:
        peer.wait_for(lambda: peer.state() == 'active', 'the node to be active')
        said = ended(running.process)
        assert running.process.returncode == 0
    assert said.count('is none of this node, and ignored') == 20
    assert '19980 further parameters are none of this node' in said


def test_a_value_of_megabytes_is_not_said_whole(quick_model, peer, tmp_path):
    with RecogniserProcess(quick_model, *parameters(tmp_path, f'model: {LONG}')) as running:
        peer.wait_for(lambda: 'There is no weights file' in peer.health_message, 'why')
        assert '(3000000 characters)' in peer.health_message
        assert len(peer.health_message) < 1000
        said = ended(running.process)
        assert running.process.returncode == 0
    assert 'There is no weights file' in said
    assert len(said) < 10_000


@pytest.mark.parametrize(
    ('name', 'sentence', 'most'),
    [
        ('qos_reliability', 'must be one of best_effort, reliable', 1000),
        ('qos_depth', 'qos_depth', 2000),  # a text where a number belongs
    ],
)
def test_megabytes_are_refused_in_a_line(quick_model, peer, tmp_path, name, sentence, most):
    with RecogniserProcess(quick_model, *parameters(tmp_path, f'{name}: {LONG}')) as running:
        _, said = running.process.communicate(timeout=HANGS_S)
        assert running.process.returncode == 2
    assert sentence in said
    assert len(said) < most


def test_thousands_of_recognisers_are_refused(tmp_path):
    names = ', '.join(f'node_{i}' for i in range(20_000))
    given = parameters(tmp_path, f'recognisers: [{names}]', node='presence_node')
    node = ForkedNode('presence_node', ['--ros-args', *given])
    _, said = node.communicate(timeout=HANGS_S)
    assert node.returncode == 2
    assert 'recognisers holds 20000 names; presence_node looks after 64 at most' in said


def test_a_secured_ros_that_has_no_node_for_us_is_said_in_a_sentence(tmp_path, monkeypatch):
    (tmp_path / 'enclaves' / 'empty').mkdir(parents=True)
    monkeypatch.setenv('ROS_SECURITY_ENABLE', 'true')
    monkeypatch.setenv('ROS_SECURITY_STRATEGY', 'Enforce')
    monkeypatch.setenv('ROS_SECURITY_KEYSTORE', str(tmp_path))
    node = ForkedNode('imu_node', ['--ros-args', '--enclave', '/empty'])
    _, said = node.communicate(timeout=HANGS_S)
    assert node.returncode == 2
    assert 'ImuNode: ROS makes no node: ' in said
    assert 'Traceback' not in said

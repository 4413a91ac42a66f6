"""Parameters by the ten thousand and by the megabyte: the node starts, and says little."""

import pytest
from forked import ForkedNode
from node_helpers import HANGS_S, RecogniserProcess

pytestmark = pytest.mark.ros


def ended(process):
    """What it said, once it has been told to end."""
    process.terminate()
    _, said = process.communicate(timeout=HANGS_S)
    return said


def test_thousands_of_unknown_parameters_are_counted_not_listed(quick_model, peer, tmp_path):
    path = tmp_path / 'many.yaml'
    lines = [f'    unknown_{i}: {i}' for i in range(20_000)]
    path.write_text('\n'.join(['imu_node:', '  ros__parameters:', *lines]))
    with RecogniserProcess(quick_model, '--params-file', str(path)) as running:
        peer.wait_for(lambda: peer.state() == 'active', 'the node to be active')
        said = ended(running.process)
        assert running.process.returncode == 0
    assert said.count('is none of this node, and ignored') == 20
    assert '19980 further parameters are none of this node' in said


def test_a_value_of_megabytes_is_not_said_whole(quick_model, peer, tmp_path):
    path = tmp_path / 'long.yaml'
    path.write_text(f'imu_node:\n  ros__parameters:\n    model: {"x" * 3_000_000}\n')
    with RecogniserProcess(quick_model, '--params-file', str(path)) as running:
        peer.wait_for(lambda: 'There is no weights file' in peer.health_message, 'why')
        assert '(3000000 characters)' in peer.health_message
        assert len(peer.health_message) < 1000
        said = ended(running.process)
        assert running.process.returncode == 0
    assert 'There is no weights file' in said
    assert len(said) < 10_000


def test_a_choice_of_megabytes_is_refused_in_a_line(quick_model, peer, tmp_path):
    path = tmp_path / 'long.yaml'
    path.write_text(f'imu_node:\n  ros__parameters:\n    qos_reliability: {"x" * 3_000_000}\n')
    with RecogniserProcess(quick_model, '--params-file', str(path)) as running:
        _, said = running.process.communicate(timeout=HANGS_S)
        assert running.process.returncode == 2
    assert 'must be one of best_effort, reliable' in said
    assert len(said) < 1000


def test_a_number_s_place_with_megabytes_of_text_is_refused_in_a_line(quick_model, peer, tmp_path):
    path = tmp_path / 'long.yaml'
    path.write_text(f'imu_node:\n  ros__parameters:\n    qos_depth: {"x" * 3_000_000}\n')
    with RecogniserProcess(quick_model, '--params-file', str(path)) as running:
        _, said = running.process.communicate(timeout=HANGS_S)
        assert running.process.returncode == 2
    assert 'qos_depth' in said
    assert len(said) < 2000


def test_thousands_of_recognisers_are_refused(tmp_path):
    path = tmp_path / 'many.yaml'
    names = ', '.join(f'node_{i}' for i in range(20_000))
    path.write_text(f'presence_node:\n  ros__parameters:\n    recognisers: [{names}]\n')
    node = ForkedNode('presence_node', ['--ros-args', '--params-file', str(path)])
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

"""Parameters of imu_node: described, ranged, and either taking effect when set or read-only."""

import pytest
import yaml
from node_helpers import HANGS_S, RecogniserProcess

from dcat_ros.nodes.imu_node import ImuNode
from dcat_ros.share import share_dir

pytestmark = pytest.mark.ros


def test_every_parameter_is_described_and_ranged(recogniser, peer):
    specs = {spec.name: spec for spec in ImuNode.parameters}
    for descriptor in peer.describe(list(specs)):
        spec = specs[descriptor.name]
        assert descriptor.description
        assert descriptor.read_only is not spec.live
        if isinstance(spec.default, float):
            assert len(descriptor.floating_point_range) == 1
        elif isinstance(spec.default, int) and not isinstance(spec.default, bool):
            assert len(descriptor.integer_range) == 1


def test_parameter_file_names_every_parameter_with_its_default():
    text = (share_dir() / 'config' / 'imu.yaml').read_text()
    given = yaml.safe_load(text)['/**']['ros__parameters']
    assert given == {spec.name: spec.default for spec in ImuNode.parameters}


@pytest.mark.parametrize(
    ('name', 'value'),
    [('stride', 0.5), ('qos_depth', 5), ('max_gap', 0.5), ('reorder', 0.2)],
)
def test_read_only_parameter_is_refused(recogniser, peer, name, value):
    result = peer.set_parameter(name, value)
    assert not result.successful
    assert 'read-only' in result.reason


@pytest.mark.parametrize(
    ('name', 'value', 'reason'),
    [
        ('unknown_threshold', 1.5, 'range'),
        ('unknown_threshold', float('nan'), ''),
        ('stale_after', 0.0, 'range'),
        ('stale_after', 'soon', 'type'),
        ('mount_rpy', [0.0, 1.0], 'needs 3 numbers'),
        ('mount_rpy', [0.0, 0.0, 7.0], 'from -6.2832 to 6.2832'),
        ('mount_rpy', [0.0, 0.0, float('inf')], 'from -6.2832 to 6.2832'),
    ],
)
def test_bad_value_is_refused_with_a_reason(recogniser, peer, name, value, reason):
    result = peer.set_parameter(name, value)
    assert not result.successful
    assert reason in result.reason


def test_unknown_threshold_takes_effect_when_set(recogniser, peer):
    peer.send_and_count(100, windows=11)
    assert peer.monitor.all[-1].prediction.state == 'ok'
    assert peer.set_parameter('unknown_threshold', 1.0).successful
    peer.send_and_count(50, windows=10)
    last = peer.monitor.all[-1].prediction
    assert (last.state, last.label) == ('unknown', 'unknown')
    assert sum(last.probabilities) == pytest.approx(1, abs=1e-6)
    assert peer.set_parameter('unknown_threshold', -1.0).successful
    peer.send_and_count(50, windows=10)
    assert peer.monitor.all[-1].prediction.state == 'ok'


def test_stale_after_takes_effect_when_set(recogniser, peer):
    assert peer.set_parameter('stale_after', 3600.0).successful
    peer.send_and_count(100, windows=11)
    peer.wait_for_health(lambda h: h['messages received'] == '100', 'diagnostics')
    seen = peer.health
    peer.wait_for(lambda: peer.health is not seen, 'another second without data')
    assert all(heard.prediction.state != 'stale' for heard in peer.monitor.all)
    assert peer.set_parameter('stale_after', 0.1).successful
    peer.wait_for(lambda: peer.monitor.all[-1].prediction.state == 'stale', 'stale')


def test_mount_rpy_turns_the_samples(quick_model, recogniser, peer):
    """A sensor that is mounted askew, with its mount_rpy, gives what a straight one gives."""
    from dcat_ros.sensors.inertial.samples import mount_rotation

    angles = [0.3, -0.8, 1.2]
    turn_back = mount_rotation(*angles).T

    def askew(message, i):
        for vector in (message.linear_acceleration, message.angular_velocity):
            vector.x, vector.y, vector.z = (turn_back @ [vector.x, vector.y, vector.z]).tolist()

    peer.send_and_count(50, windows=1)
    straight = peer.monitor.all[-1].prediction.probabilities
    peer.jump(-1.0)
    peer.send_and_count(50, windows=1, change=askew)
    wrong = peer.monitor.all[-1].prediction.probabilities
    assert peer.set_parameter('mount_rpy', angles).successful
    peer.jump(-1.0)
    peer.send_and_count(50, windows=1, change=askew)
    turned = peer.monitor.all[-1].prediction.probabilities
    assert turned == pytest.approx(straight, abs=1e-4)
    assert wrong != pytest.approx(straight, abs=1e-3)


@pytest.mark.parametrize(
    'setting',
    [
        'stride:=-1.0',
        'qos_depth:=0',
        'qos_reliability:=sometimes',
        'max_gap:=soon',
        'mount_rpy:=[1.0]',
    ],
)
def test_bad_value_at_the_start_is_one_sentence_and_exit_code_2(quick_model, setting):
    with RecogniserProcess(quick_model, '-p', setting) as running:
        _, errors = running.process.communicate(timeout=HANGS_S)
        assert running.process.returncode == 2
    assert setting.split(':')[0] in errors
    assert 'Traceback' not in errors
    assert len(errors.strip().splitlines()) == 1


def test_stride_and_window_that_do_not_fit_refuse_configure(quick_model, peer):
    with RecogniserProcess(quick_model, '-p', 'stride:=5.0'):
        peer.wait_for(lambda: 'stride=5.0 s must be at most' in peer.health_message, 'a sentence')

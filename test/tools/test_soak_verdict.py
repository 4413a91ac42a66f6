"""What a soak calls wrong: made words of nodes, each with one thing that must not be."""

import math
from types import SimpleNamespace

import pytest

pytest.importorskip('rclpy', reason='needs rclpy: source ROS 2, or run make setup')

from tools.soak.faults import Fault
from tools.soak.hearing import Word
from tools.soak.processes import SENSORS, Use
from tools.soak.verdict import Spell, accounts, left_behind, slope_of, wrong_states

NODES = (*SENSORS.values(), 'presence_node')


def label(time_s, source='/imu_node'):
    return Word(time_s, 'ok', source, True, 10.0)


def stale(time_s):
    return Word(time_s, 'stale', '', False, 10.0)


def ear_of(**changed):
    """Labels every half second from 0 to 30 s; of the nodes named, other words."""
    words = {node: [label(i / 2) for i in range(60)] for node in NODES}
    return SimpleNamespace(words=words | changed)


def spell_of(silent=False, kinds=('imu',), stops=(), **changed):
    """A fault from 10 s to 16 s, mended at once, and all well from 19 s to 22 s."""
    fault = Fault('planted', kinds, lambda: None, lambda: None, silent=silent, stops=stops)
    spell = Spell(
        fault,
        begun_s=10.0,
        ended_s=16.0,
        mended_s=dict.fromkeys(SENSORS, 16.0),
        back_s=dict.fromkeys(SENSORS.values(), 18.0),
        over_s=19.0,
        calm_until_s=22.0,
    )
    for name, value in changed.items():
        setattr(spell, name, value)
    return spell


def silence(said_s=12.0):
    """Labels but between 12 s and 18 s."""
    return [label(i / 2) for i in range(60) if not 12 < i / 2 < 18] + [stale(said_s)]


def test_a_node_that_says_stale_and_comes_back_is_right():
    assert wrong_states([spell_of(silent=True)], ear_of(imu_node=silence())) == []


def test_labels_that_go_on_are_right_where_data_do():
    assert wrong_states([spell_of()], ear_of()) == []


@pytest.mark.parametrize(
    ('spell', 'ear', 'what'),
    [
        (spell_of(silent=True), ear_of(), 'did not say stale'),
        (spell_of(silent=True), ear_of(imu_node=silence(11.0)), 'after it had said stale'),
        (spell_of(), ear_of(imu_node=silence()), 'while good data came'),
        (
            spell_of(silent=True),
            ear_of(imu_node=silence(), audio_node=silence()),
            'audio_node said stale (no data)',
        ),
        (
            spell_of(silent=True),
            ear_of(imu_node=[*silence(), stale(20.0)]),
            's after all was well',
        ),
        (
            spell_of(back_s={'image_node': 18.0, 'audio_node': 18.0}),
            ear_of(),
            'imu_node gave no label afterwards',
        ),
        (
            spell_of(stops=('imu_node',)),
            ear_of(imu_node=[label(i / 2) for i in range(20)]),
            'gave no label while all was well',
        ),
        (
            spell_of(silent=True, kinds=tuple(SENSORS)),
            ear_of(**dict.fromkeys(SENSORS.values(), silence())),
            'presence_node still named a sensor',
        ),
        (
            spell_of(),
            ear_of(presence_node=[stale(20.0)]),
            'presence_node gave no label while all was well',
        ),
    ],
)
def test_each_wrong_state_is_found(spell, ear, what):
    assert any(what in sentence for sentence in wrong_states([spell], ear))


def test_where_the_machine_stood_still_silence_is_no_fault():
    spell = spell_of(machine_late_s=0.5)
    assert wrong_states([spell], ear_of(imu_node=silence())) == []


def test_where_the_machine_stood_still_a_label_after_stale_is_one():
    spell = spell_of(silent=True, machine_late_s=0.5)
    (sentence,) = wrong_states([spell], ear_of(imu_node=silence(11.0)))
    assert 'after it had said stale' in sentence


GOOD = {
    'messages received': '110',
    'messages taken': '100',
    'messages rejected': '10',
    'rejected: truncated': '10',
    'stream: windows': '60',
    'queue: handed over': '60',
    'queue: done': '59',
    'windows dropped': '1',
    'queue: waiting': '0',
    'predictions': '59',
}


def account_of(**changed):
    values = GOOD | {key.replace('_', ' '): value for key, value in changed.items()}
    image = values | {'stream: windows': values['predictions']}
    ear = SimpleNamespace(
        accounts={'imu_node': values, 'image_node': image, 'audio_node': values},
        words={node: [label(i) for i in range(59)] for node in SENSORS.values()},
    )
    return accounts(dict.fromkeys(SENSORS, (200, 20)), ear)['imu_node']


def test_an_account_that_adds_up():
    account = account_of()
    assert account.wrong == []
    assert account.row['not received'] == 110


@pytest.mark.parametrize(
    'changed',
    [
        {'messages_received': '111'},
        {'messages_received': '300', 'messages_taken': '290'},
        {'messages_taken': '99'},
        {'windows_dropped': '0'},
        {'predictions': '60'},
    ],
)
def test_each_number_that_does_not_add_up_is_found(changed):
    assert account_of(**changed).wrong


def test_memory_that_grows_is_measured_after_the_warm_up():
    use = Use(times_s=[60.0 * i for i in range(61)])
    use.rss_mb = [100 + min(i, 20) + 2 * i / 60 for i in range(61)]
    slope, minutes = slope_of(use, use.rss_mb)
    assert slope == pytest.approx(2.0)
    assert minutes == pytest.approx(40.0)
    assert math.isnan(slope_of(Use(times_s=[0.0, 1.0, 2.0]), [1.0, 2.0, 3.0])[0])


def test_shared_memory_of_a_node_that_is_still_there_is_found(tmp_path):
    kept, gone, sensors = tmp_path / 'kept', tmp_path / 'gone', tmp_path / 'sensor'
    port = tmp_path / 'fastrtps_port7001'
    port.touch()
    kept.touch()
    sensors.touch()
    node = SimpleNamespace(use=Use(segments={str(kept), str(gone), str(sensors), str(port)}))
    assert left_behind([node], {str(sensors)}) == [str(kept)]

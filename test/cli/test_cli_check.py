"""dcat check: a screenful about a bag, and an exit code."""

import json

import numpy as np
import pytest
from helpers import IMU, STRING, imu_message, made_dataset, resting, string_message, write_raw_bag

from dcat_ros.bags.write import make_bag

S = 10**9
BEGIN = 1000 * S


def imu_rows(values, topic='/imu/data_raw', rate_hz=50, frame_id='wrist', clock_ns=0):
    return [
        (topic, IMU, BEGIN + i * S // rate_hz, imu_message(at, row, frame_id))
        for i, row in enumerate(values)
        for at in [BEGIN + i * S // rate_hz + clock_ns]
    ]


def truth_rows(*changes):
    return [
        ('/activity_truth', STRING, BEGIN + round(at * S), string_message(label))
        for at, label in changes
    ]


@pytest.fixture
def checked(dcat, tmp_path):
    def run(rows, *options):
        write_raw_bag(tmp_path / 'bag', sorted(rows, key=lambda row: row[2]))
        code, out, err = dcat('check', tmp_path / 'bag', *options)
        assert err == ''
        return code, out

    return run


def test_a_good_bag_is_a_screenful_without_a_fault(checked):
    code, out = checked(imu_rows(resting(500)) + truth_rows((0, 'walk'), (5, 'rest')))
    assert code == 0
    assert len(out.splitlines()) <= 24
    assert '500 messages, 50.0 Hz, longest gap 0.02 s, frame wrist, stamps +0.00 s' in out
    assert 'acceleration 9.8 m/s² on average' in out
    assert 'truth: walk 5 s, rest 5 s' in out
    assert 'imu_utd_mhad          fits /imu/data_raw, knows 2 labels of the truth' in out
    assert 'audio_kitchen20       does not fit: no topic for audio' in out
    assert 'no faults' in out
    assert out.splitlines()[-1].startswith('next: dcat evaluate ')
    assert '--model imu_utd_mhad' in out.splitlines()[-1]


def test_the_record_is_json(checked):
    code, out = checked(imu_rows(resting(500)), '--json')
    report = json.loads(out)
    assert code == 0
    (topic,) = report['topics']
    assert (topic['topic'], topic['n_messages']) == ('/imu/data_raw', 500)
    assert topic['frames'] == ['wrist']
    assert topic['rate_hz'] == pytest.approx(50)
    assert {m['model'] for m in report['models'] if m['fits']} == {'imu_utd_mhad', 'imu_watch'}
    assert report['truth'] is None
    assert any('no truth' in remark['sentence'] for remark in report['remarks'])


@pytest.mark.parametrize(
    ('spoil', 'fault'),
    [
        (lambda v: v * [1, 1, 1, 0, 0, 0], 'the angular rate is exactly 0'),
        (lambda v: v * [101.97, 101.97, 101.97, 1, 1, 1], 'in milli-g'),
        (lambda v: np.tile(v[0], (len(v), 1)), 'stand still'),
        (lambda v: v * [0, 1, 1, 1, 1, 1], 'ax is exactly 0 throughout'),
    ],
)
def test_values_that_cannot_be_are_a_fault(checked, spoil, fault):
    code, out = checked(imu_rows(spoil(resting(500))))
    assert code == 1
    (line,) = [line for line in out.splitlines() if line.startswith('fault')]
    assert fault in line
    assert 'imu_watch             does not fit: see the faults of its topic' in out
    assert 'next:' not in out


def test_frames_that_alternate_are_a_fault(checked):
    rows = [
        (topic, kind, t, imu_message(t, v, 'left' if i % 2 else 'right'))
        for i, ((topic, kind, t, _), v) in enumerate(
            zip(imu_rows(resting(500)), resting(500), strict=True)
        )
    ]
    code, out = checked(rows)
    assert code == 1
    assert 'frame right and left' in out
    assert 'alternates between left and right' in out


def test_stamps_apart_are_a_fault_where_the_truth_is_on_a_topic_alone(checked, tmp_path):
    late = imu_rows(resting(500), clock_ns=86400 * S)
    code, out = checked(late + truth_rows((0, 'walk')))
    assert code == 1
    assert '1.0 days after' in out
    assert 'its times and the truth never overlap' in out
    (tmp_path / 'bag' / 'metadata.yaml').parent.rename(tmp_path / 'before')
    code, out = checked(late + truth_rows((0, 'walk')), '--use-receive-time')
    assert code == 0, out


def test_a_slow_sensor_fits_no_model(checked):
    code, out = checked(imu_rows(resting(200), rate_hz=10))
    assert code == 0
    assert '10.0 Hz' in out
    assert 'imu_watch             does not fit: 10.0 Hz come, and it learned from 50 Hz' in out


def test_halves_are_looked_at_joined_and_named_in_the_next_command(checked):
    values = resting(500)
    accel = imu_rows(values * [1, 1, 1, 0, 0, 0], '/camera/accel/sample')
    gyro = imu_rows(values * [0, 0, 0, 1, 1, 1], '/camera/gyro/sample')
    code, out = checked(accel + gyro)
    assert code == 0, out
    assert 'the halves of an inertial sensor, looked at as joined' in out
    assert '--accel /camera/accel/sample --gyro /camera/gyro/sample' in out.splitlines()[-1]


def test_gaps_are_told(checked):
    rows = imu_rows(resting(600))
    code, out = checked(rows[:250] + rows[300:])
    assert code == 0
    assert '1 gap of more than 0.25 s, the longest 1.02 s' in out


def test_a_bag_without_any_sensor_is_a_fault(checked):
    code, out = checked(truth_rows((0, 'walk'), (1, 'rest')))
    assert code == 1
    assert 'no topic has messages of a type that a model takes' in out


def test_truth_from_a_file(checked, tmp_path):
    (tmp_path / 'labels.csv').write_text('start,end,label\n0,4,walk\n5,8,jog\n')
    code, out = checked(imu_rows(resting(500)), '--truth', 'labels.csv')
    assert code == 0, out
    assert 'labels.csv  truth: walk 4 s, jog 3 s' in out
    assert '--truth labels.csv' in out.splitlines()[-1]


def test_a_model_of_ones_own_is_among_those_that_fit(checked, weights_file):
    code, out = checked(imu_rows(resting(500)), '--model', weights_file)
    assert code == 0
    assert 'small                 fits /imu/data_raw' in out


@pytest.mark.parametrize('args', [[], ['bag', '--live']])
def test_either_a_bag_or_live(dcat, args):
    code, _, err = dcat('check', *args)
    assert code == 2
    assert 'give either a BAG or --live' in err


def test_what_is_no_bag_is_one_sentence(dcat, tmp_path):
    (tmp_path / 'notes.txt').write_text('no bag')
    code, _, err = dcat('check', 'notes.txt')
    assert code == 2
    assert err.count('\n') == 1
    code, _, err = dcat('check', 'nothing')
    assert (code, err) == (2, 'dcat: There is no bag nothing.\n')


def test_a_bag_that_was_made_for_a_data_set_has_no_fault(dcat, tmp_path):
    make_bag(made_dataset(['1'], n=150, noise=0.01), tmp_path / 'made')
    code, out, _ = dcat('check', 'made')
    assert code == 0, out

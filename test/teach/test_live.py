"""A take as several sensors heard it."""

from pathlib import Path

import numpy as np
import pytest
from helpers import imu_message
from teach_helpers import RATE_HZ, movement, still

from dcat_ros.bags.salvage import RawMessage
from dcat_ros.teach.lessons import load_lessons
from dcat_ros.teach.live import Attempt, Pupil, judge_attempt
from dcat_ros.teach.student import Student
from dcat_ros.teach.teach import Desk

IMU = 'sensor_msgs/msg/Imu'
WHO = ('anna', '2026-01-02')
BEGIN_NS = 1_700_000_000_000_000_000
STEP_NS = round(1e9 / RATE_HZ)
READY = 100


def heard(topic, values, offset_ns=0):
    stamps = [BEGIN_NS + offset_ns + i * STEP_NS for i in range(len(values))]
    return [
        RawMessage(topic, IMU, stamp, imu_message(stamp, value))
        for stamp, value in zip(stamps, values, strict=True)
    ]


def around(values, seed=1):
    rng = np.random.default_rng(seed)
    return np.concatenate([still(READY + 20, rng), values, still(80, rng)])


def pupil_of(base, topic, name):
    student = Student(str(base), load_lessons(str(base)), Path('out'))
    return Pupil(name, student, topic, {'imu': topic}, {topic: IMU})


@pytest.fixture
def attempt():
    def make(**topics):
        messages = [m for topic, values in topics.items() for m in heard(f'/{topic}', values)]
        begun = {f'/{topic}': BEGIN_NS + READY * STEP_NS for topic in topics}
        return Attempt(sorted(messages, key=lambda m: m.log_time_ns), begun)

    return make


def test_both_learn_the_take_that_begins_with_the_first_and_ends_with_the_last(base, attempt):
    early, late = movement('nod', 2.0), movement('nod', 3.0)
    made = attempt(wrist=around(early), thigh=around(late))
    pupils = [pupil_of(base, f'/{topic}', topic) for topic in ('wrist', 'thigh')]
    verdict = judge_attempt(made, pupils, 'nod', WHO)
    assert set(verdict.learned) == {'wrist', 'thigh'}
    length_s = (verdict.segment.end_ns - verdict.segment.start_ns) / 1e9
    assert 2.7 < length_s < 3.5


def test_whoever_is_present_learns(base, attempt):
    made = attempt(
        wrist=around(movement('nod')), thigh=around(still(120, np.random.default_rng(4)))
    )
    pupils = [pupil_of(base, f'/{topic}', topic) for topic in ('wrist', 'thigh', 'ankle')]
    verdict = judge_attempt(made, pupils, 'nod', WHO)
    assert list(verdict.learned) == ['wrist']
    assert verdict.refused == {'thigh': 'nothing moved'}


def test_a_camera_that_sees_nothing_is_passed_over(base, attempt, taught):
    camera = Desk(WHO).open('camera_utd_mhad')
    silent = Pupil(
        'camera', camera, '/image', {'camera': '/image'}, {'/image': 'sensor_msgs/msg/Image'}
    )
    made = attempt(wrist=around(movement('nod')))
    verdict = judge_attempt(made, [silent, pupil_of(base, '/wrist', 'wrist')], 'nod', WHO)
    assert list(verdict.learned) == ['wrist']
    assert verdict.refused == {}


def test_a_sensor_that_falls_silent_as_one_begins_gives_no_take(base, attempt):
    made = attempt(wrist=still(READY + 2, np.random.default_rng(4)))
    begun = {'/wrist': made.messages[-1].log_time_ns - 1}
    verdict = judge_attempt(
        Attempt(made.messages, begun), [pupil_of(base, '/wrist', 'wrist')], 'nod', WHO
    )
    assert verdict.segment is None
    assert verdict.refused == {'wrist': 'nothing moved'}


def test_a_short_jerk_is_no_take(base, attempt):
    verdict = judge_attempt(
        attempt(wrist=around(movement('shake', 0.1))),
        [pupil_of(base, '/wrist', 'wrist')],
        'nod',
        WHO,
    )
    assert verdict.segment is None
    assert verdict.refused['wrist'].startswith('too short')

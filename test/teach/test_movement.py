"""A take is cut where something moved."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from teach_helpers import MOVES, RATE_HZ, movement, still

from dcat_ros.sensors.inertial.sensor import INERTIAL
from dcat_ros.teach.judge import why_no_take
from dcat_ros.teach.movement import moved, strength


def around(values, before=100, after=150):
    rng = np.random.default_rng(1)
    return np.concatenate([still(before, rng), values, still(after, rng)])


@pytest.mark.parametrize('label', MOVES)
def test_a_movement_is_found_where_it_is(label):
    values = movement(label)
    samples = around(values)
    found = moved(
        INERTIAL, samples, RATE_HZ, float(np.median(strength(INERTIAL, samples[:90], 50)))
    )
    assert abs(found.begin - 100) <= 15
    assert abs(found.end - (100 + len(values))) <= 15


@given(before=st.integers(20, 300), seconds=st.floats(0.8, 5.0))
def test_the_cut_lies_within_and_holds_the_middle(before, seconds):
    values = movement('shake', seconds)
    samples = around(values, before)
    found = moved(INERTIAL, samples, RATE_HZ, 0.0)
    assert 0 <= found.begin <= before + len(values) // 2 < found.end <= len(samples)


def test_stillness_has_no_movement():
    assert moved(INERTIAL, still(300, np.random.default_rng(0)), RATE_HZ, 0.0) is None


@pytest.mark.parametrize('n', [0, 1])
def test_a_sensor_that_falls_silent_has_no_movement(n):
    assert moved(INERTIAL, movement('shake')[:n], RATE_HZ, 0.0) is None


def test_a_constant_turn_is_motion():
    samples = still(200, np.random.default_rng(0))
    samples[:, 5] += 2.0
    assert strength(INERTIAL, samples, RATE_HZ).min() > 0.1


@pytest.mark.parametrize(
    ('samples', 'why'),
    [
        (movement('shake', 0.4), 'too short, 0.4 s'),
        (movement('shake', 31.0), 'too long, 31 s'),
        (still(100, np.random.default_rng(0)), 'nothing moved'),
        (movement('shake'), ''),
    ],
)
def test_what_is_no_take_is_called_so(samples, why):
    assert why_no_take(INERTIAL, samples, RATE_HZ)[: len(why) or None] == why

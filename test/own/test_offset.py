"""Clocks of two sensors, told by motion."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcat_ros.datasets.trial import Trial
from dcat_ros.own.offset import estimate_offset, offset_between
from dcat_ros.sensors.registry import find_sensor
from dcat_ros.signals import Signal

RATE_HZ = 25.0


def motions(offset_s, seconds=120.0, noise=0.1, seed=0):
    """Bursts as two sensors see them; the second one's clock is ahead."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(0, seconds, 1 / RATE_HZ)
    begins = np.cumsum(rng.uniform(2, 5, size=int(seconds / 2)))
    lengths = rng.uniform(0.5, 2.0, size=len(begins))

    def seen(shift_s):
        inside = [
            (time_s - shift_s >= b) & (time_s - shift_s < b + n)
            for b, n in zip(begins, lengths, strict=True)
        ]
        return np.log(np.any(inside, axis=0) + 0.05) + noise * rng.normal(size=len(time_s))

    return seen(0.0), 0.7 * seen(offset_s)


@settings(max_examples=20, deadline=None)
@given(st.floats(-4.5, 4.5))
def test_a_shift_is_found_and_certain(offset_s):
    ours, theirs = motions(offset_s)
    found = estimate_offset([ours], [theirs])
    assert found.seconds == pytest.approx(offset_s, abs=0.06)
    assert found.is_certain
    side = 'ahead of' if found.seconds >= 0 else 'behind'
    assert f'b is {abs(found.seconds):.2f} s {side} a (' in found.between('a', 'b')


def test_what_has_nothing_in_common_is_not_certain():
    ours, _ = motions(0.0, seed=1)
    _, theirs = motions(0.0, seed=2)
    found = estimate_offset([ours], [theirs])
    assert not found.is_certain
    assert 'not certain' in found.between('a', 'b')


@pytest.mark.parametrize(
    'pair',
    [([], []), ([np.zeros(50)], [np.zeros(50)]), ([np.ones(2000)], [np.ones(2000)])],
    ids=['nothing', 'short', 'still'],
)
def test_without_motion_there_is_no_estimate(pair):
    assert estimate_offset(*pair) is None


def test_two_blocks_are_too_few_to_be_certain():
    ours, theirs = motions(1.0, seconds=40.0, noise=0.0)
    assert not estimate_offset([ours], [theirs]).is_certain


def test_offset_of_recordings_of_two_inertial_sensors():
    """The rates of one are the other's, 0.6 s later, of another rate."""
    rng = np.random.default_rng(0)
    trials = []
    for i in range(4):
        time_s = np.arange(0, 30, 0.02)
        burst = sum(np.exp(-((time_s - b) ** 2) / 0.2) for b in rng.uniform(1, 28, 6))
        signals = {}
        for name, ahead_s, gain in (('imu', 0.0, 3.0), ('depth', 0.6, 2.0)):
            values = 0.01 * rng.normal(size=(len(time_s), 6))
            values[:, 3:] += gain * np.interp(time_s - ahead_s, time_s, burst)[:, None]
            signals[name] = Signal.at_rate(values, 50.0)
        trials.append(Trial(str(i), '', 'a', 'bag', signals))
    imu = find_sensor('imu')
    other = replace(imu, name='depth', signal='depth')
    found = offset_between(trials, (imu, 50.0), (other, 50.0))
    assert found.seconds == pytest.approx(0.6, abs=0.05)
    assert found.is_certain

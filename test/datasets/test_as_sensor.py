"""What a modality's network sees of a trial."""

import numpy as np
import pytest
from helpers import made_dataset

from dcat_ros.datasets import Dataset, Signal, Trial
from dcat_ros.datasets.as_sensor import as_sensor, signal_for
from dcat_ros.datasets.continuous import join
from dcat_ros.errors import DatasetError
from dcat_ros.segment import REST
from dcat_ros.sensors.registry import sensors


def depth_trial(name='one', n=30, level=0.0):
    """1.45 s at 20 Hz; relative depth is the number of the frame, half of each 2x2 block seen."""
    frames = np.zeros((n, 2, 32, 32), np.float32)
    frames[:, 0, :, ::2] = 1
    frames[:, 1] = level + np.arange(n)[:, None, None]
    return Trial(name, 'walk', '1', name, {'depth': Signal.at_rate(frames, 20.0)})


@pytest.mark.parametrize(
    ('name', 'signal'),
    [('imu', 'imu'), ('gyroscope', 'imu'), ('depth_16', 'depth'), ('skeleton', 'skeleton')],
)
def test_signal_name(name, signal):
    assert sensors()[name].signal == signal


def test_parts_of_the_inertial_sensor():
    trial = made_dataset().trials[0]
    whole = trial.signals['imu'].values
    for name, part in (('accelerometer', whole[:, :3]), ('gyroscope', whole[:, 3:])):
        np.testing.assert_array_equal(signal_for(trial, sensors()[name], 50.0).values, part)
    assert signal_for(trial, sensors()['imu'], 50.0) is trial.signals['imu']


def test_frames_are_the_nearest_ones_pooled_and_flat():
    signal = signal_for(depth_trial(), sensors()['depth_16'], 8.0)
    assert signal.values.shape == (12, 2 * 16 * 16)
    np.testing.assert_array_equal(np.diff(signal.stamps_ns), 125_000_000)
    frames = signal.values.reshape(12, 2, 16, 16)
    np.testing.assert_allclose(frames[:, 0], 0.5)
    # 0, 0.125, 0.25 ... s lie at 0, 2.5, 5 ... frames of 20 Hz
    numbers = frames[:, 1, 0, 0]
    assert np.all(np.abs(numbers - 2.5 * np.arange(12)) <= 0.5)
    np.testing.assert_array_equal(numbers, numbers.round())


def test_as_sensor_twice_is_the_same():
    data = Dataset(made_dataset().info, (depth_trial(),))
    once = as_sensor(data, sensors()['depth'], 8.0)
    twice = as_sensor(once, sensors()['depth'], 8.0)
    assert once.trials[0].signals['depth'].values.shape == (12, 2048)
    assert twice.trials[0].signals['depth'] is once.trials[0].signals['depth']


def test_trial_without_the_signal_is_refused():
    with pytest.raises(DatasetError, match='1_walk_0 has no depth recording'):
        signal_for(made_dataset().trials[0], sensors()['depth'], 8.0)


def test_joined_frames_are_held_in_the_pauses():
    data = Dataset(made_dataset().info, (depth_trial('a'), depth_trial('b', level=100.0)))
    trials = list(as_sensor(data, sensors()['depth'], 8.0).trials)
    stream = join(trials, np.random.default_rng(0), sensor=sensors()['depth'])
    order = [name for name in stream.names if name]
    assert sorted(order) == ['a', 'b']
    assert [bool(name) for name in stream.names] == [s.label != REST for s in stream.segments]
    values = stream.signal.values[:, -1]
    middle = stream.segments[2]
    at = slice(round(middle.start_ns / 125e6), round(middle.end_ns / 125e6))
    first, second = (trials['ab'.index(name)].signals['depth'].values[:, -1] for name in order)
    assert set(values[at]) == {first[-1], second[0]}
    assert values[at.start] == first[-1]
    assert values[at.stop - 1] == second[0]

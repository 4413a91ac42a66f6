import numpy as np
import pytest

from dcat_ros.datasets import load
from dcat_ros.sensors.inertial import doubts
from dcat_ros.sensors.inertial import samples as imu
from dcat_ros.streaming.window import WindowStream


@pytest.mark.parametrize(
    ('angles', 'vector', 'expected'),
    [
        ((np.pi / 2, 0, 0), (0, 1, 0), (0, 0, 1)),
        ((0, np.pi / 2, 0), (0, 0, 1), (1, 0, 0)),
        ((0, 0, np.pi / 2), (1, 0, 0), (0, 1, 0)),
        # roll first, then yaw, about fixed axes: y -> z, and z stays
        ((np.pi / 2, 0, np.pi / 2), (0, 1, 0), (0, 0, 1)),
        ((np.pi / 2, 0, np.pi / 2), (1, 0, 0), (0, 1, 0)),
    ],
)
def test_mount_rotation_by_hand(angles, vector, expected):
    matrix = imu.mount_rotation(*angles)
    assert matrix.dtype == np.float32
    np.testing.assert_allclose(matrix @ np.array(vector), expected, atol=1e-6)


def test_rotate_turns_both_vectors_alike():
    samples = np.array([[1, 2, 3, 4, 5, 6]], dtype=np.float32)
    matrix = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]], dtype=np.float32)
    np.testing.assert_array_equal(imu.rotate(samples, matrix), [[-2, 1, 3, -5, 4, 6]])


def still(**changes):
    samples = np.zeros((100, 6), np.float32)
    samples[:, 2] = 9.81
    for channel, value in changes.items():
        samples[:, imu.CHANNELS.index(channel)] = value
    return samples


@pytest.mark.parametrize(
    ('samples', 'text'),
    [
        (still(), ''),
        (still(az=1.0), 'acceleration is 1.0 m/s²'),
        (still(az=0.0), 'acceleration is 0.0 m/s²'),
        (still(wx=-57.0), 'the angular rate reaches 57 rad/s'),
        (still(wx=34.9), ''),
        (still(ax=80.0), ''),
    ],
)
def test_doubt_by_hand(samples, text):
    found = doubts.unit_doubt(doubts.measured(samples))
    assert found.startswith(text) if text else found == ''


def test_nobody_real_is_doubted(data_dir):
    """Every window of every recording: a warning about right data would teach to ignore them."""
    trials = [t for name in ('utd_mhad', 'watch') for t in load(name, data_dir).trials]
    assert len(trials) > 700
    for trial in trials:
        values = trial.signals['imu'].values.astype(np.float32)
        for start in range(0, max(1, len(values) - 99), 25):
            assert doubts.doubts(values[start : start + 100]) == [], trial.name


def moving(**changes):
    """A window of a person who moves."""
    samples = np.random.default_rng(0).normal(0, 1, (100, 6)).astype(np.float32)
    samples[:, 2] += 9.81
    for channel, value in changes.items():
        samples[:, imu.CHANNELS.index(channel)] = value
    return samples


@pytest.mark.parametrize(
    ('samples', 'expected'),
    [
        (moving(), []),
        (moving(wx=0, wy=0, wz=0), [('half', 'senseless', 'the angular rate is exactly 0')]),
        (moving(ax=0, ay=0, az=0), [('half', 'senseless', 'the acceleration is exactly 0')]),
        (moving(wx=1, wy=2, wz=3), [('frozen', 'senseless', 'the angular rate stands still')]),
        (moving() * 0, [('zero', 'senseless', 'every value is exactly 0')]),
        (still(), [('frozen', 'senseless', 'all six values stand still')]),
        (moving(wy=0), [('axis', 'fault', 'wy is exactly 0 throughout')]),
        (moving(ax=-3, ay=-3), [('axis', 'fault', 'ax and ay are exactly -3 throughout')]),
        (moving() * 101.97, [('unit', 'fault', 'not in milli-g or cm/s²')]),
        (moving() * 1670, [('unit', 'fault', "not in the sensor's raw counts")]),
        (moving() / 9.81, [('unit', 'fault', 'not in g')]),
        (moving(wx=0, wy=0, wz=0) * 101.97, [('half', 'senseless', 'two topics')]),
    ],
)
def test_doubts_by_hand(samples, expected):
    found = doubts.doubts(samples)
    assert [(doubt.reason, doubt.level) for doubt in found] == [(r, lv) for r, lv, _ in expected]
    for doubt, (_, _, text) in zip(found, expected, strict=True):
        assert text in doubt.sentence


@pytest.mark.parametrize('rate_hz', [50.0, 63.0, 200.0, 1000.0])
def test_a_half_that_is_zero_stays_so_on_its_way_to_the_models_grid(rate_hz):
    stamps = np.round(np.arange(round(4 * rate_hz)) * 1e9 / rate_hz).astype(np.int64)
    values = np.random.default_rng(0).normal(0, 1, (len(stamps), 6))
    values[:, 2] += 9.81
    values[:, 3:] = 0
    stream = WindowStream(n_channels=6, rate_hz=50.0, window_s=2.0, stride_s=0.5)
    windows = stream.push_many(stamps, values)
    assert len(windows) >= 3
    for window in windows:
        assert [doubt.reason for doubt in doubts.doubts(window.samples)] == ['half']
    values[:] = values[0]
    stream.reset()
    for window in stream.push_many(stamps + 10**11, values):
        assert doubts.doubts(window.samples)[0].level == 'senseless'

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.streaming.resample import interpolate, low_pass, sampling_rate

RATE_HZ = 50.0


def naive_low_pass(grid_s, times_s, values, rate_hz):
    """The formula of the docstring, one number at a time."""
    half = 3 / rate_hz
    out = []
    for t in grid_s:
        total, weight_sum = 0.0, 0.0
        for i, time in enumerate(times_s):
            u = time - t
            if abs(u) > half * (1 - 1e-6):
                continue
            x = 2 * 0.33 * rate_hz * u
            sinc = 1.0 if x == 0 else np.sin(np.pi * x) / (np.pi * x)
            if i == 0:
                spacing = times_s[1] - times_s[0]
            elif i == len(times_s) - 1:
                spacing = times_s[-1] - times_s[-2]
            else:
                before, after = time - times_s[i - 1], times_s[i + 1] - time
                # np.gradient's second-order formula of the index axis: half of the two spans
                spacing = (before + after) / 2
            weight = sinc * np.i0(3.4 * np.sqrt(1 - (u / half) ** 2)) * spacing
            total += weight * values[i]
            weight_sum += weight
        out.append(total / weight_sum)
    return np.array(out)


def tone(sensor_hz, tone_hz, jitter=0.0, seed=0):
    rng = np.random.default_rng(seed)
    times = np.arange(0, 4, 1 / sensor_hz)
    times = times + jitter / sensor_hz * rng.uniform(-1, 1, size=len(times))
    grid = np.arange(1, 3, 1 / RATE_HZ)
    return grid, times, np.sin(2 * np.pi * tone_hz * times)


@pytest.mark.parametrize('sensor_hz', [200, 1000])
@pytest.mark.parametrize('tone_hz', [30, 37, 48, 52, 60, 90])
def test_low_pass_tone_above_nyquist_is_gone(sensor_hz, tone_hz):
    grid, times, values = tone(sensor_hz, tone_hz)
    out = low_pass(grid, times, values[:, None], RATE_HZ)[:, 0]
    assert np.abs(out).max() < 0.02
    # what plain interpolation does: the tone comes back as an alias
    assert np.abs(interpolate(grid, times, values[:, None])).max() > 0.4


@pytest.mark.parametrize('tone_hz', [130, 220, 330, 450])
def test_low_pass_tone_far_above_nyquist_of_1khz_is_gone(tone_hz):
    grid, times, values = tone(1000, tone_hz)
    assert np.abs(low_pass(grid, times, values[:, None], RATE_HZ)).max() < 0.02


@pytest.mark.parametrize('sensor_hz', [200, 1000])
@pytest.mark.parametrize(('tone_hz', 'lost'), [(0.5, 0.02), (2, 0.02), (5, 0.02), (10, 0.09)])
def test_low_pass_tone_of_a_movement_is_kept(sensor_hz, tone_hz, lost):
    grid, times, values = tone(sensor_hz, tone_hz)
    out = low_pass(grid, times, values[:, None], RATE_HZ)[:, 0]
    np.testing.assert_allclose(out, np.sin(2 * np.pi * tone_hz * grid), atol=lost)


@pytest.mark.parametrize(('tone_hz', 'kept'), [(3, True), (40, False)])
def test_low_pass_stamps_jitter_still_filters(tone_hz, kept):
    grid, times, values = tone(200, tone_hz, jitter=0.2)
    out = low_pass(grid, times, values[:, None], RATE_HZ)[:, 0]
    expected = np.sin(2 * np.pi * tone_hz * grid) if kept else 0 * grid
    np.testing.assert_allclose(out, expected, atol=0.08)


def test_low_pass_even_stamps_is_the_formula():
    rng = np.random.default_rng(1)
    times = np.arange(200) / 200
    values = rng.normal(size=200)
    grid = np.arange(0.2, 0.8, 1 / RATE_HZ)
    out = low_pass(grid, times, values[:, None], RATE_HZ)[:, 0]
    np.testing.assert_allclose(out, naive_low_pass(grid, times, values, RATE_HZ), atol=1e-9)


def test_low_pass_constant_with_uneven_stamps_stays():
    times = np.cumsum(np.random.default_rng(2).uniform(0.002, 0.008, size=400))
    grid = np.arange(0.3, 1.2, 1 / RATE_HZ)
    out = low_pass(grid, times, np.full((400, 2), 9.8), RATE_HZ)
    np.testing.assert_allclose(out, 9.8, rtol=1e-9)


def test_low_pass_beside_a_hole_interpolates():
    times = np.arange(0, 1, 0.005)
    times = times[(times < 0.4) | (times > 0.5)]
    values = times[:, None] * 2
    out = low_pass(np.array([0.45]), times, values, RATE_HZ)
    np.testing.assert_allclose(out, [[0.9]], atol=1e-9)


def test_low_pass_beside_a_hole_does_not_see_its_edges():
    times = np.arange(0, 1, 0.005)
    times = times[(times < 0.3975) | (times > 0.4975)]
    step = (times > 0.45)[:, None].astype(float)
    out = low_pass(np.array([0.42, 0.48]), times, step, RATE_HZ)
    # from 0 at 0.395 to 1 at 0.5
    np.testing.assert_allclose(out[:, 0], [0.025 / 0.105, 0.085 / 0.105], atol=1e-9)


def test_interpolate_by_hand():
    out = interpolate(
        np.array([0.0, 0.5, 3.0]), np.array([0.0, 1.0, 5.0]), np.array([[0, 10], [2, 20], [4, 0]])
    )
    np.testing.assert_allclose(out, [[0, 10], [1, 15], [3, 10]])


def test_sampling_rate_of_missing_samples_is_the_sensors():
    stamps = np.arange(60, dtype=np.int64) * 10_000_000
    keep = np.ones(60, dtype=bool)
    keep[[5, 6, 20, 21, 22, 40]] = False
    assert sampling_rate(stamps[keep]) == pytest.approx(100)


@pytest.mark.parametrize('n', [0, 1, 2])
def test_sampling_rate_of_too_few_is_zero(n):
    assert sampling_rate(np.arange(n, dtype=np.int64)) == 0.0


@given(st.lists(st.integers(1, 10**10), min_size=2, max_size=70))
def test_sampling_rate_is_that_of_the_median_step(steps):
    stamps = np.cumsum([0, *steps])
    assert sampling_rate(stamps) == 1e9 / float(np.median(steps))

"""Values of an irregularly sampled signal on a regular grid."""

import numpy as np
from numpy.typing import NDArray

__all__ = ['half_width_s', 'interpolate', 'is_oversampled', 'low_pass', 'on_grid', 'sampling_rate']

#: A sensor this much faster than the grid is low-passed before it is resampled.
_OVERSAMPLED = 1.25
#: The low-pass cuts at this share of the grid's rate (its Nyquist frequency is 0.5).
_CUTOFF = 0.4
#: Half of the kernel's width, in periods of the grid.
_HALF_WIDTH_PERIODS = 5.0


def half_width_s(rate_hz: float) -> float:
    """How far in seconds `low_pass` looks to each side on a grid of this rate."""
    return _HALF_WIDTH_PERIODS / rate_hz


def sampling_rate(stamps_ns: NDArray[np.int64]) -> float:
    """Rate in Hz by the median distance of stamps; 0.0 for fewer than three.

    The median is not moved by missing samples, which the mean takes for a slower sensor.
    """
    n = len(stamps_ns) - 1
    if n < 2:
        return 0.0
    # np.median takes ten times as long for so few, and this is asked at every window
    steps = np.sort(stamps_ns[1:] - stamps_ns[:-1])
    median = float(steps[n // 2]) if n % 2 else float(steps[n // 2 - 1] + steps[n // 2]) / 2
    return 1e9 / median


def is_oversampled(stamps_ns: NDArray[np.int64], rate_hz: float) -> bool:
    """Whether samples come so fast that a grid of this rate needs the low-pass."""
    return sampling_rate(stamps_ns) > _OVERSAMPLED * rate_hz


def on_grid(
    grid_s: NDArray[np.float64],
    times_s: NDArray[np.float64],
    values: NDArray[np.float64],
    rate_hz: float,
    *,
    oversampled: bool,
) -> NDArray[np.float64]:
    """Values (n, C) at the wanted times, low-passed first if the sensor is faster than the grid."""
    if oversampled:
        return low_pass(grid_s, times_s, values, rate_hz)
    return interpolate(grid_s, times_s, values)


def interpolate(
    grid_s: NDArray[np.float64], times_s: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Linear interpolation between the neighbouring samples.

    Args:
        grid_s: wanted times, shape (n,), within the span of `times_s`.
        times_s: ascending times of the samples, shape (m,).
        values: samples, shape (m, C).

    Returns:
        Values at the wanted times, shape (n, C).
    """
    left = np.clip(np.searchsorted(times_s, grid_s, side='right') - 1, 0, max(0, len(times_s) - 2))
    right = np.minimum(left + 1, len(times_s) - 1)
    span = times_s[right] - times_s[left]
    part = np.clip((grid_s - times_s[left]) / np.where(span > 0, span, 1), 0, 1)[:, None]
    out: NDArray[np.float64] = (1 - part) * values[left] + part * values[right]
    return out


def low_pass(
    grid_s: NDArray[np.float64],
    times_s: NDArray[np.float64],
    values: NDArray[np.float64],
    rate_hz: float,
) -> NDArray[np.float64]:
    """Anti-aliasing: a windowed-sinc average of the samples around each wanted time.

    The kernel sinc(2 f_c u) · (1 + cos(pi u / h)) / 2 with f_c = 0.4 rate and h = 5 / rate is
    sampled at the true distances u, each sample weighted by the time that it stands for, and
    the weights are normalised, so that uneven stamps do no harm. (Windowed design: Oppenheim and
    Schafer, Discrete-Time Signal Processing, section 7.5.) Beside a hole longer than a period of
    the grid the kernel would mostly see its edges: there the value is interpolated.

    Args:
        grid_s: wanted times, shape (n,).
        times_s: ascending times of the samples, shape (m,), m >= 2.
        values: samples, shape (m, C).
        rate_hz: rate of the grid, slower than the samples'.

    Returns:
        Values at the wanted times, shape (n, C).
    """
    half = half_width_s(rate_hz)
    spacing = np.gradient(times_s)
    rows = interpolate(grid_s, times_s, values)
    first = np.searchsorted(times_s, grid_s - half)
    last = np.searchsorted(times_s, grid_s + half, side='right')
    for i, (time, lo, hi) in enumerate(zip(grid_s, first, last, strict=True)):
        if lo == hi or spacing[lo:hi].max() > 1 / rate_hz:
            continue
        u = times_s[lo:hi] - time
        weights = np.sinc(2 * _CUTOFF * rate_hz * u) * (1 + np.cos(np.pi * u / half))
        weights *= spacing[lo:hi]
        rows[i] = weights @ values[lo:hi] / weights.sum()
    return rows

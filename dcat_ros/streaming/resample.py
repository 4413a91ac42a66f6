"""Values of an irregularly sampled signal on a regular grid."""

import numpy as np
from numpy.typing import NDArray

__all__ = [
    'Oversampled',
    'half_width_s',
    'interpolate',
    'is_oversampled',
    'low_pass',
    'on_grid',
    'sampling_rate',
]

#: A sensor this much faster than the grid is low-passed before it is resampled.
_OVERSAMPLED = 1.25
#: The low-pass cuts at this share of the grid's rate (its Nyquist frequency is 0.5).
_CUTOFF = 0.33
#: Half of the kernel's width, in periods of the grid: so long a fast sensor's label has to wait.
_HALF_WIDTH_PERIODS = 3.0
#: Kaiser's beta: 40 dB a little above the Nyquist frequency, and further on.
_BETA = 3.4
#: A sample so near to the kernel's edge, as a share of its half width, is left out: whether it has
#: come yet must not matter.
_EDGE = 1e-6
#: Weights that are computed at once.
_BLOCK = 1 << 18


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


class Oversampled:
    """`is_oversampled` of many slices of one stream.

    Args:
        stamps_ns: of the stream, ascending, shape (n,).
        rate_hz: of the grid.
        many: so many slices will be asked about that to look through all stamps first pays.
    """

    def __init__(self, stamps_ns: NDArray[np.int64], rate_hz: float, *, many: bool):
        self._stamps_ns = stamps_ns
        self._rate_hz = rate_hz
        self._always: bool | None = None
        if many:
            fast = 1e9 / np.diff(stamps_ns) > _OVERSAMPLED * rate_hz
            if fast.all() or not fast.any():  # whichever the median is
                self._always = bool(fast[0])

    def at(self, start: int, stop: int) -> bool:
        """Whether the stamps of this slice come so fast that the grid needs the low-pass."""
        if self._always is not None and stop - start > 2:
            return self._always
        return is_oversampled(self._stamps_ns[start:stop], self._rate_hz)


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
    last = len(times_s) - 1
    left = np.searchsorted(times_s, grid_s, side='right') - 1
    left = np.minimum(np.maximum(left, 0), max(0, last - 1))
    right = np.minimum(left + 1, last)
    span = times_s[right] - times_s[left]
    part = (grid_s - times_s[left]) / np.where(span > 0, span, 1)
    part = np.minimum(np.maximum(part, 0), 1)[:, None]
    out: NDArray[np.float64] = (1 - part) * values[left] + part * values[right]
    return out


def low_pass(
    grid_s: NDArray[np.float64],
    times_s: NDArray[np.float64],
    values: NDArray[np.float64],
    rate_hz: float,
) -> NDArray[np.float64]:
    """Anti-aliasing: a windowed-sinc average of the samples around each wanted time.

    The kernel sinc(2 f_c u) · I0(beta sqrt(1 - (u / h)²)) with f_c = 0.33 rate, h = 3 / rate and
    beta = 3.4 is sampled at the true distances u, each sample weighted by the time that it stands
    for, and the weights are normalised, so that uneven stamps do no harm. (Kaiser's window:
    Oppenheim and Schafer, Discrete-Time Signal Processing, section 7.5.3.) Beside a hole longer
    than a period of the grid the kernel would mostly see its edges: there the value is
    interpolated.

    Args:
        grid_s: wanted times, shape (n,).
        times_s: ascending times of the samples, shape (m,), m >= 2.
        values: samples, shape (m, C).
        rate_hz: rate of the grid, slower than the samples'.

    Returns:
        Values at the wanted times, shape (n, C).
    """
    reach = half_width_s(rate_hz) * (1 - _EDGE)
    spacing = np.gradient(times_s)
    rows = interpolate(grid_s, times_s, values)
    first = np.searchsorted(times_s, grid_s - reach)
    counts = np.searchsorted(times_s, grid_s + reach, side='right') - first
    holes = np.concatenate([[0], np.cumsum(spacing > 1 / rate_hz)])
    counts[holes[first + counts] > holes[first]] = 0
    # rows of as many samples at once: what a row gives does not depend on those beside it
    for n in np.unique(counts[counts > 0]).tolist():
        alike = np.flatnonzero(counts == n)
        size = max(1, _BLOCK // n)
        for start in range(0, len(alike), size):
            some = alike[start : start + size]
            near = first[some, None] + np.arange(n)
            weights = _kernel(times_s[near] - grid_s[some, None], rate_hz) * spacing[near]
            sums = (weights[:, None, :] @ values[near])[:, 0]
            rows[some] = sums / weights.sum(axis=1)[:, None]
    return rows


def _kernel(u: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    """The kernel at distances in s, but for a factor."""
    window = np.i0(_BETA * np.sqrt(1 - (u / half_width_s(rate_hz)) ** 2))
    out: NDArray[np.float64] = np.sinc(2 * _CUTOFF * rate_hz * u) * window
    return out

"""How far apart the clocks of two sensors are, told by when something moves.

What both see of one person begins and ends at the same moments. The motion of each, as a row of
numbers over time, is compared with that of the other at all offsets: generalised cross-correlation
(C. Knapp, G. Carter, 1976), whose cross-spectrum is divided by the root of its magnitude, so that
slow changes, which are alike at any offset, do not drown the quick ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.as_sensor import signal_for
from dcat_ros.datasets.trial import Trial
from dcat_ros.errors import DatasetError
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.teach.movement import strength

__all__ = ['MOST_S', 'Offset', 'estimate_offset', 'movement_of', 'offset_between']

#: Larger offsets are not looked for.
MOST_S = 5.0
_RATE_HZ = 25.0
#: Stretches are cut into blocks of this length, and those shorter than the second are left out.
_BLOCK_S, _SHORTEST_S = 20.0, 8.0
#: So many blocks at least, for less says nothing of certainty.
_LEAST_BLOCKS = 3
_DRAWS = 200
#: An estimate from other blocks counts as the same within this.
_NEAR_S = 0.1
_CERTAIN = 0.9
#: Between PHAT (1), which trusts noise, and correlation (0).
_WHITENING = 0.5
_FLOOR = 0.05


@dataclass(frozen=True)
class Offset:
    """An estimate.

    Attributes:
        seconds: how much later the stamps of the second sensor are than those of the first, for the
            same moment.
        spread_s: half of the middle 68 % of what other draws of the same blocks give.
        agreement: share of those draws that give the same within 0.1 s.
        n_blocks: how many blocks of up to 20 s it is from.
    """

    seconds: float
    spread_s: float
    agreement: float
    n_blocks: int

    @property
    def is_certain(self) -> bool:
        """Whether it may be relied on."""
        return self.n_blocks >= _LEAST_BLOCKS and self.agreement >= _CERTAIN

    def between(self, first: str, second: str) -> str:
        """For people: where the second sensor's clock is, as seen from the first one's."""
        side = 'ahead of' if self.seconds >= 0 else 'behind'
        return (
            f'{second} is {abs(self.seconds):.2f} s {side} {first} (± {self.spread_s:.2f} s; '
            f'{self.agreement:.0%} of {_DRAWS} draws of {self.n_blocks} blocks agree: '
            f'{"certain" if self.is_certain else "not certain"})'
        )


def movement_of(trial: Trial, sensor: Sensor, rate_hz: float) -> NDArray[np.float64]:
    """How much moves, 25 times a second from the recording's beginning, on a scale of logarithms.

    Args:
        trial: with the sensor's signal.
        sensor: which.
        rate_hz: of its samples, where the sensor does not decide it.

    Raises:
        DatasetError: the recording cannot be used.
    """
    signal = signal_for(trial, sensor, rate_hz)
    own_hz = 1e9 / float(np.median(np.diff(signal.stamps_ns)))
    found = strength(sensor, signal.values, own_hz)
    times_s = signal.stamps_ns / 1e9
    grid_s = np.arange(0.0, times_s[-1], 1 / _RATE_HZ)
    return np.log(np.interp(grid_s, times_s, found) + _FLOOR)


def estimate_offset(
    first: Sequence[NDArray[np.float64]],
    second: Sequence[NDArray[np.float64]],
    most_s: float = MOST_S,
    seed: int = 0,
) -> Offset | None:
    """Compare the motion of two sensors over the same stretches of time.

    Args:
        first: motion of each stretch, (n,), from its beginning by the one clock.
        second: of the same stretches by the other clock.
        most_s: greatest offset that is looked for.
        seed: draws the blocks that are compared again.

    Returns:
        None where no stretch is long enough, or nothing moves in any.
    """
    spectra = [
        spectrum
        for ours, theirs in zip(first, second, strict=True)
        for spectrum in _spectra(ours, theirs)
    ]
    if not spectra:
        return None
    each = np.stack(spectra)
    best = _peak(each.sum(axis=0), most_s)
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(len(each), np.full(len(each), 1 / len(each)), size=_DRAWS)
    again = np.array([_peak(row @ each, most_s) for row in counts])
    low, high = np.quantile(again, (0.16, 0.84))
    near = np.abs(again - best) <= _NEAR_S
    return Offset(best, float(high - low) / 2, float(near.mean()), len(each))


_N_FFT = 2 * round(_BLOCK_S * _RATE_HZ)  # as long as two blocks: nothing wraps around


def _spectra(
    ours: NDArray[np.float64], theirs: NDArray[np.float64]
) -> list[NDArray[np.complex128]]:
    """Cross-spectra of the blocks of a stretch, of equal weight; those without motion are out."""
    n, size = min(len(ours), len(theirs)), round(_BLOCK_S * _RATE_HZ)
    found = []
    for start in range(0, n, size):
        both = [row[start : min(start + size, n)] for row in (ours, theirs)]
        if len(both[0]) < _SHORTEST_S * _RATE_HZ:
            continue
        a, b = (row - row.mean() for row in both)
        norm = float(np.linalg.norm(a) * np.linalg.norm(b))
        if norm > 0:
            found.append(np.conj(np.fft.rfft(a, _N_FFT)) * np.fft.rfft(b, _N_FFT) / norm)
    return found


def _peak(cross: NDArray[np.complex128], most_s: float) -> float:
    """The lag in s of the greatest correlation, between two samples by a parabola."""
    magnitude = np.abs(cross)
    weight = np.maximum(magnitude, 1e-3 * magnitude.max() + 1e-12) ** _WHITENING
    correlation = np.fft.irfft(cross / weight, _N_FFT)
    most = min(round(most_s * _RATE_HZ), _N_FFT // 2 - 1)
    lags = np.arange(-most, most + 1)
    values = correlation[lags]
    i = int(values.argmax())
    part = 0.0
    if 0 < i < len(values) - 1:
        below, peak, above = values[i - 1 : i + 2]
        curve = below - 2 * peak + above
        part = 0.5 * (below - above) / curve if curve < 0 else 0.0
    return float(lags[i] + part) / _RATE_HZ


def offset_between(
    trials: Sequence[Trial], first: tuple[Sensor, float], second: tuple[Sensor, float]
) -> Offset | None:
    """The same of recordings that have both sensors.

    Args:
        trials: the recordings; those that a sensor cannot be read of are left out.
        first: a sensor, and the rate of its samples.
        second: likewise.
    """
    motions: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    for trial in trials:
        try:
            motions.append((movement_of(trial, *first), movement_of(trial, *second)))
        except DatasetError:
            continue
    return estimate_offset([a for a, _ in motions], [b for _, b in motions])

"""Windows of the sensor that learns, drawn where a source has named something."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dcat_ros.adapt.named import Named
from dcat_ros.datasets.trial import Trial
from dcat_ros.segment import REST
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.shelf import Shelf
from dcat_ros.training.batch import Batch
from dcat_ros.training.drawing import Drawing, played

__all__ = ['NamedPool', 'make_named_pool']


@dataclass(frozen=True)
class NamedPool:
    """Recordings of the target laid end to end, and the samples that the source's windows name.

    Attributes:
        sensor: of the target.
        values: shape (n, C), in the units of the message.
        rate_hz: of the samples.
        instants: (P,), the sample of which each of the source's windows speaks.
        bounds: (P, 2), first and last sample of its recording.
        shares: (P, K), probabilities of the labels.
        below: (P,), each window's chance to be drawn, and those of all before it.
    """

    sensor: Sensor
    values: NDArray[np.float32]
    rate_hz: float
    instants: NDArray[np.int64]
    bounds: NDArray[np.int64]
    shares: NDArray[np.float32]
    below: NDArray[np.float64]

    def draw(
        self, config: Drawing, rng: np.random.Generator, n: int, length_s: float | None = None
    ) -> Batch:
        """Draw n augmented windows with the source's probabilities as their targets.

        Args:
            config: the recipe.
            rng: draws everything.
            n: number of windows.
            length_s: of the windows; that in use without it.
        """
        rows = np.searchsorted(self.below, rng.random(n) * self.below[-1], side='right')
        rows = np.minimum(rows, len(self.below) - 1)
        windows = played(
            self.sensor,
            self.values,
            self.rate_hz,
            self.instants[rows],
            self.bounds[rows],
            np.zeros(n, np.bool_),
            length_s or config.window_s,
            config,
            rng,
        )
        windows = self.sensor.augment(self.sensor, windows, config.augment, rng)
        return Batch(windows, self.shares[rows], rows)


def make_named_pool(
    trials: Sequence[Trial],
    named: Named,
    sensor: Sensor,
    rest_share: float,
    shelf: Shelf,
) -> NamedPool:
    """Lay recordings end to end.

    A label that the source names n times is drawn in proportion to the square root of n, so that
    what is done seldom is learned, and a few windows that are misnamed weigh little.

    Args:
        trials: the recordings in the order of their numbers, as the target's samples.
        named: what the source says of their windows.
        sensor: of the target.
        rest_share: share of the windows that are named `rest`, where there is that label.
        shelf: takes the samples.
    """
    signals = [trial.signals[sensor.name] for trial in trials]
    ends = np.cumsum([len(signal.values) for signal in signals])
    begins = ends - [len(signal.values) for signal in signals]
    values = shelf.joined([signal.values.astype(np.float32, copy=False) for signal in signals])
    period_ns = float(np.median(np.diff(signals[0].stamps_ns)))
    first_ns = np.array([signal.stamps_ns[0] for signal in signals])
    which = named.recordings
    at = np.round((named.instants_ns - first_ns[which]) / period_ns).astype(np.int64)
    low, high = begins[which], ends[which] - 1
    chances = _chances(named, rest_share)
    return NamedPool(
        sensor=sensor,
        values=values,
        rate_hz=1e9 / period_ns,
        instants=np.clip(low + at, low, high),
        bounds=np.stack([low, high], axis=1),
        shares=named.shares,
        below=np.cumsum(chances),
    )


def _chances(named: Named, rest_share: float) -> NDArray[np.float64]:
    """How often each window is drawn, (P,); they sum to 1."""
    best = named.best
    counts = np.bincount(best, minlength=len(named.labels)).astype(np.float64)
    of_label = np.sqrt(counts)
    rest = named.labels.index(REST) if REST in named.labels else -1
    if rest >= 0 and 0 < counts[rest] < len(best):
        others = np.delete(of_label, rest).sum()
        of_label[rest] = others * rest_share / (1 - rest_share)
    of_label /= of_label.sum()
    chances: NDArray[np.float64] = of_label[best] / counts[best]
    return chances

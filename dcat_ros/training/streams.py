"""Training windows drawn anywhere in continuous streams.

A live window straddles an action and the stillness around it; a network that only ever saw
whole trials raises false alarms there (../docs/results.md).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.continuous import join
from dcat_ros.datasets.trial import Dataset
from dcat_ros.errors import DatasetError
from dcat_ros.modalities import imu
from dcat_ros.segment import REST
from dcat_ros.training.config import TrainConfig

__all__ = ['StreamPool', 'make_pool']


@dataclass(frozen=True)
class StreamPool:
    """Streams of several subjects laid end to end, and where each class lies in them.

    Attributes:
        values: shape (n, 6), m/s² and rad/s.
        positions: per class, the samples at which a window may be centred.
        lows: per sample, the first sample of its stream.
        highs: per sample, the last sample of its stream.
        rate_hz: rate of the samples.
    """

    values: NDArray[np.float32]
    positions: list[NDArray[np.int64]]
    lows: NDArray[np.int64]
    highs: NDArray[np.int64]
    rate_hz: float

    def draw(
        self, config: TrainConfig, rng: np.random.Generator, n: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Draw augmented windows; the label is that of the instant `lag_s` before the end.

        Returns:
            Windows (n, T, 6) and class indices (n,).
        """
        n_classes = len(self.positions)
        rest = n_classes - 1
        shares = np.full(n_classes, (1 - config.rest_share) / rest)
        shares[rest] = config.rest_share
        y = rng.choice(n_classes, size=n, p=shares)
        instants = np.array([rng.choice(self.positions[c]) for c in y])
        windows = self._cut(instants, config, rng)
        augment = config.augment
        return (
            imu.augment(windows, augment.rotation_rad, augment.scale, augment.noise, rng),
            y,
        )

    def _cut(
        self, instants: NDArray[np.int64], config: TrainConfig, rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Windows that speak for these samples, played at random speeds."""
        length = round(config.window_s * self.rate_hz)
        speed = 1 + config.augment.warp * rng.uniform(-1, 1, size=(len(instants), 1))
        offsets = np.arange(length) - (length - 1) + config.lag_s * self.rate_hz
        low, high = self.lows[instants][:, None], self.highs[instants][:, None]
        at = np.clip(instants[:, None] + offsets[None, :] * speed, low, high)
        left = np.floor(at).astype(np.int64)
        right = np.minimum(left + 1, high)
        part = (at - left)[..., None].astype(np.float32)
        windows: NDArray[np.float32] = (1 - part) * self.values[left] + part * self.values[right]
        # a movement at f times the speed has f times the angular rate
        windows[..., 3:] *= speed[..., None].astype(np.float32)
        return windows


def make_pool(dataset: Dataset, config: TrainConfig, rng: np.random.Generator) -> StreamPool:
    """Join each subject's trials several times and note where each class lies.

    Raises:
        DatasetError: nobody performs a label.
    """
    labels = (*dataset.info.labels, REST)
    values: list[NDArray[np.float32]] = []
    classes: list[NDArray[np.int64]] = []
    lows: list[NDArray[np.int64]] = []
    highs: list[NDArray[np.int64]] = []
    begin = 0
    for subject in dataset.subjects:
        trials = [t for t in dataset.trials if t.subject == subject]
        for _ in range(config.joins):
            stream = join(trials, rng)
            n = len(stream.signal.values)
            values.append(stream.signal.values.astype(np.float32))
            starts = np.array([s.start_ns for s in stream.segments])
            which = np.searchsorted(starts, stream.signal.stamps_ns, side='right') - 1
            of_segment = np.array([labels.index(s.label) for s in stream.segments])
            classes.append(of_segment[which])
            lows.append(np.full(n, begin))
            highs.append(np.full(n, begin + n - 1))
            begin += n
    y = np.concatenate(classes)
    for c, label in enumerate(labels):
        if not (y == c).any():
            raise DatasetError(
                f'subjects {", ".join(dataset.subjects)} of {dataset.info.name} never do {label}, '
                'so it cannot be learned from them; use fewer folds or other subjects.'
            )
    return StreamPool(
        values=np.concatenate(values),
        positions=[np.flatnonzero(y == c) for c in range(len(labels))],
        lows=np.concatenate(lows),
        highs=np.concatenate(highs),
        rate_hz=dataset.info.rate_hz,
    )

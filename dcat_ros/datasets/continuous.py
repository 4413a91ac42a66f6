"""Trials joined to one continuous recording, with stillness between them.

The joining is synthetic and is called so wherever it is used: no data set here has real pauses.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.trial import Signal, Trial
from dcat_ros.errors import DatasetError
from dcat_ros.segment import REST, Segment

__all__ = ['Continuous', 'join', 'stillness']

_ENDS = 5  # samples at a trial's end that tell the sensor's attitude there


@dataclass(frozen=True)
class Continuous:
    """A recording of several activities.

    Attributes:
        signal: what the sensor recorded.
        segments: truth without holes; `REST` between the trials.
        names: of the trial in each segment; '' between them.
    """

    signal: Signal
    segments: tuple[Segment, ...]
    names: tuple[str, ...]


def stillness(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    n: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Make `n` samples of a sensor at rest between two recordings.

    Gravity turns smoothly from its mean direction at the end of `before` to that at the start of
    `after`; the angular rate is zero; to both comes white noise of the level that the ends show
    after a straight line through them is taken away.

    Args:
        before: shape (m, 6), m/s² and rad/s.
        after: shape (k, 6).
        n: number of samples.
        rng: makes the noise.

    Returns:
        Shape (n, 6).
    """
    last, first = before[-_ENDS:], after[:_ENDS]
    blend = (1 - np.cos(np.pi * (np.arange(n) + 1) / (n + 1)))[:, None] / 2
    gravity = (1 - blend) * last[:, :3].mean(0) + blend * first[:, :3].mean(0)
    length = (1 - blend) * np.linalg.norm(last[:, :3].mean(0)) + blend * np.linalg.norm(
        first[:, :3].mean(0)
    )
    norm = np.linalg.norm(gravity, axis=1, keepdims=True)
    gravity = np.where(norm > 1e-6, gravity / np.maximum(norm, 1e-6) * length, gravity)
    level = np.minimum(_noise(last), _noise(first))
    still: NDArray[np.float64] = rng.normal(size=(n, before.shape[1])) * level
    still[:, :3] += gravity
    return still


def join(
    trials: list[Trial],
    rng: np.random.Generator,
    pause_s: tuple[float, float] = (1.0, 3.0),
    modality: str = 'imu',
) -> Continuous:
    """Join the trials of one subject in random order, stillness before, between and after them.

    An inertial sensor is still as `stillness` says. Sound (n, 1) falls silent but for faint noise.
    Of any other, the last sample before a pause is repeated for its first half, and the first
    sample after it for the second.

    Args:
        trials: with a signal of the modality each, (n, C), all of one rate.
        rng: draws order, pauses and noise.
        pause_s: shortest and longest pause.
        modality: name of the signal.

    Raises:
        DatasetError: there is no trial, or no pause is known for the modality.
    """
    if not trials:
        raise DatasetError('there is no trial to join')
    period_ns = int(np.median(np.diff(trials[0].signals[modality].stamps_ns)))
    order = [trials[i] for i in rng.permutation(len(trials))]
    parts: list[NDArray[np.float64]] = []
    segments: list[Segment] = []
    names: list[str] = []
    n_samples = 0
    if modality not in _PAUSES:
        raise DatasetError(
            f'what {modality} gives while nothing is done is not known: add it to _PAUSES in '
            'dcat_ros/datasets/continuous.py'
        )
    still = _PAUSES[modality]

    def add(values: NDArray[np.float64], label: str, name: str = '') -> None:
        nonlocal n_samples
        start = n_samples * period_ns
        n_samples += len(values)
        segments.append(Segment(start, n_samples * period_ns, label))
        names.append(name)
        parts.append(values)

    previous = order[0].signals[modality].values[:_ENDS]
    for trial in order:
        values = trial.signals[modality].values
        n = round(rng.uniform(*pause_s) * 1e9 / period_ns)
        add(still(previous, values, n, rng), REST)
        add(values, trial.label, trial.name)
        previous = values
    n = round(rng.uniform(*pause_s) * 1e9 / period_ns)
    add(still(previous, previous[-_ENDS:], n, rng), REST)
    stamps = np.arange(n_samples, dtype=np.int64) * period_ns
    return Continuous(Signal(stamps, np.concatenate(parts)), tuple(segments), tuple(names))


def _held(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    n: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """The sample before a pause for its first half, and the one after it for the second."""
    return np.concatenate([np.repeat(before[-1:], n // 2, 0), np.repeat(after[:1], n - n // 2, 0)])


def _quiet(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    n: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """White noise of a microphone, -90 to -60 dB of full scale; one pause in five has none."""
    level = 10 ** (rng.uniform(-90, -60) / 20) * (rng.random() < 0.8)
    return rng.normal(size=(n, before.shape[1])) * level


def _noise(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviation per channel around a straight line."""
    time = np.arange(len(values)) - (len(values) - 1) / 2
    slope = time @ values / (time @ time)
    residual = values - values.mean(0) - time[:, None] * slope
    return np.asarray(np.sqrt((residual**2).sum(0) / max(1, len(values) - 2)))


#: What a sensor gives between two trials, which a network learns as `rest`: wrong, it would take a
#: steady value for it.
_PAUSES = {
    'imu': stillness,
    'audio': _quiet,
    **dict.fromkeys(
        ('accelerometer', 'gyroscope', 'depth', 'depth_16', 'skeleton', 'motion'), _held
    ),
}

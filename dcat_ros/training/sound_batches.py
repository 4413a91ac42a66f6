"""Training windows of sound: crops of clips, changed at random, and windows of hardly anything.

A microphone also hears pauses. A network that only ever saw activities names one for every pause,
so a share of the windows is silence, faint noise, or a pause with a scrap of a clip in it; its
target is no label more than another. (D. Hendrycks et al., "Deep anomaly detection with outlier
exposure", ICLR 2019.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.trial import Dataset
from dcat_ros.errors import DatasetError
from dcat_ros.sensors.sound import augment as change
from dcat_ros.sensors.sound.log_mel import FLOOR, RATE_HZ, log_mel

__all__ = ['SoundBatch', 'SoundPool', 'make_sound_pool']

#: Lengths of a batch's windows, in rows of 10 ms: the network shall know clips and live windows.
LENGTHS = (100, 200, 300, 500)
_SPEED = 0.15  # greatest relative change
_GAIN_DB = (-20.0, 8.0)
#: Mean power in dB of windows that hold nothing; clips have -60 (quiet ones) to 0.
_FAINT_DB = (-95.0, -48.0)
_NOISE_S = 60


class SoundBatch(NamedTuple):
    """What a step learns from.

    Attributes:
        windows: (N, T, 64) in dB.
        targets: (N, classes), shares of the labels, sum 1.
    """

    windows: NDArray[np.float32]
    targets: NDArray[np.float32]


@dataclass(frozen=True)
class SoundPool:
    """All clips that are trained on.

    Attributes:
        power: of each clip, (n, 64), linear.
        tones: per clip the power (64,) that its quietest tenth stays under, of mean one: the
            spectrum of its room.
        by_class: which clips have each class, source by source: a source of many clips is no more
            than one kitchen.
        noise: white noise of mean one, (n, 64).
    """

    power: Sequence[NDArray[np.float32]]
    tones: NDArray[np.float32]
    by_class: Sequence[Sequence[NDArray[np.int64]]]
    noise: NDArray[np.float32]

    def draw(self, rng: np.random.Generator, n: int, quiet_share: float) -> SoundBatch:
        """Draw n windows of one length, classes equally often, this share of them of pauses."""
        length = int(rng.choice(LENGTHS))
        n_classes = len(self.by_class)
        classes = rng.permutation(np.arange(n) + rng.integers(n_classes)) % n_classes
        sources = [self.by_class[c][int(rng.integers(len(self.by_class[c])))] for c in classes]
        clips = [int(rng.choice(source)) for source in sources]
        power = np.stack([_crop(self.power[clip], length, rng) for clip in clips])
        targets = np.eye(n_classes, dtype=np.float32)[classes]
        power, level = change.normalise(power)
        power = change.equalise(change.shift_bands(power, rng), rng)
        power, targets = change.mix(change.normalise(power)[0], targets, rng)
        power = change.add_noise(power, self._noise(n, length, rng), rng)
        power = change.mask(power, rng)
        gain = 10 ** (rng.uniform(*_GAIN_DB, size=(n, 1, 1)) / 10)
        power = np.asarray(power * level * gain, dtype=np.float32)
        n_quiet = rng.binomial(n, quiet_share)
        if n_quiet:
            quiet = self._pauses(power[:n_quiet], targets[:n_quiet], rng)
            power[:n_quiet], targets[:n_quiet] = quiet
        windows = 10 * np.log10(np.maximum(power, FLOOR))
        return SoundBatch(windows.astype(np.float32), targets)

    def _noise(self, n: int, length: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Noise (n, length, 64) of many colours, of mean one each."""
        starts = rng.integers(len(self.noise) - length + 1, size=n)
        white = np.stack([self.noise[start : start + length] for start in starts])
        colours = change.colours(n, white.shape[2], rng)
        tones = self.tones[rng.integers(len(self.tones), size=n)]
        is_room = rng.random((n, 1)) < 0.25
        return np.asarray(white * np.where(is_room, tones, colours)[:, None], dtype=np.float32)

    def _pauses(
        self, power: NDArray[np.float32], targets: NDArray[np.float32], rng: np.random.Generator
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Silence or faint noise, half of it with the beginning or the end of a sound."""
        n, length, _ = power.shape
        level = 10 ** (rng.uniform(*_FAINT_DB, size=(n, 1, 1)) / 10)
        level *= rng.random((n, 1, 1)) < 0.85  # the rest is digital silence
        faint = level * self._noise(n, length, rng)
        heard = np.where(rng.random(n) < 0.5, rng.random(n), 0)  # share of the window
        rows = np.arange(length) / length
        from_start = rng.random((n, 1)) < 0.5
        sounds = np.where(from_start, rows < heard[:, None], rows >= 1 - heard[:, None])
        # a window speaks for its middle: from half of it on, the label is what it should say
        known = np.clip((heard[:, None] - 0.1) / 0.4, 0, 1).astype(np.float32)
        nothing = np.float32(1 / targets.shape[1])
        out = sounds[..., None] * power + faint
        return out.astype(np.float32), known * targets + (1 - known) * nothing


def make_sound_pool(dataset: Dataset) -> SoundPool:
    """Take all clips of a data set whose signal 'audio' is log-mel rows (n, 64) in dB.

    Raises:
        DatasetError: a label has no clip.
    """
    labels = dataset.info.labels
    if missing := [name for name in labels if all(name != t.label for t in dataset.trials)]:
        raise DatasetError(
            f'{dataset.info.name} has no clip of {missing[0]} here, so that it cannot be learned; '
            'use more clips or fewer folds.'
        )
    power = [
        np.power(10, trial.signals['audio'].values / 10).astype(np.float32)
        for trial in dataset.trials
    ]
    tones = np.stack([np.quantile(p, 0.1, axis=0) for p in power]) + FLOOR
    classes = np.array([labels.index(trial.label) for trial in dataset.trials])
    sources = np.array([trial.source for trial in dataset.trials])
    # the same noise for every training
    white = np.random.default_rng(0).normal(scale=0.1, size=_NOISE_S * RATE_HZ)
    noise = np.power(10, log_mel(white) / 10)
    return SoundPool(
        power=power,
        tones=(tones / tones.mean(axis=1, keepdims=True)).astype(np.float32),
        by_class=[
            [
                np.flatnonzero((classes == c) & (sources == source))
                for source in np.unique(sources[classes == c])
            ]
            for c in range(len(labels))
        ],
        noise=(noise / noise.mean()).astype(np.float32),
    )


def _crop(power: NDArray[np.float32], length: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Rows (length, 64) at a random place and speed; a clip that is too short is repeated."""
    speed = 1 + _SPEED * rng.uniform(-1, 1)
    needed = min(len(power), int(np.ceil(length * speed)) + 1)
    start = rng.integers(len(power) - needed + 1)
    at = (np.arange(length) * speed) % (needed - 1)
    left = at.astype(np.int64)
    part = (at - left).astype(np.float32)[:, None]
    piece = power[start : start + needed]
    return (1 - part) * piece[left] + part * piece[left + 1]

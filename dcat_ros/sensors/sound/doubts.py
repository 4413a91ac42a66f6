"""Whether sound that can be decoded is what a microphone hears.

Bytes are sound in any format: those of another one give noise, of which a model makes labels with
much confidence. No recording is like that, so it is said.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.doubt import FAULT, NOTE, SENSELESS, Doubt

__all__ = ['SoundJudge']

#: The greatest values of 16 bits are 32767 / 32768 and -1.
_FULL_SCALE = 0.9999
#: Of the 857 clips of Kitchen20, the worst second has 1 % of its samples there.
_CLIPPED = 0.02
#: Of the same clips, uncorrelated ones have an RMS of up to 0.25, and correlated ones up to 0.31.
_NOISE_RMS, _NOISE_CORRELATION = 0.3, 0.2
#: Of the same clips: 0.034 and 0.26. Unsigned samples read as signed turn over at full scale.
_OFFSET, _MEAN_ABS = 0.25, 0.6
#: What turns over there is seldom exactly there, and what is far too loud mostly is.
_OVERDRIVEN = 0.2
#: Floats may exceed full scale a little; those of integers that were never scaled do by far.
_PEAK = 4.0
#: The upper halves of floats from 1e-5 to 1, read as 16 bits: their exponents barely differ.
_EXPONENTS = (0.42, 0.58)
_PHASES = 4  # 16-bit pieces of the longest sample there is
_TO_DO = (
    'say what they are: audio_info beside the sound (sample_format, sample_rate, channels), or '
    'raw S16LE with the right message_type, sample_rate and channels'
)


class _Chunk(NamedTuple):
    """Of one chunk, per channel or in total; the phases are those of the samples' numbers."""

    n: int  # samples of each channel
    least: NDArray[np.float64]
    greatest: NDArray[np.float64]
    total: float
    total_abs: float
    squares: float
    products: float  # of neighbours
    n_products: int
    full: int  # samples at full scale
    of_phase: NDArray[np.int64]  # (phase, channel): samples
    zeros: NDArray[np.int64]  # of those, 0
    upper: NDArray[np.int64]  # of those, like the exponent of a positive float
    lower: NDArray[np.int64]  # and of a negative one


class SoundJudge:
    """Takes chunks of sound and says what speaks against the last seconds of them.

    Args:
        span_s: what is judged together; older chunks are forgotten.
        least_s: less sound than that is not judged.
    """

    def __init__(self, span_s: float = 2.0, least_s: float = 1.0):
        self._span_s, self._least_s = span_s, least_s
        self._chunks: deque[_Chunk] = deque()
        self.reset()

    def reset(self) -> None:
        """Forget all sound."""
        self._chunks.clear()
        self._n = self._channels = self._place = 0
        self._rate_hz = 0.0

    def feed(self, samples: NDArray[np.float32], rate_hz: float) -> None:
        """Take one chunk.

        Args:
            samples: shape (n, channels), in [-1, 1].
            rate_hz: its rate.
        """
        if not samples.size:
            return
        if (rate_hz, samples.shape[1]) != (self._rate_hz, self._channels):
            self.reset()
            self._rate_hz, self._channels = rate_hz, samples.shape[1]
        self._chunks.append(_counted(samples.astype(np.float64), self._place))
        self._place = (self._place + len(samples)) % _PHASES
        self._n += len(samples)
        while self._n - self._chunks[0].n >= self._span_s * rate_hz:
            self._n -= self._chunks.popleft().n

    @property
    def doubts(self) -> list[Doubt]:
        """What speaks against the sound; one at most, since one cause has many signs.

        May be asked in another thread than the one that feeds.
        """
        chunks = list(self._chunks)
        if not chunks or sum(chunk.n for chunk in chunks) < self._least_s * self._rate_hz:
            return []
        sound = _joined(chunks)
        found = _constant(sound) or _format(sound) or _clipped(sound)
        return [] if found is None else [found]


def _constant(sound: _Chunk) -> Doubt | None:
    if (sound.least != sound.greatest).any():
        return None
    if not sound.least.any():
        return Doubt('silent', 'every sample is 0; the microphone may be muted', NOTE)
    return Doubt(
        'frozen',
        f'every sample is {sound.least[np.abs(sound.least).argmax()]:.4g}, which no microphone '
        'gives: start its driver anew, and look at the device that it records from',
        SENSELESS,
    )


def _format(sound: _Chunk) -> Doubt | None:
    n = sound.of_phase.sum()
    mean, mean_abs = sound.total / n, sound.total_abs / n
    rms = (sound.squares / n) ** 0.5
    variance = rms**2 - mean**2
    products = sound.products / max(1, sound.n_products)
    correlation = (products - mean**2) / variance if variance > 0 else 1.0
    peak = max(np.abs(sound.least).max(), np.abs(sound.greatest).max())
    if peak > _PEAK:
        seen = f'samples reach {peak:.3g} times full scale'
    elif abs(mean) > _OFFSET:
        seen = f'samples lie around {mean:.2f} and not around 0'
    elif mean_abs > _MEAN_ABS and sound.full / n < _OVERDRIVEN:
        seen = f'samples are {mean_abs:.2f} of full scale on average, and turn over there'
    elif rms > _NOISE_RMS and abs(correlation) < _NOISE_CORRELATION:
        seen = f'the sound is white noise of {rms:.2f} of full scale'
    elif _pieces(sound):
        seen = 'one sample is made of several pieces of a longer one'
    else:
        return None
    return Doubt(
        'format', f'{seen}, as when samples are read in a format that is not theirs; {_TO_DO}'
    )


def _pieces(sound: _Chunk) -> bool:
    """Whether samples of 32 or 64 bits were cut into several of 16."""
    told = sound.of_phase - sound.zeros
    alive = told > sound.of_phase / 2
    both_signs = np.minimum(sound.upper, sound.lower) > told / 20
    exponents = alive & both_signs & (sound.upper + sound.lower > 0.95 * told)
    if exponents.any() and not exponents.all():
        return True
    # 16 bits in 32: every second piece is 0, of a channel that is not silent
    dead = (sound.zeros == sound.of_phase) & (sound.of_phase > 0)
    return bool((dead.any(axis=0) & (alive | dead).all(axis=0) & alive.any(axis=0)).any())


def _clipped(sound: _Chunk) -> Doubt | None:
    share = sound.full / sound.of_phase.sum()
    if share < _CLIPPED:
        return None
    return Doubt(
        'clipped',
        f'{100 * share:.0f} % of the samples are at full scale: the sound is clipped; turn the '
        'microphone down',
        FAULT,
    )


def _joined(chunks: Sequence[_Chunk]) -> _Chunk:
    columns: dict[str, Any] = dict(zip(_Chunk._fields, zip(*chunks, strict=True), strict=True))
    joined = {name: sum(column) for name, column in columns.items()}
    joined['least'] = np.min(columns['least'], axis=0)
    joined['greatest'] = np.max(columns['greatest'], axis=0)
    return _Chunk(**joined)


def _counted(samples: NDArray[np.float64], place: int) -> _Chunk:
    size = np.abs(samples)
    likely = (size > _EXPONENTS[0]) & (size < _EXPONENTS[1])
    phases = (np.arange(len(samples)) + place) % _PHASES
    onehot = (phases == np.arange(_PHASES)[:, None]).astype(np.float64)

    def by_phase(which: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.asarray(np.round(onehot @ which), np.int64)

    return _Chunk(
        len(samples),
        samples.min(axis=0),
        samples.max(axis=0),
        float(samples.sum()),
        float(size.sum()),
        float((samples**2).sum()),
        float((samples[1:] * samples[:-1]).sum()),
        samples[1:].size,
        int((size >= _FULL_SCALE).sum()),
        by_phase(np.ones(samples.shape, bool)),
        by_phase(samples == 0),
        by_phase(likely & (samples > 0)),
        by_phase(likely & (samples < 0)),
    )

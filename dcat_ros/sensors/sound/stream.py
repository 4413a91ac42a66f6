"""Chunks of sound to rows of mel bands, each of which is computed once.

    chunk ──► mean of channels ──► 16 kHz ──► frames that are complete ──► rows, with stamps
      │ time by counting samples; a gap or a jump starts anew

A window of frames overlaps the one before; its frames do not, so nothing is computed twice. All
sound is heard at 16 kHz, as it was in training; what wants another rate gets that from there.
"""

from collections import Counter, deque
from itertools import pairwise

import numpy as np
import soxr
from numpy.typing import NDArray

from dcat_ros.errors import MessageError
from dcat_ros.sensors.sound.frames import LOG_MEL, Frames
from dcat_ros.sensors.sound.log_mel import HOP_S, RATE_HZ
from dcat_ros.sensors.sound.named import HIGHEST_HZ, LOWEST_HZ

__all__ = ['SoundStream']

_NS = 1_000_000_000
_FULL_SCALE = 32767 / 32768  # the greatest number of 16 bits
#: Chunks over which the clock's drift is judged: their messages are late by chance, never early.
_DRIFT_OVER = 32


class SoundStream:
    """Takes chunks of sound and gives rows of mel bands.

    Time is counted in samples from the first chunk. It is set anew where the stamps tell that the
    sound card's clock and the stamps' have drifted apart by more than a hop: the least lateness of
    the last chunks counts, since a message can be late and never early. A stamp that is later than
    `max_gap_s` is a gap: frames do not span it, and no silence is put there.

    Args:
        max_gap_s: lateness of a chunk above which sound is missing before it.
        frames: what rows are made of, and how.

    Attributes:
        counts: what was seen: chunks, frames, gap, jump_back, drift, rate_change, clipped.
    """

    def __init__(self, max_gap_s: float = 0.25, frames: Frames = LOG_MEL):
        self.counts: Counter[str] = Counter()
        self._frames = frames
        self._max_gap_ns = round(max_gap_s * _NS)
        self._rate_hz = 0
        self._late_ns: deque[int] = deque(maxlen=_DRIFT_OVER)
        self.reset()

    def reset(self) -> None:
        """Forget the sound; the next chunk starts anew."""
        self._resamplers: list[soxr.ResampleStream] = []
        self._tail = np.zeros(0, np.float32)
        self._anchor_ns = 0
        self._n_in = 0  # samples taken since the anchor, at the input's rate
        self._n_frames = 0  # frames given since the anchor
        self._late_ns.clear()
        self._running = False

    def push(
        self, stamp_ns: int, samples: NDArray[np.float32], rate_hz: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Take one chunk.

        Args:
            stamp_ns: time of its first sample.
            samples: (n, channels), in [-1, 1].
            rate_hz: its rate, 8 to 96 kHz.

        Returns:
            Stamps (k,) in ns of the ends of the frames that are complete now, and the frames
            (k, bands) in dB.

        Raises:
            MessageError: with `reason` 'rate', or 'non_finite' (then the next chunk starts anew).
        """
        if not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
            raise MessageError(
                f'sound of {rate_hz} Hz cannot be used; {LOWEST_HZ} to {HIGHEST_HZ} Hz can',
                'rate',
            )
        self.counts['chunks'] += 1
        self._keep_time(stamp_ns, rate_hz)
        mono = np.asarray(samples.mean(axis=1), np.float32)
        if np.abs(samples).max() >= _FULL_SCALE:
            self.counts['clipped'] += 1
        self._n_in += len(mono)
        for resampler in self._resamplers:
            mono = np.asarray(resampler.resample_chunk(mono), np.float32)
        if not np.isfinite(mono).all():
            self.reset()  # neither the resamplers nor the tail may keep it
            raise MessageError('the sound is NaN, infinite or beyond all floats', 'non_finite')
        self._tail = np.concatenate([self._tail, mono])
        of = self._frames
        n = (len(self._tail) - of.window) // of.hop + 1
        if n < 1:
            return np.zeros(0, np.int64), np.zeros((0, of.n_bands), np.float32)
        rows = of.rows(self._tail[: of.window + (n - 1) * of.hop])
        self._tail = self._tail[n * of.hop :]
        ends = of.ends_ns(self._n_frames, n)
        self._n_frames += n
        self.counts['frames'] += n
        return self._anchor_ns + ends, rows

    def _keep_time(self, stamp_ns: int, rate_hz: int) -> None:
        """Start anew where sound is missing; follow the clock where it drifts."""
        if self._running and rate_hz != self._rate_hz:
            self.counts['rate_change'] += 1
            self.reset()
        if self._running:
            late_ns = stamp_ns - self._anchor_ns - round(self._n_in * _NS / rate_hz)
            if late_ns > self._max_gap_ns:
                self.counts['gap'] += 1
                self.reset()
            elif late_ns < -self._max_gap_ns:
                self.counts['jump_back'] += 1
                self.reset()
            else:
                self._late_ns.append(late_ns)
                least = min(self._late_ns)
                if len(self._late_ns) == _DRIFT_OVER and abs(least) > HOP_S * _NS:
                    self.counts['drift'] += 1
                    self._anchor_ns += least
                    self._late_ns.clear()
        if not self._running:
            self._running = True
            self._rate_hz = rate_hz
            self._anchor_ns = stamp_ns
            way = (rate_hz, RATE_HZ, self._frames.rate_hz)
            self._resamplers = [
                soxr.ResampleStream(there, here, 1, dtype='float32')
                for there, here in pairwise(way)
                if there != here
            ]

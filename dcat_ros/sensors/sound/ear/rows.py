"""What a tagger of sounds hears: 128 mel bands after Kaldi, of whole frames only.

The front end of EfficientAT (F. Schmid, K. Koutini, G. Widmer, "Efficient large-scale audio
tagging via transformer-to-CNN knowledge distillation", ICASSP 2023) as a stream can make it: its
frames, without those that reach beyond the recording's ends. Powers are told in dB, as those of
other sound are; the network takes their logarithm in its own way, see `tagger`.
"""

from functools import lru_cache

import numpy as np
import soxr
from numpy.typing import NDArray

from dcat_ros.errors import DatasetError
from dcat_ros.sensors.sound.frames import Frames
from dcat_ros.sensors.sound.log_mel import FLOOR
from dcat_ros.sensors.sound.log_mel import RATE_HZ as SOUND_HZ

__all__ = ['EAR_FRAMES', 'FRAME', 'HOP', 'N_BANDS', 'RATE_HZ', 'at_its_rate', 'ear_rows', 'filters']

Rows = NDArray[np.float32]

RATE_HZ = 32000
N_BANDS = 128
HOP = 320
_WINDOW, _FFT = 800, 1024
#: Samples of a frame: pre-emphasis takes one more than the window.
FRAME = _WINDOW + 1
_EMPHASIS = 0.97
_HIGHEST_HZ = 15000.0


def at_its_rate(samples: NDArray[np.floating]) -> NDArray[np.float32]:
    """Sound (n,) of 16 kHz, the rate of all sound here, as (2 n,) of the tagger's 32 kHz."""
    return np.asarray(soxr.resample(samples.astype(np.float32), SOUND_HZ, RATE_HZ), np.float32)


def ear_rows(samples: NDArray[np.floating]) -> Rows:
    """Power in mel bands, in dB.

    Args:
        samples: shape (n,), in [-1, 1], at 32 kHz, n at least `FRAME`.

    Returns:
        Shape (1 + (n - FRAME) // HOP, 128), lowest band first, not under -100 dB.

    Raises:
        DatasetError: the samples are too few, or not finite.
    """
    if len(samples) < FRAME:
        raise DatasetError(f'{len(samples)} samples of sound are too few, {FRAME} are needed')
    if not np.isfinite(samples).all():
        raise DatasetError('a sample of the sound is NaN or infinite')
    sound = samples.astype(np.float64)
    emphasised = sound[1:] - _EMPHASIS * sound[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(emphasised, _WINDOW)[::HOP]
    spectrum = np.fft.rfft(frames * np.hanning(_WINDOW), _FFT, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    bands = power @ filters().T
    return np.asarray(10 * np.log10(np.maximum(bands, FLOOR)), np.float32)


@lru_cache(maxsize=1)
def filters() -> NDArray[np.float64]:
    """Triangles of height one that are equally wide in mel, (128, 513).

    Source: `get_mel_banks` of torchaudio's `compliance.kaldi`, after Kaldi's `MelBanks`; the bin
    at half the rate belongs to none.
    """
    bins = _mel(np.arange(_FFT // 2) * (RATE_HZ / _FFT))
    corners = np.linspace(0.0, _mel(np.array(_HIGHEST_HZ)), N_BANDS + 2)
    step = corners[1]
    rising = (bins - corners[:-2, None]) / step
    falling = (corners[2:, None] - bins) / step
    triangles = np.maximum(0, np.minimum(rising, falling))
    out = np.pad(triangles, ((0, 0), (0, 1)))
    out.flags.writeable = False  # the cache hands out the same array again
    return out


def _mel(hz: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.asarray(1127 * np.log1p(hz / 700))


EAR_FRAMES = Frames(RATE_HZ, FRAME, HOP, N_BANDS, ear_rows)

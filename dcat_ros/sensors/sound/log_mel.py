"""Sound: the logarithm of a mel spectrogram, of whole frames only, so that a stream can make it.

Frames are not centred: a frame needs no sample after its last one, and the frames of a stream are
those of the recording.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import DatasetError

__all__ = ['FLOOR', 'HOP_S', 'N_MELS', 'RATE_HZ', 'WINDOW_S', 'log_mel']

RATE_HZ = 16000
N_MELS = 64
WINDOW_S = 0.025
HOP_S = 0.010
FLOOR = 1e-10  # power below which nothing is told apart: -100 dB

# Slaney's mel scale: linear to 1 kHz, logarithmic above (M. Slaney, Auditory Toolbox, 1998)
_LINEAR_HZ = 200 / 3
_CORNER_HZ, _CORNER_MEL = 1000.0, 15.0
_LOG_STEP = np.log(6.4) / 27


def log_mel(
    samples: NDArray[np.floating],
    rate_hz: int = RATE_HZ,
    n_mels: int = N_MELS,
    window_s: float = WINDOW_S,
    hop_s: float = HOP_S,
) -> NDArray[np.float32]:
    """Power in mel bands, in dB.

    Equal to `10 log10(max(librosa.feature.melspectrogram(power=2, center=False, n_fft=window), x))`
    with x = 1e-10, a periodic Hann window, and Slaney's scale and area norm from 0 to half the
    rate.

    Args:
        samples: shape (n,), in [-1, 1].
        rate_hz: their rate.
        n_mels: number of bands.
        window_s: length of a frame, also of the Fourier transform.
        hop_s: distance of two frames.

    Returns:
        Shape (1 + (n - window) // hop, n_mels), lowest band first.

    Raises:
        DatasetError: the samples are not one row of finite numbers or shorter than a window, or
            rate, bands, window or hop is no usable number.
    """
    if samples.ndim != 1 or samples.dtype.kind != 'f':
        raise DatasetError(
            f'sound has floats of shape (samples,), not {samples.dtype} of shape {samples.shape}'
        )
    window, hop = _steps(rate_hz, n_mels, window_s, hop_s)
    if len(samples) < window:
        raise DatasetError(f'{len(samples)} samples of sound are too few, {window} are needed')
    if not np.isfinite(samples).all():
        raise DatasetError('a sample of the sound is NaN or infinite')
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), window)[::hop]
    # periodic; scipy has it, too, and takes 0.6 s to load
    hann = np.hanning(window + 1)[:-1]
    spectrum = np.fft.rfft(frames * hann, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    bands = power @ _filters(rate_hz, n_mels, window).T
    return np.asarray(10 * np.log10(np.maximum(bands, FLOOR)), dtype=np.float32)


def _steps(rate_hz: int, n_mels: int, window_s: float, hop_s: float) -> tuple[int, int]:
    """Window and hop in samples."""
    lengths = (rate_hz, n_mels, window_s, hop_s)
    # NaN fails each comparison
    if not all(0 < number < 1e6 for number in lengths):
        raise DatasetError(
            f'a spectrogram of {n_mels} bands at {rate_hz} Hz, window {window_s} s, hop {hop_s} s '
            'cannot be made: each must be positive'
        )
    window, hop = round(window_s * rate_hz), round(hop_s * rate_hz)
    if window < 2 or hop < 1:
        raise DatasetError(
            f'window {window_s} s or hop {hop_s} s is under a sample of {rate_hz} Hz'
        )
    return window, hop


@lru_cache(maxsize=8)
def _filters(rate_hz: int, n_mels: int, window: int) -> NDArray[np.float64]:
    """Triangles of equal area, each from the middle of one neighbour to that of the other.

    Returns:
        Shape (n_mels, window // 2 + 1).
    """
    bins = np.fft.rfftfreq(window, 1 / rate_hz)
    top = _CORNER_MEL + np.log(rate_hz / 2 / _CORNER_HZ) / _LOG_STEP
    if rate_hz / 2 < _CORNER_HZ:
        top = rate_hz / 2 / _LINEAR_HZ
    mels = np.linspace(0, top, n_mels + 2)
    corners = np.where(
        mels < _CORNER_MEL,
        mels * _LINEAR_HZ,
        _CORNER_HZ * np.exp(_LOG_STEP * (mels - _CORNER_MEL)),
    )
    widths = np.diff(corners)[:, None]
    rising = (bins - corners[:-2, None]) / widths[:-1]
    falling = (corners[2:, None] - bins) / widths[1:]
    triangles = np.maximum(0, np.minimum(rising, falling))
    filters = triangles * (2 / (corners[2:] - corners[:-2]))[:, None]
    filters.flags.writeable = False  # the cache hands out the same array again
    return np.asarray(filters)

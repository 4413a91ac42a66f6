"""What a recording of sound would be like from further away, in noise, or by telephone."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.sound.log_mel import RATE_HZ

__all__ = ['CONDITIONS', 'band_pass', 'quieter', 'white_noise']

Sound = NDArray[np.float32]


def quieter(samples: Sound, db: float) -> Sound:
    """The same sound, weaker by so many dB, in the 16 bits of a sound card."""
    return _as_recorded(samples * 10 ** (-db / 20))


def white_noise(samples: Sound, snr_db: float, rng: np.random.Generator) -> Sound:
    """White noise added, of a power that lies so many dB under that of the whole recording."""
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    noise = rng.normal(scale=np.sqrt(power / 10 ** (snr_db / 10)), size=samples.shape)
    return np.asarray(samples + noise, dtype=np.float32)


def band_pass(samples: Sound, low_hz: float, high_hz: float) -> Sound:
    """A Butterworth band-pass of order 4 run both ways: 48 dB an octave at each edge.

    Args:
        samples: (n, 1) at 16 kHz.
        low_hz: lower edge, where 6 dB are lost.
        high_hz: upper edge.
    """
    from scipy.signal import butter, sosfiltfilt  # nodes have no use for it

    sos = butter(4, [low_hz, high_hz], btype='bandpass', fs=RATE_HZ, output='sos')
    return np.asarray(sosfiltfilt(sos, samples, axis=0), dtype=np.float32)


def _as_recorded(samples: Sound) -> Sound:
    return np.asarray(np.round(samples * 32768) / 32768, dtype=np.float32)


#: What is done to held-out recordings, by the name in the results.
CONDITIONS: dict[str, Callable[[Sound, np.random.Generator], Sound]] = {
    'white noise at 10 dB': lambda samples, rng: white_noise(samples, 10, rng),
    'band-pass 200 to 4000 Hz': lambda samples, rng: band_pass(samples, 200, 4000),
    'quieter by 12 dB': lambda samples, rng: quieter(samples, 12),
}

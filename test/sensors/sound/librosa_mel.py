"""What librosa makes of two sounds, kept in librosa_mel.npz.

librosa compiles itself for twenty seconds where it was just installed, so that the tests read what
it gave once. To make the file again:

    pip install librosa==0.11.0
    python test/sensors/sound/librosa_mel.py
"""

from pathlib import Path

import numpy as np

FILE = Path(__file__).with_suffix('.npz')
#: name -> rate, bands, window in s, hop in s
WAYS = {
    'of_the_package': (16000, 64, 0.025, 0.01),
    'other_rate': (22050, 64, 0.025, 0.01),
    'fewer_and_longer': (16000, 32, 0.05, 0.02),
}


def sounds():
    """Shape (4800,), in [-1, 1]: the file keeps them, since generators may change."""
    noise = np.random.default_rng(0).uniform(-1, 1, 4800).astype(np.float32)
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(4800) / 16000)
    return {'noise': noise, 'tone': (tone + 0.01 * noise).astype(np.float32)}


def main():
    import librosa

    kept = sounds()
    for name, x in sounds().items():
        for way, (rate_hz, n_mels, window_s, hop_s) in WAYS.items():
            kept[f'{name}.{way}'] = librosa.feature.melspectrogram(
                y=x.astype(np.float64),
                sr=rate_hz,
                n_fft=round(window_s * rate_hz),
                hop_length=round(hop_s * rate_hz),
                n_mels=n_mels,
                center=False,
                power=2,
            ).T.astype(np.float32)
    np.savez_compressed(FILE, **kept)


if __name__ == '__main__':
    main()

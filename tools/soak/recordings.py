"""What the sensors of a soak show: real recordings where they are, at the rates of the soak."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets import load

__all__ = ['CHUNK', 'IMU_HZ', 'PICTURES_HZ', 'SOUND_HZ', 'depth', 'inertial', 'sound']

IMU_HZ, PICTURES_HZ, SOUND_HZ = 1000, 30, 48_000
#: Samples of sound in a message.
CHUNK = 960
_PICTURES = 90


def data_dir() -> Path | None:
    """The folder of the recordings, if there is one."""
    given = os.environ.get('DCAT_DATA', '')
    return Path(given) if given and (Path(given) / 'utd_mhad').is_dir() else None


def inertial() -> NDArray[np.float64]:
    """Acceleration and angular rate of a watch (n, 6), which come with pip, drawn out to 1 kHz."""
    trials = load('watch', None).trials[:20]
    rows = np.concatenate([trial.signals['imu'].values for trial in trials])
    rate_hz = 50.0
    at = np.arange(0, len(rows) - 1, rate_hz / IMU_HZ)
    drawn = [np.interp(at, np.arange(len(rows)), column) for column in rows.T]
    noise = np.random.default_rng(0).normal(scale=1e-3, size=(len(at), 6))
    return np.stack(drawn, axis=1) + noise


def depth() -> NDArray[np.uint16]:
    """Pictures (n, 480, 640) in mm: of UTD-MHAD, else a made person who sways."""
    folder = data_dir()
    if folder is None:
        frames = np.zeros((_PICTURES, 240, 320), np.uint16)
        for i, frame in enumerate(frames):
            x = 140 + round(20 * np.sin(i / 5))
            frame[40:200, x : x + 50] = 2500 + np.arange(50) * 4
    else:
        from dcat_ros.datasets.utd_mhad_files import read_matrix

        values = np.asarray(
            read_matrix(folder / 'utd_mhad' / 'Depth' / 'a1_s6_t1_depth.mat', 'd_depth')
        )
        frames = values.transpose(2, 0, 1).astype(np.uint16)
    large = frames.repeat(2, axis=1).repeat(2, axis=2)
    # a sensor's last bit is never still, also where the recording ends and begins again
    noise = np.random.default_rng(0).integers(0, 2, large.shape, np.uint16)
    return np.where(large > 0, large + noise, 0).astype(np.uint16)


def sound() -> NDArray[np.int16]:
    """Samples (n,) at 48 kHz: kitchen sounds, else noise that swells."""
    folder = data_dir()
    files = sorted((folder / 'kitchen20' / 'audio').glob('*'))[:20] if folder else []
    if not files:
        n = 20 * SOUND_HZ
        swell = 0.05 + 0.2 * np.sin(np.arange(n) / SOUND_HZ) ** 2
        noise = np.random.default_rng(0).normal(size=n) * swell
        return (noise * 32767).clip(-32767, 32767).astype(np.int16)
    import soundfile
    import soxr

    parts = []
    for path in files:
        samples, rate_hz = soundfile.read(path, dtype='float32', always_2d=True)
        parts.append(soxr.resample(samples[:, 0], rate_hz, SOUND_HZ))
    samples = np.concatenate(parts)
    noise = np.random.default_rng(0).normal(scale=1e-4, size=len(samples))
    return ((samples + noise).clip(-1, 1) * 32767).astype(np.int16)

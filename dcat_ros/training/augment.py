"""Random changes of a training batch, as another person, seat or recording would show."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from dcat_ros.modalities.registry import Modality
from dcat_ros.training.config import AugmentConfig

__all__ = ['augment', 'cropped']

Windows = NDArray[np.float32]

_FRAME_SHIFT = 1 / 16  # of the frame's side
_MEL_SHIFT = 2  # bands
_TIME_MASK = 0.15  # of the window


def augment(
    windows: Windows, modality: Modality, config: AugmentConfig, rng: np.random.Generator
) -> Windows:
    """Change windows (N, T, C); the amounts are those of the configuration.

    Inertial sensors are turned about any axis, skeletons about the vertical; frames are shifted;
    spectra are shifted along frequency and lose a stretch of time. All get another scale, and all
    but frames get noise.
    """
    if modality.size is not None:
        windows = _shifted_frames(windows, modality, rng)
    elif modality.name == 'audio':
        windows = _masked_spectra(windows, rng)
    elif modality.name == 'skeleton':
        turns = np.zeros((len(windows), 3))
        turns[:, 1] = rng.normal(scale=config.rotation_rad, size=len(windows))
        windows = _rotated(windows, turns)
    elif len(modality.channels) % 3 == 0:
        windows = _rotated(windows, rng.normal(scale=config.rotation_rad, size=(len(windows), 3)))
    factors = 1 + np.float32(config.scale) * rng.standard_normal((len(windows), 1, 1), np.float32)
    if modality.size is not None:
        # a larger person has the same mask; and pixels that are means have little noise
        depths = windows[..., modality.size**2 :]
        return np.concatenate([windows[..., : modality.size**2], depths * factors], axis=2)
    white = np.float32(config.noise) * rng.standard_normal(windows.shape, np.float32)
    out: Windows = windows * factors + white * np.array(modality.scale, np.float32)
    return out


def cropped(windows: Windows, share: float, rng: np.random.Generator) -> Windows:
    """Take away up to this share of the time at random ends, and stretch the rest to T."""
    n, length = windows.shape[:2]
    lost = share * rng.random((n, 1))
    start = lost * rng.random((n, 1))
    at = (start + (1 - lost) * np.linspace(0, 1, length)[None]) * (length - 1)
    left = np.minimum(np.floor(at).astype(np.int64), length - 2)
    part = (at - left)[..., None].astype(np.float32)
    item = np.arange(n)[:, None]
    out: Windows = (1 - part) * windows[item, left] + part * windows[item, left + 1]
    return out


def _rotated(windows: Windows, vectors: NDArray[np.float64]) -> Windows:
    """Turn all 3-vectors of each window (T, C) by its rotation vector, in rad."""
    matrices = Rotation.from_rotvec(vectors).as_matrix().astype(np.float32)
    triples = windows.reshape(*windows.shape[:2], -1, 3)
    turned: Windows = np.matmul(triples, matrices.transpose(0, 2, 1)[:, None])
    return turned.reshape(windows.shape)


def _shifted_frames(windows: Windows, modality: Modality, rng: np.random.Generator) -> Windows:
    """Shift all frames of a window alike; what comes in from outside has no reading."""
    size = modality.size or 1
    reach = max(1, round(_FRAME_SHIFT * size))
    frames = windows.reshape(*windows.shape[:2], len(modality.channels), size, size)
    padded = np.pad(frames, ((0, 0), (0, 0), (0, 0), (reach, reach), (reach, reach)))
    out = np.empty_like(frames)
    for i, (x, y) in enumerate(rng.integers(0, 2 * reach + 1, size=(len(windows), 2))):
        out[i] = padded[i, :, :, y : y + size, x : x + size]
    return out.reshape(windows.shape)


def _masked_spectra(windows: Windows, rng: np.random.Generator) -> Windows:
    """Shift along frequency and blank a stretch of time (D. Park et al., "SpecAugment", 2019)."""
    n, length, n_mels = windows.shape
    bands = np.arange(n_mels)[None] + rng.integers(-_MEL_SHIFT, _MEL_SHIFT + 1, size=(n, 1))
    out = np.take_along_axis(windows, np.clip(bands, 0, n_mels - 1)[:, None], axis=2)
    starts = rng.integers(0, length, size=(n, 1))
    stops = starts + rng.integers(0, max(1, round(_TIME_MASK * length)) + 1, size=(n, 1))
    time = np.arange(length)[None]
    out[(time >= starts) & (time < stops)] = 0
    return out

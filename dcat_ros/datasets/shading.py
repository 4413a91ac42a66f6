"""Depth frames shaded into pictures, so that real movements reach a pose network.

UTD-MHAD's colour films are not at hand, and a pose network never finds a person in plain depth. It
does in surfaces that a light falls on: normals of the smoothed depth, one light, on dark grey.
Nothing about such a picture is a real room's; the movements are real.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ['HEIGHT', 'WIDTH', 'Look', 'look_of', 'plain_look', 'shaded']

WIDTH, HEIGHT = 640, 480
_SMOOTH_PX = 1.5
#: A person who is cut off below stands so far into the picture, of his height.
_CUT_AT = 0.72


@dataclass(frozen=True)
class Look:
    """How the frames of a recording are made into pictures; one for all of them.

    Attributes:
        light: (3,), where the light comes from: right, down, and towards the camera.
        ambient: share of the light that comes from everywhere.
        background: grey of what has no reading.
        brightest: grey of a surface that faces the light.
        zoom: pixels of the picture for one of the frame.
        centre: column and row of the frame that come to the middle of the picture.
        mirrored: left and right are exchanged, as in a mirror.
    """

    light: tuple[float, float, float]
    ambient: float
    background: int
    brightest: int
    zoom: float
    centre: tuple[float, float]
    mirrored: bool = False


def plain_look(frames: NDArray[np.uint16]) -> Look:
    """Three times the frame's size at most, the whole person, a light from the upper left.

    Args:
        frames: shape (n, H, W), mm, 0 for no reading.
    """
    x, y, tall = _where(frames)
    return Look((-0.3, -0.5, 0.8), 0.3, 40, 240, min(3.0, 0.85 * HEIGHT / tall), (x, y))


def look_of(frames: NDArray[np.uint16], rng: np.random.Generator, *, mirrored: bool) -> Look:
    """A look by chance: light, contrast, size, place, and one of seven cut off at the thighs.

    Args:
        frames: shape (n, H, W), mm, 0 for no reading.
        rng: draws it.
        mirrored: see `Look`.
    """
    x, y, tall = _where(frames)
    light = (rng.uniform(-0.8, 0.8), rng.uniform(-0.8, 0.2), rng.uniform(0.5, 1.0))
    size = rng.uniform(0.5, 0.95)
    zoom = size * HEIGHT / tall
    cut = bool(rng.random() < 1 / 7)
    if cut:
        zoom = rng.uniform(0.9, 1.2) / _CUT_AT * 0.9 * HEIGHT / tall
        y -= tall * (1 - _CUT_AT) / 2
    room = max(0.0, 1 - size) / 2
    return Look(
        light=light,
        ambient=rng.uniform(0.15, 0.5),
        background=int(rng.integers(20, 70)),
        brightest=int(rng.integers(170, 250)),
        zoom=zoom,
        centre=(
            x + rng.uniform(-0.15, 0.15) * WIDTH / zoom,
            y if cut else y + rng.uniform(-room, room) * HEIGHT / zoom,
        ),
        mirrored=mirrored,
    )


def shaded(frame: NDArray[np.uint16], look: Look, focal_px: float) -> NDArray[np.uint8]:
    """A picture of a frame, as a camera sees it: the frame's own left and right are a mirror's.

    Args:
        frame: shape (H, W), mm, 0 for no reading.
        look: how.
        focal_px: the camera's focal length in pixels of the frame.

    Returns:
        Shape (480, 640), grey.
    """
    depth = frame.astype(np.float32)
    there = (depth > 0).astype(np.float32)
    weight = cv2.GaussianBlur(there, (0, 0), _SMOOTH_PX)
    smooth = cv2.GaussianBlur(depth, (0, 0), _SMOOTH_PX) / np.maximum(weight, 1e-3)
    pixel_mm = np.maximum(smooth, 300) / focal_px
    right = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8) / pixel_mm
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8) / pixel_mm
    # the frame is mirrored, and so is the light that falls on it
    lx, ly, lz = look.light
    facing = (lx if look.mirrored else -lx) * right + ly * down + lz
    facing /= np.sqrt(right**2 + down**2 + 1) * np.sqrt(lx**2 + ly**2 + lz**2)
    bright = look.ambient + (1 - look.ambient) * np.clip(facing, 0, 1)
    side = look.zoom if look.mirrored else -look.zoom
    place = np.array(
        [
            [side, 0, WIDTH / 2 - side * look.centre[0]],
            [0, look.zoom, HEIGHT / 2 - look.zoom * look.centre[1]],
        ]
    )
    bright = cv2.warpAffine(bright, place, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    seen = cv2.warpAffine(there, place, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    grey = np.where(seen > 0.5, look.brightest * bright, look.background)
    return np.clip(grey, 0, 255).astype(np.uint8)


def _where(frames: NDArray[np.uint16]) -> tuple[float, float, float]:
    """Middle column and row, and height, of what has readings in most of the time."""
    there = frames > 0
    rows = np.cumsum(there.sum(axis=(0, 2)))
    columns = np.cumsum(there.sum(axis=(0, 1)))
    if rows[-1] == 0:
        height, width = frames.shape[1:]
        return width / 2, height / 2, float(height)
    top, bottom = np.searchsorted(rows, [0.002 * rows[-1], 0.998 * rows[-1]])
    x = float(np.searchsorted(columns, columns[-1] / 2))
    return x, (top + bottom) / 2, max(20.0, float(bottom - top))

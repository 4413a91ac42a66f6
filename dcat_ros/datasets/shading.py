"""Depth frames shaded into pictures, so that real movements reach a pose network.

UTD-MHAD's colour films are not at hand, and a pose network never finds a person in plain depth. It
does in surfaces that a light falls on: normals of the smoothed depth, one light, on dark grey.
Nothing about such a picture is a real room's; the movements are real.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ['HEIGHT', 'WIDTH', 'Look', 'look_of', 'pictures_of', 'plain_look', 'shaded']

WIDTH, HEIGHT = 640, 480
_SMOOTH_PX = 0.67
_NEAREST_MM = 300
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
    """Three times the frame's size at most, the whole person, a light from before and below.

    Args:
        frames: shape (n, H, W), mm, 0 for no reading.
    """
    x, y, tall = _where(frames)
    return Look((0.0, 0.4, 1.0), 0.4, 55, 220, min(3.0, 0.85 * HEIGHT / tall), (x, y))


def look_of(frames: NDArray[np.uint16], rng: np.random.Generator, *, mirrored: bool) -> Look:
    """A look by chance: light, contrast, size, place, and one of seven cut off at the thighs.

    Args:
        frames: shape (n, H, W), mm, 0 for no reading.
        rng: draws it.
        mirrored: see `Look`.
    """
    x, y, tall = _where(frames)
    light = (rng.uniform(-0.4, 0.4), rng.uniform(-0.1, 0.6), 1.0)
    size = rng.uniform(0.5, 0.95)
    zoom = size * HEIGHT / tall
    cut = bool(rng.random() < 1 / 7)
    if cut:
        zoom = rng.uniform(0.9, 1.2) / _CUT_AT * 0.9 * HEIGHT / tall
        y -= tall * (1 - _CUT_AT) / 2
    room = max(0.0, 1 - size) / 2
    return Look(
        light=light,
        ambient=rng.uniform(0.25, 0.55),
        background=int(rng.integers(25, 80)),
        brightest=int(rng.integers(190, 250)),
        zoom=zoom,
        centre=(
            x + rng.uniform(-0.15, 0.15) * WIDTH / zoom,
            y if cut else y + rng.uniform(-room, room) * HEIGHT / zoom,
        ),
        mirrored=mirrored,
    )


def pictures_of(frames: NDArray[np.uint16], focal_px: float) -> NDArray[np.uint8]:
    """Half as large pictures (n, 240, 320), grey, of frames (n, H, W) in mm; for bags."""
    look = plain_look(frames)
    half = (WIDTH // 2, HEIGHT // 2)
    whole = (shaded(frame, look, focal_px) for frame in frames)
    return np.stack([cv2.resize(one, half, interpolation=cv2.INTER_AREA) for one in whole])


def shaded(frame: NDArray[np.uint16], look: Look, focal_px: float) -> NDArray[np.uint8]:
    """A picture of a frame, as a camera sees it: the frame's own left and right are a mirror's.

    What little a depth camera sees of a face must stay: smoothed more than this, every fourth front
    was taken for a back.

    Args:
        frame: shape (H, W), mm, 0 for no reading.
        look: how.
        focal_px: the camera's focal length in pixels of the frame.

    Returns:
        Shape (480, 640), grey.
    """
    picture = np.full((HEIGHT, WIDTH), look.background, np.uint8)
    there = frame > 0
    rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
    if not len(rows):
        return picture
    top, bottom = max(0, rows[0] - 2), rows[-1] + 3
    left, right = max(0, columns[0] - 2), columns[-1] + 3
    depth = frame[top:bottom, left:right].astype(np.float32)
    seen = there[top:bottom, left:right].astype(np.float32)
    x = (left - look.centre[0]) * look.zoom
    if not look.mirrored:
        # the frame is a mirror's, so that a camera sees its mirror image
        depth, seen = depth[:, ::-1], seen[:, ::-1]
        x = (look.centre[0] - (left + depth.shape[1])) * look.zoom
    large = _enlarged(depth, look.zoom, cv2.INTER_CUBIC)
    smooth = np.asarray(cv2.GaussianBlur(large, (0, 0), _SMOOTH_PX * look.zoom), np.float32)
    bright = _lit(smooth, look, focal_px)
    inside = _enlarged(seen, look.zoom, cv2.INTER_LINEAR) > 0.5
    y = (top - look.centre[1]) * look.zoom
    _put(picture, bright, inside, round(WIDTH / 2 + x), round(HEIGHT / 2 + y))
    return picture


def _enlarged(values: NDArray[np.float32], zoom: float, how: int) -> NDArray[np.float32]:
    size = [max(1, round(n * zoom)) for n in (values.shape[1], values.shape[0])]
    large = cv2.resize(np.ascontiguousarray(values), size, interpolation=how)
    return np.asarray(large, np.float32)


def _lit(depth: NDArray[np.float32], look: Look, focal_px: float) -> NDArray[np.uint8]:
    """Brightness of a surface, (H, W) in mm, enlarged by the look's zoom."""
    pixel_mm = np.maximum(depth, _NEAREST_MM) / (focal_px * look.zoom)
    right = cv2.Sobel(depth, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8) / pixel_mm
    down = cv2.Sobel(depth, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8) / pixel_mm
    lx, ly, lz = look.light
    facing = (lx * right + ly * down + lz) / np.sqrt(right**2 + down**2 + 1)
    facing /= np.sqrt(lx**2 + ly**2 + lz**2)
    bright = look.ambient + (1 - look.ambient) * np.clip(facing, 0, 1)
    return np.asarray(np.clip(look.brightest * bright, 0, 255), np.uint8)


def _put(
    picture: NDArray[np.uint8],
    part: NDArray[np.uint8],
    inside: NDArray[np.bool_],
    x: int,
    y: int,
) -> None:
    """Lay a part over a picture, its corner at (x, y); what lies outside is cut off."""
    low_x, low_y = max(0, -x), max(0, -y)
    high_x = min(part.shape[1], picture.shape[1] - x)
    high_y = min(part.shape[0], picture.shape[0] - y)
    if low_x >= high_x or low_y >= high_y:
        return
    cut = slice(low_y, high_y), slice(low_x, high_x)
    target = picture[y + low_y : y + high_y, x + low_x : x + high_x]
    np.copyto(target, part[cut], where=inside[cut])


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

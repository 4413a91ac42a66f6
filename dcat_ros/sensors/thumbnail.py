"""Small pictures of frames, for a report."""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.messages.image import Picture
from dcat_ros.sensors.shown import Thumbnail

__all__ = ['thumbnail']

_WIDTH_PX = 96


def thumbnail(picture: Picture, stamp_ns: int, width_px: int = _WIDTH_PX) -> Thumbnail:
    """A small picture; depth in colours from near (yellow) to far, missing pixels black.

    Colours of depth span the picture's own middle 96 % of readings.
    """
    import cv2  # nodes import this file, too, and draw none

    height, width = picture.pixels.shape[:2]
    tall = min(max(1, round(height * width_px / width)), 2 * width_px)
    # a mean over depths would mix a person with the wall, and a hole with both
    how = cv2.INTER_NEAREST if picture.kind == 'depth' else cv2.INTER_AREA
    size = (width_px, tall)
    small = cv2.resize(np.ascontiguousarray(picture.pixels), size, interpolation=how)
    if picture.kind == 'depth':
        small = _coloured(small.astype(np.uint16, copy=False))
    elif picture.kind == 'colour':
        small = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    _, file = cv2.imencode('.jpg', small, [cv2.IMWRITE_JPEG_QUALITY, 80])
    return Thumbnail(stamp_ns, file.tobytes(), width_px, tall)


def _coloured(depth: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Depth (H, W) uint16 in mm, 0 for none, as (H, W, 3) uint8, blue first."""
    import cv2

    there = depth > 0
    if not there.any():
        return np.zeros((*depth.shape, 3), np.uint8)
    near, far = np.percentile(depth[there], (2, 98))
    share = (depth.astype(np.float64) - near) / max(far - near, 1.0)
    grey = np.round(255 * (1 - share.clip(0, 1))).astype(np.uint8)
    colours = np.asarray(cv2.applyColorMap(grey, cv2.COLORMAP_VIRIDIS), np.uint8)
    colours[~there] = 0
    return colours

"""sensor_msgs/CameraInfo: the focal length."""

from math import hypot, isfinite
from struct import error, unpack_from

from dcat_ros.errors import MessageError
from dcat_ros.messages.cdr import read_head

__all__ = ['CAMERA_INFO_TYPE', 'decode_camera_info', 'focal_length']

CAMERA_INFO_TYPE = 'sensor_msgs/msg/CameraInfo'

#: A focal length is less than so many widths of the picture, and more than that part of one.
_MOST_WIDTHS = 10_000


def decode_camera_info(data: bytes) -> tuple[float, int]:
    """Focal length and width in pixels of one serialised sensor_msgs/CameraInfo.

    Raises:
        MessageError: with `reason` 'truncated', 'encoding', 'stamp' or 'camera_info' (the camera
            is not calibrated).
    """
    head = read_head(data)
    order, grain = head.byte_order, head.max_align
    try:
        at = _aligned(head.body, 4)
        _, width, length = unpack_from(f'{order}III', data, at)
        at = _aligned(at + 12 + length, 4)
        (n,) = unpack_from(f'{order}I', data, at)
        at = _aligned(at + 4, grain) + 8 * n if n else at + 4
        k = unpack_from(f'{order}9d', data, _aligned(at, grain))
    except (error, OverflowError):
        raise MessageError(
            f'CameraInfo message of {len(data)} bytes ends before its matrix', 'truncated'
        ) from None
    return focal_length(k[0], k[4], width), width


def focal_length(fx: float, fy: float, width: int) -> float:
    """One focal length in pixels for both axes: the root of the mean square.

    Raises:
        MessageError: with `reason` 'camera_info': the numbers are none of a calibrated camera.
    """
    if not (isfinite(fx) and isfinite(fy) and fx > 0 and fy > 0 and width > 0):
        raise MessageError(
            f'camera_info has the focal lengths {fx}, {fy} and the width {width}; calibrate the '
            'camera, or give its focal length in pixels',
            'camera_info',
        )
    focal_px = hypot(fx, fy) / 2**0.5
    if not 1 / _MOST_WIDTHS < focal_px / width < _MOST_WIDTHS:
        raise MessageError(
            f'camera_info has a focal length of {focal_px:.3g} px for {width} px of width, which '
            'no camera has; calibrate it, or give its focal length in pixels',
            'camera_info',
        )
    return focal_px


def _aligned(offset: int, size: int) -> int:
    """Alignment counts from the end of the encapsulation."""
    return offset + -(offset - 4) % size

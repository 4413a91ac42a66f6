"""What a report shows of a camera: how high wrists and knees are.

No picture goes into a report: only joints leave the pose network.
"""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import MessageError
from dcat_ros.sensors.camera.film import film_of
from dcat_ros.sensors.camera.joints import HIPS, IN_VIEW, JOINTS, torso_of
from dcat_ros.sensors.envelope import Envelope
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given
from dcat_ros.sensors.shown import MOST_BUCKETS, Span, Trace, banded

__all__ = ['trace']

_SHOWN = ('left_wrist', 'right_wrist', 'left_knee', 'right_knee')
_NAMES = (*((joint.replace('_', ' '), 'torso lengths above the hips') for joint in _SHOWN),)
_PLACES = [JOINTS.index(name) for name in _SHOWN]


def trace(recording: Recording, topic: str, given: Given, receipt: bool) -> Trace:
    """Heights of wrists and knees above the hips over time, in torso lengths.

    Args:
        recording: open.
        topic: of the pictures.
        given: topics and settings.
        receipt: the times at which messages came count, whatever their headers say.

    Raises:
        ConfigError: the pose network is not there.
    """
    envelope, span = Envelope(len(_SHOWN), max_buckets=MOST_BUCKETS), Span()
    last = np.zeros(len(_SHOWN))
    for frame in film_of(recording, topic, given, receipt=receipt):
        if isinstance(frame, MessageError):
            continue
        span.see(frame.stamp_ns, frame.stamp_ns)
        if frame.joints is None:
            continue
        last = _heights(frame.joints, last)
        envelope.push([frame.stamp_ns], last[None])
    return banded(span, envelope, _NAMES)


def _heights(joints: NDArray[np.float64], last: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the shown joints; one that is not seen stays where it was."""
    torso = max(float(torso_of(joints[None])[0]), 1e-3)
    hips = joints[HIPS, 1].mean()
    heights = (hips - joints[_PLACES, 1]) / torso
    return np.where(joints[_PLACES, 2] >= IN_VIEW, heights, last)

"""What a page plays of a camera: its pictures, and the joints of whoever is in them."""

from collections.abc import Iterator

import numpy as np

from dcat_ros.messages.image import read_image
from dcat_ros.sensors.camera.joints import BONES, from_landmarks
from dcat_ros.sensors.camera.landmarks import finders
from dcat_ros.sensors.picture_playback import pictures_of
from dcat_ros.sensors.playback import FindJoints, Playback, Pose, Seen
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given

__all__ = ['PLAYBACK']


def _pieces(recording: Recording, topic: str, given: Given, receipt: bool) -> Iterator[Seen]:
    return pictures_of(recording, topic, read_image, receipt)


def _find_joints() -> FindJoints:
    """Looks at each picture anew: a page jumps to and fro, and nobody is followed.

    Raises:
        ConfigError: the pose network is not there.
    """
    finder = finders()(1, False)

    def find(jpeg: bytes) -> Pose | None:
        import cv2  # nodes import this file, too

        pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        if pixels is None:
            return None
        rgb = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)
        people = finder.find(rgb)
        if not len(people):
            return None
        joints = from_landmarks(people[:1])[0]
        joints[:, 0] *= rgb.shape[0] / rgb.shape[1]
        return Pose(joints, BONES)

    return find


PLAYBACK = Playback(_pieces, find_joints=_find_joints, is_slow=True)

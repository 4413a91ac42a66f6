"""sensor_msgs/Image and CompressedImage to windows of a camera's model."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.doubt import NOTE, Doubt
from dcat_ros.errors import MessageError
from dcat_ros.messages.image import UnreadPicture, read_compressed_image, read_image
from dcat_ros.sensors.camera.doubts import PictureJudge
from dcat_ros.sensors.camera.joints import from_landmarks
from dcat_ros.sensors.camera.landmarks import as_rgb
from dcat_ros.sensors.camera.person import Finder, Person, Preference
from dcat_ros.sensors.camera.windows import PoseWindows
from dcat_ros.sensors.picture_receiver import PictureReceiver
from dcat_ros.streaming.frames import GridFrame
from dcat_ros.streaming.window import Window

__all__ = ['CameraReceiver']

#: The model for the pictures that this room does not take.
_FOR_DEPTH = 'image_depth_utd_mhad'


class CameraReceiver(PictureReceiver[PoseWindows, PictureJudge]):
    """Chooses frames when they come; decodes the chosen ones and finds the person as a job.

    Args:
        card: of the model.
        make: see `Person`.
        prefers: see `Person`.
        compressed: whether messages are CompressedImage.
        stride_s: distance of two predictions in s of data time; the card's if None.
        max_gap_s: greatest distance of two frames that is bridged.
        reorder_s: how far back a stamp may lie and still count as out of order.

    Attributes:
        last_landmarks: those of the person in it, (33, 7), see `Landmarker.find`, or None.
    """

    def __init__(
        self,
        card: Card,
        make: Callable[[int, bool], Finder],
        *,
        prefers: Preference = 'middle',
        compressed: bool = False,
        stride_s: float | None = None,
        max_gap_s: float = 0.5,
        reorder_s: float = 0.1,
    ):
        spec = card.input
        stride_s = spec.stride_s if stride_s is None else stride_s
        super().__init__(
            spec,
            read_compressed_image if compressed else read_image,
            PoseWindows(spec.rate_hz, spec.window_s, stride_s),
            PictureJudge(spec.window_s),
            max_gap_s=max_gap_s,
            reorder_s=reorder_s,
        )
        self._model = card.name
        self._person = Person(make, prefers)
        self._seen: tuple[UnreadPicture, NDArray[np.float64] | None] | None = None
        self.last_landmarks: NDArray[np.float32] | None = None

    def more_doubts(self, found: list[Doubt]) -> list[Doubt]:
        """That nobody is in view, where the pictures do not say why."""
        if found or not self._cut.nobody:
            return []
        return [
            Doubt('nobody', 'nobody is in view of the camera, so that no activity is seen', NOTE)
        ]

    def reset(self) -> None:
        """Also forget who was watched."""
        super().reset()
        self._person.forget()
        self._seen = None
        self.last_landmarks = None

    def cut(self, job: GridFrame[UnreadPicture]) -> list[Window]:
        """Decode a chosen frame, find the person, and give the windows that end with it.

        Raises:
            MessageError: with `reason` 'corrupt', or 'kind' (a depth picture).
        """
        if job.place == 0:  # a gap, or another camera: whoever is there is chosen anew
            self._person.forget()
        joints = self._joints(job)
        return self._cut.push(job.place, job.stamp_ns, job.frame_id, joints)

    def _joints(self, job: GridFrame[UnreadPicture]) -> NDArray[np.float64] | None:
        """Found once, though a slow camera's picture may stand for several instants."""
        unread = job.item
        if self._seen is None or self._seen[0] is not unread:
            picture = unread.picture()
            self.last_picture, self.last_landmarks = picture, None
            if picture.kind == 'depth':
                raise MessageError(
                    f'the picture is depth ({unread.encoding[:40]}), and model {self._model} needs '
                    f'colour or grey; for depth pictures take model:={_FOR_DEPTH}',
                    'kind',
                )
            self._judge.feed(job.stamp_ns, picture.pixels)
            found = self._person.find(as_rgb(picture.pixels), job.stamp_ns)
            self.last_landmarks = found
            self._seen = (unread, None if found is None else from_landmarks(found[None])[0])
        return self._seen[1]

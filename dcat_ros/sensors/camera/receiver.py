"""sensor_msgs/Image and CompressedImage to windows of a camera's model."""

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.doubt import NOTE, Doubt, said, why_senseless
from dcat_ros.errors import MessageError
from dcat_ros.messages.image import Picture, UnreadPicture, read_compressed_image, read_image
from dcat_ros.sensors.camera.doubts import PictureJudge
from dcat_ros.sensors.camera.joints import from_landmarks
from dcat_ros.sensors.camera.landmarks import as_rgb
from dcat_ros.sensors.camera.person import Finder, Person, Preference
from dcat_ros.sensors.camera.windows import PoseWindows
from dcat_ros.streaming.frames import FrameGrid, GridFrame
from dcat_ros.streaming.receiver import Check, slowness
from dcat_ros.streaming.window import Window

__all__ = ['CameraReceiver']

#: The model for the pictures that this room does not take.
_FOR_DEPTH = 'image_depth_utd_mhad'


class CameraReceiver:
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
        last_picture: the last one that was decoded.
        last_landmarks: those of the person in it, (33, 7), see `Landmarker.find`, or None.
    """

    checks_later = True  # whether the pixels can be decoded

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
        self._read = read_compressed_image if compressed else read_image
        self._model = card.name
        self._rate_hz = spec.rate_hz
        self._grid: FrameGrid[UnreadPicture] = FrameGrid(spec.rate_hz, max_gap_s, reorder_s)
        stride_s = spec.stride_s if stride_s is None else stride_s
        self._cut = PoseWindows(spec.rate_hz, spec.window_s, stride_s)
        self._person = Person(make, prefers)
        self._judge = PictureJudge(spec.window_s)
        self._seen: tuple[UnreadPicture, NDArray[np.float64] | None] | None = None
        self.last_picture: Picture | None = None
        self.last_landmarks: NDArray[np.float32] | None = None
        self.last_stamp_ns = 0
        self.last_frame_id = ''

    @property
    def counts(self) -> Counter[str]:
        """Those of the grid and of the windows."""
        return self._grid.counts + self._cut.counts

    @property
    def input_rate_hz(self) -> float:
        """By stamps."""
        return self._grid.input_rate_hz

    @property
    def doubts(self) -> list[Doubt]:
        """By the pictures of the last window, and their rate; and that nobody is in view."""
        found = self._judge.doubts
        if self._cut.nobody and not found:
            found.append(
                Doubt(
                    'nobody', 'nobody is in view of the camera, so that no activity is seen', NOTE
                )
            )
        return found + slowness(self.input_rate_hz, self._rate_hz)

    @property
    def doubt(self) -> str:
        """The sentences of `doubts`."""
        return said(self.doubts)

    def reset(self) -> None:
        """Forget all frames, and who was watched."""
        self._grid.reset()
        self._cut.reset()
        self._judge.reset()
        self._person.forget()
        self._seen = None
        self.last_picture = self.last_landmarks = None

    def accept(self, data: bytes, arrived_ns: int, check: Check) -> list[GridFrame[UnreadPicture]]:
        """Take one serialised message; its pixels stay as they are."""
        unread = self._read(data)
        stamp_ns = check(unread.stamp_ns)
        chosen = self._grid.push(stamp_ns, unread.frame_id, unread)
        self.last_stamp_ns, self.last_frame_id = stamp_ns, unread.frame_id
        return chosen

    def windows(self, job: GridFrame[UnreadPicture]) -> list[Window]:
        """Decode a chosen frame, find the person, and give the windows that end with it.

        Raises:
            MessageError: with `reason` 'corrupt', or 'kind' (a depth picture).
        """
        if job.place == 0:  # a gap, or another camera: whoever is there is chosen anew
            self._person.forget()
        joints = self._joints(job)
        windows = self._cut.push(job.place, job.stamp_ns, job.frame_id, joints)
        why = why_senseless(self._judge.doubts)
        return [window.senseless(why) for window in windows] if why else windows

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

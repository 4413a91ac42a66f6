"""sensor_msgs/Image and CompressedImage to windows of a depth model."""

from collections import Counter
from functools import partial

from dcat_ros.card.card import Card
from dcat_ros.doubt import Doubt, said, why_senseless
from dcat_ros.errors import MessageError
from dcat_ros.messages.image import Picture, UnreadPicture, read_compressed_image, read_image
from dcat_ros.sensors.camera.named import MODEL as FOR_COLOUR
from dcat_ros.sensors.depth.doubts import DepthJudge
from dcat_ros.sensors.depth.windows import DepthWindows
from dcat_ros.streaming.frames import FrameGrid, GridFrame
from dcat_ros.streaming.receiver import Check, slowness
from dcat_ros.streaming.window import Window

__all__ = ['ImageReceiver']


class ImageReceiver:
    """Chooses frames when they come, and decodes and cuts out the chosen ones as a job.

    Args:
        card: of the model.
        compressed: whether messages are CompressedImage.
        stride_s: distance of two predictions in s of data time; the card's if None.
        max_gap_s: greatest distance of two frames that is bridged.
        reorder_s: how far back a stamp may lie and still count as out of order.

    Attributes:
        focal_px: focal length in pixels, or None as long as nobody told it.
        focal_width: width in pixels of the picture that it belongs to; None: of every picture.
        range_m: depth readings outside are none.
        last_picture: the last one that was decoded.
    """

    checks_later = True  # whether the pixels can be decoded

    def __init__(
        self,
        card: Card,
        *,
        compressed: bool = False,
        stride_s: float | None = None,
        max_gap_s: float = 0.5,
        reorder_s: float = 0.1,
    ):
        spec = card.input
        self._read = read_compressed_image if compressed else partial(read_image, wants_depth=True)
        self._model = card.name
        self._rate_hz = spec.rate_hz
        self._grid: FrameGrid[UnreadPicture] = FrameGrid(spec.rate_hz, max_gap_s, reorder_s)
        self._cut = DepthWindows(
            spec.size or 1,
            spec.rate_hz,
            spec.window_s,
            spec.stride_s if stride_s is None else stride_s,
        )
        self._judge = DepthJudge(spec.window_s)
        self._encoding_doubt: Doubt | None = None
        self._decoded: tuple[UnreadPicture, Picture] | None = None
        self.focal_px: float | None = None
        self.focal_width: int | None = None
        self.range_m = (0.0, float('inf'))
        self.last_picture: Picture | None = None
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
        """By the pictures of the last window, their encoding and their rate."""
        found = self._judge.doubts
        if self._encoding_doubt is not None:
            found.append(self._encoding_doubt)
        return found + slowness(self.input_rate_hz, self._rate_hz)

    @property
    def doubt(self) -> str:
        """The sentences of `doubts`."""
        return said(self.doubts)

    def reset(self) -> None:
        """Forget all frames."""
        self._grid.reset()
        self._cut.reset()
        self._judge.reset()
        self._encoding_doubt = None
        self._decoded = None
        self.last_picture = None

    def accept(self, data: bytes, arrived_ns: int, check: Check) -> list[GridFrame[UnreadPicture]]:
        """Take one serialised message; its pixels stay as they are."""
        unread = self._read(data)
        stamp_ns = check(unread.stamp_ns)
        chosen = self._grid.push(stamp_ns, unread.frame_id, unread)
        self.last_stamp_ns, self.last_frame_id = stamp_ns, unread.frame_id
        return chosen

    def windows(self, job: GridFrame[UnreadPicture]) -> list[Window]:
        """Decode a chosen frame, and cut the person out of the windows that end with it.

        Raises:
            MessageError: with `reason` 'corrupt', 'kind' (no depth), or 'intrinsics' (nobody told
                the focal length).
        """
        picture = self._picture(job)
        self.last_picture = picture
        if picture.kind != 'depth':
            raise MessageError(
                f'the picture is {picture.kind} ({job.item.encoding[:40]}), and model '
                f'{self._model} needs depth (16UC1 or 32FC1, or compressedDepth); for other '
                f'pictures take model:={FOR_COLOUR}',
                'kind',
            )
        if self.focal_px is None:
            raise MessageError(
                'nobody told the focal length; publish camera_info, or set focal_px', 'intrinsics'
            )
        width = picture.pixels.shape[1]
        windows = self._cut.push(
            job.place,
            job.stamp_ns,
            job.frame_id,
            picture.pixels.astype('uint16', copy=False),
            self.focal_px * width / (self.focal_width or width),
            self.range_m,
        )
        why = why_senseless(self._judge.doubts)
        return [window.senseless(why) for window in windows] if why else windows

    def _picture(self, job: GridFrame[UnreadPicture]) -> Picture:
        """Decoded and judged once, though a slow camera's may stand for several instants."""
        unread = job.item
        if self._decoded is None or self._decoded[0] is not unread:
            picture = unread.picture()
            self._decoded = (unread, picture)
            self._encoding_doubt = unread.doubt
            if picture.kind == 'depth':
                self._judge.feed(
                    job.stamp_ns, picture.raw, picture.pixels.astype('uint16', copy=False)
                )
        return self._decoded[1]

"""sensor_msgs/Image and CompressedImage to windows of a depth model."""

from functools import partial

from dcat_ros.card.card import Card
from dcat_ros.doubt import Doubt
from dcat_ros.errors import MessageError
from dcat_ros.messages.image import Picture, UnreadPicture, read_compressed_image, read_image
from dcat_ros.sensors.camera.named import MODEL as FOR_COLOUR
from dcat_ros.sensors.depth.doubts import DepthJudge
from dcat_ros.sensors.depth.windows import DepthWindows
from dcat_ros.sensors.picture_receiver import PictureReceiver
from dcat_ros.streaming.frames import GridFrame
from dcat_ros.streaming.window import Window

__all__ = ['ImageReceiver']


class ImageReceiver(PictureReceiver[DepthWindows, DepthJudge]):
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
    """

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
        stride_s = spec.stride_s if stride_s is None else stride_s
        super().__init__(
            spec,
            read_compressed_image if compressed else partial(read_image, wants_depth=True),
            DepthWindows(spec.size or 1, spec.rate_hz, spec.window_s, stride_s),
            DepthJudge(spec.window_s),
            max_gap_s=max_gap_s,
            reorder_s=reorder_s,
        )
        self._model = card.name
        self._encoding_doubt: Doubt | None = None
        self._decoded: tuple[UnreadPicture, Picture] | None = None
        self.focal_px: float | None = None
        self.focal_width: int | None = None
        self.range_m = (0.0, float('inf'))

    def more_doubts(self, found: list[Doubt]) -> list[Doubt]:
        """By their encoding."""
        return [] if self._encoding_doubt is None else [self._encoding_doubt]

    def reset(self) -> None:
        """Forget all frames."""
        super().reset()
        self._encoding_doubt = None
        self._decoded = None

    def cut(self, job: GridFrame[UnreadPicture]) -> list[Window]:
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
        return self._cut.push(
            job.place,
            job.stamp_ns,
            job.frame_id,
            picture.pixels.astype('uint16', copy=False),
            self.focal_px * width / (self.focal_width or width),
            self.range_m,
        )

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

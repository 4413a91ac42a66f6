"""What receivers of pictures share: frames are chosen when they come, and decoded as a job."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from dcat_ros.card.card import InputSpec
from dcat_ros.doubt import Doubt, said, why_senseless
from dcat_ros.messages.image import Picture, UnreadPicture
from dcat_ros.streaming.frames import FrameGrid, GridFrame
from dcat_ros.streaming.receiver import Check, slowness
from dcat_ros.streaming.window import Window

__all__ = ['PictureReceiver']


class _Cut(Protocol):
    counts: Counter[str]

    def reset(self) -> None: ...


class _Judge(Protocol):
    @property
    def doubts(self) -> list[Doubt]: ...

    def reset(self) -> None: ...


Cut = TypeVar('Cut', bound=_Cut)
Judge = TypeVar('Judge', bound=_Judge)


class PictureReceiver(ABC, Generic[Cut, Judge]):
    """Chooses frames when they come, and makes windows of the chosen ones as a job.

    Args:
        spec: what the model is given.
        read: from the CDR bytes of a message to a picture whose pixels stay as they are.
        cut: makes windows of frames.
        judge: of the decoded pictures.
        max_gap_s: greatest distance of two frames that is bridged.
        reorder_s: how far back a stamp may lie and still count as out of order.

    Attributes:
        last_picture: the last one that was decoded.
    """

    checks_later = True  # whether the pixels can be decoded

    def __init__(
        self,
        spec: InputSpec,
        read: Callable[[bytes], UnreadPicture],
        cut: Cut,
        judge: Judge,
        *,
        max_gap_s: float,
        reorder_s: float,
    ):
        self._rate_hz = spec.rate_hz
        self._read = read
        self._cut = cut
        self._judge = judge
        self._grid: FrameGrid[UnreadPicture] = FrameGrid(spec.rate_hz, max_gap_s, reorder_s)
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
        """By the pictures of the last window, what the sensor adds, and their rate."""
        found = self._judge.doubts
        return found + self.more_doubts(found) + slowness(self.input_rate_hz, self._rate_hz)

    @property
    def doubt(self) -> str:
        """The sentences of `doubts`."""
        return said(self.doubts)

    def reset(self) -> None:
        """Forget all frames."""
        self._grid.reset()
        self._cut.reset()
        self._judge.reset()
        self.last_picture = None

    def accept(self, data: bytes, arrived_ns: int, check: Check) -> list[GridFrame[UnreadPicture]]:
        """Take one serialised message; its pixels stay as they are."""
        unread = self._read(data)
        stamp_ns = check(unread.stamp_ns)
        chosen = self._grid.push(stamp_ns, unread.frame_id, unread)
        self.last_stamp_ns, self.last_frame_id = stamp_ns, unread.frame_id
        return chosen

    def windows(self, job: GridFrame[UnreadPicture]) -> list[Window]:
        """Decode a chosen frame, and give the windows that end with it.

        Raises:
            MessageError: see `cut`.
        """
        windows = self.cut(job)
        why = why_senseless(self._judge.doubts)
        return [window.senseless(why) for window in windows] if why else windows

    @abstractmethod
    def cut(self, job: GridFrame[UnreadPicture]) -> list[Window]:
        """Decode a chosen frame, and give the windows that end with it, whatever is doubted.

        Raises:
            MessageError: the picture is damaged, or none for the model.
        """

    @abstractmethod
    def more_doubts(self, found: list[Doubt]) -> list[Doubt]:
        """What else speaks against the last window than the pictures themselves.

        Args:
            found: what they do.
        """

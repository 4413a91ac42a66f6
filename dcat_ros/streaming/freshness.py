"""Whether the last label of a live stream may still be gone by."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dcat_ros.doubt import why_senseless
from dcat_ros.streaming.judge import StreamJudge
from dcat_ros.streaming.receiver import Receiver
from dcat_ros.streaming.window_watch import WindowWatch

__all__ = ['Freshness']

#: Why data mean nothing is asked so often at most: it costs more than a message.
_ASK_EVERY_S = 0.1


class Freshness:
    """Keeps when data came that could be used, and says when to call the state stale.

    Messages that come and cannot be used are no reason to believe the last label: rejected ones,
    values that cannot mean anything, stamps of which no window is made. All times are monotonic.

    Args:
        receiver: of the messages.
        judge: of their stamps and frames.
        window_s: length of a window in s of data time.
        max_gap_s: greatest distance of two samples that is bridged.
    """

    def __init__(
        self, receiver: Receiver[Any], judge: StreamJudge, window_s: float, max_gap_s: float
    ):
        self._receiver = receiver
        self._judge = judge
        self._watch = WindowWatch(window_s, max_gap_s)
        self.reset()

    def reset(self) -> None:
        """Nothing has come yet."""
        self._judge.reset()
        self._watch.reset(self._receiver.counts)
        self._said: str | None = None
        self._first_s: float | None = None
        self._came_s = float('-inf')
        self._usable_s: float | None = None
        self._n_since = 0
        self._rejection = ''
        self._asked_s = float('-inf')
        self._why = ''

    @property
    def begun(self) -> bool:
        """Whether anything has come."""
        return self._first_s is not None

    @property
    def stale(self) -> bool:
        """Whether it was said that nothing is known any more."""
        return self._said is not None

    def said_stale(self, reason: str) -> None:
        """It was said that nothing is known any more, for this reason."""
        self._said = reason

    def said_label(self) -> None:
        """A window that was at work was recognised: the last word is a label again."""
        self._said = None

    @property
    def why(self) -> str:
        """Why no label can be made of the data that come; empty if one can."""
        why = why_senseless(self._judge.doubts + self._receiver.doubts)
        return why or self._watch.why(lambda: self._receiver.counts)

    def came(self, now_s: float) -> None:
        """A message came, of whatever kind."""
        if self._first_s is None:
            self._first_s = now_s
        self._came_s = now_s
        self._n_since += 1

    def taken(self, arrived_ns: int) -> None:
        """The receiver took it.

        Args:
            arrived_ns: when it came, by the clock of the stamps.
        """
        receiver = self._receiver
        self._judge.take(receiver.last_stamp_ns, arrived_ns, receiver.last_frame_id)
        self._watch.came(np.array([receiver.last_stamp_ns]))

    def taken_many(
        self, stamps_ns: NDArray[np.int64], arrived_ns: NDArray[np.int64], frame_id: str
    ) -> None:
        """The receiver took messages of one frame.

        Args:
            stamps_ns: that count for them, shape (n,).
            arrived_ns: when each came, by the clock of the stamps, shape (n,).
            frame_id: of their headers.
        """
        self._judge.take_many(stamps_ns, arrived_ns, frame_id)
        self._watch.came(stamps_ns)

    def rejected(self, sentence: str) -> None:
        """It could not be read, or turned out to be unusable."""
        self._rejection = sentence

    def usable(self, now_s: float, windows: bool, n_behind: int = 0) -> None:
        """It could be read to the end.

        Args:
            now_s: when it came.
            windows: it, or one that was taken with it, completed one.
            n_behind: number of messages that have come after it.
        """
        if windows:
            self._watch.windows(self._receiver.counts)
        if now_s - self._asked_s >= _ASK_EVERY_S:
            self._asked_s, self._why = now_s, self.why
        if not self._why:
            self._usable_s, self._n_since, self._rejection = now_s, n_behind, ''
            self._said = None

    def unusable_s(self, now_s: float) -> float:
        """For how long nothing usable has come; 0 as long as nothing came at all."""
        since_s = self._first_s if self._usable_s is None else self._usable_s
        return 0.0 if since_s is None else now_s - since_s

    def reason(self, now_s: float) -> str:
        """Why the messages that come cannot be used; empty if none come any more."""
        if now_s - self._came_s > self.unusable_s(now_s) / 2:
            return ''
        return (
            self.why or self._rejection or f'{self._n_since} messages came and none could be used'
        )

    def to_say(self, now_s: float, after_s: float) -> str | None:
        """Why nothing is known any more, where that is still to be said.

        That data stopped is said again, with the reason, once some come that cannot be used.

        Args:
            now_s: the time.
            after_s: for how long the last label is believed.

        Returns:
            The reason; empty if no messages come any more; None where nothing is to be said.
        """
        if self._said or self.unusable_s(now_s) < after_s:
            return None
        reason = self.reason(now_s)
        return reason if reason or not self.stale else None

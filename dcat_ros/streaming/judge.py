"""One judge of a sensor's stream, for the node, `dcat evaluate`, `dcat train` and `dcat check`.

What a sensor's values say against themselves stands in `modalities`; here is what messages of every
sensor can have: stamps that stand still or lie apart from the receive times, frames that alternate.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dcat_ros.doubt import FAULT, NOTE, SENSELESS, Doubt

__all__ = ['APART_S', 'StreamJudge', 'Tally', 'apart', 'other_speed']

_NS = 1_000_000_000
#: Clocks of one robot agree by far less, and a recorder is never so late.
APART_S = 60.0
#: A verdict is over so many messages, and so long at least.
_MESSAGES, _SECONDS = 50, 1.0
#: Of those so many change the frame: a sensor that is renamed once does not alternate.
_ALTERNATING = 0.05
_STANDING = 0.9
#: A truth that has the times at which it came bears no more.
_TRUTH_APART_S = 1.0
#: A clock that runs so much faster or slower than the receipt, seen over so long, is another.
_SPEED_OFF, _SPEED_OVER_S = 0.05, 10.0


def apart(offset_s: float, truth_by_receipt: bool = False, slack_s: float = 0.0) -> Doubt | None:
    """That stamps lie far from the times at which the messages came.

    Args:
        offset_s: stamp less receive time.
        truth_by_receipt: labels are compared with a truth that has the times at which it came.
        slack_s: so long a message may be on its way: sound comes when its last sample was heard.
    """
    if abs(offset_s) < (_TRUTH_APART_S + slack_s if truth_by_receipt else APART_S):
        return None
    where = 'before' if offset_s < 0 else 'after'
    sentence = (
        f'the header stamps lie {_duration(abs(offset_s))} {where} the times at which the messages '
        'came (a clock that counts from power-on or is not synchronised, or a bag that is played); '
        '--use-receive-time of dcat evaluate goes by the times at which they came, and a node that '
        'hears a bag needs use_sim_time:=true'
    )
    return Doubt('clock', sentence, FAULT if truth_by_receipt else NOTE)


def other_speed(stamps_s: float, receipt_s: float, truth_by_receipt: bool = False) -> Doubt | None:
    """That the stamps run at another speed than the times at which the messages came.

    Args:
        stamps_s: from the first stamp to the last.
        receipt_s: from the first receive time to the last.
        truth_by_receipt: as for `apart`.
    """
    if receipt_s < _SPEED_OVER_S or abs(stamps_s / receipt_s - 1) <= _SPEED_OFF:
        return None
    sentence = (
        f'the header stamps run {stamps_s / receipt_s:.2f} times as fast as the messages came; '
        '--use-receive-time of dcat evaluate goes by the times at which they came'
    )
    return Doubt('speed', sentence, FAULT if truth_by_receipt else NOTE)


class StreamJudge:
    """Looks at stamps and frames of the messages that could be read.

    Attributes:
        n: messages seen.
        offset_s: stamp less receive time of the last one; None before the first.
        doubts: of the last second or more.
    """

    def __init__(self) -> None:
        self.doubts: list[Doubt] = []
        self.n = 0
        self.offset_s: float | None = None
        self._ever: dict[str, Doubt] = {}
        self._frame_id: str | None = None
        self._stamp_ns = -1
        self._first_ns: int | None = None
        self._begin()

    def reset(self) -> None:
        """Forget what was seen last; the next message starts anew."""
        self.doubts, self.offset_s = [], None
        self._frame_id, self._stamp_ns = None, -1
        self._begin()

    def take(self, stamp_ns: int, arrived_ns: int, frame_id: str) -> None:
        """Look at one message.

        Args:
            stamp_ns: that counts for it.
            arrived_ns: when it came.
            frame_id: of its header.
        """
        self._look(1, int(stamp_ns == self._stamp_ns), stamp_ns, arrived_ns, frame_id)

    def take_many(
        self, stamps_ns: NDArray[np.int64], arrived_ns: NDArray[np.int64], frame_id: str
    ) -> None:
        """Look at many of one frame: the same as `take` for each, but a verdict at their end."""
        same = int((np.diff(stamps_ns, prepend=self._stamp_ns) == 0).sum())
        if self._first_ns is None:
            self._first_ns = int(arrived_ns[0])
        self._look(len(stamps_ns), same, int(stamps_ns[-1]), int(arrived_ns[-1]), frame_id)

    def summary(self) -> list[Doubt]:
        """Everything that was ever doubted, with what came last."""
        if self._n >= _MESSAGES or not self._ever:
            self._judge()
        return list(self._ever.values())

    def _begin(self) -> None:
        self._n = self._n_standing = self._n_changes = 0
        self._first_ns = None
        self._frames: dict[str, None] = {}

    def _look(self, n: int, n_standing: int, stamp_ns: int, arrived_ns: int, frame_id: str) -> None:
        self.n += n
        self._n += n
        self._n_standing += n_standing
        self._stamp_ns = stamp_ns
        if frame_id != self._frame_id:
            self._change(frame_id)
        self.offset_s = (stamp_ns - arrived_ns) / _NS
        if self._first_ns is None:
            self._first_ns = arrived_ns
        if self._n >= _MESSAGES and abs(arrived_ns - self._first_ns) >= _SECONDS * _NS:
            self._judge()

    def _change(self, frame_id: str) -> None:
        if self._frame_id is not None:
            self._n_changes += 1
            self._frames[self._frame_id] = None
        if len(self._frames) < 4:
            self._frames[frame_id] = None
        self._frame_id = frame_id

    def _judge(self) -> None:
        found: list[Doubt] = []
        if self._n_changes >= max(3, _ALTERNATING * self._n):
            names = ' and '.join(name or '(none)' for name in sorted(self._frames)[:3])
            found.append(
                Doubt(
                    'frames',
                    f'the frame_id alternates between {names}: several sensors publish on one '
                    'topic, and no window is of one of them; give each a topic of its own',
                    FAULT,
                )
            )
        if self._n >= 3 and self._n_standing >= _STANDING * (self._n - 1):
            found.append(
                Doubt(
                    'stamps',
                    f'the stamps stand still at {self._stamp_ns / _NS:.3f} s while messages come: '
                    'the driver does not fill header.stamp anew; mend it there, or, of a '
                    'recording, go by the receive times (--use-receive-time)',
                    SENSELESS,
                )
            )
        self.doubts = found
        self._ever |= {doubt.reason: doubt for doubt in found}
        self._begin()


class Tally:
    """How many windows of a recording each doubt holds for."""

    def __init__(self) -> None:
        self.n = 0
        self._counts: Counter[str] = Counter()
        self._last: dict[str, Doubt] = {}

    def count(self, n_windows: int, doubts: Sequence[Doubt]) -> None:
        """Note the doubts that hold for so many windows."""
        self.n += n_windows
        for doubt in doubts:
            self._counts[doubt.reason] += n_windows
            self._last[doubt.reason] = doubt

    def summary(self) -> list[Doubt]:
        """The doubts, with how much of the recording they are about; rare ones as notes."""
        found = []
        for reason, n in self._counts.most_common():
            doubt = self._last[reason]
            share = n / self.n if self.n else 1.0
            level = doubt.level if share >= doubt.share else NOTE
            whole = f'in {n} of {self.n} windows: ' if n < self.n else ''
            found.append(Doubt(reason, f'{whole}{doubt.sentence}', level))
        return found


def _duration(seconds: float) -> str:
    for size, unit in ((365.25 * 86400, 'years'), (86400, 'days'), (3600, 'h'), (60, 'min')):
        if seconds >= size:
            return f'{seconds / size:.1f} {unit}'
    return f'{seconds:.1f} s'

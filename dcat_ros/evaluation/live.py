"""What was heard of a running node, and how it differs from the same recording offline."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from dcat_ros.evaluation.prediction_log import PredictionLog
from dcat_ros.streaming.decision import STALE, Prediction

__all__ = ['LiveRecord', 'Sameness', 'agreement', 'differences', 'disagreement', 'sameness']

_TOLERANCE = 1e-5
#: Least share of equal labels where time comes from the receipt of messages.
_MOST = 0.9


@dataclass
class LiveRecord:
    """What a recogniser said while it was listened to, and the truth beside it.

    All times are of the clock that stamps the sensor's data: of a bag that was played, its own.

    Attributes:
        recogniser: name of the node.
        model: name of its model; empty if it said nothing but that data stopped.
        labels: of the model, in the order of the probabilities.
        macro_f1: of the model's card, as the node says it; None if it has none.
        predictions: as published, in the order of arrival; stale ones, too.
        changes: (time in ns, text) of the truth topic, whenever it says something new. Of a bag
            the log time counts, otherwise the time of receipt: the message has no stamp.
        begin_ns: when listening, or the bag, began; 0 if no time was known yet.
        end_ns: when it ended.
        notes: what a user should know, one sentence each.
    """

    recogniser: str
    model: str = ''
    labels: tuple[str, ...] = ()
    macro_f1: float | None = None
    predictions: PredictionLog = field(default_factory=PredictionLog)
    changes: list[tuple[int, str]] = field(default_factory=list)
    begin_ns: int = 0
    end_ns: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def recognised(self) -> list[Prediction]:
        """The predictions that speak for a window: all but the stale ones."""
        return _recognised(self.predictions)


@dataclass(frozen=True)
class Sameness:
    """Whether live labels are those of the same bag offline.

    Attributes:
        same: within 1e-5; or, where messages have no stamps (sound), most labels.
        difference: where they are not, or not exactly, a sentence.
    """

    same: bool
    difference: str


def sameness(
    live: Sequence[Prediction], offline: Sequence[Prediction], *, stamped: bool
) -> Sameness:
    """Compare live predictions with those of the same messages offline.

    Args:
        live: of a node.
        offline: of the bag that was played to it.
        stamped: whether the messages have stamps; otherwise their times are those of receipt.
    """
    if stamped:
        difference = differences(live, offline)
        return Sameness(not difference, difference)
    return Sameness(agreement(live, offline) >= _MOST, disagreement(live, offline))


def differences(live: Sequence[Prediction], offline: Sequence[Prediction]) -> str:
    """Where live predictions are not those of the same messages offline, to 1e-5.

    Stale ones, which only a live node makes, do not count.

    Returns:
        A sentence about the first difference; empty if there is none.
    """
    live = _recognised(live)
    if len(live) != len(offline):
        return f'{len(live)} predictions live, {len(offline)} offline.'
    for a, b in zip(live, offline, strict=True):
        if a.end_ns != b.end_ns:
            return f'a window ends at {a.end_ns} ns live and at {b.end_ns} ns offline.'
        n, m = len(a.probabilities), len(b.probabilities)
        if n != m:
            return f'the model has {n} labels live and {m} offline.'
        if not np.allclose(a.probabilities, b.probabilities, rtol=0, atol=_TOLERANCE):
            return f'probabilities differ in the window that ends at {a.end_ns} ns.'
    return ''


def agreement(live: Sequence[Prediction], offline: Sequence[Prediction]) -> float:
    """Share of live labels that the offline window which ends nearest has too, in [0, 1].

    For messages without stamps (sound): their time is that of receipt, never twice the same.
    """
    live = _recognised(live)
    if not live or not offline:
        return 0.0
    ends = np.array([p.end_ns for p in offline])
    nearest = [offline[int(np.abs(ends - p.end_ns).argmin())] for p in live]
    return float(np.mean([a.label == b.label for a, b in zip(live, nearest, strict=True)]))


def disagreement(live: Sequence[Prediction], offline: Sequence[Prediction]) -> str:
    """A sentence about `agreement`; empty if it is whole."""
    share = agreement(live, offline)
    return (
        ''
        if share == 1
        else f'{share:.0%} of the live labels are those of the offline window that ends nearest '
        '(sound has no stamps: time is that of receipt).'
    )


def _recognised(predictions: Sequence[Prediction]) -> list[Prediction]:
    return [p for p in predictions if p.state != STALE]

"""Counts of events that add up over bags, and the scores that follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from dcat_ros.evaluation.events import Event, score_events
from dcat_ros.evaluation.ward import Ward, ward_of
from dcat_ros.segment import Segment

__all__ = ['IOUS', 'Tally', 'tally_of']

#: Least intersection over union of a match; the last one is the headline's.
IOUS = (0.1, 0.25, 0.5)


@dataclass(frozen=True)
class Tally:
    """The events of one recording or of several.

    Attributes:
        hours: length.
        n_true: true events.
        n_predicted: events in the predictions.
        n_runs: runs of one published label.
        n_matched: one for each of IOUS.
        n_matched_runs: of the runs, at IoU 0.5.
        false_alarms: predicted events that touch no true one.
        delays_s: onset delay of each matched event.
        ward: of the events.
    """

    hours: float = 0.0
    n_true: int = 0
    n_predicted: int = 0
    n_runs: int = 0
    n_matched: tuple[int, ...] = (0,) * len(IOUS)
    n_matched_runs: int = 0
    false_alarms: int = 0
    delays_s: tuple[float, ...] = ()
    ward: Ward = field(default_factory=Ward)

    def __add__(self, other: 'Tally') -> 'Tally':
        """The events of two recordings."""
        return Tally(
            self.hours + other.hours,
            self.n_true + other.n_true,
            self.n_predicted + other.n_predicted,
            self.n_runs + other.n_runs,
            tuple(a + b for a, b in zip(self.n_matched, other.n_matched, strict=True)),
            self.n_matched_runs + other.n_matched_runs,
            self.false_alarms + other.false_alarms,
            self.delays_s + other.delays_s,
            self.ward + other.ward,
        )

    def f1_at(self) -> dict[str, float]:
        """Event-F1 by IoU."""
        return {
            f'{iou:g}': _f1(n, self.n_true + self.n_predicted)
            for iou, n in zip(IOUS, self.n_matched, strict=True)
        }

    @property
    def f1(self) -> float:
        """Event-F1 at IoU 0.5; 0.0 without any event."""
        return _f1(self.n_matched[-1], self.n_true + self.n_predicted)

    @property
    def run_f1(self) -> float:
        """Event-F1 of the runs of one published label."""
        return _f1(self.n_matched_runs, self.n_true + self.n_runs)

    @property
    def false_alarms_per_hour(self) -> float:
        """0.0 for an empty recording."""
        return self.false_alarms / self.hours if self.hours else 0.0

    @property
    def onset_delay_s(self) -> float | None:
        """Median; None if nothing matches."""
        return median(self.delays_s) if self.delays_s else None


def tally_of(
    truth: Sequence[Segment], events: Sequence[Event], runs: Sequence[Event], hours: float
) -> Tally:
    """Count the events of one recording.

    Args:
        truth: true intervals; `rest` is no event.
        events: as `events_of` gives them.
        runs: as `label_runs` gives them.
        hours: length of the recording.
    """
    at = [score_events(truth, events, hours, min_iou=iou) for iou in IOUS]
    of_runs = score_events(truth, runs, hours)
    return Tally(
        hours=hours,
        n_true=at[-1].n_true,
        n_predicted=len(events),
        n_runs=len(runs),
        n_matched=tuple(scores.n_matched for scores in at),
        n_matched_runs=of_runs.n_matched,
        false_alarms=at[-1].false_alarms,
        delays_s=at[-1].delays_s,
        ward=ward_of(truth, events),
    )


def _f1(n_matched: int, n_all: int) -> float:
    return 2 * n_matched / n_all if n_all else 0.0

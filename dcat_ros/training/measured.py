"""The raw results of a training: from them come the card's figures and the pages' tables."""

from collections.abc import Mapping

from pydantic import Field

from dcat_ros.card.card import Record
from dcat_ros.datasets.trial import Grouping

__all__ = ['WHOLE', 'EventCounts', 'Measured', 'MeasuredStream', 'MeasuredTrial']

#: The recording as it is.
WHOLE = 'whole'


class MeasuredTrial(Record):
    """What networks that did not learn from a trial said of it.

    Attributes:
        name: of the trial.
        label: the true one.
        subject: who.
        source: the recording that it was cut from.
        fold: number of the fold that it was held out with.
        found: the likeliest label by what was done to the trial; see `WHOLE`.
        apart: by name of the sources apart, the likeliest label of the network that learned from
            none of them.
    """

    name: str
    label: str
    subject: str
    source: str
    fold: int
    found: dict[str, str]
    apart: dict[str, str] = Field(default_factory=dict)


class EventCounts(Record):
    """Predicted events of a stream against the true ones, IoU at least 0.5.

    Attributes:
        n_true: true events.
        n_predicted: predicted events.
        n_matched: pairs of one label.
        false_alarms: predicted events that touch no true one.
        onset_delay_s: median over the matched ones; None without any.
    """

    n_true: int
    n_predicted: int
    n_matched: int
    false_alarms: int
    onset_delay_s: float | None


class MeasuredStream(Record):
    """Counts of a held-out stream, calibrated on the other streams.

    Attributes:
        name: of the stream.
        hours: its length.
        confusion: windows whose truth is a label, by truth (row) and likeliest label (column).
        n_covered: of these, that are not `unknown`.
        n_right: of those, with the right label.
        n_pause: windows of which nothing is to be known: they speak for a pause, and pauses are no
            label.
        n_pause_unknown: of these, `unknown`.
        n_still: of these, that lie wholly in a pause.
        n_still_unknown: of those, `unknown`.
        events: runs of windows that show some activity.
        runs: the same, with every run of one published label as an event.
    """

    name: str
    hours: float
    confusion: tuple[tuple[int, ...], ...]
    n_covered: int
    n_right: int
    n_pause: int
    n_pause_unknown: int
    n_still: int
    n_still_unknown: int
    events: EventCounts
    runs: EventCounts

    @property
    def n_windows(self) -> int:
        """Windows whose truth is a label."""
        return sum(map(sum, self.confusion))


class Measured(Record):
    """All that was measured.

    Attributes:
        name: of the model.
        labels: in the order of the classes.
        held_out: what is never on both sides of a split.
        n_folds: number of folds.
        streams: one entry per held-out stream.
        trials: one entry per trial that is long enough for a window.
    """

    name: str
    labels: tuple[str, ...]
    held_out: Grouping
    n_folds: int
    streams: tuple[MeasuredStream, ...]
    trials: tuple[MeasuredTrial, ...]

    @property
    def protocol(self) -> str:
        """What was held out, and how, for people."""
        return f'each {self.held_out} held out once, {self.n_folds} folds'

    def and_apart(self, name: str, found: Mapping[str, str]) -> 'Measured':
        """The same, and what a network that learned nothing apart said, by name of the trial."""

        def one(trial: MeasuredTrial) -> MeasuredTrial:
            if trial.name not in found:
                return trial
            apart = trial.apart | {name: found[trial.name]}
            return trial.model_copy(update={'apart': apart})

        return self.model_copy(update={'trials': tuple(map(one, self.trials))})

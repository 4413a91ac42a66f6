"""The raw results of a training on sound: from them come the card's figures and the tables."""

from dcat_ros.card.card import Record

__all__ = ['WHOLE', 'ClipOutcome', 'SoundRecord', 'StreamOutcome']

#: The clip as it is.
WHOLE = 'whole clip'


class ClipOutcome(Record):
    """What networks that never heard a clip's source said of it.

    Attributes:
        name: of the clip.
        label: the true one.
        source: the recording that it was cut from.
        fold: that it was held out with.
        found: the likeliest label by what was done to the clip; see `WHOLE`.
        new_home: the likeliest label of the network that heard no household, for a clip of one.
    """

    name: str
    label: str
    source: str
    fold: int
    found: dict[str, str]
    new_home: str = ''


class StreamOutcome(Record):
    """Counts of a stream that was joined from a fold's clips, with a pause after each.

    The calibration is that of the other folds.

    Attributes:
        fold: whose clips, by the network that never heard their sources.
        window_s: length of a window.
        n_clips: of the stream.
        n_heard: windows that speak for an instant within a clip.
        confusion: of these, by truth (row) and likeliest label (column).
        n_named: of these, that are not `unknown`.
        n_named_right: of those, with the right label.
        n_pause: windows that speak for an instant within a pause.
        n_pause_unknown: of these, `unknown`.
        n_silent: windows that lie wholly in a pause.
        n_silent_unknown: of these, `unknown`.
        n_events: runs of windows that are not `unknown`, as `events_of` names them.
        n_matched: of these, that cover a clip with its label, IoU at least 0.5.
        n_runs: runs of one published label.
        n_runs_matched: of these, that cover a clip with its label, IoU at least 0.5.
    """

    fold: int
    window_s: float
    n_clips: int
    n_heard: int
    confusion: tuple[tuple[int, ...], ...]
    n_named: int
    n_named_right: int
    n_pause: int
    n_pause_unknown: int
    n_silent: int
    n_silent_unknown: int
    n_events: int
    n_matched: int
    n_runs: int
    n_runs_matched: int


class SoundRecord(Record):
    """All that was measured.

    Attributes:
        name: of the model.
        labels: in the order of the classes.
        n_folds: number of folds by source.
        n_parameters: of the network.
        window_s: length of a window in use.
        stride_s: distance of two windows in use.
        window_ms: median time for a window on one thread, log-mel included.
        clips: one entry per clip.
        streams: one entry per fold.
    """

    name: str
    labels: tuple[str, ...]
    n_folds: int
    n_parameters: int
    window_s: float
    stride_s: float
    window_ms: float
    clips: tuple[ClipOutcome, ...]
    streams: tuple[StreamOutcome, ...]

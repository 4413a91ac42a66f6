"""What a network of sound says of a stream: held-out clips with pauses, by the way of the node."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from dcat_ros.card.card import Calibration, Card
from dcat_ros.datasets.continuous import join
from dcat_ros.datasets.trial import Dataset
from dcat_ros.evaluation.events import events_of, label_runs, score_events
from dcat_ros.model.runtime import Model
from dcat_ros.segment import REST, Segment
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.sensors.sound.log_mel import RATE_HZ, WINDOW_S
from dcat_ros.sensors.sound.network import SoundNet
from dcat_ros.sensors.sound.pause import quiet
from dcat_ros.sensors.sound.stream import SoundStream
from dcat_ros.streaming.decision import OK, Prediction
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.training.calibrate import fit_calibration
from dcat_ros.training.holdout import calibrated
from dcat_ros.training.sound_record import StreamOutcome
from dcat_ros.truth import label_at

__all__ = ['HeardStream', 'calibration_of', 'hear', 'outcome_of']

_PAUSE_S = (2.0, 6.0)
_CHUNK = RATE_HZ // 10


@dataclass(frozen=True)
class HeardStream:
    """A stream and what was said of it, before calibration.

    Attributes:
        segments: truth, `REST` in pauses.
        predictions: of its windows.
        truth: the label at the instant that each window speaks for.
        n_clips: in the stream.
        hours: length of the stream.
    """

    segments: tuple[Segment, ...]
    predictions: list[Prediction]
    truth: list[str]
    n_clips: int
    hours: float


def hear(net: SoundNet, card: Card, clips: Dataset, seed: tuple[int, ...]) -> HeardStream:
    """Join clips (n, 1) at 16 kHz, with pauses of 2 to 6 s, and run the network over them.

    Args:
        net: that did not learn from their sources.
        card: gives window and stride.
        clips: as the data set has them.
        seed: of order and pauses.
    """
    stream = join(
        list(clips.trials),
        np.random.default_rng(seed),
        _PAUSE_S,
        sensor=sensor_of(card),
        pause=quiet,
    )
    sound, ears = stream.signal.values.astype(np.float32), SoundStream()
    recogniser = Recogniser(Model(net, card.model_copy(update={'calibration': Calibration()})))
    predictions: list[Prediction] = []
    for start in range(0, len(sound), _CHUNK):
        stamps_ns, rows = ears.push(
            int(stream.signal.stamps_ns[start]), sound[start : start + _CHUNK], RATE_HZ
        )
        predictions += recogniser.classify_many(
            recogniser.stream.push_many(stamps_ns, rows.astype(np.float64))
        )
    lag_ns = round(card.input.lag_s * 1e9)
    truth = label_at(stream.segments, [p.end_ns - lag_ns for p in predictions])
    hours = stream.signal.duration_s / 3600
    return HeardStream(stream.segments, predictions, truth, len(clips.trials), hours)


def calibration_of(streams: Sequence[HeardStream], card: Card, unknown_at: float) -> Calibration:
    """Temperature and threshold that fit the windows in which an activity is heard."""
    heard = [
        (prediction.probabilities, card.labels.index(label))
        for stream in streams
        for prediction, label in zip(stream.predictions, stream.truth, strict=True)
        if label in card.labels
    ]
    log_p = np.log(np.maximum(np.array([p for p, _ in heard], dtype=np.float32), 1e-12))
    classes = np.array([c for _, c in heard])
    fitted_on = (
        f'{len(classes)} windows of streams joined from clips of {len(streams)} folds by source, '
        'each held out once'
    )
    return fit_calibration(log_p, classes, unknown_at, fitted_on)


def outcome_of(
    stream: HeardStream, card: Card, calibration: Calibration, fold: int
) -> StreamOutcome:
    """Count what a listener gets with this calibration."""
    predictions = calibrated(stream.predictions, card.labels, calibration)
    truth = np.array(stream.truth)
    best = np.array([card.labels[int(np.argmax(p.probabilities))] for p in predictions])
    named = np.array([p.state == OK for p in predictions])
    heard, right = np.isin(truth, card.labels), best == truth
    confusion = confusion_matrix(truth[heard], best[heard], labels=card.labels)
    pause, silent = truth == REST, _wholly_in_pause(stream)
    spec, threshold = card.input, calibration.unknown_threshold
    events = score_events(
        stream.segments,
        events_of(
            predictions,
            card.labels,
            stride_s=spec.stride_s,
            lag_s=spec.lag_s,
            threshold=threshold,
        ),
        stream.hours,
    )
    runs = score_events(
        stream.segments,
        label_runs(predictions, stride_s=spec.stride_s, lag_s=spec.lag_s),
        stream.hours,
    )
    return StreamOutcome(
        fold=fold,
        window_s=card.input.window_s,
        n_clips=stream.n_clips,
        n_heard=int(heard.sum()),
        confusion=tuple(map(tuple, confusion.tolist())),
        n_named=int((heard & named).sum()),
        n_named_right=int((heard & named & right).sum()),
        n_pause=int(pause.sum()),
        n_pause_unknown=int((pause & ~named).sum()),
        n_silent=int(silent.sum()),
        n_silent_unknown=int((silent & ~named).sum()),
        n_events=events.n_predicted,
        n_matched=events.n_matched,
        n_runs=runs.n_predicted,
        n_runs_matched=runs.n_matched,
    )


def _wholly_in_pause(stream: HeardStream) -> NDArray[np.bool_]:
    """Which windows, and with them the frame of their first row, touch no clip."""
    frame_ns = round(WINDOW_S * 1e9)
    begins = np.array([segment.start_ns for segment in stream.segments])
    starts = np.array([p.start_ns - frame_ns for p in stream.predictions])
    ends = np.array([p.end_ns for p in stream.predictions])
    # the segments stand without holes
    first = np.searchsorted(begins, starts, side='right') - 1
    last = np.searchsorted(begins, ends, side='right') - 1
    silent = np.array([segment.label == REST for segment in stream.segments])
    return np.asarray((first == last) & silent[first])

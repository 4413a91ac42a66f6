"""What a network says of a stream that it never learned from: for validation and calibration."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from dcat_ros.card.card import Calibration, Card
from dcat_ros.datasets.continuous import Continuous, join
from dcat_ros.datasets.trial import Dataset
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.sensors.encoder import Encode
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.shelf import Shelf
from dcat_ros.streaming.decision import Prediction, calibrate, decide
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.training.calibrate import fit_calibration
from dcat_ros.truth import label_at

__all__ = ['HeldOut', 'HeldOutStream', 'calibrated', 'calibration_of', 'make_stream', 'measure']

#: Samples of a stream that are cut into windows at once: those of pictures fill the memory.
_AT_ONCE = 1024


@dataclass(frozen=True)
class HeldOutStream:
    """Recordings that a network does not learn from, joined to one continuous stream.

    Attributes:
        name: of the person whose they are, or of the fold.
        stream: the joined recordings.
    """

    name: str
    stream: Continuous


@dataclass(frozen=True)
class HeldOut:
    """What a network says of a stream, before calibration.

    Attributes:
        stream: which.
        predictions: of its windows.
        truth: one label per prediction.
    """

    stream: HeldOutStream
    predictions: list[Prediction]
    truth: list[str]

    def macro_f1(self, labels: Sequence[str]) -> float:
        """Macro-F1 of the windows whose truth is one of these labels."""
        best = [labels[int(np.argmax(p.probabilities))] for p in self.predictions]
        pairs = [(t, b) for t, b in zip(self.truth, best, strict=True) if t in labels]
        truth, best = [t for t, _ in pairs], [b for _, b in pairs]
        return float(f1_score(truth, best, average='macro', zero_division=0))


def make_stream(
    name: str,
    trials: Dataset,
    seed: int,
    number: int,
    sensor: Sensor,
    shelf: Shelf | None = None,
) -> HeldOutStream:
    """Join the samples of trials to a stream, the same for the same seed and number.

    Raises:
        OutputError: the shelf is full.
    """
    rng = np.random.default_rng((seed, 1, number))
    return HeldOutStream(name, join(list(trials.trials), rng, sensor=sensor, shelf=shelf))


def measure(
    net: ActivityNet, card: Card, stream: HeldOutStream, encode: Encode | None = None
) -> HeldOut:
    """Run a network over a stream with the recogniser that node and bag use, uncalibrated.

    Args:
        net: in eval mode.
        card: of the model.
        stream: which.
        encode: the encoder, if it is at hand.
    """
    raw = card.model_copy(update={'calibration': Calibration()})
    recogniser = Recogniser(TorchModel(net, raw, encode))
    signal = stream.stream.signal
    predictions: list[Prediction] = []
    for start in range(0, len(signal.values), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        windows = recogniser.stream.push_many(signal.stamps_ns[some], signal.values[some])
        predictions += recogniser.classify_many(windows)
    lag_ns = round(card.input.lag_s * 1e9)
    truth = label_at(stream.stream.segments, [p.end_ns - lag_ns for p in predictions])
    return HeldOut(stream, predictions, truth)


def calibration_of(
    held_out: Sequence[HeldOut], card: Card, unknown_at: float, protocol: str
) -> Calibration:
    """Temperature and threshold that fit what the folds' networks said of held-out streams.

    Args:
        held_out: of each stream.
        card: of the model; windows whose truth is none of its labels do not count.
        unknown_at: share of right predictions that may become `unknown`.
        protocol: what was held out, and how, for people.
    """
    log_p = np.concatenate([_log_p(h.predictions) for h in held_out])
    truth = np.array([label for h in held_out for label in h.truth])
    known = np.isin(truth, card.labels)
    classes = np.array([card.labels.index(label) for label in truth[known]])
    fitted_on = f'{len(classes)} windows of {len(held_out)} continuous streams, {protocol}'
    return fit_calibration(log_p[known], classes, unknown_at, fitted_on)


def calibrated(
    predictions: Sequence[Prediction], labels: tuple[str, ...], calibration: Calibration
) -> list[Prediction]:
    """The same predictions as a recogniser with this calibration would give them."""
    p = calibrate(_log_p(predictions), calibration.temperature)
    out = []
    for prediction, row in zip(predictions, p, strict=True):
        label, state, confidence = decide(row, labels, calibration.unknown_threshold)
        out.append(
            replace(
                prediction,
                label=label,
                state=state,
                confidence=confidence,
                probabilities=tuple(row.tolist()),
            )
        )
    return out


def _log_p(predictions: Sequence[Prediction]) -> NDArray[np.float64]:
    p = np.array([prediction.probabilities for prediction in predictions])
    logs: NDArray[np.float64] = np.log(np.maximum(p, 1e-12))
    return logs

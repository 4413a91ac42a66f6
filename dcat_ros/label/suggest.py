"""What a model proposes for a recording: intervals, and which of them to look at first."""

from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.bags.read import BagReader
from dcat_ros.card.card import Card
from dcat_ros.evaluation.bag_content import BagSource, receiver_for
from dcat_ros.evaluation.events import Event, events_of
from dcat_ros.label.stopped import Stopped
from dcat_ros.label.teaching_order import projection, teaching_order
from dcat_ros.model.model import Model
from dcat_ros.model.onnx_model import OnnxModel
from dcat_ros.model.runtime import load_model
from dcat_ros.segment import REST, Segment
from dcat_ros.sensors.registry import live_of
from dcat_ros.streaming.decision import STALE, Prediction
from dcat_ros.streaming.reading import Reading
from dcat_ros.streaming.recogniser import Recogniser

__all__ = ['Proposal', 'Proposals', 'Suggest', 'stretches_of']

_CHUNK = 4096


class Proposal(NamedTuple):
    """An interval that a model proposes.

    Attributes:
        start_ns: on the clock of the stamps.
        end_ns: likewise.
        label: the likeliest.
        probability: of it, the mean over its windows.
        is_sure: the model would say it; otherwise it would say `unknown`.
    """

    start_ns: int
    end_ns: int
    label: str
    probability: float
    is_sure: bool


class Proposals:
    """What a model proposes for one recording.

    Args:
        stretches: in the order of time.
        features: (n, F), of each.
    """

    def __init__(self, stretches: Sequence[Proposal], features: NDArray[np.float32]):
        self._stretches, self._features = list(stretches), features
        self._lock = Lock()
        self._ranked = self._stretches
        self._labelled: list[Segment] | None = None

    @property
    def ranked(self) -> list[Proposal]:
        """Those that touch no label, the one first that teaches most."""
        with self._lock:
            return self._ranked

    def order(self, labelled: Sequence[Segment]) -> None:
        """Rank them anew, if something has a label now that had none, or the other way round.

        Args:
            labelled: what has a label by now, in the order of time.
        """
        if labelled == self._labelled:  # a page asks twice a second
            return
        known = np.array([_touched(one, labelled) for one in self._stretches], np.bool_)
        doubt = np.array([1 - one.probability for one in self._stretches])
        order = teaching_order(doubt, self._features, known)
        with self._lock:
            self._ranked = [self._stretches[i] for i in order]
            self._labelled = list(labelled)


def stretches_of(
    predictions: Sequence[Prediction], features: NDArray[np.float32], card: Card, stride_s: float
) -> tuple[list[Proposal], NDArray[np.float32]]:
    """Stretches in which something is done, whatever it is, and their features.

    Args:
        predictions: of one stream, in the order of time.
        features: (n, F), of each prediction.
        card: of the model.
        stride_s: distance of two windows.

    Returns:
        The stretches, and of each the mean (stretches, F) of its windows' features.
    """
    labels = list(card.labels)
    found = events_of(predictions, labels, stride_s=stride_s, lag_s=card.input.lag_s)
    place = {prediction.end_ns: i for i, prediction in enumerate(predictions)}
    columns = [i for i, label in enumerate(labels) if label != REST]
    stretches, means = [], [np.zeros((0, features.shape[1]), np.float32)]
    for event in found:
        own = [place[end_ns] for end_ns, _ in event.emitted]
        p = np.array([predictions[i].probabilities for i in own])[:, columns].mean(axis=0)
        sure = bool(p.max() >= card.calibration.unknown_threshold * p.sum())
        stretches.append(_proposal(event, float(p.max()), sure))
        means.append(features[own].mean(axis=0, keepdims=True))
    return stretches, np.concatenate(means)


class Suggest:
    """Goes through recordings with a model.

    Args:
        model: name or path.

    Raises:
        InputError: the model is unusable.
    """

    def __init__(self, model: str):
        self._model = load_model(model)
        self._model.make_ready()
        live_of(self._model.card)

    @property
    def name(self) -> str:
        """Of the model."""
        return self._model.card.name

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the model, but for `rest`."""
        return tuple(label for label in self._model.card.labels if label != REST)

    def proposals_of(self, path: Path, source: BagSource, go_on: Callable[[], bool]) -> Proposals:
        """What the model proposes for a bag.

        Args:
            path: of the bag.
            source: what the model gets of it.
            go_on: whether somebody wants it still.

        Raises:
            InputError: the bag, or the topic of the model's sensor in it, is unusable.
            Stopped: nobody wants it.
        """
        noting = _Noting(self._model)
        recogniser = Recogniser(noting)
        card = self._model.card
        predictions: list[Prediction] = []
        features: list[NDArray[np.float32]] = []
        with BagReader(path) as bag:
            topic = source.topic_for(card, bag)
            live = live_of(card)
            parts = source.parts(live)
            receiver = receiver_for(bag, card, recogniser.stream, source, topic)
            reading = Reading(
                receiver, receive_time=source.receive_time, parts=parts, chunk_s=live.chunk_s
            )
            own = set(parts or [topic])
            for chunk in bag.chunks(own, _CHUNK):
                if not go_on():
                    raise Stopped
                windows = list(reading.take(chunk.on(own)))
                for window, said in zip(windows, recogniser.classify_many(windows), strict=True):
                    if window.samples is None:
                        continue
                    feature = noting.noted.popleft()
                    if said.state != STALE:
                        predictions.append(said)
                        features.append(feature)
        stride_s = recogniser.stream.stride / recogniser.stream.rate_hz
        if not predictions:
            return Proposals([], np.zeros((0, 1), np.float32))
        return Proposals(*stretches_of(predictions, np.stack(features), card, stride_s))


class _Noting:
    """A model whose features are noted as it speaks; where it gives none, what it says."""

    def __init__(self, model: Model):
        self.card = model.card
        self.noted: deque[NDArray[np.float32]] = deque()
        self._model = model
        self._mix: NDArray[np.float32] | None = None

    def log_probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Classifier`."""
        model = self._model
        if isinstance(model, OnnxModel) and model.has_features:
            log_p, features = model.said_with_features(model.encoded(windows))
            if self._mix is None:
                self._mix = projection(features.shape[1])
            self.noted.extend(features @ self._mix)
        else:
            log_p = model.log_probabilities(windows)
            self.noted.extend(log_p)
        return log_p

    def segment_log_probabilities(self, recording: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Classifier`."""
        return self._model.segment_log_probabilities(recording)


def _proposal(event: Event, probability: float, is_sure: bool) -> Proposal:
    return Proposal(event.start_ns, event.end_ns, event.label, probability, is_sure)


def _touched(one: Proposal, labelled: Sequence[Segment]) -> bool:
    """Whether a label lies in the middle of it, or is inside of it."""
    middle_ns = (one.start_ns + one.end_ns) // 2
    return any(
        s.start_ns <= middle_ns < s.end_ns
        or (one.start_ns <= s.start_ns and s.end_ns <= one.end_ns)
        for s in labelled
    )

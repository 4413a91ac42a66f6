"""The recogniser: samples in, predictions out; the same for node, bag and validation."""

from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dcat_ros.card.card import Card
from dcat_ros.streaming.decision import STALE, UNKNOWN, Prediction, calibrate, decide
from dcat_ros.streaming.window import Window, WindowStream

__all__ = ['Classifier', 'Recogniser']

#: Windows that one call of the network takes when many are there.
_BATCH = 64
#: and values of all of them: what a network makes of long ones takes some twenty times as much
_BATCH_VALUES = 64 * 16 * 2048


class Classifier(Protocol):
    """What the recogniser needs of a model (`dcat_ros.model.model.Model` is one)."""

    card: Card

    def log_probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-probabilities (N, classes) of windows (N, T, C)."""
        ...

    def segment_log_probabilities(self, recording: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-probabilities (classes,) of a whole recording (T, C)."""
        ...


class Recogniser:
    """Cuts a stream into windows and says what each one shows.

    Args:
        model: the classifier with its card.
        stride_s: distance of two predictions in seconds of data time; the card's if None.
        max_gap_s: greatest distance of two samples that is bridged.
        reorder_s: how far back a stamp may lie and still count as out of order.

    Attributes:
        unknown_threshold: below this probability the state is `unknown`; the card's at first.
        prepare: changes the samples (T, C) of a window before they are classified, such as from the
            sensor's frame to that of the training data; None: nothing does.
        stream: the windows, with its counts.

    Raises:
        ConfigError: a duration makes no sense.
    """

    def __init__(
        self,
        model: Classifier,
        *,
        stride_s: float | None = None,
        max_gap_s: float = 0.25,
        reorder_s: float = 0.1,
    ):
        spec = model.card.input
        self._model = model
        self.card = model.card
        self._temperature = model.card.calibration.temperature
        self.labels = model.card.labels
        self.unknown_threshold = model.card.calibration.unknown_threshold
        self.prepare: Callable[[NDArray[np.float32]], NDArray[np.float32]] | None = None
        self.stream = WindowStream(
            n_channels=spec.n_values,
            rate_hz=spec.rate_hz,
            window_s=spec.window_s,
            stride_s=spec.stride_s if stride_s is None else stride_s,
            max_gap_s=max_gap_s,
            reorder_s=reorder_s,
        )

    def push(self, stamp_ns: int, values: ArrayLike, frame_id: str = '') -> list[Prediction]:
        """Take one sample, give the predictions of the windows that it completed.

        Args:
            stamp_ns: the sample's time in ns.
            values: shape (C,), in the units of the message.
            frame_id: the sensor's frame.
        """
        return [self.classify(w) for w in self.stream.push(stamp_ns, values, frame_id)]

    def classify(self, window: Window) -> Prediction:
        """Say what one window shows."""
        return self.classify_many([window])[0]

    def classify_many(self, windows: Iterable[Window]) -> list[Prediction]:
        """Say what each window shows; faster than one by one."""
        todo = list(windows)
        predictions: list[Prediction] = []
        window = self.stream.length * self.card.input.n_values
        size = max(1, min(_BATCH, _BATCH_VALUES // window))
        for start in range(0, len(todo), size):
            batch = todo[start : start + size]
            samples = [w.samples for w in batch if w.samples is not None]
            if self.prepare is not None:
                samples = [self.prepare(s) for s in samples]
            rows = iter(self._probabilities(samples))
            predictions += [
                self._nothing(w) if w.samples is None else self._prediction(w, next(rows))
                for w in batch
            ]
        return predictions

    def stale(self, stamp_ns: int, frame_id: str = '', reason: str = '') -> Prediction:
        """That data stopped at `stamp_ns`, or why they count for nothing."""
        return Prediction(UNKNOWN, STALE, 0.0, (), stamp_ns, stamp_ns, frame_id, reason)

    def _probabilities(self, samples: list[NDArray[np.float32]]) -> NDArray[np.float64]:
        """Calibrated probabilities (N, classes)."""
        if not samples:
            return np.zeros((0, len(self.labels)))
        log_p = self._model.log_probabilities(np.stack(samples))
        return calibrate(log_p, self._temperature)

    def _nothing(self, window: Window) -> Prediction:
        """Nothing was seen or heard, so all labels are as likely, and none is likely enough.

        Of data that cannot mean anything not even that is said.
        """
        if window.why:
            span = (window.start_ns, window.end_ns, window.frame_id)
            return Prediction(UNKNOWN, STALE, 0.0, (), *span, window.why)
        p = (1 / len(self.labels),) * len(self.labels)
        span = (window.start_ns, window.end_ns, window.frame_id)
        return Prediction(UNKNOWN, UNKNOWN, p[0], p, *span)

    def _prediction(self, window: Window, p: NDArray[np.float64]) -> Prediction:
        label, state, confidence = decide(p, self.labels, self.unknown_threshold)
        return Prediction(
            label=label,
            state=state,
            confidence=confidence,
            probabilities=tuple(p.tolist()),
            start_ns=window.start_ns,
            end_ns=window.end_ns,
            frame_id=window.frame_id,
        )

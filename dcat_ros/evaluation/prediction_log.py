"""Predictions of a long recording in little memory."""

from array import array
from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from dcat_ros.streaming.decision import Prediction

__all__ = ['PredictionLog', 'end_stamps', 'probability_matrix', 'said']


class PredictionLog(Sequence[Prediction]):
    """A sequence of predictions that is kept as numbers: 8 bytes a label and 40 more.

    As objects they would take over a kilobyte each, and a bag of 2 GB has a million of them.

    Args:
        predictions: the first ones.
    """

    def __init__(self, predictions: Iterable[Prediction] = ()):
        self._spans = array('q')  # start and end by turns
        self._confidences = array('d')
        self._probabilities = array('d')
        self._offsets = array('q', [0])
        #: numbers of label, state and frame by turns
        self._words = array('i')
        self._numbers: dict[str, int] = {}
        self._texts: list[str] = []
        self.extend(predictions)

    def append(self, prediction: Prediction) -> None:
        """Add one at the end."""
        self._spans.extend((prediction.start_ns, prediction.end_ns))
        self._confidences.append(prediction.confidence)
        self._probabilities.extend(prediction.probabilities)
        self._offsets.append(len(self._probabilities))
        for word in (prediction.label, prediction.state, prediction.frame_id):
            if word not in self._numbers:
                self._numbers[word] = len(self._texts)
                self._texts.append(word)
            self._words.append(self._numbers[word])

    def extend(self, predictions: Iterable[Prediction]) -> None:
        """Add several at the end."""
        for prediction in predictions:
            self.append(prediction)

    def probabilities(self) -> NDArray[np.float64]:
        """Those of all predictions, (n, classes), read-only; let go of it before adding more.

        Raises:
            ValueError: they have different numbers of classes.
        """
        # no copy: of a long recording this is most of the memory
        flat = np.frombuffer(self._probabilities)
        flat.flags.writeable = False
        return flat.reshape(len(self), -1) if len(self) else np.zeros((0, 0))

    def ends_ns(self) -> NDArray[np.int64]:
        """Stamps of all ends, (n,)."""
        return np.array(self._spans[1::2], np.int64)

    def said(self) -> list[tuple[str, str]]:
        """Label and state of each."""
        texts, words = self._texts, self._words
        return [(texts[i], texts[j]) for i, j in zip(words[::3], words[1::3], strict=True)]

    def __len__(self) -> int:
        return len(self._confidences)

    @overload
    def __getitem__(self, index: int) -> Prediction: ...

    @overload
    def __getitem__(self, index: slice) -> list[Prediction]: ...

    def __getitem__(self, index: int | slice) -> Prediction | list[Prediction]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        i = range(len(self))[index]  # raises IndexError, and counts from the end
        label, state, frame_id = (self._texts[n] for n in self._words[3 * i : 3 * i + 3])
        return Prediction(
            label=label,
            state=state,
            confidence=self._confidences[i],
            probabilities=tuple(self._probabilities[self._offsets[i] : self._offsets[i + 1]]),
            start_ns=self._spans[2 * i],
            end_ns=self._spans[2 * i + 1],
            frame_id=frame_id,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(other) != len(self):
            return False
        return all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # it grows


def probability_matrix(predictions: Sequence[Prediction]) -> NDArray[np.float64]:
    """Probabilities (n, classes) of predictions that all have them; (0, 0) for none."""
    if isinstance(predictions, PredictionLog):
        return predictions.probabilities()
    rows = [prediction.probabilities for prediction in predictions]
    return np.array(rows) if rows else np.zeros((0, 0))


def end_stamps(predictions: Sequence[Prediction]) -> NDArray[np.int64]:
    """Stamps in ns of the windows' ends, (n,)."""
    if isinstance(predictions, PredictionLog):
        return predictions.ends_ns()
    return np.array([prediction.end_ns for prediction in predictions], np.int64)


def said(predictions: Sequence[Prediction]) -> list[tuple[str, str]]:
    """Label and state of each prediction."""
    if isinstance(predictions, PredictionLog):
        return predictions.said()
    return [(prediction.label, prediction.state) for prediction in predictions]

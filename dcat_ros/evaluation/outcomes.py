"""What the window scores are computed from, as arrays that add up over bags."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dcat_ros.evaluation.prediction_log import probability_matrix, said
from dcat_ros.streaming.decision import OK, Prediction

__all__ = ['FOREIGN', 'NO_TRUTH', 'Outcomes']

#: In place of a label's number: there is no truth; there is one that the model does not know.
NO_TRUTH = -1
FOREIGN = -2


@dataclass(frozen=True)
class Outcomes:
    """The windows of one recording or of several, one row each.

    Attributes:
        labels: of the model; what follows counts in their order.
        truth: shape (n,), number of the true label, or NO_TRUTH or FOREIGN.
        best: shape (n,), number of the likeliest label, `unknown` or not.
        confidence: shape (n,), greatest calibrated probability.
        covered: shape (n,), whether the state is `ok`.
        foreign: number of windows by true label that the model does not know.
    """

    labels: tuple[str, ...]
    truth: NDArray[np.int32]
    best: NDArray[np.int32]
    confidence: NDArray[np.float64]
    covered: NDArray[np.bool_]
    foreign: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(
        cls, truth: Sequence[str], predictions: Sequence[Prediction], labels: Sequence[str]
    ) -> 'Outcomes':
        """Those of predictions.

        Args:
            truth: one label per prediction; '' for none.
            predictions: with probabilities.
            labels: of the model.

        Raises:
            ValueError: there are not as many labels as predictions.
        """
        place = {label: i for i, label in enumerate(labels)}
        missing = {'': NO_TRUTH}
        if len(truth) != len(predictions):
            raise ValueError(f'{len(truth)} labels and {len(predictions)} predictions')
        p = probability_matrix(predictions).reshape(len(predictions), len(labels))
        covered = np.array([state == OK for _, state in said(predictions)], np.bool_)
        codes = [place.get(label, missing.get(label, FOREIGN)) for label in truth]
        foreign = Counter(label for label in truth if label and label not in place)
        return cls(
            tuple(labels),
            np.array(codes, np.int32),
            p.argmax(axis=1).astype(np.int32),
            p.max(axis=1),
            covered,
            foreign,
        )

    @classmethod
    def joined(cls, parts: Sequence['Outcomes']) -> 'Outcomes':
        """Several of one model as one; at least one."""
        return cls(
            parts[0].labels,
            np.concatenate([part.truth for part in parts]),
            np.concatenate([part.best for part in parts]),
            np.concatenate([part.confidence for part in parts]),
            np.concatenate([part.covered for part in parts]),
            sum((part.foreign for part in parts), Counter()),
        )

    @property
    def known(self) -> NDArray[np.bool_]:
        """Shape (n,), whether the truth is a label of the model: these windows are scored."""
        known: NDArray[np.bool_] = self.truth >= 0
        return known

    def confusion(self) -> NDArray[np.int64]:
        """Number of scored windows by truth (row) and likeliest label (column), (K, K)."""
        k = len(self.labels)
        known = self.known
        cells = self.truth[known].astype(np.int64) * k + self.best[known]
        return np.bincount(cells, minlength=k * k).reshape(k, k)

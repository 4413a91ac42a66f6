"""The layer of a taught model, in closed form: a ridge on what is remembered and taught."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dcat_ros.model.taught import Layer
from dcat_ros.teach.memory import Examples

__all__ = ['fit_layer']

#: Ridge scores lie about between -1 and 1; times this they are logits.
_SHARPNESS = 5.0
_PENALTY = 0.1  # relative to the number of examples
#: A label's takes weigh so many times as much as what is remembered of one of the old labels.
_WEIGHT = 0.5


def fit_layer(remembered: Examples, taught: Sequence[Examples], n_labels: int) -> Layer:
    """Fit scores of all labels.

    Targets are 1 for the own label and -1 for the others, as in A. Dempster et al., "MiniRocket",
    KDD 2021; the solution is that of weighted ridge regression with a bias that is not penalised.

    Args:
        remembered: of the base.
        taught: for each take its examples; the class that stands first in one is its label.
        n_labels: of the old labels and the new ones.
    """
    weights = [np.ones(len(remembered.classes))]
    n_takes = np.bincount([int(take.classes[0]) for take in taught], minlength=n_labels)
    n_old = len(np.unique(remembered.classes))
    for take in taught:
        own = take.classes == take.classes[0]
        share = _WEIGHT * len(remembered.classes) / n_old / n_takes[take.classes[0]]
        weights.append(np.full(len(own), share / own.sum()))
    features = np.concatenate([remembered.features, *(t.features for t in taught)])
    classes = np.concatenate([remembered.classes, *(t.classes for t in taught)])
    return _ridge(features, classes, np.concatenate(weights), n_labels)


def _ridge(
    features: NDArray[np.float32],
    classes: NDArray[np.int64],
    weights: NDArray[np.float64],
    n_labels: int,
) -> Layer:
    targets = np.where(classes[:, None] == np.arange(n_labels), 1.0, -1.0)
    weights = weights / weights.sum()
    x, y = features.astype(np.float64), targets
    centre, mean = weights @ x, weights @ y
    root = np.sqrt(weights)[:, None]
    x = root * (x - centre)
    gram = x.T @ x
    gram[np.diag_indices(len(gram))] += _PENALTY
    weight = np.linalg.solve(gram, x.T @ (root * (y - mean)))
    bias = mean - centre @ weight
    return Layer((_SHARPNESS * weight).astype(np.float32), (_SHARPNESS * bias).astype(np.float32))

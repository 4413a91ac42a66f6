"""The layer of a taught model, in closed form: a ridge on what is remembered and taught."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dcat_ros.model.taught import Layer
from dcat_ros.sensors.amounts import TakeAmounts
from dcat_ros.teach.memory import Examples

__all__ = ['fit_layer']

#: Ridge scores lie about between -1 and 1; times this they are logits.
_SHARPNESS = 5.0
_PENALTY = 0.1  # relative to the number of examples


def fit_layer(
    remembered: Examples,
    taught: Sequence[tuple[int, Examples]],
    n_labels: int,
    amounts: TakeAmounts,
) -> Layer:
    """Fit scores of all labels.

    Targets are 1 for the own label and -1 for the others, as in A. Dempster et al., "MiniRocket",
    KDD 2021; the solution is that of weighted ridge regression with a bias that is not penalised.

    Args:
        remembered: of the base.
        taught: for each take the class of its label, and its examples; those of the pause around it
            have another class.
        n_labels: of the old labels and the new ones.
        amounts: how much takes count.
    """
    weights = [np.ones(len(remembered.classes))]
    n_takes = np.bincount([label for label, _ in taught], minlength=n_labels)
    each = amounts.weight * len(remembered.classes) / len(np.unique(remembered.classes))
    for label, take in taught:
        n_own = (take.classes == label).sum()
        weights.append(np.full(len(take.classes), each / n_takes[label] / n_own))
    features = np.concatenate([remembered.features, *(take.features for _, take in taught)])
    classes = np.concatenate([remembered.classes, *(take.classes for _, take in taught)])
    layer = _ridge(features, classes, np.concatenate(weights), n_labels)
    margin = np.minimum(amounts.margin * n_takes, amounts.most_margin).astype(np.float32)
    return Layer(layer.weight, layer.bias - margin)


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
    y = root * (y - mean)
    # the same by either way; the smaller system is solved
    is_wide = len(x) < x.shape[1]
    gram = x @ x.T if is_wide else x.T @ x
    gram[np.diag_indices(len(gram))] += _PENALTY
    weight = x.T @ np.linalg.solve(gram, y) if is_wide else np.linalg.solve(gram, x.T @ y)
    bias = mean - centre @ weight
    return Layer((_SHARPNESS * weight).astype(np.float32), (_SHARPNESS * bias).astype(np.float32))

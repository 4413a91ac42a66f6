"""In which order stretches are worth a label: least certain first, and unlike those before."""

import numpy as np
from numpy.typing import NDArray

__all__ = ['PROJECTED', 'projection', 'teaching_order']

#: Features are kept as so many random mixtures of them: distances stay about the same
#: (W. Johnson and J. Lindenstrauss, 1984), and two hours of them fit into some megabytes.
PROJECTED = 64
_SEED = 0


def projection(n_features: int) -> NDArray[np.float32]:
    """The mixtures, shape (n_features, 64); always the same."""
    rng = np.random.default_rng(_SEED)
    mixtures = rng.normal(size=(n_features, PROJECTED)) / np.sqrt(PROJECTED)
    return np.asarray(mixtures, np.float32)


def teaching_order(
    doubt: NDArray[np.floating],
    features: NDArray[np.floating],
    known: NDArray[np.bool_],
) -> list[int]:
    """Stretches without a label, the one first that a label would teach most from.

    One after the other is chosen: that of the greatest doubt times distance from the nearest one
    that has a label or was chosen before. Doubt alone asks for the same movement again and again,
    distance alone for what is well known.

    Args:
        doubt: shape (n,), one minus the probability of the likeliest label.
        features: shape (n, F), of each stretch the mean over its windows.
        known: shape (n,), which have a label.

    Returns:
        Numbers of those that are not known, each once.
    """
    scaled = features - features.mean(axis=0) if len(features) else features
    scaled = scaled / np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1e-9)
    distance = np.full(len(doubt), 2.0)
    left = ~np.asarray(known, np.bool_)
    for i in np.flatnonzero(~left):
        distance = np.minimum(distance, 1 - scaled @ scaled[i])
    order: list[int] = []
    for _ in range(int(left.sum())):
        worth = np.where(left, np.maximum(doubt, 1e-3) * np.maximum(distance, 1e-6), -1.0)
        best = int(worth.argmax())
        order.append(best)
        left[best] = False
        distance = np.minimum(distance, 1 - scaled @ scaled[best])
    return order

"""What a trained model is, whatever runs it: it takes arrays and gives probabilities."""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import Card

__all__ = ['BACKENDS', 'Model']

#: What may be asked to run one.
BACKENDS = ('auto', 'onnxruntime', 'torch')


class Model(ABC):
    """A network with its card, ready to run on the CPU with one thread.

    Args:
        card: its record.

    Attributes:
        card: see above.
        length: T, samples of a window in use.
        device: where inference really runs.
        backend: what runs it, with its version.
    """

    device = 'cpu'
    backend: str

    def __init__(self, card: Card):
        self.card = card
        self.length = round(card.input.window_s * card.input.rate_hz)

    @abstractmethod
    def log_probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Uncalibrated log-probabilities.

        Args:
            windows: shape (N, T, C), in the units of the message, any T.

        Returns:
            Shape (N, classes).
        """

    @abstractmethod
    def segment_log_probabilities(self, recording: NDArray[np.float32]) -> NDArray[np.float32]:
        """Uncalibrated log-probabilities (classes,) of one whole recording (T, C).

        Only for a model whose card has `network.segment`.
        """

    def warm_up(self) -> None:
        """Run once, so that the first window is not the slowest."""
        zeros = np.zeros((1, self.length, self.card.input.n_values), dtype=np.float32)
        for _ in range(3):
            self.log_probabilities(zeros)

"""A trained model that takes arrays and gives probabilities: torch behind a numpy face."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.weights import find_weights, load_weights

__all__ = ['Model', 'load_model']


class Model:
    """A network with its card, ready to run on the CPU with one thread.

    Args:
        net: the network; it is put into eval mode.
        card: its record.
    """

    #: Where inference really runs.
    device = 'cpu'
    #: What runs it.
    backend = f'torch {torch.__version__}'

    def __init__(self, net: ActivityNet, card: Card):
        # a second thread does not help a net of this size, and made the p99 100 ms
        torch.set_num_threads(1)
        self._net = net.eval()
        self.card = card
        self.length = round(card.input.window_s * card.input.rate_hz)

    def log_probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Uncalibrated log-probabilities.

        Args:
            windows: shape (N, T, C), in the units of the message.

        Returns:
            Shape (N, classes).
        """
        with torch.inference_mode():
            out: NDArray[np.float32] = self._net(torch.from_numpy(windows)).numpy()
        return out

    def segment_log_probabilities(self, recording: NDArray[np.float32]) -> NDArray[np.float32]:
        """Uncalibrated log-probabilities (classes,) of one whole recording (T, C).

        Only for a model whose card has `network.segment`.
        """
        with torch.inference_mode():
            log_p = self._net.segment(torch.from_numpy(recording[None]))
        out: NDArray[np.float32] = log_p[0].numpy()
        return out

    def warm_up(self) -> None:
        """Run once, so that the first window is not the slowest."""
        zeros = np.zeros((1, self.length, self.card.input.n_values), dtype=np.float32)
        for _ in range(3):
            self.log_probabilities(zeros)


def load_model(model: str | Path) -> Model:
    """Load a shipped model by name, or a weights file by path.

    Raises:
        WeightsError: there is no such file, or it is unusable.
    """
    return Model(*load_weights(find_weights(str(model))))

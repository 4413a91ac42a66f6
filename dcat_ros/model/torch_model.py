"""A model that torch runs."""

import numpy as np
import torch
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.model.model import Model
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.segment import SEGMENT_LENGTH, stretched
from dcat_ros.sensors.encoder import Encode

__all__ = ['TorchModel']


class TorchModel(Model):
    """A network in torch with its card.

    Args:
        net: the network; it is put into eval mode.
        card: its record.
        encode: its encoder, where that is at hand.
    """

    backend = f'torch {torch.__version__}'

    def __init__(self, net: ActivityNet, card: Card, encode: Encode | None = None):
        super().__init__(card, encode)
        # a second thread does not help a net of this size, and made the p99 100 ms
        torch.set_num_threads(1)
        self._net = net.eval()

    def said_of(self, encoded: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Model`."""
        with torch.inference_mode():
            out: NDArray[np.float32] = self._net(torch.from_numpy(encoded)).numpy()
        return out

    def said_of_whole(self, recording: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Model`."""
        at_one_length = torch.from_numpy(stretched(recording, SEGMENT_LENGTH)[None])
        with torch.inference_mode():
            log_p = self._net.segment(torch.from_numpy(recording[None]), at_one_length)
        out: NDArray[np.float32] = log_p[0].numpy()
        return out

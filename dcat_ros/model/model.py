"""What a trained model is, whatever runs it: it takes arrays and gives probabilities.

Where its record names an encoder, windows go through that first. It is made ready when it is
needed: what a record says can be read without it.
"""

from abc import ABC, abstractmethod
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.sensors.encoder import Encode
from dcat_ros.sensors.registry import sensor_of

__all__ = ['BACKENDS', 'Model']

#: What may be asked to run one.
BACKENDS = ('auto', 'onnxruntime', 'torch')


class Model(ABC):
    """A network with its card, ready to run on the CPU with one thread.

    Args:
        card: its record.
        encode: its encoder, where that is at hand; otherwise it is loaded when it is needed.

    Attributes:
        card: see above.
        length: T, samples of a window in use.
        device: where inference really runs.
        backend: what runs it, with its version.
    """

    device = 'cpu'
    backend: str

    def __init__(self, card: Card, encode: Encode | None = None):
        self.card = card
        self._given = encode
        self.length = round(card.input.window_s * card.input.rate_hz)

    @cached_property
    def _encode(self) -> Encode | None:
        encoder = sensor_of(self.card).encoder
        return self._given or (encoder.load() if encoder else None)

    def make_ready(self) -> None:
        """See that all is there that it needs.

        Raises:
            ConfigError: its encoder is not, or is damaged; the sentence has the command for it.
            OutputError: the user has no home in which it would be.
        """
        _ = self._encode

    def encoded(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the network takes of windows (N, T, C): themselves, or what the encoder says.

        Raises:
            ConfigError: see `make_ready`.
        """
        return windows if self._encode is None else self._encode(windows)

    def log_probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Uncalibrated log-probabilities.

        Args:
            windows: shape (N, T, C), in the units of the message, any T.

        Returns:
            Shape (N, classes).

        Raises:
            ConfigError: see `make_ready`.
        """
        return self.said_of(self.encoded(windows))

    def segment_log_probabilities(self, recording: NDArray[np.float32]) -> NDArray[np.float32]:
        """Uncalibrated log-probabilities (classes,) of one whole recording (T, C).

        Only for a model whose card has `network.segment`.

        Raises:
            ConfigError: see `make_ready`.
        """
        if self.card.network.names_whole:
            return self.said_of_whole(recording)
        of_one: NDArray[np.float32] = self.log_probabilities(recording[None])[0]
        return of_one

    @abstractmethod
    def said_of(self, encoded: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-probabilities (N, classes) of what the network itself takes, (N, L, values)."""

    @abstractmethod
    def said_of_whole(self, recording: NDArray[np.float32]) -> NDArray[np.float32]:
        """The same (classes,) of one whole recording (T, C), by the layer for these."""

    def warm_up(self) -> None:
        """Run once, so that the first window is not the slowest.

        Raises:
            ConfigError: see `make_ready`.
        """
        zeros = np.zeros((1, self.length, self.card.input.n_values), dtype=np.float32)
        for _ in range(3):
            self.log_probabilities(zeros)

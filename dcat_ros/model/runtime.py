"""A trained model that takes arrays and gives probabilities, whatever runs it."""

from abc import ABC, abstractmethod
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.errors import ConfigError, WeightsError
from dcat_ros.model.find import ONNX, find_weights

__all__ = ['BACKENDS', 'Backend', 'Model', 'load_model']

Backend: TypeAlias = Literal['auto', 'onnxruntime', 'torch']
BACKENDS: tuple[str, ...] = get_args(Backend)


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


def load_model(model: str | Path, backend: str = 'auto') -> Model:
    """Load a shipped model by name, or a weights file by path.

    Args:
        model: name or path.
        backend: what shall run it. 'auto' takes onnxruntime where there is a file for it, the one
            that is named or one of the same weights beside it, and torch otherwise.

    Raises:
        WeightsError: there is no such file, or it is unusable.
        ConfigError: the backend is unknown, not installed, or cannot run this file.
    """
    if backend not in BACKENDS:
        raise ConfigError(f'There is no backend {backend!r}; there are {", ".join(BACKENDS)}.')
    path = find_weights(str(model))
    if path.suffix == ONNX:
        if backend == 'torch':
            raise ConfigError(f'{path} is for onnxruntime; torch runs the .safetensors file.')
        return _by_onnxruntime(path)
    beside = path.with_suffix(ONNX)
    if backend != 'torch' and beside.is_file():
        from dcat_ros.model.onnx_model import made_of

        found = _by_onnxruntime(beside)
        if made_of(found, path):
            return found
        if backend == 'onnxruntime':
            raise WeightsError(f'{beside} was made of other weights: make it again {_how(path)}.')
    if backend == 'onnxruntime':
        raise ConfigError(f'{beside} is not there: make it {_how(path)}.')
    if find_spec('torch') is None:
        raise ConfigError(
            f'{path} needs torch (pip install "dcat_ros[train]"), or a file for onnxruntime beside '
            f'it, made {_how(path)} where torch is.'
        )
    from dcat_ros.model.torch_model import TorchModel
    from dcat_ros.model.weights import load_weights

    return TorchModel(*load_weights(path))


def _by_onnxruntime(path: Path) -> Model:
    from dcat_ros.model.onnx_model import load_onnx

    return load_onnx(path)


def _how(path: Path) -> str:
    return f'by "dcat export {path} --out {path.with_suffix(ONNX)}"'

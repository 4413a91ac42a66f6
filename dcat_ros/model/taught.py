"""A model that was taught further labels after its training: the base, and a layer beside it.

    window ─► base, frozen ─┬─► log p of its labels ────────────────┬─► log p of all labels
                            └─► features ─► linear ─► q of all ─────┘

With q of the softmax over all labels, old and new, a new label has its q, and all old ones share
what is left in the proportions that the base gives them:

    p(new j) = q(j),   p(old i) = p_base(i) · Σ q(old)

Which of the old labels it is stays the base's word alone. In onnxruntime and NumPy, without torch.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.errors import WeightsError
from dcat_ros.model.find import record_of
from dcat_ros.model.model import Model
from dcat_ros.model.onnx_model import OnnxModel, onnx_of
from dcat_ros.model.record import parse_card, read_weights
from dcat_ros.model.segment import SEGMENT_LENGTH, stretched
from dcat_ros.texts import one_line

__all__ = ['BASE', 'Layer', 'TaughtModel', 'load_taught', 'taught_of']

#: Tensors of the file: the base's bytes, as onnxruntime reads them; the rest is by prefix.
BASE = 'base'
WINDOW, WHOLE = 'window', 'whole'


class Layer(NamedTuple):
    """A linear layer from features to scores of all labels.

    Attributes:
        weight: (F, labels).
        bias: (labels,).
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def log_q(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-probabilities (N, labels) of features (N, F)."""
        scores = features @ self.weight + self.bias
        out: NDArray[np.float32] = scores - _log_sum(scores)
        return out


class TaughtModel(Model):
    """A base with what it was taught.

    Args:
        base: gives features.
        card: with the base's labels first.
        window: for windows.
        whole: for whole recordings, where the base names them by a layer of its own.
    """

    def __init__(self, base: OnnxModel, card: Card, window: Layer, whole: Layer | None):
        super().__init__(card)
        self.base = base
        self.backend = base.backend
        self._window = window
        self._whole = whole

    def said_of(self, encoded: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Model`."""
        log_p, features = self.base.said_with_features(encoded)
        return together(log_p, self._window.log_q(features))

    def said_of_whole(self, recording: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Model`."""
        assert self._whole is not None
        log_p = self.base.said_of_whole(recording)[None]
        shown = stretched(recording, SEGMENT_LENGTH)[None]
        features = self.base.said_with_features(shown)[1]
        out: NDArray[np.float32] = together(log_p, self._whole.log_q(features))[0]
        return out


def together(log_p: NDArray[np.float32], log_q: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log-probabilities (N, labels) of the base's (N, old labels) and the layer's (N, labels)."""
    n_old = log_p.shape[1]
    left = _log_sum(log_q[:, :n_old])
    return np.concatenate([log_p + left, log_q[:, n_old:]], axis=1)


def load_taught(path: Path) -> TaughtModel:
    """Read a file that `dcat teach` made.

    Raises:
        WeightsError: it is unreadable, foreign, damaged or of a newer version.
    """
    data = read_weights(path)
    return taught_of(path, parse_card(path, record_of(path, data)), tensors_of(path, data))


def tensors_of(path: Path, data: bytes) -> dict[str, NDArray[np.generic]]:
    """The tensors in the bytes of such a file.

    Raises:
        WeightsError: they are damaged.
    """
    try:
        tensors: dict[str, NDArray[np.generic]] = safetensors.numpy.load(data)
    except Exception as problem:  # the library raises whatever the bytes lead it to
        raise WeightsError(
            f'{path} is no whole safetensors file ({one_line(problem)}); take an undamaged copy.'
        ) from None
    return tensors


def taught_of(path: Path, card: Card, tensors: dict[str, NDArray[np.generic]]) -> TaughtModel:
    """The model of a card and these tensors.

    Args:
        path: where they are from, for the error.
        card: of a taught model.
        tensors: of the file.

    Raises:
        WeightsError: they do not fit.
    """
    taught = card.taught
    content = tensors.get(BASE)
    if taught is None or content is None or content.dtype != np.uint8 or content.ndim != 1:
        raise WeightsError(f'{path} lacks the model that was taught; take an undamaged copy.')
    base = onnx_of(path, content.tobytes())
    same = (base.card.labels, base.card.input, base.card.network, base.card.modality)
    n_old = len(card.labels) - len(taught.labels)
    if same != (card.labels[:n_old], card.input, card.network, card.modality):
        raise WeightsError(f'{path}: the model in it is not the one of its record.')
    if not base.has_features:
        raise WeightsError(f'{path}: the model in it gives no features; teach another one.')
    zeros = np.zeros((1, base.length, card.input.n_values), np.float32)
    n_features = base.said_with_features(zeros)[1].shape[1]
    layers = [
        _layer(path, tensors, name, (n_features, len(card.labels)))
        for name in (WINDOW, *((WHOLE,) if card.network.names_whole else ()))
    ]
    return TaughtModel(base, card, layers[0], layers[1] if len(layers) > 1 else None)


def layer_tensors(name: str, layer: Layer) -> dict[str, NDArray[np.generic]]:
    """A layer as tensors of the file."""
    return {f'{name}.weight': layer.weight, f'{name}.bias': layer.bias}


def _layer(
    path: Path, tensors: dict[str, NDArray[np.generic]], name: str, shape: tuple[int, int]
) -> Layer:
    weight, bias = tensors.get(f'{name}.weight'), tensors.get(f'{name}.bias')
    if weight is None or bias is None:
        raise WeightsError(f'{path} lacks the layer {name}; take an undamaged copy.')
    if (weight.shape, bias.shape) != (shape, shape[1:]):
        raise WeightsError(
            f'{path}: the layer {name} is {weight.shape}, its record needs {shape}; take an '
            'undamaged copy.'
        )
    found = Layer(np.asarray(weight, np.float32), np.asarray(bias, np.float32))
    if not (np.isfinite(found.weight).all() and np.isfinite(found.bias).all()):
        raise WeightsError(f'{path}: the layer {name} holds NaN or infinity; teach it again.')
    return found


def _log_sum(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logarithm of the sum of exponentials over the last axis, (N, 1)."""
    most = scores.max(axis=1, keepdims=True)
    out: NDArray[np.float32] = most + np.log(np.exp(scores - most).sum(axis=1, keepdims=True))
    return out

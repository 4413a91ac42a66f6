"""What a model remembers of what it learned from: features of some of its windows, in a file.

Whoever teaches it a label has none of the recordings that it was trained on, and what is new must
be told from them. A file `NAME.memory` beside `NAME.onnx` holds features, at one byte each: no
samples, and nothing that samples can be made of again.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.errors import WeightsError
from dcat_ros.files import write_whole
from dcat_ros.model.onnx_model import OnnxModel
from dcat_ros.model.record import read_weights
from dcat_ros.model.taught import tensors_of
from dcat_ros.sensors.registry import find_sensor
from dcat_ros.texts import parse_json

__all__ = ['MEMORY', 'Examples', 'Memory', 'can_be_taught', 'load_memory', 'save_memory']

#: How the name of the file ends.
MEMORY = '.memory'
_FACTS = 'dcat_ros_memory'
_LEVELS = 255
Tensors = dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Examples:
    """Features with classes.

    Attributes:
        features: (N, F).
        classes: (N,), in the order of the labels.
    """

    features: NDArray[np.float32]
    classes: NDArray[np.int64]

    def tensors(self, name: str) -> Tensors:
        """As tensors of a file, a byte for a feature."""
        low = self.features.min(axis=0)
        step = np.maximum((self.features.max(axis=0) - low) / _LEVELS, 1e-12).astype(np.float32)
        levels = np.round((self.features - low) / step)
        return {
            f'{name}.features': levels.astype(np.uint8),
            f'{name}.low': low,
            f'{name}.step': step,
            f'{name}.classes': self.classes.astype(np.int32),
        }


@dataclass(frozen=True)
class Memory:
    """What a model remembers.

    Attributes:
        windows: of its training; `rest` among them, if it is a label.
        wholes: whole recordings, where the model names them by a layer of its own.
    """

    windows: Examples
    wholes: Examples | None

    def tensors(self) -> Tensors:
        """As tensors of a file."""
        wholes = self.wholes.tensors('wholes') if self.wholes is not None else {}
        return self.windows.tensors('windows') | wholes


def can_be_taught(card: Card) -> bool:
    """Whether takes make sense for a model: sound has none, and what only teaches is not heard."""
    live = find_sensor(card.modality).live
    return live is not None and not live.in_chunks


def save_memory(path: Path, memory: Memory, weights_sha256: str) -> None:
    """Write a memory; an earlier file stays whole if that fails.

    Raises:
        OutputError: the file cannot be written.
    """
    facts = {_FACTS: json.dumps({'weights_sha256': weights_sha256})}
    write_whole(path, safetensors.numpy.save(memory.tensors(), facts))


def load_memory(path: Path, model: OnnxModel) -> Memory:
    """Read the memory of a model.

    Raises:
        WeightsError: there is none, it is damaged, or of another model.
    """
    name = model.card.name
    if not path.is_file():
        raise WeightsError(
            f'{path} is not there, and without it {name} cannot be taught: it says what a new '
            'label must be told from. "dcat train" writes it, and "dcat export --memory".'
        )
    data = read_weights(path)
    tensors = tensors_of(path, data)
    if _made_of(data) != model.weights_sha256:
        raise WeightsError(f'{path} is the memory of another model than {name}; make it again.')
    return memory_of(path, tensors, model)


def memory_of(path: Path, tensors: Tensors, model: OnnxModel) -> Memory:
    """The memory in the tensors of a file.

    Raises:
        WeightsError: there is none, or it is not the model's.
    """
    zeros = np.zeros((1, model.length, model.card.input.n_values), np.float32)
    n_features = model.said_with_features(zeros)[1].shape[1]
    n_labels = len(model.card.labels)
    windows = examples_of(path, tensors, 'windows', n_features, n_labels)
    wholes = None
    if model.card.network.names_whole:
        wholes = examples_of(path, tensors, 'wholes', n_features, n_labels)
    return Memory(windows, wholes)


def examples_of(
    path: Path, tensors: Tensors, name: str, n_features: int, n_labels: int
) -> Examples:
    """Examples in the tensors of a file.

    Raises:
        WeightsError: they are not there, or make no sense.
    """
    parts = [tensors.get(f'{name}.{part}') for part in ('features', 'low', 'step', 'classes')]
    levels, low, step, classes = parts
    if levels is None or low is None or step is None or classes is None:
        raise WeightsError(f'{path} lacks {name}; take an undamaged copy.')
    n = len(classes) if classes.ndim == 1 else 0
    whole = levels.shape == (n, n_features) and low.shape == step.shape == (n_features,)
    if not whole or not n or levels.dtype != np.uint8 or classes.dtype != np.int32:
        raise WeightsError(f'{path}: {name} do not fit the model; take an undamaged copy.')
    with np.errstate(over='ignore', invalid='ignore'):  # said as what no model gives
        steps, lowest = np.asarray(step, np.float32), np.asarray(low, np.float32)
        found = np.asarray(levels, np.float32) * steps + lowest
    own = np.asarray(classes, np.int64)
    if not np.isfinite(found).all() or not ((own >= 0) & (own < n_labels)).all():
        raise WeightsError(f'{path}: {name} hold what no model gives; take an undamaged copy.')
    return Examples(found, own)


def _made_of(data: bytes) -> str:
    """SHA-256 of the weights of the model whose memory it is; empty if it does not say."""
    try:
        header: Any = parse_json(data[8 : 8 + int.from_bytes(data[:8], 'little')])
        facts: Any = parse_json(header['__metadata__'][_FACTS])
        return str(facts['weights_sha256'])
    except (ValueError, KeyError, TypeError):
        return ''

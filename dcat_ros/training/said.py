"""What some other network said of the same recordings, in a file: a source that nobody installs.

An `.npz` file, as `numpy.savez` writes it, with `names` (P,) of the recordings and at least one of
    labels (K,) and logits (P, K)
    features (P, F)
    key and value (P, L, d), and query (P, L, d)
and, if it is known, `modality` (what it looked at) and `subjects` (on whom it was trained).
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dcat_ros.errors import ConfigError
from dcat_ros.files import read_at_most
from dcat_ros.model.network import ActivityNet
from dcat_ros.segment import REST
from dcat_ros.short import short
from dcat_ros.texts import one_line
from dcat_ros.training.alignment import memory
from dcat_ros.training.losses import LOSSES
from dcat_ros.training.source import SourceOutputs

__all__ = ['ENDING', 'Said', 'check_said', 'read_said']

ENDING = '.npz'
#: bytes of the file, and of the arrays in it
_LARGEST, _LARGEST_ARRAYS = 1 << 30, 4 << 30
_NUMBERS = {'logits': 2, 'features': 2, 'query': 3, 'key': 3, 'value': 3}
_TEXTS = ('names', 'labels', 'subjects')


@dataclass(frozen=True)
class Said:
    """What the file holds.

    Attributes:
        path: of the file.
        names: of the recordings.
        labels: of the logits; empty without logits.
        outputs: row by row.
        modality: what the network looked at; the file's name where it does not say.
        subjects: on whom it was trained, if the file says so.
        sha256: of the file.
    """

    path: Path
    names: tuple[str, ...]
    labels: tuple[str, ...]
    outputs: SourceOutputs
    modality: str
    subjects: tuple[str, ...]
    sha256: str

    def rows_of(self, names: Sequence[str]) -> dict[str, int]:
        """The row of each recording.

        Raises:
            ConfigError: one is not there.
        """
        rows = {name: i for i, name in enumerate(self.names)}
        if lacking := [name for name in names if name not in rows]:
            raise ConfigError(
                f'{self.path} says nothing of the recording {lacking[0]!r} ({len(lacking)} of '
                f'{len(names)} are missing): its names must be those of the data set.'
            )
        return {name: rows[name] for name in names}


def read_said(path: Path) -> Said:
    """Read the file, and check it.

    Raises:
        ConfigError: it cannot be read, or what it holds does not fit together.
    """
    too_large = f'is over {_LARGEST >> 20} MiB; write float32, and less of it.'
    data = read_at_most(path, _LARGEST, ConfigError, too_large)
    arrays = _arrays(path, data)
    names = arrays.get('names', np.zeros(0, np.str_))
    if not len(names) or len(set(names.tolist())) != len(names):
        raise ConfigError(f'{path}: names must name each recording once.')
    for key, array in arrays.items():
        if key in _NUMBERS and len(array) != len(names):
            raise ConfigError(
                f'{path}: {key} has {len(array)} rows, and there are {len(names)} names.'
            )
    labels = tuple(arrays.get('labels', np.zeros(0, np.str_)).tolist())
    logits = arrays.get('logits')
    if logits is not None and (logits.shape[1], len(set(labels))) != (len(labels), len(labels)):
        raise ConfigError(
            f'{path}: logits has {logits.shape[1]} columns, and labels must name each of them once.'
        )
    if ('key' in arrays) != ('value' in arrays):
        raise ConfigError(f'{path}: key and value go together.')
    shapes = {arrays[key].shape for key in ('query', 'key', 'value') if key in arrays}
    if len(shapes) > 1:
        raise ConfigError(f'{path}: query, key and value must have one shape (P, L, d).')
    if not arrays.keys() & _NUMBERS.keys():
        raise ConfigError(f'{path} says nothing: it has none of {", ".join(_NUMBERS)}.')
    modality = str(arrays['modality']) if 'modality' in arrays else path.stem
    return Said(
        path=path,
        names=tuple(names.tolist()),
        labels=labels,
        outputs=_outputs(arrays, len(names)),
        modality=short(one_line(modality)),
        subjects=tuple(arrays.get('subjects', np.zeros(0, np.str_)).tolist()),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def check_said(
    said: Said, weights: Mapping[str, float], target: ActivityNet, labels: tuple[str, ...]
) -> SourceOutputs:
    """What a target can be taught by the file, its logits in the order of the target's labels.

    Args:
        said: the file.
        weights: the losses of the method.
        target: the network that learns.
        labels: of the target; the file need not know `rest`.

    Raises:
        ConfigError: the file lacks what a loss compares, or has it in another size.
    """
    outputs = said.outputs
    sizes = {
        'memory': target.spec.d_attention,
        'key': target.spec.d_attention,
        'features': 2 * target.spec.width,
    }
    for name in weights:
        loss = LOSSES[name][0]
        for part in loss.needs:
            tensor: Tensor = getattr(outputs, part)
            if not tensor.numel():
                source = {'memory': 'key and value', 'gram': 'tokens, which no file has'}
                raise ConfigError(
                    f'{said.path} has no {source.get(part, part)}, which the method {name} '
                    'compares.'
                )
            size = sizes.get(part)
            if loss.same_size and size is not None and tensor.shape[-1] != size:
                raise ConfigError(
                    f'{said.path}: {part} has the size {tensor.shape[-1]}, and {name} compares it '
                    f'with the {size} of the target.'
                )
    if not said.labels:
        return outputs
    known = [label for label in labels if label in said.labels]
    if missing := [label for label in labels if label not in said.labels and label != REST]:
        raise ConfigError(f'{said.path}: labels lacks {missing[0]!r}, which the target learns.')
    columns = torch.tensor([said.labels.index(label) for label in known])
    return SourceOutputs(**vars(outputs) | {'logits': outputs.logits[:, columns]})


def _arrays(path: Path, data: bytes) -> dict[str, NDArray[Any]]:
    """What is known of the file, in float32 and text."""
    found: dict[str, NDArray[Any]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            if sum(one.file_size for one in file.infolist()) > _LARGEST_ARRAYS:
                raise ValueError(f'its arrays are over {_LARGEST_ARRAYS >> 30} GiB')
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            for key in file.files:
                if key in (*_NUMBERS, *_TEXTS, 'modality'):
                    found[key] = file[key]
    except Exception as problem:  # the library raises whatever the bytes lead it to
        raise ConfigError(f'{path} is no whole .npz file ({one_line(problem)}).') from None
    for key, array in found.items():
        if key in _NUMBERS:
            if array.dtype.kind not in 'fiu' or array.ndim != _NUMBERS[key] or not array.size:
                raise ConfigError(
                    f'{path}: {key} must be numbers in {_NUMBERS[key]} dimensions, not '
                    f'{array.dtype} of shape {array.shape}.'
                )
            with np.errstate(over='ignore'):  # said as an infinity
                found[key] = array.astype(np.float32)
            if not np.isfinite(found[key]).all():
                raise ConfigError(f'{path}: {key} holds NaN or infinity.')
        elif array.dtype.kind != 'U' or array.ndim != (0 if key == 'modality' else 1):
            raise ConfigError(f'{path}: {key} must be text, not {array.dtype}.')
    return found


def _outputs(arrays: Mapping[str, NDArray[Any]], n: int) -> SourceOutputs:
    def tensor(key: str) -> Tensor:
        if key in arrays:
            return torch.from_numpy(arrays[key])
        return torch.zeros((n, *([0] * (_NUMBERS[key] - 1))))

    key, value = tensor('key'), tensor('value')
    return SourceOutputs(
        logits=tensor('logits'),
        features=tensor('features'),
        query=tensor('query'),
        key=key,
        value=value,
        memory=memory(key, value) if key.numel() else torch.zeros((n, 0, 0)),
        gram=torch.zeros((n, 0, 0)),
        tokens=torch.zeros((n, 0, 0)),
    )

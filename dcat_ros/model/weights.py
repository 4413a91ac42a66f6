"""Weights files: safetensors with one metadata record, written whole or not at all, no pickle."""

import difflib
import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pydantic
import safetensors.torch
import torch
from torch import Tensor

from dcat_ros.card.card import SCHEMA_VERSION, Card
from dcat_ros.errors import WeightsError
from dcat_ros.files import read_at_most, write_whole
from dcat_ros.model.network import ActivityNet
from dcat_ros.sensors.registry import check_card, sensor_of
from dcat_ros.share import share_dir
from dcat_ros.short import short
from dcat_ros.texts import one_line, parse_json

__all__ = ['find_weights', 'load_card', 'load_weights', 'save_weights', 'shipped_models']

_KEY = 'dcat_ros'
_ENDING = '.safetensors'
#: bytes; the largest network that a record may ask for has fewer
_LARGEST = 128 << 20
_LARGEST_HEADER = 4 << 20


def shipped_models() -> dict[str, Path]:
    """Name -> path of the weights that come with the package."""
    return {path.stem: path for path in sorted((share_dir() / 'models').glob(f'*{_ENDING}'))}


def find_weights(model: str) -> Path:
    """The weights file that a user means by the name of a shipped model or by a path.

    Raises:
        WeightsError: there is none.
    """
    shipped = shipped_models()
    if model in shipped:
        return shipped[model]
    with suppress(OSError, RuntimeError, ValueError):  # no home, or no name a file can have
        path = Path(model).expanduser()
        if path.is_file():
            return path
    near = difflib.get_close_matches(short(model), shipped, n=1)
    hint = f' Did you mean {near[0]!r}?' if near else ''
    raise WeightsError(
        f'There is no weights file {short(model)!r}; give a path, or a shipped model: '
        f'{", ".join(shipped) or "none"}.{hint}'
    )


def save_weights(path: Path, net: ActivityNet, card: Card) -> str:
    """Write the network and its card; an earlier file stays whole if that fails.

    Returns:
        SHA-256 of the file.

    Raises:
        OutputError: the file cannot be written.
    """
    tensors = {name: tensor.contiguous() for name, tensor in net.state_dict().items()}
    data = safetensors.torch.save(tensors, metadata={_KEY: card.model_dump_json()})
    write_whole(path, data)
    return hashlib.sha256(data).hexdigest()


def load_card(path: Path) -> Card:
    """Read and check the record in a weights file.

    Raises:
        WeightsError: the file is unreadable, foreign, damaged or of a newer version.
    """
    return _read(path)[0]


def load_weights(path: Path) -> tuple[ActivityNet, Card]:
    """Read a weights file and build its network, in eval mode.

    Raises:
        WeightsError: the file is unreadable, foreign, damaged or of a newer version.
    """
    card, tensors = _read(path)
    _check_fits(path, card, tensors)
    net = ActivityNet(card.network, sensor_of(card), len(card.labels))
    net.load_state_dict(tensors)
    return net.eval(), card


def _check_fits(path: Path, card: Card, tensors: dict[str, Tensor]) -> None:
    """Whether the tensors are those of the card's network, which is not built for that.

    On torch's device `meta` it has shapes and no memory: a record of 4 KB may ask for gigabytes.
    """
    with torch.device('meta'):
        expected = ActivityNet(card.network, sensor_of(card), len(card.labels)).state_dict()
    if missing := sorted(expected.keys() - tensors.keys()):
        raise WeightsError(f'{path} lacks the tensor {missing[0]}; take an undamaged copy.')
    if foreign := sorted(tensors.keys() - expected.keys()):
        name = one_line(foreign[0][:80])
        raise WeightsError(f'{path} holds an unknown tensor {name}; take an undamaged copy.')
    for name, tensor in tensors.items():
        if tensor.shape != expected[name].shape or tensor.dtype != expected[name].dtype:
            raise WeightsError(
                f'{path}: tensor {name} is {tuple(tensor.shape)} {tensor.dtype}, its record needs '
                f'{tuple(expected[name].shape)} {expected[name].dtype}; take an undamaged copy.'
            )
        if not torch.isfinite(tensor).all():
            raise WeightsError(f'{path}: tensor {name} holds NaN or infinity; train it again.')


def _read(path: Path) -> tuple[Card, dict[str, Tensor]]:
    try:
        data = read_at_most(path, _LARGEST)
    except (OSError, ValueError) as problem:  # a name with a NUL is a ValueError
        raise WeightsError(f'{path} cannot be read: {problem}') from None
    if data is None:
        raise WeightsError(f'{path} is over {_LARGEST >> 20} MiB: no weights of this package.')
    length = int.from_bytes(data[:8], 'little')
    try:
        if length > _LARGEST_HEADER:
            raise ValueError(f'a header of {length} bytes')
        tensors = safetensors.torch.load(data)
        header: Any = parse_json(data[8 : 8 + length])
    except Exception as problem:  # the library raises whatever the bytes lead it to
        raise WeightsError(
            f'{path} is no whole safetensors file ({one_line(problem)}); take an undamaged copy.'
        ) from None
    record = (header.get('__metadata__') or {}).get(_KEY)
    if record is None:
        raise WeightsError(
            f'{path} is a safetensors file, but has no dcat_ros record: it was not made by '
            "'dcat train'."
        )
    return _parse_card(path, record), tensors


def _parse_card(path: Path, record: str) -> Card:
    try:
        fields = parse_json(record)
        version = fields.get('schema_version') if isinstance(fields, dict) else None
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise WeightsError(
                f'{path} has record version {version}, this dcat_ros reads up to '
                f'{SCHEMA_VERSION}; update dcat_ros.'
            )
        card = Card.model_validate_json(record)
    except pydantic.ValidationError as problem:
        first = problem.errors()[0]
        place = '.'.join(str(part) for part in first['loc']) or 'record'
        why = one_line(first['msg'].removeprefix('Value error, '))
        raise WeightsError(f"{path}: '{place}' in its record is wrong: {why}.") from None
    except ValueError as problem:
        raise WeightsError(f'{path}: its record is no JSON ({problem}).') from None
    try:
        check_card(card)
    except ValueError as problem:
        raise WeightsError(f'{path}: its record is wrong: {one_line(problem)}.') from None
    return card

"""Weights files that torch runs: safetensors with one record, written whole or not at all."""

import hashlib
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

from dcat_ros.card.card import Card
from dcat_ros.errors import WeightsError
from dcat_ros.files import write_whole
from dcat_ros.model.find import record_of
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.record import KEY, parse_card, read_weights
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.texts import one_line

__all__ = ['load_weights', 'save_weights']


def save_weights(path: Path, net: ActivityNet, card: Card) -> str:
    """Write the network and its card; an earlier file stays whole if that fails.

    Returns:
        SHA-256 of the file.

    Raises:
        OutputError: the file cannot be written.
    """
    tensors = {name: tensor.contiguous() for name, tensor in net.state_dict().items()}
    data = safetensors.torch.save(tensors, metadata={KEY: card.model_dump_json()})
    write_whole(path, data)
    return hashlib.sha256(data).hexdigest()


def load_weights(path: Path) -> tuple[ActivityNet, Card]:
    """Read a weights file and build its network, in eval mode.

    Raises:
        WeightsError: the file is unreadable, foreign, damaged or of a newer version.
    """
    data = read_weights(path)
    try:
        tensors = safetensors.torch.load(data)
    except Exception as problem:  # the library raises whatever the bytes lead it to
        raise WeightsError(
            f'{path} is no whole safetensors file ({one_line(problem)}); take an undamaged copy.'
        ) from None
    card = parse_card(path, record_of(path, data))
    if card.taught is not None:
        raise WeightsError(
            f'{path} is {card.taught.base} with what it was taught, which onnxruntime alone runs; '
            f'take {card.taught.base} itself.'
        )
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

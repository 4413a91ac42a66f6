"""The whole state of a training in one safetensors file, so that a killed one goes on."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from pydantic import TypeAdapter
from torch import Tensor, nn

from dcat_ros.files import write_whole
from dcat_ros.texts import parse_json

__all__ = ['History', 'load_checkpoint', 'save_checkpoint']

_STATE = ('exp_avg', 'exp_avg_sq', 'step')  # what AdamW keeps for each parameter


@dataclass
class History:
    """What a training printed.

    Attributes:
        step: number of steps done.
        loss: (step, mean loss since the last entry).
        validation: (step, macro-F1 on held-out subjects).
        recent: losses since the last entry of `loss`.
    """

    step: int = 0
    loss: list[tuple[int, float]] = field(default_factory=list)
    validation: list[tuple[int, float]] = field(default_factory=list)
    recent: list[float] = field(default_factory=list)


def save_checkpoint(
    path: Path,
    key: str,
    learner: nn.Module,
    average: nn.Module,
    optimiser: torch.optim.Optimizer,
    history: History,
) -> None:
    """Write everything that the next step depends on; randomness depends on its number alone.

    Args:
        path: where to.
        key: says to which training it belongs.
        learner: all that is trained: the network, and layers of a transfer loss.
        average: the moving average of the network's weights.
        optimiser: AdamW over the learner's parameters.
        history: so far.

    Raises:
        OutputError: the file cannot be written; the earlier one is whole.
    """
    tensors = {f'learner.{k}': v for k, v in learner.state_dict().items()}
    tensors |= {f'average.{k}': v for k, v in average.state_dict().items()}
    for name, parameter in learner.named_parameters():
        for part in _STATE:
            if part in optimiser.state[parameter]:
                tensors[f'optimiser.{name}.{part}'] = optimiser.state[parameter][part]
    record = json.dumps({'key': key, **vars(history)})
    whole = {name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()}
    write_whole(path, safetensors.torch.save(whole, metadata={'training': record}))


def load_checkpoint(
    path: Path,
    key: str,
    learner: nn.Module,
    average: nn.Module,
    optimiser: torch.optim.Optimizer,
) -> History:
    """Bring back the state; an empty history if there is none, or if it is of another training."""
    try:
        data = path.read_bytes()
        tensors = safetensors.torch.load(data)
        header: Any = parse_json(data[8 : 8 + int.from_bytes(data[:8], 'little')])
        record: Any = parse_json(header['__metadata__']['training'])
        if record.pop('key') != key:
            return History()
        history = TypeAdapter(History).validate_python(record)
    except Exception:  # none, foreign or damaged, of which the libraries raise anything
        return History()  # start anew
    if not _fits(tensors, learner, average):
        return History()
    learner.load_state_dict(_under('learner.', tensors))
    average.load_state_dict(_under('average.', tensors))
    for name, parameter in learner.named_parameters():
        state = _under(f'optimiser.{name}.', tensors)
        if state:
            optimiser.state[parameter] = dict(state)
    return history


def _fits(tensors: dict[str, Tensor], learner: nn.Module, average: nn.Module) -> bool:
    """Whether the tensors are those of these modules: a part of them must not be taken."""
    expected = {f'learner.{k}': v for k, v in learner.state_dict().items()}
    expected |= {f'average.{k}': v for k, v in average.state_dict().items()}
    for name, parameter in learner.named_parameters():
        of_one = {f'optimiser.{name}.{part}' for part in _STATE} & tensors.keys()
        for key in of_one:
            expected[key] = torch.zeros(()) if key.endswith('.step') else parameter
    return tensors.keys() == expected.keys() and all(
        tensors[name].shape == tensor.shape for name, tensor in expected.items()
    )


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

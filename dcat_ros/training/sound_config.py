"""The configuration of a training on sound."""

from pathlib import Path
from typing import Annotated, Literal

import pydantic
from pydantic import Field

from dcat_ros.card.card import NetworkSpec, Record, Seconds, Share
from dcat_ros.training.config import (
    Folds,
    NotNegative,
    OptimiserConfig,
    Seed,
    TrainConfig,
    checked,
    read_fields,
)

__all__ = ['SoundConfig', 'read_recipe']


class SoundConfig(Record):
    """Everything that decides what comes out of a training on clips of sound.

    Attributes:
        name: of the model.
        description: one sentence for its users.
        dataset: name of the data set.
        modality: tells this kind of configuration from that of other sensors.
        frame: where the microphone was, for people.
        window_s: length of a window in use; training draws many lengths.
        stride_s: distance of two predictions in use.
        lag_s: a window's label is that of the instant so long before the window's end.
        folds: the sources are split into so many folds, each held out once.
        quiet_share: share of the training windows in which nothing is heard.
        unknown_at: share of correct predictions that may become `unknown`.
        seed: of everything random.
        network: of the kind 'sound'.
        optimiser: how the weights are found.
    """

    name: Annotated[str, Field(pattern=r'^[A-Za-z0-9_.-]+$')]
    description: str
    dataset: str
    modality: Literal['audio']
    frame: str
    window_s: Seconds
    stride_s: Seconds
    lag_s: NotNegative
    folds: Folds = 5
    quiet_share: Share = 0.1
    unknown_at: Share = 0.05
    seed: Seed = 0
    network: NetworkSpec
    optimiser: OptimiserConfig

    @pydantic.field_validator('stride_s', 'lag_s')
    @classmethod
    def _within_the_window(cls, value: float, info: pydantic.ValidationInfo) -> float:
        window_s = info.data.get('window_s', value)
        if value > window_s:
            raise ValueError(f'must be at most window_s, {window_s:g}')
        return value

    @pydantic.field_validator('network')
    @classmethod
    def _of_sound(cls, network: NetworkSpec) -> NetworkSpec:
        if network.kind != 'sound':
            raise ValueError('kind must be sound')
        return network


def read_recipe(path: Path) -> TrainConfig | SoundConfig:
    """Read a training configuration of either kind; `network: {kind: sound}` tells which.

    Raises:
        ConfigError: see `dcat_ros.training.config.read_yaml`.
    """
    fields = read_fields(path)
    network = fields.get('network')
    if isinstance(network, dict) and network.get('kind') == 'sound':
        return checked(path, fields, SoundConfig)
    return checked(path, fields, TrainConfig)

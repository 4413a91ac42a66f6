"""A frozen source that is given the target's own windows, as they are drawn.

It says something of every window: of any length, of a part of a recording, of two sounds at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import ConfigError
from dcat_ros.model.network import ActivityNet
from dcat_ros.sensors.encoder import Encode
from dcat_ros.sensors.registry import sensor_with
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.training.config import TrainConfig, TransferConfig, read_config
from dcat_ros.training.source import SourceOutputs, freeze, source_outputs, weights_sha256
from dcat_ros.training.transfer import Transfer, check_pair, parse_method

__all__ = ['RECIPES', 'Listener', 'recipe_of']

#: Ends of a source's name that make it a recipe.
RECIPES = ('.yaml', '.yml')


def recipe_of(source: str) -> TrainConfig | None:
    """The recipe that a source is, if it is one.

    Raises:
        ConfigError: it cannot be read, or something teaches it in turn.
    """
    if not source.endswith(RECIPES):
        return None
    recipe = read_config(Path(source))
    if recipe.transfer is not None:
        raise ConfigError(f'{source} has a source of its own; one that teaches has none.')
    return recipe


@dataclass(frozen=True)
class Listener:
    """A frozen network beside the one that learns.

    Attributes:
        config: how it teaches.
        net: the network.
        labels: its own.
        sensor: what it is given.
        encode: what its windows go through first; None: nothing.
    """

    config: TransferConfig
    net: ActivityNet
    labels: tuple[str, ...]
    sensor: Sensor
    encode: Encode | None

    @property
    def sha256(self) -> str:
        """Of its weights."""
        return weights_sha256(freeze(self.net))

    def said_of(self, windows: NDArray[np.float32]) -> SourceOutputs:
        """What it gives for windows (N, T, C), row by row."""
        return source_outputs(self.net, windows if self.encode is None else self.encode(windows))

    def transfer(
        self, target: ActivityNet, labels: tuple[str, ...], some: NDArray[np.float32]
    ) -> Transfer:
        """What a target with these labels shall learn from it.

        Args:
            target: the network that learns.
            labels: its own.
            some: windows of training, whose mean is what all have in common.

        Raises:
            ConfigError: source and target do not fit.
        """
        check_pair(freeze(self.net), self.labels, target, labels)
        method = parse_method(self.config.method, self.config.weights)
        return Transfer(method, self.said_of(some), target, self.said_of)

    @classmethod
    def trained(
        cls,
        config: TrainConfig,
        transfer: TransferConfig,
        recipe: TrainConfig,
        fit: Callable[[TrainConfig], tuple[ActivityNet, tuple[str, ...]]],
    ) -> 'Listener':
        """One that is trained beside, by its recipe, on what the target is trained on.

        Args:
            config: the recipe of the target.
            transfer: how it teaches.
            recipe: its own.
            fit: trains it, and gives its labels.

        Raises:
            ConfigError: the target's encoder takes what both would hear.
        """
        if config.encoder:
            raise ConfigError(
                f'{transfer.source} cannot teach behind an encoder: what that makes of windows is '
                'made once, and nothing hears them again. Name a weights file as the source.'
            )
        net, labels = fit(recipe)
        sensor = sensor_with(recipe.modality, recipe.encoder or '')
        return cls(transfer, net, labels, sensor, sensor.encoder.load() if sensor.encoder else None)

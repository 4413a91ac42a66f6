"""What a sensor is: one value that says all that is special to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.amounts import AugmentConfig, TakeAmounts
from dcat_ros.sensors.encoder import Encoder
from dcat_ros.sensors.live import Live
from dcat_ros.signals import Signal

if TYPE_CHECKING:
    from torch import nn

    from dcat_ros.blocks.features import FixedFeatures

__all__ = ['Augment', 'Condition', 'MakeView', 'Mix', 'Pause', 'SamplesOf', 'Sensor', 'View']

Values = NDArray[np.float64]
Windows = NDArray[np.float32]

#: From a trial's signal to the samples (n, C) that the network is given, at the model's rate where
#: the sensor is one of frames.
SamplesOf = Callable[['Sensor', Signal, float], Signal]
#: What the sensor gives while nothing is done: from the samples (m, C) before and (k, C) after to
#: as many in between. Training learns `rest` from it: a wrong one makes every steady value rest.
Pause = Callable[[Values, Values, int, np.random.Generator], Values]
#: Changes windows (N, T, C) at random, as another person, seat or recording would.
Augment = Callable[['Sensor', Windows, AugmentConfig, np.random.Generator], Windows]
#: Adds to a share of the windows (N, T, C) another one each, and mixes the labels' shares
#: (N, classes) alike; says which (N,).
Mix = Callable[
    [Windows, NDArray[np.float32], float, np.random.Generator],
    tuple[Windows, NDArray[np.float32], NDArray[np.bool_]],
]
#: From a trial's signal to an array (T, C) of fixed length, with a generator of its own.
MakeView = Callable[[Signal, np.random.Generator], Values]
#: Changes the values of a trial's signal, with a generator of its own.
Condition = Callable[[NDArray[Any], np.random.Generator], NDArray[Any]]


@dataclass(frozen=True)
class View:
    """How a whole trial is shown to a network: as the sensor saw it, or poorer.

    Attributes:
        sensor: what a network takes it for: channels, scale and pixels.
        make: from the signal to the array.
    """

    sensor: 'Sensor'
    make: MakeView


@dataclass(frozen=True)
class Sensor:
    """One sensor, or a part of one.

    Attributes:
        name: as cards, configurations and data sets call it.
        channels: names of the values of a sample, or of a pixel.
        units: unit of each channel.
        scale: the network divides each channel by it, so that all are of order one.
        signal: which signal of a trial its samples are made of.
        samples: how.
        pause: what it gives while nothing is done.
        pause_s: shortest and longest pause between joined recordings.
        augment: random changes of a training window.
        mix: two at once, for a sensor whose values add up; None: they do not.
        front: makes the network's front, from windows (N, T, C) to tokens (N, L, width).
        features: makes the fixed features beside the network; None: there are none.
        size: side in pixels of a square frame; None for a sensor without pixels.
        any_rate: samples are chosen to fit any rate, as frames are; otherwise they keep the rate
            at which they were recorded.
        views: name -> how a whole trial is shown, for sources and for the experiment.
        conditions: name -> what another place does to a recording; held-out ones are changed so,
            and asked for again.
        rate_hz: of its samples, where the sensor decides it; otherwise that of the recordings.
        viewed: what whole trials are taken for, where that is not the sensor itself.
        live: how its messages come; None for a sensor that only teaches.
        encoder: what its windows go through before the network's front; None: nothing.
        encoded: name of an encoder -> the same sensor with it, whose samples are the encoder's.
        takes: how much takes count by which a person teaches a label.
    """

    name: str
    channels: tuple[str, ...]
    units: tuple[str, ...]
    scale: tuple[float, ...]
    signal: str
    samples: SamplesOf
    pause: Pause
    augment: Augment
    front: Callable[['Sensor', int], 'nn.Module']
    features: Callable[[], 'FixedFeatures'] | None = None
    pause_s: tuple[float, float] = (1.0, 3.0)
    mix: Mix | None = None
    size: int | None = None
    any_rate: bool = False
    rate_hz: float | None = None
    views: Mapping[str, MakeView] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    viewed: 'Sensor | None' = None
    live: Live | None = None
    encoder: Encoder | None = None
    encoded: Mapping[str, 'Sensor'] = field(default_factory=dict)
    takes: TakeAmounts = field(default_factory=TakeAmounts)

    @property
    def n_inputs(self) -> int:
        """Values of one step that the network's front takes: a sample's, or the encoder's."""
        return self.encoder.n_values if self.encoder else self.n_values

    @property
    def n_values(self) -> int:
        """C, values of one sample; a frame's are flattened in the order channel, row, column."""
        return len(self.channels) * (self.size or 1) ** 2

"""By how much training windows are changed at random."""

from typing import Annotated

from pydantic import Field, FiniteFloat

from dcat_ros.card.card import Record, Share

__all__ = ['AugmentConfig', 'NotNegative']

NotNegative = Annotated[FiniteFloat, Field(ge=0, le=1000)]


class AugmentConfig(Record):
    """Random changes of a training window.

    Attributes:
        rotation_rad: standard deviation of a random rotation of the sensor on the limb.
        warp: greatest relative change of speed.
        scale: standard deviation of a random factor on all values.
        noise: standard deviation of white noise, in units of the sensor's scale.
        mix: share of the windows to which another one is added, and its label; for sensors whose
            values add up.
    """

    rotation_rad: NotNegative = 0.2
    warp: Annotated[FiniteFloat, Field(ge=0, lt=1)] = 0.3
    scale: NotNegative = 0.15
    noise: NotNegative = 0.05
    mix: Share = 0.0

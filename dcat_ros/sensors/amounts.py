"""By how much training windows are changed at random, and how much takes of a person weigh."""

from typing import Annotated

from pydantic import Field, FiniteFloat

from dcat_ros.card.card import Record, Share

__all__ = ['AugmentConfig', 'NotNegative', 'TakeAmounts']

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


class TakeAmounts(Record):
    """How much the takes count by which a person teaches a label; see `dcat_ros.teach.fit`.

    Attributes:
        weight: of a label's takes together, times that of what is remembered of an old label.
        margin: for each take so much is taken from the label's score: takes are of the very
            person who is recognised, and what is remembered is of others, so that a new label
            would swallow old ones, the more takes the more.
        most_margin: but not more than that.
    """

    weight: NotNegative = 1.0
    margin: NotNegative = 0.25
    most_margin: NotNegative = 0.75

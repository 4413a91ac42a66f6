"""What a record says of the way from logits to probabilities and to `unknown`."""

from itertools import pairwise
from typing import Annotated

from pydantic import Field, FiniteFloat, field_validator

from dcat_ros.card.record import Positive, Record, Share

__all__ = ['Calibration', 'ForeignKinds']


class ForeignKinds(Record):
    """What of the kinds of things that an encoder knows training hardly had.

    Where one of them is likelier than usual, the probabilities are softened: the temperature is
    multiplied by 1 + slope * how far the log odds of the likeliest one lie above the usual ones.

    Attributes:
        kinds: their places among the encoder's kinds, ascending.
        usual: log odds of the likeliest one, in the median of right windows.
        slope: see above.
    """

    kinds: Annotated[
        tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1, max_length=10_000)
    ]
    usual: FiniteFloat
    slope: Positive

    @field_validator('kinds')
    @classmethod
    def _ascend(cls, kinds: tuple[int, ...]) -> tuple[int, ...]:
        if any(one >= other for one, other in pairwise(kinds)):
            raise ValueError('must ascend')
        return kinds


class Calibration(Record):
    """From logits to probabilities and to `unknown`.

    Attributes:
        temperature: the logits are divided by it.
        unknown_threshold: a window whose greatest probability is below it is `unknown`.
        fitted_on: which recordings.
        foreign: what else is doubted, behind an encoder that names kinds; None: nothing.
    """

    temperature: Annotated[FiniteFloat, Field(ge=0.001, le=1000)] = 1.0
    unknown_threshold: Share = 0.0
    fitted_on: str = 'not fitted'
    foreign: ForeignKinds | None = None

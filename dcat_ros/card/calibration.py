"""What a record says of the way from logits to probabilities and to `unknown`."""

from typing import Annotated

from pydantic import Field, FiniteFloat

from dcat_ros.card.record import Record, Share

__all__ = ['Calibration']


class Calibration(Record):
    """From logits to probabilities and to `unknown`.

    Attributes:
        temperature: the logits are divided by it.
        unknown_threshold: a window whose greatest probability is below it is `unknown`.
        fitted_on: which recordings.
    """

    temperature: Annotated[FiniteFloat, Field(ge=0.001, le=1000)] = 1.0
    unknown_threshold: Share = 0.0
    fitted_on: str = 'not fitted'

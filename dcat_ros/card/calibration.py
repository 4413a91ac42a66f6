"""What a record says of the way from logits to probabilities and to `unknown`."""

from typing import Annotated

from pydantic import Field, FiniteFloat, model_validator

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

    @model_validator(mode='before')
    @classmethod
    def _without_foreign(cls, fields: object) -> object:
        """For a while there was room for an encoder's own kinds, which hardly gained anything."""
        if not isinstance(fields, dict) or 'foreign' not in fields:
            return fields
        if fields['foreign'] is not None:
            raise ValueError('foreign kinds are not used any more; train it again with its recipe')
        return {name: value for name, value in fields.items() if name != 'foreign'}

"""What all records are: fields that are checked, and the numbers that many of them have."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

__all__ = ['Positive', 'Record', 'Share']

Positive = Annotated[FiniteFloat, Field(gt=0)]
Share = Annotated[FiniteFloat, Field(ge=0, le=1)]


class Record(BaseModel):
    """Fields that are checked, fixed, finite, and the only ones allowed."""

    model_config = ConfigDict(extra='forbid', frozen=True, allow_inf_nan=False)

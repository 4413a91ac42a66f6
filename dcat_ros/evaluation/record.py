"""The record that `dcat evaluate --json` writes; its JSON schema is docs/evaluation.schema.json."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from dcat_ros.evaluation.scores import Scores

__all__ = ['Comparison', 'Difference', 'Failure', 'Interval', 'McNemar', 'ModelReport', 'Report']


class Interval(BaseModel):
    """A 95 % percentile interval.

    Attributes:
        low: 2.5th percentile.
        high: 97.5th percentile.
    """

    model_config = ConfigDict(extra='forbid')

    low: float
    high: float


class Difference(BaseModel):
    """How much more a model has of a score than the baseline.

    Attributes:
        value: on all recordings.
        interval: None if there is only one group to draw from.
    """

    model_config = ConfigDict(extra='forbid')

    value: float
    interval: Interval | None = None


class McNemar(BaseModel):
    """McNemar's exact test over the true activities of all recordings.

    An activity counts as right if its label has the greatest probability, summed over the windows
    that speak for its time.

    Attributes:
        n: true activities.
        n_only_model: that only the model gets right.
        n_only_baseline: that only the baseline gets right.
        p: two-sided, of the binomial test on those.
    """

    model_config = ConfigDict(extra='forbid')

    n: int
    n_only_model: int
    n_only_baseline: int
    p: float


class Comparison(BaseModel):
    """A model against a baseline, on the recordings that both could score.

    Attributes:
        baseline: its name.
        n_bags: recordings that both could score.
        differences: by the score's name; the interval's draws are the same for both.
        mcnemar: which activities each gets right.
    """

    model_config = ConfigDict(extra='forbid')

    baseline: str
    n_bags: int
    differences: dict[str, Difference]
    mcnemar: McNemar


class ModelReport(BaseModel):
    """What a model is worth.

    Attributes:
        model: its name.
        baseline: whether it is there only for others to be compared with.
        scores: over all recordings together.
        grouped_by: what the intervals' bootstrap draws: 'bag', or 'subject'.
        n_groups: how many of those there are; with one there are no intervals.
        intervals: by the score's name.
        bags: scores of each recording, in the order given.
        comparison: with the baseline, if there is one.
    """

    model_config = ConfigDict(extra='forbid')

    model: str
    baseline: bool = False
    scores: Scores
    grouped_by: Literal['bag', 'subject']
    n_groups: int
    intervals: dict[str, Interval] = {}
    bags: list[Scores]
    comparison: Comparison | None = None


class Failure(BaseModel):
    """A recording that a model could not score.

    Attributes:
        bag: its path.
        model: its name.
        why: one sentence.
        was_read: it could be read, and no window of it could be scored.
    """

    model_config = ConfigDict(extra='forbid')

    bag: str
    model: str
    why: str
    was_read: bool = False


class Report(BaseModel):
    """All that one call of `dcat evaluate` found.

    Attributes:
        schema_version: of this record.
        dcat_ros: version of the package that made it.
        models: in the order given, the baseline last.
        failures: what could not be scored.
    """

    model_config = ConfigDict(extra='forbid')

    schema_version: Literal[1] = 1
    dcat_ros: str
    models: list[ModelReport]
    failures: list[Failure] = []

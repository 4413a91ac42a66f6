"""The record inside a weights file: all that is needed to run a model and to judge it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from dcat_ros.modalities import imu

__all__ = [
    'SCHEMA_VERSION',
    'Calibration',
    'Card',
    'InputSpec',
    'NetworkSpec',
    'Positive',
    'Record',
    'Result',
    'Share',
    'TrainingRecord',
]

#: Raised when a change makes older programs misread a file.
SCHEMA_VERSION = 1

Positive = Annotated[FiniteFloat, Field(gt=0)]
Share = Annotated[FiniteFloat, Field(ge=0, le=1)]
Count = Annotated[int, Field(gt=0)]
Size = Annotated[int, Field(gt=0, le=4096)]


class Record(BaseModel):
    """Fields that are checked, fixed, finite, and the only ones allowed."""

    model_config = ConfigDict(extra='forbid', frozen=True, allow_inf_nan=False)


class InputSpec(Record):
    """What the model takes.

    Attributes:
        channels: names of the channels in order.
        units: unit of each channel, as the ROS message has it.
        frame: how the sensor sat in training, for people.
        rate_hz: rate of the model's grid.
        window_s: length of a window.
        stride_s: distance of two predictions, unless the user says otherwise.
        lag_s: a label speaks for the instant so long before the window's end.
    """

    channels: Annotated[tuple[str, ...], Field(min_length=1)]
    units: Annotated[tuple[str, ...], Field(min_length=1)]
    frame: str
    rate_hz: Positive
    window_s: Positive
    stride_s: Positive
    lag_s: Annotated[FiniteFloat, Field(ge=0)]

    @model_validator(mode='after')
    def _fits(self) -> 'InputSpec':
        if len(self.units) != len(self.channels):
            raise ValueError('every channel needs a unit')
        if self.stride_s > self.window_s:
            raise ValueError('stride_s must be at most window_s')
        if self.lag_s > self.window_s:
            raise ValueError('lag_s must be at most window_s')
        return self


class NetworkSpec(Record):
    """Sizes of the network.

    Attributes:
        width: channels of a token.
        d_attention: channels of query, key and value.
        dropout: share of activations dropped in training.
        ppv: whether fixed-kernel features stand beside the network.
        ppv_weight: their share in the log-probabilities of a window.
        segment: whether a further layer on those features names whole recordings of one activity.
    """

    width: Size = 80
    d_attention: Size = 32
    dropout: Share = 0.3
    ppv: bool = True
    ppv_weight: Share = 0.35
    segment: bool = False

    @model_validator(mode='after')
    def _segment_needs_features(self) -> 'NetworkSpec':
        if self.segment and not self.ppv:
            raise ValueError('segment needs ppv')
        return self


class Calibration(Record):
    """From logits to probabilities and to `unknown`.

    Attributes:
        temperature: the logits are divided by it.
        unknown_threshold: a window whose greatest probability is below it is `unknown`.
        fitted_on: which recordings.
    """

    temperature: Positive = 1.0
    unknown_threshold: Share = 0.0
    fitted_on: str = 'not fitted'


class TrainingRecord(Record):
    """Where the weights come from.

    Attributes:
        dataset: name of the data set.
        source: where the recordings come from.
        licence: their terms.
        subjects: who was trained on.
        n_trials: number of recordings.
        method: 'none' for labels alone, otherwise the transfer method.
        config: the whole configuration.
        command: what makes the file again.
        package_version: of dcat_ros.
        git_commit: of dcat_ros, or empty.
        torch_version: of torch.
        created: date, ISO 8601.
    """

    dataset: str
    source: str
    licence: str
    subjects: tuple[str, ...]
    n_trials: Count
    method: str = 'none'
    config: dict[str, object]
    command: str
    package_version: str
    git_commit: str = ''
    torch_version: str
    created: str


class Result(Record):
    """A measured figure.

    Attributes:
        split: on what, for people.
        metric: name of the figure.
        value: the figure.
        low: lower end of the 95 % interval, if there is one.
        high: upper end.
        n: number of windows, trials or events.
    """

    split: str
    metric: str
    value: FiniteFloat
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    n: Annotated[int, Field(ge=0)] | None = None


class Card(Record):
    """The whole record."""

    schema_version: Annotated[int, Field(ge=1)] = SCHEMA_VERSION
    name: Annotated[str, Field(min_length=1)]
    description: str
    modality: Literal['imu']
    labels: Annotated[tuple[str, ...], Field(min_length=2)]
    input: InputSpec
    network: NetworkSpec
    calibration: Calibration = Calibration()
    training: TrainingRecord
    results: tuple[Result, ...] = ()

    @model_validator(mode='after')
    def _channels_fit(self) -> 'Card':
        if (self.input.channels, self.input.units) != (imu.CHANNELS, imu.UNITS):
            raise ValueError(f'an imu model has the channels {", ".join(imu.CHANNELS)} in SI units')
        return self

    @model_validator(mode='after')
    def _labels_differ(self) -> 'Card':
        if len(set(self.labels)) != len(self.labels):
            raise ValueError('a label stands twice in labels')
        return self

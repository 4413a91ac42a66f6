"""The record inside a weights file: all that is needed to run a model and to judge it."""

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, field_validator, model_validator

from dcat_ros.card.calibration import Calibration
from dcat_ros.card.record import Positive, Record, Share

__all__ = [
    'MAX_LABELS',
    'SAMPLES',
    'SCHEMA_VERSION',
    'Calibration',
    'Card',
    'EncoderRef',
    'InputSpec',
    'Lesson',
    'NetworkSpec',
    'Positive',
    'Rate',
    'Record',
    'Result',
    'Seconds',
    'Share',
    'Taught',
    'TrainingRecord',
    'check_samples',
]

#: Raised when a change makes older programs misread a file.
SCHEMA_VERSION = 1

Count = Annotated[int, Field(gt=0)]
Size = Annotated[int, Field(gt=0, le=1024)]
Rate = Annotated[FiniteFloat, Field(ge=0.1, le=2000)]
Seconds = Annotated[FiniteFloat, Field(ge=0.001, le=600)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
#: Rows of a window.
SAMPLES = (2, 20_000)
MAX_LABELS = 1000


def check_samples(rate_hz: float, window_s: float) -> None:
    """See that a window has samples, and not more than a node can hold.

    Raises:
        ValueError: it has not.
    """
    low, high = SAMPLES
    if not low <= round(rate_hz * window_s) <= high:
        raise ValueError(
            f'{window_s:g} s at {rate_hz:g} Hz are {rate_hz * window_s:.0f} samples; a window has '
            f'{low} to {high}'
        )


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
        size: side in pixels of a square frame, for a sensor that gives frames.
    """

    channels: Annotated[tuple[str, ...], Field(min_length=1)]
    units: Annotated[tuple[str, ...], Field(min_length=1)]
    frame: str
    rate_hz: Rate
    window_s: Seconds
    stride_s: Seconds
    lag_s: Annotated[FiniteFloat, Field(ge=0)]
    size: Literal[8, 16, 32] | None = None

    @property
    def n_values(self) -> int:
        """C, values of one sample; a frame's are flattened in the order channel, row, column."""
        return len(self.channels) * (self.size or 1) ** 2

    @model_validator(mode='after')
    def _fits(self) -> 'InputSpec':
        if len(self.units) != len(self.channels):
            raise ValueError('every channel needs a unit')
        if self.stride_s > self.window_s:
            raise ValueError('stride_s must be at most window_s')
        if self.lag_s > self.window_s:
            raise ValueError('lag_s must be at most window_s')
        check_samples(self.rate_hz, self.window_s)
        return self


class EncoderRef(Record):
    """A trained network of others that windows go through first; it is not in the weights file.

    Attributes:
        name: as `dcat models` calls it.
        sha256: of the file that the weights were trained behind.
    """

    name: Name
    sha256: Annotated[str, Field(pattern=r'^[0-9a-f]{64}$')]


class NetworkSpec(Record):
    """Sizes of the network.

    Attributes:
        width: channels of a token.
        d_attention: channels of query, key and value.
        dropout: share of activations dropped in training.
        ppv: whether the sensor's fixed features stand beside the network: kernels of an inertial
            sensor, statistics of sound.
        ppv_weight: their share in the log-probabilities of a window.
        ppv_hidden: size of a layer between those features and the classes, trained by steps along
            with the network; 0: one linear layer, found in closed form.
        segment: whether whole recordings of one activity are named at their own length; where
            those features have one layer in closed form, by a further one.
    """

    width: Size = 80
    d_attention: Size = 32
    dropout: Share = 0.3
    ppv: bool = True
    ppv_weight: Share = 0.35
    ppv_hidden: Annotated[int, Field(ge=0, le=1024)] = 0
    segment: bool = False

    @property
    def names_whole(self) -> bool:
        """Whether whole recordings have a layer of their own on the fixed features."""
        return self.segment and self.ppv and not self.ppv_hidden

    @model_validator(mode='before')
    @classmethod
    def _without_kind(cls, fields: object) -> object:
        """There were two kinds of networks; the one that is left needs no name."""
        if not isinstance(fields, dict) or 'kind' not in fields:
            return fields
        if fields['kind'] != 'activity':
            raise ValueError(
                'there is no kind of network any more but the one for every sensor; train it again '
                'with a recipe like config/train/own_bags_sound.yaml'
            )
        return {name: value for name, value in fields.items() if name != 'kind'}


class TrainingRecord(Record):
    """Where the weights come from.

    Attributes:
        dataset: name of the data set.
        source: where the recordings come from.
        licence: their terms.
        subjects: who was trained on.
        n_trials: number of recordings.
        method: 'none' for labels alone, otherwise the transfer method.
        source_modality: of the sensor that taught, or empty.
        source_sha256: of the frozen source's weights, or empty.
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
    source_modality: str = ''
    source_sha256: str = ''
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


class Lesson(Record):
    """A label that a person taught a trained model.

    Attributes:
        label: what was taught.
        person: who taught it.
        n_takes: how many takes of it.
        taught: date of the last of them, ISO 8601.
    """

    label: Name
    person: Name
    n_takes: Count
    taught: str


class Taught(Record):
    """What was taught a model after its training, whose labels come first in the card.

    Attributes:
        base: name of the model that was taught.
        base_sha256: of its weights.
        lessons: what, by whom; a pair of label and person stands once.
    """

    base: Name
    base_sha256: str
    lessons: Annotated[tuple[Lesson, ...], Field(min_length=1, max_length=MAX_LABELS)]

    @property
    def labels(self) -> tuple[str, ...]:
        """What was taught, in the order in which it came."""
        return tuple(dict.fromkeys(lesson.label for lesson in self.lessons))


class Card(Record):
    """The whole record."""

    schema_version: Annotated[int, Field(ge=1)] = SCHEMA_VERSION
    name: Name
    description: str
    modality: str
    labels: Annotated[tuple[Name, ...], Field(min_length=2, max_length=MAX_LABELS)]
    input: InputSpec
    encoder: EncoderRef | None = None
    network: NetworkSpec
    calibration: Calibration = Calibration()
    training: TrainingRecord
    results: tuple[Result, ...] = ()
    taught: Taught | None = None

    @field_validator('name', 'labels')
    @classmethod
    def _in_one_line(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for text in (value,) if isinstance(value, str) else value:
            if not text.isprintable():
                raise ValueError(f'{text[:40]!r} has letters that cannot be printed')
        return value

    @model_validator(mode='after')
    def _labels_differ(self) -> 'Card':
        if len(set(self.labels)) != len(self.labels):
            raise ValueError('a label stands twice in labels')
        return self

    @model_validator(mode='after')
    def _taught_stands_last(self) -> 'Card':
        if self.taught is not None:
            own = self.taught.labels
            if self.labels[-len(own) :] != own or len(self.labels) < len(own) + 2:
                raise ValueError('the labels that were taught must be the last of labels')
        return self

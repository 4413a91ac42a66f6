"""The configuration of a training, read from YAML and checked."""

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import pydantic
from pydantic import Field, FiniteFloat

from dcat_ros.card.card import NetworkSpec, Positive, Rate, Record, Seconds, Share
from dcat_ros.datasets.trial import Grouping, Trial
from dcat_ros.errors import ConfigError
from dcat_ros.sensors.amounts import AugmentConfig, NotNegative
from dcat_ros.sensors.registry import USUAL, sensor_with, sensors
from dcat_ros.texts import parse_yaml, read_text
from dcat_ros.training.transfer import NONE, parse_method

__all__ = [
    'AugmentConfig',
    'Folds',
    'NotNegative',
    'OptimiserConfig',
    'Seed',
    'TrainConfig',
    'TransferConfig',
    'checked',
    'read_config',
    'read_fields',
    'read_yaml',
]

Config = TypeVar('Config', bound=Record)
Steps = Annotated[int, Field(gt=0, le=10_000_000)]
Folds = Annotated[int, Field(ge=2, le=1000)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]


class OptimiserConfig(Record):
    """How the weights are found.

    Attributes:
        steps: number of steps.
        batch_size: windows per step.
        learning_rate: greatest rate of the one-cycle schedule.
        weight_decay: of AdamW.
        label_smoothing: of the cross-entropy.
        clip_norm: greatest norm of a gradient.
        average: decay of the moving average of the weights that is kept; 0 for none.
        precision: in which the network computes while it is trained; weights and loss keep all
            bits.
    """

    steps: Steps = 2400
    batch_size: Annotated[int, Field(gt=1, le=65_536)] = 64
    learning_rate: Positive = 3e-3
    weight_decay: NotNegative = 0.05
    label_smoothing: Share = 0.1
    clip_norm: Positive = 2.0
    average: Annotated[FiniteFloat, Field(ge=0, lt=1)] = 0.99
    precision: Literal['float32', 'bfloat16'] = 'float32'


def as_value_error(check: Callable[..., object], *arguments: object) -> None:
    """Call a check inside of a validator: pydantic names the field of a ValueError alone."""
    try:
        check(*arguments)
    except ConfigError as problem:
        raise ValueError(str(problem).rstrip('.')) from None


class TransferConfig(Record):
    """What another sensor teaches, and how.

    Attributes:
        source: modality of the source, which is then trained beside; the recipe of one that is
            trained beside and hears the target's own windows (`dcat_ros.training.listener`), a
            weights file, or an .npz file of what some other network said, see
            `dcat_ros.training.said`.
        method: a loss or a sum of losses, see `dcat_ros.training.losses`.
        weights: lambda by loss; the default of the loss without it.
        steps: number of steps of the source's training.
        labelled_subjects: whose labels are used, by source and target.
        labelled_trials: names of recordings whose labels are used besides. Without both, all are.
        unlabelled: whether the other recordings are used for the transfer, which needs no labels,
            or ignored.
        fall_back: whether labels alone make the weights where held-out subjects are recognised no
            better with the transfer, or false alarms are more beyond chance.
    """

    source: str
    method: str = 'dcat_centred'
    weights: dict[str, FiniteFloat] = Field(default_factory=dict)
    steps: Steps = 1200
    labelled_subjects: tuple[str, ...] = ()
    labelled_trials: tuple[str, ...] = ()
    unlabelled: Literal['use', 'ignore'] = 'use'
    fall_back: bool = True

    def is_labelled(self, trial: Trial) -> bool:
        """Whether the label of a recording may be used."""
        if not self.labelled_subjects and not self.labelled_trials:
            return True
        return trial.subject in self.labelled_subjects or trial.name in self.labelled_trials

    @pydantic.model_validator(mode='after')
    def _method_is_known(self) -> 'TransferConfig':
        as_value_error(parse_method, self.method, self.weights)
        return self


class TrainConfig(Record):
    """Everything that decides what comes out of a training.

    Attributes:
        name: of the model.
        description: one sentence for its users.
        dataset: name of the data set.
        modality: of the sensor that the model is for.
        encoder: network of others that the sensor's windows go through first, as `dcat models`
            calls it; without it none.
        encoder_windows: so many windows go through it at least; each step draws from them.
        transfer: what another sensor teaches; labels alone without it.
        subjects: who is trained on; all without it.
        frame: how the sensor sat, for people.
        rate_hz: of the model's grid; the data set's without it.
        window_s: length of a window.
        stride_s: distance of two predictions in use.
        lag_s: a window's label is that of the instant so long before the window's end.
        folds: subjects or sources are split into so many folds; each is held out once to fit the
            calibration and to measure; without it as many as there are subjects, or five.
        held_out: what is never on both sides of a split: subjects, or the recordings (sources) that
            trials were cut from, whose labels are then spread evenly over the folds.
        joins: how many times each subject's trials are joined in another order.
        lengths_s: a batch's windows have one of these lengths; window_s without it.
        straddle: share of the windows that may reach beyond the recording that they speak for.
        evenly: drawn for each label: any sample, or first a source and then a sample of it.
        rest: what a pause is: a label of its own, or nothing that is known, so that no label is to
            be likelier than another there.
        rest_share: share of pauses among the training windows.
        ppv_penalty: L2 penalty of the linear layers on the fixed-kernel features.
        ppv_augment: random changes of the windows that the window layer is fitted on.
        unknown_at: share of correct predictions that may become `unknown`.
        seed: of everything random.
    """

    name: Annotated[str, Field(pattern=r'^[A-Za-z0-9_.-]+$')]
    description: str
    dataset: str
    modality: str = USUAL
    encoder: str | None = None
    encoder_windows: Annotated[int, Field(gt=0, le=1_000_000)] = 12_000
    transfer: TransferConfig | None = None
    subjects: tuple[str, ...] | None = None
    frame: str
    rate_hz: Rate | None = None
    window_s: Seconds = 2.0
    stride_s: Seconds = 0.25
    lag_s: NotNegative = 0.6
    folds: Folds | None = None
    held_out: Grouping = 'subject'
    joins: Annotated[int, Field(gt=0, le=100)] = 4
    lengths_s: tuple[Seconds, ...] = ()
    straddle: Share = 1.0
    evenly: Literal['samples', 'sources'] = 'samples'
    rest: Literal['label', 'unknown'] = 'label'
    rest_share: Annotated[FiniteFloat, Field(gt=0, lt=1)] = 0.15
    ppv_penalty: Positive = 0.1
    ppv_augment: AugmentConfig = AugmentConfig(rotation_rad=0.1, warp=0.15, scale=0.05, noise=0.01)
    unknown_at: Share = 0.05
    seed: Seed = 0
    network: NetworkSpec = NetworkSpec()
    augment: AugmentConfig = AugmentConfig()
    optimiser: OptimiserConfig = OptimiserConfig()

    @pydantic.field_validator('stride_s', 'lag_s')
    @classmethod
    def _within_the_window(cls, value: float, info: pydantic.ValidationInfo) -> float:
        window_s = info.data.get('window_s', value)
        if value > window_s:
            raise ValueError(f'must be at most window_s, {window_s:g}')
        return value

    @pydantic.model_validator(mode='after')
    def _sensor_fits(self) -> 'TrainConfig':
        if self.modality not in sensors():
            return self
        as_value_error(sensor_with, self.modality, self.encoder or '')
        sensor = sensor_with(self.modality, self.encoder or '')
        if self.network.ppv and sensor.features is None:
            behind = f' behind {self.encoder}' if self.encoder else ''
            raise ValueError(
                f'{self.modality}{behind} has no fixed-kernel features: '
                'write "network: {ppv: false}"'
            )
        if self.augment.mix and sensor.mix is None:
            raise ValueError(f'two of {self.modality} do not add up: write "augment: {{mix: 0}}"')
        return self

    def taught_by(self, source: str | None, method: str | None) -> 'TrainConfig':
        """The same recipe with another source or method; without either where none is given.

        Raises:
            ConfigError: the method is unknown, or there is none without a source.
        """
        if method == NONE:
            return self.model_copy(update={'transfer': None})
        if source is None and method is None:
            return self
        if source is None and self.transfer is None:
            raise ConfigError(f'The method {method!r} needs a source: give --source.')
        known = self.transfer.model_dump() if self.transfer else {}
        changes = {'source': source, 'method': method}
        fields = known | {k: v for k, v in changes.items() if v is not None}
        if method is not None:
            fields['weights'] = {}  # those of the other method
            parse_method(method)
        return self.model_copy(update={'transfer': TransferConfig(**fields)})


def read_config(path: Path) -> TrainConfig:
    """Read a training configuration.

    Raises:
        ConfigError: see `read_yaml`.
    """
    return read_yaml(path, TrainConfig)


def read_yaml(path: Path, kind: type[Config]) -> Config:
    """Read a configuration of any kind.

    Raises:
        ConfigError: the file is unreadable, is no YAML, or a field is wrong or unknown; the
            sentence names the field.
    """
    return checked(path, read_fields(path), kind)


def read_fields(path: Path) -> dict[str, object]:
    """Read the fields of a configuration, unchecked.

    Raises:
        ConfigError: the file is unreadable, or is no YAML with fields.
    """
    text = read_text(path, ConfigError)
    try:
        fields = parse_yaml(text)
    except ValueError as problem:
        raise ConfigError(f'{path} is no YAML: {problem}') from None
    if not isinstance(fields, dict) or not all(isinstance(name, str) for name in fields):
        raise ConfigError(f'{path} must hold "field: value" lines.')
    return fields


def checked(path: Path, fields: dict[str, object], kind: type[Config]) -> Config:
    """A configuration of this kind with these fields.

    Args:
        path: where they are from, for the error.
        fields: as they were read.
        kind: of the configuration.

    Raises:
        ConfigError: a field is wrong or unknown; the sentence names it.
    """
    try:
        return kind.model_validate(fields)
    except pydantic.ValidationError as problem:
        first = problem.errors()[0]
        place = '.'.join(str(part) for part in first['loc'])
        odd = first['type'] == 'extra_forbidden'
        near = difflib.get_close_matches(place, kind.model_fields, n=1) if odd else []
        hint = f' Did you mean {near[0]!r}?' if near and near[0] != place else ''
        where = f"{path}: '{place}'" if place else str(path)  # of the whole, without a place
        what = 'there is no such field' if odd else first['msg'].removeprefix('Value error, ')
        raise ConfigError(f'{where}: {what}.{hint}') from None

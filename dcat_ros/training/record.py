"""The card of a training, before calibration and results."""

from datetime import datetime, timezone

import torch

import dcat_ros
from dcat_ros.card.card import Card, EncoderRef, InputSpec, TrainingRecord
from dcat_ros.datasets.trial import Dataset
from dcat_ros.errors import ConfigError
from dcat_ros.files import sha256_of
from dcat_ros.pretrained.store import ready
from dcat_ros.segment import REST
from dcat_ros.sensors.registry import check_card, sensor_with
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.teacher import source_card
from dcat_ros.training.transfer import NONE

__all__ = ['make_card']


def make_card(config: TrainConfig, dataset: Dataset, *, command: str, git_commit: str) -> Card:
    """The record, before calibration and results.

    Raises:
        ConfigError: there is no such modality, the recipe does not fit it, or its encoder is not on
            this machine.
        WeightsError: there is no such source.
    """
    sensor = sensor_with(config.modality, config.encoder or '')
    card = Card(
        name=config.name,
        description=config.description,
        modality=config.modality,
        labels=(*dataset.info.labels, *((REST,) if config.rest == 'label' else ())),
        input=InputSpec(
            channels=sensor.channels,
            units=sensor.units,
            frame=config.frame,
            rate_hz=config.rate_hz or sensor.rate_hz or dataset.info.rate_hz,
            window_s=config.window_s,
            stride_s=config.stride_s,
            lag_s=config.lag_s,
            size=sensor.size,
        ),
        encoder=_encoder(sensor),
        network=config.network,
        training=_record(
            config,
            dataset,
            method=config.transfer.method if config.transfer else NONE,
            source_modality=source_card(config.transfer)[0] if config.transfer else '',
            command=command,
            git_commit=git_commit,
        ),
    )
    try:
        check_card(card)
    except ValueError as problem:
        raise ConfigError(f'{config.name} cannot be a model: {problem}.') from None
    return card


def _encoder(sensor: Sensor) -> EncoderRef | None:
    """The encoder's file as it is here."""
    if sensor.encoder is None:
        return None
    return EncoderRef(name=sensor.encoder.name, sha256=sha256_of(ready(sensor.encoder.name)))


def _record(
    config: TrainConfig,
    dataset: Dataset,
    *,
    command: str,
    git_commit: str,
    method: str = NONE,
    source_modality: str = '',
) -> TrainingRecord:
    return TrainingRecord(
        dataset=dataset.info.title,
        source=dataset.info.source,
        licence=dataset.info.licence,
        subjects=dataset.subjects,
        n_trials=len(dataset.trials),
        method=method,
        source_modality=source_modality,
        config=config.model_dump(mode='json'),
        command=command,
        package_version=dcat_ros.__version__,
        git_commit=git_commit,
        torch_version=torch.__version__,
        created=datetime.now(timezone.utc).date().isoformat(),
    )

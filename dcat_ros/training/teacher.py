"""The frozen source of a training on streams: what it says of every trial, and in which row."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.datasets.trial import Dataset
from dcat_ros.errors import WeightsError
from dcat_ros.model.find import find_weights, load_card
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.weights import load_weights
from dcat_ros.sensors.registry import find_sensor, sensor_of
from dcat_ros.training.config import OptimiserConfig, TrainConfig, TransferConfig
from dcat_ros.training.listener import recipe_of
from dcat_ros.training.paired import make_paired
from dcat_ros.training.recordings import whole_recordings
from dcat_ros.training.said import ENDING, check_said, read_said
from dcat_ros.training.source import SourceOutputs, freeze, source_outputs, weights_sha256
from dcat_ros.training.transfer import Transfer, check_pair, parse_method
from dcat_ros.training.trials import TrialRecipe, fit_trials
from dcat_ros.training.views import find_view, views

__all__ = ['Teacher', 'make_teacher', 'signals_of', 'source_card']

_CROP = 0.1  # share of a trial's time that may be taken away while the source is trained


@dataclass(frozen=True)
class Teacher:
    """A frozen source and what it gives for the trials that are trained on.

    Attributes:
        config: how it teaches.
        outputs_for: what it gives, row by row, for a target with these labels; raises ConfigError
            where they do not fit.
        rows: of each trial, by its name.
        sha256: of the weights, or of the file.
    """

    config: TransferConfig
    outputs_for: Callable[[ActivityNet, tuple[str, ...]], SourceOutputs]
    rows: dict[str, int]
    sha256: str

    def transfer(self, target: ActivityNet, labels: tuple[str, ...]) -> Transfer:
        """What a target with these labels shall learn from it.

        Raises:
            ConfigError: source and target do not fit.
        """
        outputs = self.outputs_for(target, labels)
        return Transfer(parse_method(self.config.method, self.config.weights), outputs, target)


def make_teacher(
    config: TrainConfig,
    transfer: TransferConfig,
    dataset: Dataset,
    seed: tuple[int, ...],
    folder: Path,
) -> Teacher:
    """Train a source beside, on the whole labelled trials, or load one, or what one said.

    Args:
        config: the recipe of the target.
        transfer: says which source.
        dataset: the trials that are trained on, with the source's signal.
        seed: of everything random.
        folder: keeps what the source gives.

    Raises:
        WeightsError: there is neither a view nor a weights file of this name.
        ConfigError: the source's file does not fit.
        DatasetError: a trial lacks the source's signal.
        TrainingError: the loss is no number any more.
        OutputError: the folder cannot be written.
    """
    if transfer.source.endswith(ENDING):
        said = read_said(Path(transfer.source))
        rows = said.rows_of([trial.name for trial in dataset.trials])
        method = parse_method(transfer.method, transfer.weights)
        fits = partial(check_said, said, method)
        return Teacher(transfer, fits, rows, said.sha256)
    if transfer.source in views():
        paired = make_paired(dataset, [transfer.source])
        known = {trial.name for trial in dataset.trials if transfer.is_labelled(trial)}
        labelled = np.flatnonzero([name in known for name in paired.names])
        optimiser = OptimiserConfig(steps=transfer.steps, batch_size=config.optimiser.batch_size)
        spec = config.network.model_copy(update={'ppv': False, 'segment': False})
        recipe = TrialRecipe(optimiser, config.augment, _CROP, spec)
        none = np.array([], dtype=np.int64)
        net = fit_trials(paired, transfer.source, labelled, none, recipe, (*seed, 2))
        labels, names, recordings = paired.labels, paired.names, paired.views[transfer.source]
    else:
        net, card = load_weights(find_weights(transfer.source))
        own = as_sensor(dataset, sensor_of(card), card.input.rate_hz)
        durations = [trial.signals[card.modality].duration_s for trial in own.trials]
        length = round(float(np.median(durations)) * card.input.rate_hz)
        recordings, _ = whole_recordings(own, length, card.modality)
        labels, names = card.labels, tuple(trial.name for trial in own.trials)
    outputs = source_outputs(net, recordings, folder)
    rows = {name: i for i, name in enumerate(names)}
    frozen = freeze(net)

    def outputs_for(target: ActivityNet, target_labels: tuple[str, ...]) -> SourceOutputs:
        check_pair(frozen, labels, target, target_labels)
        return outputs

    return Teacher(transfer, outputs_for, rows, weights_sha256(frozen))


def source_card(transfer: TransferConfig) -> tuple[str, tuple[str, ...]]:
    """Modality of the source, and the subjects whom it knows from elsewhere.

    Raises:
        WeightsError: there is neither a view nor a weights file of this name.
        ConfigError: it is a recipe, or a file of what another network said, and unusable.
    """
    if transfer.source.endswith(ENDING):
        said = read_said(Path(transfer.source))
        return said.modality, said.subjects
    if recipe := recipe_of(transfer.source):
        return recipe.modality, ()
    if transfer.source in views():
        return find_view(transfer.source).sensor.name, ()
    try:
        path = find_weights(transfer.source)
    except WeightsError:
        raise WeightsError(
            f'{transfer.source!r} is no weights file, and no view of the recordings either; views '
            f'are {", ".join(views())}.'
        ) from None
    card = load_card(path)
    return card.modality, card.training.subjects


def signals_of(config: TrainConfig) -> list[str]:
    """Which signals of the trials a training needs.

    Raises:
        ConfigError: there is no such modality.
        WeightsError: there is neither a view nor a weights file of the source's name.
    """
    names = [config.modality]
    if config.transfer is not None and not config.transfer.source.endswith(ENDING):
        names.append(source_card(config.transfer)[0])
    return sorted({find_sensor(name).signal for name in names})

"""From a configuration to a weights file: folds to calibrate and to measure, then everything."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dcat_ros.card.card import Card, Result
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.datasets.trial import Dataset
from dcat_ros.model.network import ActivityNet
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.shelf import Shelf
from dcat_ros.training.asked import ask, ask_otherwise
from dcat_ros.training.checkpoint import History
from dcat_ros.training.config import TrainConfig, TransferConfig
from dcat_ros.training.feasible import check_feasible
from dcat_ros.training.folds import Fold, folds_of
from dcat_ros.training.holdout import HeldOut, HeldOutStream, calibration_of, measure
from dcat_ros.training.measured import Measured, MeasuredTrial
from dcat_ros.training.networks import Fitted
from dcat_ros.training.piece import Arm, Piece, apart_of, arms_of, fit_piece, pieces_of
from dcat_ros.training.record import make_card
from dcat_ros.training.reproducible import compute_reproducibly
from dcat_ros.training.results import is_better, named, results_of, with_source
from dcat_ros.training.scored import score_streams
from dcat_ros.training.teacher import source_card
from dcat_ros.training.transfer import NONE

__all__ = ['Progress', 'Training', 'train']

#: Called after each step with the network's name, its number, the number of networks, its history.
Progress = Callable[[str, int, int, History], None]


@dataclass(frozen=True)
class Training:
    """What a training gives.

    Attributes:
        net: trained on everything.
        card: with calibration and measured results.
        histories: name of each network -> its history.
        measured: the raw results of the recipe that made the network.
    """

    net: ActivityNet
    card: Card
    histories: dict[str, History]
    measured: Measured


def train(
    config: TrainConfig,
    dataset: Dataset,
    work_dir: Path,
    *,
    command: str,
    git_commit: str = '',
    progress: Progress = lambda name, i, n, history: None,
) -> Training:
    """Train, calibrate and measure.

    Every subject, or source, is held out once: the networks of the folds tell how good the recipe
    is on what it never saw, and what they say of it fits the calibration. Of sources that the data
    set calls apart, one network more learns nothing and is asked. The network that comes out is
    trained on everything, with the same recipe. With a source that teaches, the folds are trained
    without it as well, so that the record tells what the transfer gained; where it gained nothing,
    and the recipe lets it, labels alone train the network that comes out.

    Args:
        config: the recipe.
        dataset: the recordings; those of other subjects than the configuration's are not used.
        work_dir: keeps the state, so that a killed training goes on.
        command: goes into the card: what makes the file again.
        git_commit: goes into the card.
        progress: see `Progress`.

    Raises:
        DatasetError: a subject is missing, or a label is left to nobody.
        ConfigError: there are fewer subjects or sources than folds, or rate or window do not fit.
        TrainingError: the loss is no number any more.
        OutputError: the state cannot be written.
    """
    compute_reproducibly()
    if config.subjects is not None:
        dataset = dataset.of_subjects(config.subjects)
    card = make_card(config, dataset, command=command, git_commit=git_commit)
    pieces = pieces_of(config, dataset)
    folds = folds_of(dataset, config.held_out, config.folds, config.seed)
    streams = as_sensor(dataset, sensor_of(card), card.input.rate_hz, Shelf(work_dir))
    check_feasible(config, dataset, streams, card, folds)
    arms = arms_of(config)
    histories: dict[str, History] = {}

    def fit_one(piece: Piece) -> tuple[Fitted, list[HeldOutStream]]:
        name, done, n = piece.name(config), len(histories), len(pieces)
        # what is finished already is only measured again, which takes its time, too
        progress(name, done, n, History())
        fitted, held_out = fit_piece(
            config,
            dataset,
            streams,
            card,
            piece,
            work_dir,
            lambda history: progress(name, done, n, history),
        )
        histories[name] = fitted.history
        return fitted, held_out

    heard: dict[str, list[HeldOut]] = {arm: [] for arm in arms}
    trials: dict[str, list[MeasuredTrial]] = {arm: [] for arm in arms}
    for i, fold in enumerate(folds):
        for arm in arms:
            fitted, held_out = fit_one(Piece(arm, i, fold))
            heard[arm] += [measure(fitted.net, card, stream) for stream in held_out]
            trials[arm] += _measured_trials(fitted.net, config, card, dataset, fold, i)
    measured = {arm: _measured(config, card, len(folds), heard[arm], trials[arm]) for arm in arms}
    record, arm = card.training, arms[0]
    if config.transfer:
        gained = is_better(*(results_of(measured[arm]) for arm in arms))
        if config.transfer.fall_back and not gained:
            arm = 'twin'
            record = record.model_copy(update={'method': NONE, 'source_modality': ''})
    for i, fold in enumerate(apart_of(dataset), start=len(folds) + 1):
        net = fit_one(Piece(arm, i, fold))[0].net
        found = ask(net, card, dataset.where(fold.has))
        measured[arm] = measured[arm].and_apart(fold.without, found)
    results = results_of(measured[arm])
    if config.transfer:
        results = _both(config.transfer, card, dataset, arm, measured)
    fitted, _ = fit_one(Piece(arm, len(folds), None))
    protocol = measured[arm].protocol
    calibration = calibration_of(heard[arm], card, config.unknown_at, protocol)
    record = record.model_copy(update={'source_sha256': fitted.source_sha256})
    changes = {'calibration': calibration, 'results': results, 'training': record}
    return Training(fitted.net, card.model_copy(update=changes), histories, measured[arm])


def _measured_trials(
    net: ActivityNet, config: TrainConfig, card: Card, dataset: Dataset, fold: Fold, number: int
) -> list[MeasuredTrial]:
    held_out = dataset.where(fold.has)
    found = ask_otherwise(net, card, held_out, config.lengths_s)
    return [
        MeasuredTrial(
            name=trial.name,
            label=trial.label,
            subject=trial.subject,
            source=trial.source,
            fold=number,
            found=found[trial.name],
        )
        for trial in held_out.trials
        if trial.name in found
    ]


def _measured(
    config: TrainConfig,
    card: Card,
    n_folds: int,
    heard: Sequence[HeldOut],
    trials: Sequence[MeasuredTrial],
) -> Measured:
    measured = Measured(
        name=config.name,
        labels=card.labels,
        held_out=config.held_out,
        n_folds=n_folds,
        streams=(),
        trials=tuple(trials),
    )
    streams = score_streams(heard, card, config.unknown_at, measured.protocol)
    return measured.model_copy(update={'streams': streams})


def _both(
    transfer: TransferConfig, card: Card, dataset: Dataset, arm: Arm, measured: dict[Arm, Measured]
) -> tuple[Result, ...]:
    """The figures of the networks that were chosen, and beside them those of the others."""
    seen = [s for s in source_card(transfer)[1] if s in dataset.subjects]
    taught, twin = with_source(results_of(measured['transfer']), seen), results_of(measured['twin'])
    if arm == 'transfer':
        return taught + named(twin, 'without transfer')
    by = f'with {card.training.method} from {card.training.source_modality}'
    return twin + named(taught, by)

"""From unlabelled recordings and a trained source to a model of the other sensor, and its card."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dcat_ros.adapt.learn import KD, learn, needs_of
from dcat_ros.adapt.named import Named, Source, name_windows
from dcat_ros.adapt.pool import NamedPool, make_named_pool
from dcat_ros.card.card import Calibration, Card, Result
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.datasets.trial import Dataset
from dcat_ros.errors import DatasetError
from dcat_ros.evaluation.figures import macro_f1
from dcat_ros.model.find import find_weights
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.weights import load_weights
from dcat_ros.segment import REST
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.shelf import Shelf
from dcat_ros.training.calibrate import fit_calibration
from dcat_ros.training.checkpoint import History
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.record import make_card
from dcat_ros.training.reproducible import compute_reproducibly
from dcat_ros.training.source import weights_sha256

__all__ = ['AGREEMENT', 'Adapted', 'adapt', 'n_networks']

#: The figure that stands in the card in place of macro-F1, which nobody can know without labels.
AGREEMENT = 'agreement with the source'
_FOLDS = 3
#: Windows of both sensors are of the same moment when their instants are so near.
_NEAR_NS = 300_000_000


@dataclass(frozen=True)
class Adapted:
    """What comes out.

    Attributes:
        net: trained on all recordings.
        card: with calibration, and how far held-out recordings agree with the source.
        histories: name of each network -> its history.
        counts: label -> windows that the source names so.
        config: the recipe as it was trained by.
        pool: the windows that it learned from, with what the source says of them.
        sure_from: probability from which on the source is not `unknown`.
    """

    net: ActivityNet
    card: Card
    histories: dict[str, History]
    counts: dict[str, int]
    config: TrainConfig
    pool: NamedPool
    sure_from: float


@dataclass(frozen=True)
class _Agreement:
    """What the target says of held-out windows that the source is sure of.

    Attributes:
        log_p: (N, K), uncalibrated.
        classes: (N,), what the source says.
    """

    log_p: NDArray[np.float32]
    classes: NDArray[np.int64]


def n_networks(dataset: Dataset) -> int:
    """How many networks `adapt` trains on these recordings."""
    return len(_folds(dataset)) + 1


def adapt(
    config: TrainConfig,
    dataset: Dataset,
    work_dir: Path,
    *,
    command: str,
    git_commit: str = '',
    progress: Callable[[str, int, int, History], None] = lambda name, i, n, history: None,
) -> Adapted:
    """Train a target on what a source says of recordings of both.

    People, or bags of one person, or parts of one bag, are held out in three groups, to fit the
    temperature and the threshold of `unknown` to what the source says there, and to tell how far
    the two agree. No label is looked at, so that nobody knows how often both are wrong.

    Args:
        config: the recipe; `transfer.source` is a weights file, `transfer.method` says how.
        dataset: recordings with the signals of both sensors; their labels are not looked at.
        work_dir: keeps the state, so that a killed training goes on.
        command: goes into the card.
        git_commit: goes into the card.
        progress: called with the network's name, its number, the number of networks, its history.

    Raises:
        WeightsError: the source cannot be read.
        ConfigError: the source and the recipe do not fit.
        DatasetError: the recordings are too short, or the source names one thing alone in them.
        TrainingError: the loss is no number any more.
        OutputError: the state cannot be written.
    """
    compute_reproducibly()
    transfer = config.transfer
    source = Source(*load_weights(find_weights(transfer.source if transfer else '')))
    labels = source.card.labels
    config = config.model_copy(
        update={
            'rest': 'label' if REST in labels else 'unknown',
            # nobody says where an activity begins and ends: there are no wholes to fit a layer to
            'network': config.network.model_copy(
                update={'segment': config.network.segment and not config.network.names_whole}
            ),
        }
    )
    known = replace(dataset.info, labels=tuple(label for label in labels if label != REST))
    card = make_card(config, replace(dataset, info=known), command=command, git_commit=git_commit)
    # a label that was taught stands behind `rest`
    card = card.model_copy(update={'labels': labels})
    sensor, shelf = sensor_of(card), Shelf(work_dir)
    method = transfer.method if transfer else KD
    named = name_windows(source, dataset.trials, needs_of(method), shelf)
    counts = np.bincount(named.best, minlength=len(labels))
    if (counts > 0).sum() < 2:
        raise DatasetError(
            f'{source.card.name} names nothing but {labels[int(counts.argmax())]} in these '
            'recordings, so that there is nothing to learn: is its sensor placed as in its '
            'training? dcat evaluate shows what it says.'
        )
    trials = as_sensor(dataset, sensor, card.input.rate_hz, shelf).trials
    folds = _folds(dataset)
    recordings = ' '.join(trial.name for trial in trials)
    histories: dict[str, History] = {}

    def pool_of(own: Named) -> NamedPool:
        return make_named_pool(trials, own, sensor, config.rest_share, shelf)

    def fit_one(i: int, name: str, rows: Collection[int]) -> ActivityNet:
        own = named.of(rows)
        fitted = learn(
            config,
            card,
            pool_of(own),
            own,
            source,
            (config.seed, i),
            work_dir / f'unlabelled_{i}.safetensors',
            f'{recordings} {sorted(rows)}',
            lambda history: progress(name, i, len(folds) + 1, history),
        )
        histories[name] = fitted.history
        return fitted.net

    everything = range(len(trials))
    found = []
    for i, (name, held_out) in enumerate(folds):
        net = fit_one(i, f'without {name}', [row for row in everything if row not in held_out])
        raw = Source(net, card.model_copy(update={'calibration': Calibration()}))
        said = name_windows(raw, [trials[row] for row in held_out], (), shelf)
        found.append(_agreement(said, named, held_out, source.card))
    net = fit_one(len(folds), 'all recordings', everything)
    protocol = f'{len(folds)} groups of unlabelled recordings held out once'
    calibration, results = _judged(found, config.unknown_at, protocol, source.card.name)
    record = card.training.model_copy(
        update={'source_sha256': weights_sha256(source.net), 'n_trials': len(trials)}
    )
    changes = {'calibration': calibration, 'results': results, 'training': record}
    by_label = {label: int(n) for label, n in zip(labels, counts, strict=True)}
    return Adapted(
        net,
        card.model_copy(update=changes),
        histories,
        by_label,
        config,
        pool_of(named),
        source.card.calibration.unknown_threshold,
    )


def _folds(dataset: Dataset) -> list[tuple[str, list[int]]]:
    """Names and numbers of the recordings that are held out together."""
    trials = dataset.trials
    for by in ('subject', 'source'):
        groups = list(dict.fromkeys(getattr(trial, by) for trial in trials))
        if len(groups) > 1:
            n = min(_FOLDS, len(groups))
            return [
                (
                    ', '.join(groups[i::n]),
                    [j for j, trial in enumerate(trials) if getattr(trial, by) in groups[i::n]],
                )
                for i in range(n)
            ]
    n = min(_FOLDS, len(trials))
    if n < 2:
        raise DatasetError(
            'There is one piece of a recording alone, of 30 s at most, and a part must be held '
            'out: record some minutes.'
        )
    edges = [len(trials) * i // n for i in range(n + 1)]
    return [(f'part {i + 1} of {n}', list(range(edges[i], edges[i + 1]))) for i in range(n)]


def _agreement(said: Named, named: Named, held_out: list[int], source: Card) -> _Agreement:
    """Pair windows of both sensors of the same moments; those that the source is not sure of go."""
    theirs = named.of(held_out)
    p = theirs.shares.max(axis=1)
    rows: list[int] = []
    classes: list[int] = []
    for i, number in enumerate(held_out):
        of_it = np.flatnonzero(theirs.recordings == number)
        ours = np.flatnonzero(said.recordings == i)
        if not len(of_it) or not len(ours):
            continue
        gaps = np.abs(theirs.instants_ns[of_it][None] - said.instants_ns[ours][:, None])
        nearest = gaps.argmin(axis=1)
        for row, at, gap in zip(ours, of_it[nearest], gaps.min(axis=1), strict=True):
            if gap <= _NEAR_NS and p[at] >= source.calibration.unknown_threshold:
                rows.append(int(row))
                classes.append(int(theirs.best[at]))
    return _Agreement(said.outputs.logits.numpy()[rows], np.array(classes, np.int64))


def _judged(
    found: list[_Agreement], unknown_at: float, protocol: str, source: str
) -> tuple[Calibration, tuple[Result, ...]]:
    log_p = np.concatenate([one.log_p for one in found])
    classes = np.concatenate([one.classes for one in found])
    if not len(classes):
        return Calibration(), ()
    fitted_on = f'{len(classes)} windows that {source} names, {protocol}'
    calibration = fit_calibration(log_p, classes, unknown_at, fitted_on)
    best, k = log_p.argmax(axis=1), log_p.shape[1]
    confusion = np.zeros((k, k), np.int64)
    np.add.at(confusion, (classes, best), 1)
    split = f'{protocol}; the truth is what {source} says'
    values = {
        AGREEMENT: float((best == classes).mean()),
        f'{AGREEMENT}, macro-F1': macro_f1(confusion),
    }
    return calibration, tuple(
        Result(split=split, metric=metric, value=round(value, 4), n=len(classes))
        for metric, value in values.items()
    )

"""What is trained on a folder of recordings, and how, where nobody wrote a recipe."""

from dataclasses import dataclass, replace
from pathlib import Path

from dcat_ros.adapt.adapt import n_networks
from dcat_ros.bags.labelled import Reading, load_lines
from dcat_ros.datasets.cache import Progress
from dcat_ros.datasets.trial import Dataset
from dcat_ros.errors import ConfigError, DatasetError
from dcat_ros.own.doubts import misleading
from dcat_ros.own.duration import duration_text, seconds_a_step
from dcat_ros.own.folder import Found, find_own, what_is_there
from dcat_ros.own.offset import Offset, offset_between
from dcat_ros.own.recipe import called, holds_out_people, learnable, recipe_for
from dcat_ros.sensors.registry import find_sensor
from dcat_ros.shelf import Shelf
from dcat_ros.training.config import TrainConfig, TransferConfig
from dcat_ros.training.folds import folds_of
from dcat_ros.training.record import make_card
from dcat_ros.training.teacher import source_card
from dcat_ros.training.transfer import parse_method
from dcat_ros.training.views import views

__all__ = ['Asked', 'Plan', 'clocks', 'plan', 'why_nothing']

#: Pieces of 30 s of a bag in which clocks are compared, where nobody asks.
_A_LOOK = 6
#: Clocks that are so near make no difference to a window.
_NEAR_S = 0.15
_USUAL_RATE_HZ = 25.0


@dataclass(frozen=True)
class Asked:
    """What a user asks for.

    Attributes:
        data: the folder with the bags.
        target: the sensor that learns.
        source: the sensor, or the trained model, that teaches; empty for none.
        method: how; empty for `kd`.
        ignore_labels: no label in the bags is looked at.
        apply_offset: the clocks are brought together by what is estimated.
    """

    data: Path
    target: str
    source: str = ''
    method: str = ''
    ignore_labels: bool = False
    apply_offset: bool = False


@dataclass(frozen=True)
class Plan:
    """What is trained.

    Attributes:
        config: the recipe.
        dataset: the recordings.
        labelled: whether their labels are learned from; otherwise what the source says is.
        said: what was found, a line each.
        doubts: what misleads, a sentence each.
        offsets: bag -> how much later the source's stamps are, where that could be told.
        n_networks: how many are trained.
    """

    config: TrainConfig
    dataset: Dataset
    labelled: bool
    said: tuple[str, ...]
    doubts: tuple[str, ...]
    offsets: dict[str, Offset]
    n_networks: int

    @property
    def duration(self) -> str:
        """How long it will take, for people."""
        labels = self.dataset.info.labels or ('one', 'other')
        made_up = replace(self.dataset, info=replace(self.dataset.info, labels=labels))
        card = make_card(self.config, made_up, command='', git_commit='')
        of_one = seconds_a_step(self.config, card) * self.config.optimiser.steps
        return duration_text(of_one * self.n_networks, self.n_networks)


def plan(asked: Asked, work: Path, progress: Progress | None = None) -> Plan:
    """Look at a folder of bags, and decide what is trained on them.

    Args:
        asked: what the user wants.
        work: folder that takes what does not fit into the memory.
        progress: is told how many bags of how many are read.

    Raises:
        InputError: something lacks; the sentence says what.
    """
    target = called(asked.target)
    transfer, teacher = _teacher(asked, target)
    found = find_own(asked.data)
    labelled = bool(found.labelled) and not asked.ignore_labels
    is_model = transfer is not None and transfer.source not in views()
    if not labelled and not is_model:
        raise DatasetError(why_nothing(found, asked))
    signals = sorted({find_sensor(name).signal for name in (target, teacher) if name})
    lines = found.of(True) if labelled else found.lines
    said = [what_is_there(found)]
    shelf = Shelf(work)
    if labelled and (left := len(found.lines) - len(lines)):
        said.append(
            f'{left} bags have no labels and are left out; --ignore-labels lets a trained --source '
            'name all of them.'
        )
    clock = find_sensor(target).signal
    reading = Reading('' if labelled else clock, {}, shelf)
    dataset = load_lines(found.folder, lines, signals, progress, reading)
    _see_usable(dataset, found)
    offsets = {}
    if teacher:
        whole = dataset
        if labelled:  # stretches of a label are too short to compare clocks
            most = None if asked.apply_offset else _A_LOOK
            begins = Reading(clock, {}, shelf, most)
            whole = load_lines(found.folder, lines, signals, progress, begins)
        offsets = _offsets(whole, target, teacher)
    if asked.apply_offset:
        ahead = {bag: one.seconds for bag, one in offsets.items() if one.is_certain}
        signal = find_sensor(teacher).signal
        moved = Reading(reading.clock, {bag: {signal: s} for bag, s in ahead.items()}, shelf)
        dataset = load_lines(found.folder, lines, signals, progress, moved)
        _see_usable(dataset, found)
    doubts: list[str] = [] if asked.apply_offset else _clocks(offsets, target, teacher)
    if labelled:
        dataset, left_out = learnable(dataset, holds_out_people(target, dataset))
        doubts += left_out
    config = recipe_for(target, asked.data, dataset, transfer)
    seen = source_card(transfer)[1] if transfer is not None and is_model else ()
    doubts += misleading(config, dataset, seen)
    n = n_networks(dataset) if not labelled else _n_labelled(config, dataset)
    return Plan(config, dataset, labelled, tuple(said), tuple(doubts), offsets, n)


def clocks(asked: Asked, work: Path, progress: Progress | None = None) -> dict[str, Offset]:
    """How much later the stamps of the source are than those of the target, in each bag.

    Args:
        asked: what the user wants; nothing is trained, and no label is needed.
        work: see `plan`.
        progress: see `plan`.

    Returns:
        By the name of the bag; without those in which it cannot be told.

    Raises:
        InputError: a bag, or a sensor in it, lacks.
    """
    target = called(asked.target)
    _, teacher = _teacher(asked, target)
    if not teacher:
        raise ConfigError('The offset of clocks is that of two sensors: give --source, too.')
    found = find_own(asked.data)
    signals = sorted({find_sensor(name).signal for name in (target, teacher)})
    reading = Reading(find_sensor(target).signal, {}, Shelf(work))
    whole = load_lines(found.folder, found.lines, signals, progress, reading)
    _see_usable(whole, found)
    return _offsets(whole, target, teacher)


def why_nothing(found: Found, asked: Asked) -> str:
    """Why nothing can be learned from a folder."""
    what = (
        'no label is looked at' if asked.ignore_labels else f'no bag in {found.folder} has labels'
    )
    source = (
        f'{asked.source} is a sensor that would learn from labels, too'
        if asked.source
        else 'nothing else says what is done in them'
    )
    return (
        f'{what[0].upper()}{what[1:]}, and {source}: give --source a trained model of another '
        'sensor in the same bags, such as camera_utd_mhad, or write the labels of BAG into BAG.csv '
        'with the columns start, end and label, as "dcat label" does.'
    )


def _teacher(asked: Asked, target: str) -> tuple[TransferConfig | None, str]:
    """How another sensor teaches, and which one it is."""
    if not asked.source:
        if asked.method or asked.apply_offset:
            raise ConfigError('--method and the offset of clocks need a second sensor: --source.')
        return None, ''
    source = asked.source
    if source not in views():
        try:
            source = called(source)
        except ConfigError:
            source = asked.source  # a weights file
    method = asked.method or 'kd'
    if not parse_method(method):
        return None, ''
    transfer = TransferConfig(source=source, method=method)
    modality = source_card(transfer)[0]
    if find_sensor(modality).live is None:
        raise ConfigError(f'No messages of {modality} are known: bags hold none for --source.')
    if find_sensor(modality).signal == find_sensor(target).signal:
        raise ConfigError(
            f'--source {asked.source} is of the sensor that learns, {target}: name another one.'
        )
    return transfer, modality


def _see_usable(dataset: Dataset, found: Found) -> None:
    if dataset.trials:
        return
    first = ''.join(f' The first: {skip.name}: {skip.why}.' for skip in dataset.skipped[:1])
    hint = '' if found.named else ' Topics and people are named in bags.csv.'
    raise DatasetError(
        f'Nothing in the {len(found.lines)} bags of {found.folder} is usable, '
        f'{len(dataset.skipped)} pieces were skipped.{first}{hint}'
    )


def _offsets(dataset: Dataset, target: str, teacher: str) -> dict[str, Offset]:
    ours, theirs = ((find_sensor(name), _rate_of(name)) for name in (target, teacher))
    found = {}
    for bag in dict.fromkeys(trial.source for trial in dataset.trials):
        own = [trial for trial in dataset.trials if trial.source == bag]
        if (offset := offset_between(own, ours, theirs)) is not None:
            found[bag] = offset
    return found


def _rate_of(sensor: str) -> float:
    return find_sensor(sensor).rate_hz or _USUAL_RATE_HZ


def _clocks(offsets: dict[str, Offset], target: str, teacher: str) -> list[str]:
    return [
        f'{bag}: the clock of {offset.between(target, teacher)}; --apply-offset brings them '
        'together.'
        for bag, offset in offsets.items()
        if offset.is_certain and abs(offset.seconds) > _NEAR_S
    ]


def _n_labelled(config: TrainConfig, dataset: Dataset) -> int:
    folds = folds_of(dataset, config.held_out, config.folds, config.seed)
    return len(folds) * (2 if config.transfer else 1) + 1

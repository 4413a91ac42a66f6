"""What misleads in recordings of one's own: said before hours of training."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from dcat_ros.datasets.trial import Dataset, first_names
from dcat_ros.training.config import TrainConfig

__all__ = ['misleading']

#: Fewer windows, or stretches, of a label say nothing of it.
_FEW_WINDOWS, _FEW_STRETCHES = 20, 4
#: So many times as often as another one a label may be done.
_UNEVEN = 20
_NUMBER = re.compile(r'[-_ ]?\d+$')


def misleading(config: TrainConfig, dataset: Dataset, seen: Sequence[str] = ()) -> Iterator[str]:
    """A sentence for each thing that makes the figures, or the model, other than they look.

    Args:
        config: the recipe.
        dataset: what is trained on.
        seen: people on whom a source was trained.
    """
    subjects = dataset.subjects
    if len(subjects) == 1:
        yield (
            f'All recordings are of one person, {subjects[0]}: bags are held out in place of '
            'people, so that the same person is on both sides and the figures say nothing of '
            'anybody else.'
        )
    yield from _maybe_the_same(subjects)
    if both := [name for name in subjects if name in seen]:
        yield (
            f'{first_names(both)} is held out to measure, and the source was trained on somebody '
            'of that name: if it is the same person, what the source adds is no measure.'
        )
    if dataset.info.labels:
        yield from _rare(config, dataset)


def _maybe_the_same(subjects: Sequence[str]) -> Iterator[str]:
    """People whose names differ by a number alone may be sessions of one."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in subjects:
        groups[_NUMBER.sub('', name).casefold()].append(name)
    for stem, names in groups.items():
        if stem and len(names) > 1:
            yield (
                f'{first_names(names)} count as different people: if they are one, that person is '
                'both learned from and held out; give one name in bags.csv.'
            )


def _rare(config: TrainConfig, dataset: Dataset) -> Iterator[str]:
    stretches: Counter[str] = Counter()
    seconds: dict[str, float] = defaultdict(float)
    for trial in dataset.trials:
        stretches[trial.label] += 1
        seconds[trial.label] += max(s.duration_s for s in trial.signals.values())
    for label in dataset.info.labels:
        windows = round(seconds[label] / config.stride_s)
        if windows < _FEW_WINDOWS or stretches[label] < _FEW_STRETCHES:
            yield (
                f'{label} has {windows} windows in {stretches[label]} stretches: too few to learn '
                'it, or to tell whether it was learned; record ten of it.'
            )
    most, least = (chosen(seconds, key=seconds.__getitem__) for chosen in (max, min))
    if seconds[most] > _UNEVEN * seconds[least]:
        yield (
            f'{most} lasts {seconds[most]:.0f} s in all, and {least} {seconds[least]:.0f} s: '
            'accuracy would be that of the first; look at macro-F1.'
        )

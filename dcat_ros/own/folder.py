"""Which bags lie in a folder, whose they are, and where their labels stand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dcat_ros.bags.find import find_bags
from dcat_ros.bags.lines import Line, bag_lines, line_model
from dcat_ros.bags.read import BagReader
from dcat_ros.bags.topics import TRUTH_TOPIC
from dcat_ros.errors import BagError, DatasetError, InputError
from dcat_ros.files import exists
from dcat_ros.short import short

__all__ = ['Found', 'find_own', 'what_is_there']

_TABLE = 'bags.csv'
_NUMBER = re.compile(r'[-_ ]?\d+$')
_KEPT = re.compile(r'^(.+?)[-_ ][^-_ ]*$')


@dataclass(frozen=True)
class Found:
    """What a folder holds.

    Attributes:
        folder: from which the bags are named.
        lines: as `bags.csv` has them.
        named: whether there is a `bags.csv`; otherwise people are told by the names of the files.
        labelled: bags that have labels, on a topic or in a CSV file.
    """

    folder: Path
    lines: tuple[Line, ...]
    named: bool
    labelled: frozenset[str]

    def of(self, labelled: bool) -> tuple[Line, ...]:
        """The bags with labels, or those without."""
        return tuple(line for line in self.lines if (line.bag in self.labelled) == labelled)


def find_own(data_dir: Path) -> Found:
    """Look into a folder of recordings.

    `bags.csv` in it, or in the folder `bags` in it, names the bags. Without one all bags in it
    count: a bag in a folder is of the person whom the first folder names, any other of the one whom
    its name begins with (`anna_1`: anna). Labels are on the topic /activity_truth, or stand in a
    CSV file of the bag's name beside it.

    Raises:
        DatasetError: there is no bag, or `bags.csv` makes no sense.
    """
    if not exists(data_dir) or not data_dir.is_dir():
        raise DatasetError(f'There is no folder {data_dir}; --data is the folder with the bags.')
    for folder in (data_dir / 'bags', data_dir):
        if exists(folder / _TABLE):
            lines = tuple(bag_lines(folder / _TABLE))
            return Found(folder, lines, True, _labelled(folder, lines))
    try:
        bags = find_bags([str(data_dir)])
    except BagError as problem:
        raise DatasetError(f'{str(problem).rstrip(".")}; --data is the folder with bags.') from None
    lines = tuple(_line(data_dir, bag) for bag in bags)
    return Found(data_dir, lines, False, _labelled(data_dir, lines))


def _line(folder: Path, bag: Path) -> Line:
    own = bag.relative_to(folder) if bag != folder else Path('.')
    beside = bag.with_suffix('.csv') if bag.is_file() else bag.with_name(f'{bag.name}.csv')
    truth = str(beside.relative_to(folder)) if beside.is_file() else TRUTH_TOPIC
    return line_model()(bag=str(own), subject=_subject(own), truth=truth)


def _subject(bag: Path) -> str:
    """The person whom the path of a bag names."""
    if len(bag.parts) > 1:
        return bag.parts[0]
    name = bag.name.partition('.')[0] or 'somebody'
    without_number = _NUMBER.sub('', name)
    if without_number != name:
        return without_number or name
    match = _KEPT.match(name)
    return match[1] if match else name


def _labelled(folder: Path, lines: Sequence[Line]) -> frozenset[str]:
    """Which bags have labels; one that cannot be read is said when it is read."""
    found = set()
    for line in lines:
        if not line.truth.startswith('/'):
            found.add(line.bag)
            continue
        try:
            with BagReader(folder / line.bag) as bag:
                if line.truth in bag.topics:
                    found.add(line.bag)
        except InputError:
            found.add(line.bag)
    return frozenset(found)


def what_is_there(found: Found) -> str:
    """Bags, people and labels in a line, for people."""
    people = sorted({line.subject for line in found.lines}, key=lambda name: (len(name), name))
    how = '' if found.named else ', as the names of the files say'
    return (
        f'{len(found.lines)} bags of {len(people)} people ({short(", ".join(people))}){how}; '
        f'{len(found.labelled)} of them with labels'
    )

"""Finding bags: by name, by pattern, and in folders."""

import re
from collections.abc import Iterable, Iterator
from glob import glob, has_magic
from pathlib import Path

from dcat_ros.bags.read import BAG_ENDINGS
from dcat_ros.bags.ros1 import ROS1_ENDING
from dcat_ros.errors import BagError
from dcat_ros.files import exists

__all__ = ['find_bags']

_ENDINGS = (*BAG_ENDINGS, ROS1_ENDING)
_SPLIT = re.compile(r'(.*)_\d+$')


def find_bags(names: Iterable[str]) -> list[Path]:
    """The bags that these names stand for, each once, in the order of the names.

    Args:
        names: each a bag (a folder, or one .mcap or .db3 file, or a .bag file of ROS 1), a folder
            that holds bags, however deep, or a pattern with *, ? or [], in which ** stands for
            folders.

    Raises:
        BagError: a name stands for no bag.
    """
    found: dict[Path, None] = {}
    for name in names:
        if exists(Path(name)):
            places = [Path(name)]
            if places[0].is_file():  # what is named is meant, whatever its ending
                found[places[0]] = None
                continue
        elif has_magic(name):
            places = [Path(match) for match in sorted(glob(name, recursive=True), key=_natural)]
        else:
            raise BagError(f'There is no bag {name}.')
        bags = [bag for place in places for bag in _bags_at(place)]
        if not bags:
            what = 'matches' if has_magic(name) and not exists(Path(name)) else 'holds'
            raise BagError(
                f'{name} {what} no bag: a folder with metadata.yaml, or a file that ends in '
                f'{" or ".join(_ENDINGS)}.'
            )
        found |= dict.fromkeys(bags)
    return list(found)


def _bags_at(place: Path) -> Iterator[Path]:
    if place.is_file():
        if place.name.endswith(_ENDINGS):
            yield place
        return
    if (place / 'metadata.yaml').exists():
        yield place
        return
    try:
        inside = sorted(place.iterdir(), key=lambda path: _natural(path.name))
    except OSError as problem:
        raise BagError(f'{place} cannot be looked into: {problem}') from None
    files = [path for path in inside if path.is_file() and path.name.endswith(_ENDINGS)]
    # NAME_0.mcap, NAME_1.mcap … are the parts of one bag that lost its metadata.yaml
    stems = {_SPLIT.sub(r'\1', path.name.partition('.')[0]) for path in files}
    # those of ROS 1 are each a bag
    old = any(path.name.endswith(ROS1_ENDING) for path in files)
    if len(files) > 1 and len(stems) == 1 and not old:
        yield place
    else:
        yield from files
    for path in inside:
        if path.is_dir() and not path.name.startswith('.'):
            yield from _bags_at(path)


def _natural(text: str) -> list[str | int]:
    """A key that puts bag_2 before bag_10."""
    parts: list[str | int] = []
    for i, part in enumerate(re.split(r'(\d+)', text)):
        parts.append(int(part) if i % 2 else part)
    return parts

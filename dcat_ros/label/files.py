"""Where labels are saved, and files of other programs without a page."""

from collections.abc import Sequence
from pathlib import Path

from dcat_ros.bags.read import BagReader
from dcat_ros.errors import ConfigError, InputError
from dcat_ros.evaluation.many import BagOptions
from dcat_ros.files import read_at_most, write_whole
from dcat_ros.label.exchange import format_of, read_as, written_as
from dcat_ros.label.intervals import united
from dcat_ros.label.opened import labels_in
from dcat_ros.texts import MOST_BYTES

__all__ = ['files_of', 'hand_over']


def files_of(bags: Sequence[Path], out: Path | None) -> list[Path]:
    """Of each bag its BAG.csv, as `dcat evaluate --truth DIR` looks for it.

    Args:
        bags: where they are.
        out: folder; without it that in which the bag lies.

    Raises:
        ConfigError: two bags would share a file.
    """
    found: dict[Path, Path] = {}
    for bag in bags:
        whole = bag.resolve()
        csv = (out or whole.parent) / f'{whole.name.partition(".")[0]}.csv'
        if csv in found:
            raise ConfigError(
                f'{found[csv]} and {bag} would both save to {csv}; label them one after the other, '
                'with another --out each.'
            )
        found[csv] = bag
    return list(found)


def hand_over(
    bag: Path, csv: Path, options: BagOptions, taken: Path | None, given: Path | None
) -> list[str]:
    """Add the labels of a file to those of a bag, and write them to another file.

    Args:
        bag: the recording.
        csv: of its labels.
        options: how it is read.
        taken: file to read; None for none.
        given: file to write; None for none.

    Returns:
        What was done, one sentence each.

    Raises:
        InputError: the bag or a file is unusable, or there is nothing to write.
    """
    said = []
    formats = {path: format_of(path) for path in (taken, given) if path is not None}
    with BagReader(bag) as reader:
        labels = labels_in(reader, csv, options.source, options.truth_topic, [])
    segments, state = labels.read()
    if taken is not None:
        data = read_at_most(taken, MOST_BYTES, InputError, 'is too large.')
        more, n_empty = read_as(formats[taken], data, str(taken), labels.begin_ns)
        both, n_over = united(segments, more)
        labels.save(both, state)
        line = f'{len(both) - len(segments)} labels of {taken} are in {csv} now.'
        if n_empty + n_over:
            line += f' Left out: {n_over} that overlap others, {n_empty} without length or text.'
        said.append(line)
        segments = both
    if given is not None:
        if not segments:
            raise ConfigError(f'{bag} has no labels yet: {csv} is not there, or empty.')
        write_whole(given, written_as(formats[given], segments, labels.begin_ns).encode())
        said.append(f'{len(segments)} labels are in {given}.')
    return said

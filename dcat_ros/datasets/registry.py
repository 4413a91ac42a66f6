"""The data sets by name."""

import difflib
import os
from collections.abc import Callable, Collection
from pathlib import Path

from dcat_ros.datasets import utd_mhad, watch
from dcat_ros.datasets.trial import Dataset
from dcat_ros.errors import DatasetError

__all__ = ['DATASETS', 'load']

#: name -> a function that takes the folder of all data sets (or None) and reads this one
DATASETS: dict[str, Callable[[Path | None], Dataset]] = {
    'utd_mhad': utd_mhad.load,
    'watch': watch.load,
}


def load(
    name: str, data_dir: Path | None = None, subjects: Collection[str] | None = None
) -> Dataset:
    """Read a data set.

    Args:
        name: a key of `DATASETS`.
        data_dir: the folder that holds the data sets (`data_dir/utd_mhad/...`); without it the
            environment variable DCAT_DATA. `watch` needs none.
        subjects: only these; all without it.

    Raises:
        DatasetError: there is no such data set, its folder is missing, nothing in it is usable,
            or a subject is not there.
    """
    if name not in DATASETS:
        near = difflib.get_close_matches(name, DATASETS, n=1)
        hint = f' Did you mean {near[0]!r}?' if near else ''
        raise DatasetError(f'There is no data set {name!r}; known: {", ".join(DATASETS)}.{hint}')
    if data_dir is None and os.environ.get('DCAT_DATA'):
        data_dir = Path(os.environ['DCAT_DATA'])
    dataset = DATASETS[name](data_dir)
    if not dataset.trials:
        first = ''.join(f' The first: {skip.name}: {skip.why}.' for skip in dataset.skipped[:1])
        raise DatasetError(
            f'No recording of {name} is usable, {len(dataset.skipped)} were skipped.{first}'
        )
    if subjects is None:
        return dataset
    if not subjects:
        raise DatasetError(f'No subject is named; {name} has {", ".join(dataset.subjects)}.')
    return dataset.of_subjects(subjects)

"""The data sets by name."""

import difflib
import os
from collections.abc import Callable, Collection
from pathlib import Path

from dcat_ros.datasets import kitchen20, klangio, utd_mhad, watch
from dcat_ros.datasets.cache import Progress
from dcat_ros.datasets.trial import Dataset, chosen_modalities
from dcat_ros.errors import DatasetError

__all__ = ['DATASETS', 'MODALITIES', 'data_folder', 'load']

#: name -> a function that takes the folder of all data sets (or None) and reads this one; where
#: there is more than one modality, it takes `modalities` and `progress` as well
DATASETS: dict[str, Callable[..., Dataset]] = {
    'utd_mhad': utd_mhad.load,
    'watch': watch.load,
    'klangio': klangio.load,
    'kitchen20': kitchen20.load,
}

#: name -> which signals the data set can give
MODALITIES: dict[str, tuple[str, ...]] = {
    'utd_mhad': utd_mhad.MODALITIES,
    'watch': ('imu',),
    'klangio': klangio.MODALITIES,
    'kitchen20': ('audio',),
}


def load(
    name: str,
    data_dir: Path | None = None,
    subjects: Collection[str] | None = None,
    modalities: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Read a data set.

    Args:
        name: a key of `DATASETS`.
        data_dir: the folder that holds the data sets (`data_dir/utd_mhad/...`); without it the
            environment variable DCAT_DATA. `watch` needs none.
        subjects: only these; all without it.
        modalities: signals that every trial shall have, of `MODALITIES[name]`; the data set's
            default without it.
        progress: is told how many steps of how many are done, where reading takes long.

    Raises:
        DatasetError: there is no such data set, it lacks a modality, its folder is missing,
            nothing in it is usable, or a subject is not there.
    """
    if name not in DATASETS:
        near = difflib.get_close_matches(name, DATASETS, n=1)
        hint = f' Did you mean {near[0]!r}?' if near else ''
        raise DatasetError(f'There is no data set {name!r}; known: {", ".join(DATASETS)}.{hint}')
    options = _options(name, modalities, progress)
    dataset = DATASETS[name](data_folder(data_dir), **options)
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


def data_folder(given: Path | None) -> Path | None:
    """The folder of all data sets: the one that is given, or the variable DCAT_DATA's."""
    if given is None and os.environ.get('DCAT_DATA'):
        return Path(os.environ['DCAT_DATA'])
    return given


def _options(
    name: str, modalities: Collection[str] | None, progress: Progress | None
) -> dict[str, object]:
    """Keyword arguments for the loader."""
    known = MODALITIES.get(name, ('imu',))
    options: dict[str, object] = {'progress': progress}
    if modalities is not None:
        options['modalities'] = chosen_modalities(name, modalities, known)
    return options if len(known) > 1 else {}

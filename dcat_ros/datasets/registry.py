"""The data sets by name: those of this folder, and those that installed packages bring.

A data set is a module with `load`, and with `MODALITIES` if it can give other signals than 'imu'.
`load` takes the folder of all data sets (or None); where there are several modalities, it takes
`modalities` and `progress` as well. A package brings one by an entry point of the group
`dcat_ros.datasets`.
"""

import difflib
import os
from collections.abc import Callable, Collection
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from dcat_ros.datasets.cache import Progress
from dcat_ros.datasets.trial import Dataset, chosen_modalities, first_names
from dcat_ros.errors import DatasetError

__all__ = ['DATASETS', 'GROUP', 'data_folder', 'load']

#: Of the entry points that bring data sets.
GROUP = 'dcat_ros.datasets'

#: name -> the module that reads it, imported when it is asked for: each needs libraries of its own
DATASETS = {
    name: f'dcat_ros.datasets.{name}'
    for name in ('utd_mhad', 'utd_mhad_rendered', 'watch', 'klangio', 'kitchen20')
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
        name: a key of `DATASETS`, or of an installed package.
        data_dir: the folder that holds the data sets (`data_dir/utd_mhad/...`); without it the
            environment variable DCAT_DATA. `watch` needs none.
        subjects: only these; all without it.
        modalities: signals that every trial shall have; the data set's default without it.
        progress: is told how many steps of how many are done, where reading takes long.

    Raises:
        DatasetError: there is no such data set, it lacks a modality, its folder is missing,
            nothing in it is usable, or a subject is not there.
    """
    read, known = _loader(name)
    options: dict[str, object] = {'progress': progress}
    if modalities is not None:
        options['modalities'] = chosen_modalities(name, modalities, known)
    dataset = read(data_folder(data_dir), **(options if len(known) > 1 else {}))
    if not dataset.trials:
        first = ''.join(f' The first: {skip.name}: {skip.why}.' for skip in dataset.skipped[:1])
        raise DatasetError(
            f'No recording of {name} is usable, {len(dataset.skipped)} were skipped.{first}'
        )
    if subjects is None:
        return dataset
    if not subjects:
        raise DatasetError(f'No subject is named; {name} has {first_names(dataset.subjects)}.')
    return dataset.of_subjects(subjects)


def data_folder(given: Path | None) -> Path | None:
    """The folder of all data sets: the one that is given, or the variable DCAT_DATA's."""
    if given is None and os.environ.get('DCAT_DATA'):
        return Path(os.environ['DCAT_DATA'])
    return given


def _loader(name: str) -> tuple[Callable[..., Dataset], tuple[str, ...]]:
    """What reads a data set, and the modalities that it can give."""
    if name in DATASETS:
        return _parts(import_module(DATASETS[name]))
    others = _installed()
    if name not in others:
        names = [*DATASETS, *others]
        near = difflib.get_close_matches(name, names, n=1)
        hint = f' Did you mean {near[0]!r}?' if near else ''
        raise DatasetError(f'There is no data set {name!r}; known: {", ".join(names)}.{hint}')
    try:
        return _parts(others[name].load())
    except (ImportError, AttributeError) as problem:
        raise DatasetError(
            f'The data set {name!r} is brought by {others[name].value}, which cannot be used: '
            f'{problem}.'
        ) from None


def _parts(module: ModuleType) -> tuple[Callable[..., Dataset], tuple[str, ...]]:
    return module.load, tuple(getattr(module, 'MODALITIES', ('imu',)))


@cache
def _installed() -> dict[str, EntryPoint]:
    """The entry points of installed packages by name."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}

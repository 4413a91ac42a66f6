"""UTD-MHAD with each trial as often as its pictures were rendered; for training a camera's model.

The trials are those of `utd_mhad`, whose poses are of the first rendering; of each further one
there is a trial more, of the same source, so that no split has one person, or one recording, on
both sides. The pictures are rendered, see `utd_mhad_poses`: it is called so wherever figures stand.
"""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from dcat_ros.datasets import utd_mhad
from dcat_ros.datasets.cache import Progress
from dcat_ros.datasets.trial import Dataset, Skipped, Trial
from dcat_ros.datasets.utd_mhad_files import on_duration_of
from dcat_ros.datasets.utd_mhad_poses import RENDERINGS, PoseStore
from dcat_ros.errors import DatasetError

__all__ = ['INFO', 'MODALITIES', 'load']

INFO = replace(
    utd_mhad.INFO,
    name='utd_mhad_rendered',
    title=f'{utd_mhad.INFO.title}, its depth rendered to pictures',
)
MODALITIES = utd_mhad.MODALITIES


def load(
    data_dir: Path | None,
    modalities: Collection[str] = ('pose',),
    progress: Progress | None = None,
) -> Dataset:
    """Read the recordings below `data_dir/utd_mhad`, and the poses of all renderings.

    Args:
        data_dir: the folder of all data sets.
        modalities: see `utd_mhad.load`; 'pose' is always there.
        progress: is told how many files of how many are looked at, the first time.

    Raises:
        DatasetError: as `utd_mhad.load`.
        ConfigError: a pose network is missing; the sentence has the command that gets it.
    """
    first = utd_mhad.load(data_dir, {'imu', 'pose', *modalities}, progress)
    if data_dir is None:
        return first
    folder, others = data_dir / 'utd_mhad' / 'Inertial', RENDERINGS[1:]
    store = PoseStore(utd_mhad.depth_files(folder), others, progress)
    trials, skipped = list(first.trials), list(first.skipped)
    for rendering in others:
        for trial in first.trials:
            name = f'{trial.name}_{rendering.name}'
            try:
                joints = store.joints(utd_mhad.depth_of(folder / trial.source), rendering)
            except DatasetError as problem:
                skipped.append(Skipped(name, str(problem)))
            else:
                pose = on_duration_of(trial.signals['imu'], joints)
                trials.append(replace(trial, name=name, signals=trial.signals | {'pose': pose}))
    kept = tuple(_only(trial, {'pose', *modalities}) for trial in trials)
    return Dataset(INFO, kept, tuple(skipped))


def _only(trial: Trial, modalities: Collection[str]) -> Trial:
    signals = {name: signal for name, signal in trial.signals.items() if name in modalities}
    return replace(trial, signals=signals)

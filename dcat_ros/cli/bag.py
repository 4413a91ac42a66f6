"""dcat bag: make rosbag2 recordings."""

from functools import partial
from pathlib import Path

import click

from dcat_ros.cli.options import DATA, DATASET, SUBJECTS, subjects_of
from dcat_ros.sensors.names import named

__all__ = ['command']

_USUAL = named()[0].called


@click.group('bag')
def command() -> None:
    """Make rosbag2 recordings.

    Example: dcat bag make --dataset watch --subjects 1 --continuous --out watch_1
    """


@command.command('make')
@DATASET
@DATA
@SUBJECTS
@click.option('--out', type=click.Path(path_type=Path), required=True, help='Folder to make.')
@click.option(
    '--continuous',
    is_flag=True,
    help="Join each subject's trials with 1-3 s of made stillness; the joining is synthetic.",
)
@click.option(
    '--sensors',
    default=_USUAL,
    show_default=True,
    help='imu, image, camera, audio, or some of them, such as imu,image; all but imu alone are '
    'joined. Pictures of a camera are rendered of depth.',
)
@click.option(
    '--storage',
    type=click.Choice(['mcap', 'sqlite3']),
    default='mcap',
    show_default=True,
    help='Storage plug-in.',
)
@click.option(
    '--seed',
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help='Draws order and pauses.',
)
def _make(
    dataset: str | None,
    data: Path | None,
    subjects: str | None,
    out: Path,
    continuous: bool,
    sensors: str,
    storage: str,
    seed: int,
) -> None:
    """Write a data set as a bag: its sensors' topics, and the truth on /activity_truth.

    Example: dcat bag make --dataset utd_mhad --data DIR --subjects 5,6 --out trials

    Example: dcat bag make --dataset utd_mhad --data DIR --subjects 6 --sensors imu,image --out two
    """
    from dcat_ros.bags.takes import write_takes
    from dcat_ros.bags.write import make_bag
    from dcat_ros.cli.progress import stage_progress
    from dcat_ros.datasets import data_folder, load
    from dcat_ros.datasets.takes import takes_of

    if dataset is None:
        raise click.UsageError('--dataset is needed: watch, utd_mhad or kitchen20.')
    found = load(dataset, data, subjects_of(subjects))
    wanted = [name.strip() for name in sensors.split(',')]
    continuous = continuous or wanted != [_USUAL]
    if wanted == [_USUAL]:
        make_bag(found, out, continuous=continuous, storage=storage, seed=seed)
    else:
        with stage_progress(out.name) as show:
            folder = data_folder(data)
            takes = takes_of(dataset, folder, found.trials, wanted, partial(show, 'reading'))
            write_takes(takes, out, storage=storage, seed=seed, progress=partial(show, 'writing'))
    for skip in found.skipped:
        click.echo(f'skipped {skip.name}: {skip.why}', err=True)
    click.echo(
        f'{out}: {len(found.trials)} trials of {len(found.subjects)} subjects'
        f'{", joined to one stream each (synthetic)" if continuous else ""}'
        f'{f", {len(found.skipped)} skipped" if found.skipped else ""}'
    )

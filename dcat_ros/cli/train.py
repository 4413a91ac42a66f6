"""dcat train: make weights from recordings."""

import shlex
import sys
from pathlib import Path

import click

from dcat_ros.cli.options import DATA
from dcat_ros.cli.train_files import (
    places,
    say_what_was_read,
    see_libraries,
)
from dcat_ros.cli.train_learn import Workers, learn_by_labels

__all__ = ['command']


@click.command('train')
@click.option('--config', type=click.Path(path_type=Path), help='YAML file with the recipe.')
@DATA
@click.option(
    '--out',
    type=click.Path(path_type=Path),
    help='Weights file to write; models/NAME.safetensors without it, if that is free.',
)
@click.option(
    '--work',
    type=click.Path(path_type=Path),
    help='Folder that keeps the state, so that a killed training goes on; runs/NAME without it.',
)
@click.option(
    '--source',
    metavar='VIEW|FILE',
    help='Sensor that teaches: a view of the same recordings, on which a source is trained beside, '
    'the recipe (.yaml) of one that is trained beside and hears the very windows, a weights file, '
    'or an .npz file of what some other network said of them.',
)
@click.option(
    '--method',
    help='How it teaches: dcat_centred, kd, ..., sums such as kd+dcat_centred, or none.',
)
@click.option(
    '--target',
    metavar='SENSOR',
    help='Without --config: the sensor that learns, from the bags in --data. Where they have no '
    'labels, a trained model as --source names what both recorded.',
)
@click.option(
    '--ignore-labels', is_flag=True, help='Without --config: look at no label in the bags.'
)
@click.option(
    '--estimate-offset',
    is_flag=True,
    help='Say how far apart the clocks of --source and --target are, and train nothing.',
)
@click.option(
    '--apply-offset', is_flag=True, help='Bring them together by that, where it is certain.'
)
@click.option(
    '--workers',
    type=click.IntRange(min=1),
    help='Local processes that train its networks; one a core without it.',
)
@click.option(
    '--ray',
    'ray_address',
    metavar='ADDRESS',
    help="A Ray cluster that trains them, 'auto' for the one here; its machines need the same "
    "folders. 'local' starts one.",
)
def command(
    config: Path | None,
    data: Path | None,
    out: Path | None,
    work: Path | None,
    source: str | None,
    method: str | None,
    target: str | None,
    ignore_labels: bool,
    estimate_offset: bool,
    apply_offset: bool,
    workers: int | None,
    ray_address: str | None,
) -> None:
    """Train on every subject, calibrate and measure on held-out ones, and write the weights.

    With --target in place of --config, all bags below --data are learned from as they are: topics,
    people, labels and a recipe are found there. Run again after an interruption, it goes on where
    it stopped, and the same weights come out.

    Example: dcat train --config config/train/imu_watch.yaml

    Example: dcat train --config config/train/imu_utd_mhad.yaml --source skeleton --method kd

    Example: dcat train --data DIR --target imu

    Example: dcat train --data DIR --source camera_utd_mhad --target imu
    """
    of_bags = {
        '--target': target,
        '--ignore-labels': ignore_labels,
        '--estimate-offset': estimate_offset,
        '--apply-offset': apply_offset,
    }
    if config is not None:
        if given := [name for name, value in of_bags.items() if value]:
            raise click.UsageError(f'{given[0]} goes without --config, which says it.')
        _train_by(config, data, out, work, source, method, Workers(workers, ray_address))
        return
    if estimate_offset:
        of_training = {
            '--apply-offset': apply_offset,
            '--out': out,
            '--method': method,
            '--workers': workers,
            '--ray': ray_address,
        }
        if given := [name for name, value in of_training.items() if value]:
            raise click.UsageError(
                f'{given[0]} is for a training, and --estimate-offset trains nothing: give one '
                'of them.'
            )
    if target is None:
        raise click.UsageError(
            'Give --config with a recipe, or --target with the sensor that learns from your bags.'
        )
    see_libraries()
    from dcat_ros.cli.train_own import say_clocks, train_own
    from dcat_ros.datasets import data_folder
    from dcat_ros.own.plan import Asked

    folder = data_folder(data)
    if folder is None:
        raise click.UsageError('--data is needed: the folder with your bags.')
    asked = Asked(
        folder,
        target,
        source or '',
        method or '',
        ignore_labels=ignore_labels,
        apply_offset=apply_offset,
    )
    if estimate_offset:
        say_clocks(asked, work)
        return
    made_by = ['dcat', 'train', '--data', 'DIR', '--target', target]
    made_by += ['--source', source] if source else []
    made_by += ['--method', method] if method else []
    made_by += [name for name in ('--ignore-labels', '--apply-offset') if of_bags[name]]
    train_own(asked, out, work, shlex.join(made_by), Workers(workers, ray_address))


def _train_by(
    config: Path,
    data: Path | None,
    out: Path | None,
    work: Path | None,
    source: str | None,
    method: str | None,
    workers: Workers,
) -> None:
    """Train as a recipe says."""
    see_libraries()
    from dcat_ros.cli.progress import stage_progress
    from dcat_ros.datasets import load
    from dcat_ros.training.config import read_config
    from dcat_ros.training.teacher import signals_of

    recipe = read_config(config).taught_by(source, method)
    out, work = places(out, work, recipe)
    with stage_progress(recipe.name) as reading:
        dataset = load(
            recipe.dataset,
            data,
            modalities=signals_of(recipe),
            progress=lambda done, total: reading('reading', done, total),
        )
    say_what_was_read(dataset)
    made_by = ['dcat', 'train', '--config', str(config)] + (['--data', 'DIR'] if data else [])
    made_by += ['--source', source] if source else []
    made_by += ['--method', method] if method else []
    written = learn_by_labels(recipe, dataset, out, work, shlex.join(made_by), workers)
    click.echo(f'\nwrote {", ".join(map(str, written))}', file=sys.stderr)

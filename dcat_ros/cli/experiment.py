"""dcat experiment: compare transfer methods, and report what was found."""

from pathlib import Path

import click

from dcat_ros.cli.options import DATA

__all__ = ['command']

_CONFIGS = click.argument(
    'configs', nargs=-1, required=True, type=click.Path(path_type=Path), metavar='CONFIG...'
)
_RESULTS = click.option(
    '--results',
    type=click.Path(path_type=Path),
    default=Path('results'),
    show_default=True,
    help='Folder of the results; each experiment has its own in it.',
)


@click.group('experiment')
def command() -> None:
    """Compare transfer methods, and report what was found.

    Example: dcat experiment run config/experiments/watch.yaml
    """


@command.command('run')
@_CONFIGS
@DATA
@_RESULTS
@click.option(
    '--workers', type=click.IntRange(min=1), help='Local processes; one a core without it.'
)
@click.option(
    '--ray',
    'ray_address',
    metavar='ADDRESS',
    help="A Ray cluster that does the work, 'auto' for the one here; its machines need the same "
    "folders. 'local' starts one.",
)
def run(
    configs: tuple[Path, ...],
    data: Path | None,
    results: Path,
    workers: int | None,
    ray_address: str | None,
) -> None:
    """Tune and train whatever has no result yet; run again, it goes on where it stopped.

    Example: dcat experiment run config/experiments/watch.yaml
    """
    from dcat_ros.cli.progress import stage_progress
    from dcat_ros.experiment.config import read_experiment
    from dcat_ros.experiment.run import run_experiment

    for experiment in [read_experiment(path) for path in configs]:
        with stage_progress(experiment.name) as progress:
            run_experiment(
                experiment,
                data,
                results / experiment.name,
                workers=workers,
                ray_address=ray_address,
                progress=progress,
            )


@command.command('report')
@_CONFIGS
@_RESULTS
@click.option(
    '--out',
    type=click.Path(path_type=Path),
    default=Path('docs/results.md'),
    show_default=True,
    help='Markdown file to write; pictures go into the folder images beside it.',
)
def report(configs: tuple[Path, ...], results: Path, out: Path) -> None:
    """Make tables and plots from the files of the results alone.

    Example: dcat experiment report config/experiments/watch.yaml --out /tmp/watch.md
    """
    from dcat_ros.experiment.config import read_experiment
    from dcat_ros.experiment.report import write_report

    for path in write_report([read_experiment(path) for path in configs], results, out):
        click.echo(f'wrote {path}')

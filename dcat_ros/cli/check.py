"""dcat check: whether a recording, or a running robot, is what a model takes."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dcat_ros.cli.evaluate_options import with_meaning_options
from dcat_ros.cli.options import complete_model

if TYPE_CHECKING:
    from dcat_ros.evaluation.many import BagOptions

__all__ = ['command']


@click.command('check')
@click.argument('bag', required=False, type=click.Path(path_type=Path))
@click.option('--live', is_flag=True, help='Look at the topics of a running robot instead.')
@click.option(
    '--seconds',
    type=click.FloatRange(min=1, max=3600),
    default=10.0,
    show_default=True,
    help='So long of --live.',
)
@click.option(
    '--model',
    'models',
    multiple=True,
    shell_complete=complete_model,
    help='Weights file beside the shipped models; again for another one.',
)
@click.option('--json', 'as_json', is_flag=True, help='The whole record as JSON.')
@with_meaning_options
def command(
    bag: Path | None,
    live: bool,
    seconds: float,
    models: tuple[str, ...],
    as_json: bool,
    options: 'BagOptions',
) -> None:
    """Say what is in BAG: topics, rates, gaps, units, frames, stamps, truth, and models that fit.

    Every line about a topic is a fault, with what mends it, or a note. Exit code 1: something is
    wrong. No ROS is needed but for --live.

    Example: dcat check watch_9
    """
    from dcat_ros.check.text import report_text

    if (bag is None) != live:
        raise click.UsageError('give either a BAG or --live.')
    if bag is None:
        from dcat_ros.nodes.check_live import check_live

        report = check_live(seconds, models=models, source=options.source)
    else:
        from dcat_ros.check.bag import check_bag

        report = check_bag(
            bag,
            models=models,
            source=options.source,
            truth_topic=options.truth_topic,
            truth_csv=options.truth_of(bag),
        )
    click.echo(report.model_dump_json(indent=2) if as_json else report_text(report))
    if report.n_faults:
        sys.exit(1)

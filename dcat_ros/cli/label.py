"""dcat label: labels for recordings, by hand, on a page of this machine."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dcat_ros.cli.evaluate_options import with_label_options
from dcat_ros.cli.options import complete_model, given_options

if TYPE_CHECKING:
    from dcat_ros.evaluation.many import BagOptions

__all__ = ['command']


@click.command('label')
@click.argument('bags', nargs=-1, required=True)
@click.option(
    '--out',
    type=click.Path(path_type=Path, file_okay=False),
    metavar='DIR',
    help='Folder of BAG.csv for each bag; without it beside the bag.',
)
@click.option(
    '--suggest',
    metavar='MODEL',
    shell_complete=complete_model,
    help='A model that proposes intervals, and says which to look at first.',
)
@click.option(
    '--import',
    'taken',
    type=click.Path(path_type=Path),
    metavar='FILE',
    help='Add labels of a .csv, .txt (Audacity) or .eaf (ELAN) file to those of one bag; no page.',
)
@click.option(
    '--export',
    'given',
    type=click.Path(path_type=Path),
    metavar='FILE',
    help='Write the labels of the one bag to such a file; no page.',
)
@click.option('--port', type=click.IntRange(0, 65535), default=0, help='Of the page; a free one.')
@with_label_options
def command(
    bags: tuple[str, ...],
    out: Path | None,
    suggest: str | None,
    taken: Path | None,
    given: Path | None,
    port: int,
    options: 'BagOptions',
) -> None:
    """Label recordings by hand: a page on this machine plays them on one time axis.

    It prints an address, which holds a token and opens on this machine alone; Ctrl-C ends it. What
    is labelled is saved at once to BAG.csv, which evaluate (--truth), train and teach read.

    Example: dcat label recordings/

    Example: dcat label recordings/ --suggest imu_utd_mhad

    Example: dcat label walk --export walk.eaf
    """
    from dcat_ros.bags.find import find_bags
    from dcat_ros.label.files import files_of, hand_over

    found = find_bags(bags)
    files = files_of(found, out)
    if taken or given:
        if len(found) > 1:
            raise click.UsageError('--import and --export are for one bag.')
        if of_page := [name for name in ('suggest', 'port') if name in given_options()]:
            raise click.UsageError(
                f'--{of_page[0]} is for the page, and --import and --export open none.'
            )
        for sentence in hand_over(found[0], files[0], options, taken, given):
            click.echo(sentence)
        return
    from dcat_ros.label.desk import Desk
    from dcat_ros.label.serve import serve
    from dcat_ros.label.suggest import Suggest

    model = Suggest(suggest) if suggest else None
    desk = Desk(found, files, options.source, options.truth_topic, model)
    try:
        serve(desk, port, lambda address: click.echo(f'Open {address}\nCtrl-C ends it.'))
    finally:
        desk.close()

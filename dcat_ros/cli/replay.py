"""dcat replay: play a bag."""

from pathlib import Path

import click

__all__ = ['command']


@click.command('replay')
@click.argument('bag', type=click.Path(path_type=Path))
@click.option('--rate', default=1.0, show_default=True, help='Times real time.')
@click.option('--loop', is_flag=True, help='Again from the start, until stopped.')
@click.option('--topics', default='', help='Only these, with commas between; all without it.')
@click.option(
    '--start',
    default=0.0,
    show_default=True,
    help='Seconds after the first message at which it begins.',
)
def command(bag: Path, rate: float, loop: bool, topics: str, start: float) -> None:
    """Publish a BAG over DDS with /clock; where ROS is installed, 'ros2 bag play' does the same.

    Nodes that listen need use_sim_time:=true.

    Example: dcat replay watch_1 --rate 4
    """
    from dcat_ros.nodes.play import play

    if not 0 < rate <= 1000:
        raise click.UsageError('--rate must be above 0 and at most 1000.')
    if start < 0:
        raise click.UsageError('--start must be at least 0.')
    chosen = [name.strip() for name in topics.split(',') if name.strip()]
    n, notes = play(bag, rate, loop, chosen, start, click.echo)
    for note in notes:
        click.echo(note, err=True)
    click.echo(f'{n} messages published')

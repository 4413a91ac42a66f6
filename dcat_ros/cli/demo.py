"""dcat demo: see it work on a real recording, over real DDS."""

import shutil
from pathlib import Path

import click

__all__ = ['command']


@click.command('demo')
@click.option('--model', default='imu_watch', show_default=True, help='Shipped model or file.')
@click.option(
    '--subject',
    default='9',
    show_default=True,
    help="Whose recordings of the data set 'watch'; the shipped model never saw 9 and 10.",
)
@click.option('--rate', default=4.0, show_default=True, help='Times real time.')
@click.option(
    '--seconds', default=13.0, show_default=True, help='How much of each exercise is played.'
)
@click.option(
    '--out',
    type=click.Path(path_type=Path),
    default=Path('demo_out'),
    show_default=True,
    help='Folder for the bag, the scores and the picture.',
)
def command(model: str, subject: str, rate: float, seconds: float, out: Path) -> None:
    """Play a person's exercises to imu_node, show its labels live, and score them.

    Example: dcat demo --rate 8
    """
    from dcat_ros.cli.demo_view import DemoView
    from dcat_ros.evaluation.demo import compare, demo_bag
    from dcat_ros.files import write_whole
    from dcat_ros.nodes.demo import run_live

    shutil.rmtree(out / 'bag', ignore_errors=True)
    bag = demo_bag(out / 'bag', model, subject, seconds)
    click.echo(bag.sentence)
    with DemoView(rate) as view:
        heard = run_live(bag.path, model, rate=rate, show=view.show)
    result = compare(bag.path, model, [one.prediction for one in heard])
    write_whole(out / 'scores.json', result.scores.model_dump_json(indent=2).encode())
    write_whole(out / 'timeline.png', result.picture)
    p50, p99 = view.latency()
    click.echo(f'latency from sending a sample to its label: p50 {p50:.1f} ms, p99 {p99:.1f} ms')
    click.echo(f'wrote {out / "timeline.png"} and {out / "scores.json"}')
    if not result.same:
        click.echo(result.difference)
    click.echo(
        f'macro-F1 {result.scores.macro_f1:.3f} over {result.scores.n_windows} windows, '
        f'live = offline: {"yes" if result.same else "no"}'
    )
    if not result.same:
        raise SystemExit(1)

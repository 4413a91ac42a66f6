"""dcat demo: see it work on a real recording, over real DDS."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import click

from dcat_ros.cli.options import DATA
from dcat_ros.sensors.names import named

__all__ = ['command']

#: sensor -> times real time
_RATES = {one.called: one.demo_rate for one in named() if one.demo_rate}


@click.command('demo')
@click.option(
    '--sensor',
    type=click.Choice([*_RATES, 'auto']),
    default=next(iter(_RATES)),
    show_default=True,
    help='imu comes with the package; the others need recordings (--data). In auto the inertial '
    'sensor is killed in the middle and comes back.',
)
@DATA
@click.option('--model', help='Shipped model or file; one for the sensor without it.')
@click.option(
    '--subject',
    help="Whose recordings; for imu of the data set 'watch', 9 or 10, whom the shipped model never "
    'saw.',
)
@click.option(
    '--rate', type=float, help='Times real time; 4 without it, 1 for pictures; auto is always 1.'
)
@click.option(
    '--seconds',
    default=13.0,
    show_default=True,
    help='How much of each exercise of imu is played.',
)
@click.option(
    '--out',
    type=click.Path(path_type=Path),
    default=Path('demo_out'),
    show_default=True,
    help='Folder for the bag, the scores and the picture.',
)
def command(
    sensor: str,
    data: Path | None,
    model: str | None,
    subject: str | None,
    rate: float | None,
    seconds: float,
    out: Path,
) -> None:
    """Play a real recording to real nodes, show their labels live, and score them.

    Example: dcat demo --rate 8

    Example: dcat demo --sensor image --data DIR
    """
    from dcat_ros.cli.demo_view import DemoView
    from dcat_ros.datasets.demonstrations import DEMONSTRATIONS
    from dcat_ros.evaluation.demo import compare, demo_bag
    from dcat_ros.files import write_whole
    from dcat_ros.libraries import how_to_get
    from dcat_ros.nodes.demo import run_live

    plan = DEMONSTRATIONS[sensor]
    model = model or plan.model
    shutil.rmtree(out / 'bag', ignore_errors=True)
    bag = demo_bag(out / 'bag', sensor, model, subject or plan.subject, seconds, data)
    click.echo(bag.sentence)
    if sensor not in _RATES:
        _auto(bag.path, plan.sensors)
        return
    rate = rate or _RATES[sensor]
    program = next(one.program for one in named() if one.called == sensor)
    with DemoView(program, rate) as view:
        heard = run_live(bag.path, sensor, model, rate=rate, show=view.show)
    result = compare(bag.path, model, [one.prediction for one in heard])
    write_whole(out / 'scores.json', result.scores.model_dump_json(indent=2).encode())
    written = str(out / 'scores.json')
    if find_spec('matplotlib') is None:
        click.echo(f'timeline.png is left out: {how_to_get("matplotlib")} brings what draws it')
    else:
        from dcat_ros.evaluation.picture import timeline_png

        write_whole(out / 'timeline.png', timeline_png(result.heard))
        written = f'{out / "timeline.png"} and {written}'
    p50, p99 = view.latency()
    click.echo(f'latency from sending a sample to its label: p50 {p50:.1f} ms, p99 {p99:.1f} ms')
    click.echo(f'wrote {written}')
    if result.difference:
        click.echo(result.difference)
    click.echo(
        f'macro-F1 {result.scores.macro_f1:.3f} over {result.scores.n_windows} windows, '
        f'live = offline: {"yes" if result.same else "no"}'
    )
    if not result.same:
        raise SystemExit(1)


def _auto(bag: Path, sensors: tuple[str, ...]) -> None:
    """Two sensors, of which one is killed and comes back."""
    from dcat_ros.nodes.demo_auto import run_auto

    found = run_auto(bag, sensors, show=click.echo)
    click.echo(
        f'longest time without a label after the sensor was killed: {found.gap_s:.2f} s; '
        f'labels: {", ".join(f"{n} from {source}" for source, n in found.labels.items())}'
    )
    click.echo(f'nodes restarted: 0, back to the first sensor: {"yes" if found.back else "no"}')
    if not found.back:
        raise SystemExit(1)

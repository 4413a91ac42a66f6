"""dcat watch: every recogniser of the ROS graph, live in the terminal."""

import signal
from threading import Event

import click

__all__ = ['command']


@click.command('watch')
@click.option('--seconds', type=float, help='End after so long; without it, at Ctrl-C.')
def command(seconds: float | None) -> None:
    """Show label, probability, rate, latency and sensor of every recogniser.

    Example: dcat watch --seconds 10
    """
    if seconds is not None and not 0 < seconds <= 1e9:
        raise click.UsageError('--seconds must be above 0.')
    # before rclpy is imported, which takes long enough for a Ctrl-C
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    from dcat_ros.cli.watch_view import WatchView
    from dcat_ros.nodes.watch import watch

    with WatchView() as view:
        watch(view.show, stop, seconds)

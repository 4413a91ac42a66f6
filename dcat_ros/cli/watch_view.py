"""The table of `dcat watch`."""

from time import monotonic

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from dcat_ros.presence.sightings import Row
from dcat_ros.streaming.decision import OK

__all__ = ['WatchView']

_NOBODY = (
    'No recogniser is to be seen in this ROS graph. Start one (ros2 launch dcat_ros '
    'auto.launch.py), or check that ROS_DOMAIN_ID is the same there and here.'
)
#: Where there is no terminal, a line for every row so often.
_EVERY_S = 1.0
#: Width of a whole bar.
_BAR = 12


class WatchView:
    """Draws rows on a terminal, or prints them as lines elsewhere."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._live = Live(console=self._console, auto_refresh=False)
        self._printed_s = monotonic()

    def __enter__(self) -> 'WatchView':
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def show(self, rows: list[Row], n_ignored: int) -> None:
        """Draw what is known now."""
        if self._console.is_terminal:
            self._live.update(_table(rows, n_ignored), refresh=True)
        elif monotonic() - self._printed_s >= _EVERY_S:
            self._printed_s = monotonic()
            for line in [_line(row) for row in rows] or [_NOBODY]:
                self._console.print(line, markup=False, soft_wrap=True)


def _table(rows: list[Row], n_ignored: int) -> RenderableType:
    if not rows:
        return Text(_NOBODY)
    table = Table(title='Ctrl-C ends it')
    for column in ('node', 'label', 'probability', 'labels/s', 'latency', 'sensor', 'model'):
        table.add_column(column, min_width=_BAR + 5 if column == 'probability' else None)
    for row in rows:
        # Text, never markup: what a node says must not draw
        table.add_row(
            Text(row.node),
            Text(row.label, style='green' if row.state == OK else 'bright_black'),
            Text(_probability(row)),
            Text(f'{row.rate_hz:.1f}'),
            Text(_latency(row)),
            Text(row.sensor),
            Text(row.model),
        )
    if not n_ignored:
        return table
    return Group(table, Text(f'{n_ignored} messages were no activities and are ignored'))


def _probability(row: Row) -> str:
    return f'{row.confidence:4.0%} {"█" * round(_BAR * row.confidence)}' if row.label else ''


def _line(row: Row) -> str:
    return (
        f'{row.node:24} {row.label or "–":28} {row.confidence:4.0%} {row.rate_hz:5.1f} labels/s '
        f'{_latency(row):>9}  {row.sensor:24} {row.model}'
    )


def _latency(row: Row) -> str:
    return '–' if row.latency_ms is None else f'{row.latency_ms:.1f} ms'

"""Coloured bars over time for plotly.js: as elements while they are few, as one picture if not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dcat_ros.evaluation.html.judged import Judged, stretches
from dcat_ros.evaluation.html.text import GREY, plot_text
from dcat_ros.segment import Segment
from dcat_ros.streaming.decision import OK, STALE

__all__ = ['label_bars', 'seconds', 'truth_bars']

#: Of more bars the browser paints one picture, for it would need a second to lay them out.
_MOST_BARS = 3_000
#: Texts inside of more bars would make zooming slow; hovering tells them all the same.
_MOST_TEXTS = 400

Plot = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Bar:
    """From `start_s` to `end_s`, with what stands in it and what hovering tells."""

    start_s: float
    end_s: float
    colour: str
    text: str
    hover: str
    hatched: bool = False


def seconds(stamp_ns: int, origin_ns: int) -> float:
    """Place on the axis of time."""
    return round((stamp_ns - origin_ns) / 1e9, 4)


def truth_bars(truth: Sequence[Segment], colours: Mapping[str, str], origin_ns: int) -> Plot:
    """A bar for each true interval.

    Args:
        truth: in the order of time.
        colours: by label; grey without one.
        origin_ns: second 0 of the axis.
    """
    bars = []
    for segment in truth:
        start_s, end_s = seconds(segment.start_ns, origin_ns), seconds(segment.end_ns, origin_ns)
        name = plot_text(segment.label)
        hover = f'<b>{name}</b><br>truth, {start_s:.2f} – {end_s:.2f} s'
        bars.append(_Bar(start_s, end_s, colours.get(segment.label, GREY), name, hover))
    return _plot(bars)


def label_bars(
    windows: Sequence[Judged], colours: Mapping[str, str], stride_s: float, origin_ns: int
) -> Plot:
    """A bar for each run of windows with one published label.

    Args:
        windows: in the order of time.
        colours: by label; `unknown` is grey, and stale data are hatched.
        stride_s: distance of two windows.
        origin_ns: second 0 of the axis.
    """
    bars = []
    for run in stretches(windows, stride_s, lambda w: (w.state, w.said)):
        start_s, end_s = seconds(run.start_ns, origin_ns), seconds(run.end_ns, origin_ns)
        first = run.windows[0]
        sure = [w.confidence for w in run.windows]
        name = plot_text(first.said)
        hover = (
            f'<b>{name}</b><br>{start_s:.2f} – {end_s:.2f} s, {len(sure)} windows<br>probability '
            f'{sum(sure) / len(sure):.2f} ({min(sure):.2f} – {max(sure):.2f})'
        )
        known = first.state == OK
        colour = colours.get(first.said, GREY) if known else GREY
        text = name if known else f'<i>{name}</i>'
        bars.append(_Bar(start_s, end_s, colour, text, hover, first.state == STALE))
    return _plot(bars)


def _plot(bars: Sequence[_Bar]) -> Plot:
    return _elements(bars) if len(bars) <= _MOST_BARS else _picture(bars)


def _elements(bars: Sequence[_Bar]) -> Plot:
    few = len(bars) <= _MOST_TEXTS
    return {
        'type': 'bar',
        'orientation': 'h',
        'base': [bar.start_s for bar in bars],
        'x': [round(bar.end_s - bar.start_s, 4) for bar in bars],
        'y': [0.5] * len(bars),
        'width': 1,
        'marker': {
            'color': [bar.colour for bar in bars],
            'line': {'width': 0},
            'pattern': {
                'shape': ['/' if bar.hatched else '' for bar in bars],
                'fgcolor': '#ffffff',
                'size': 6,
            },
        },
        'text': [bar.text for bar in bars] if few else None,
        'textposition': 'inside' if few else 'none',
        'insidetextanchor': 'middle',
        'textangle': 0,  # shrunk to fit, and report.js hides what that leaves too small
        'hovertext': [bar.hover for bar in bars],
        'hoverinfo': 'text',
    }


def _picture(bars: Sequence[_Bar]) -> Plot:
    """The bars as a single row of cells, and cells without a colour between them."""
    palette = {colour: i for i, colour in enumerate(sorted({bar.colour for bar in bars}))}
    edges = [bars[0].start_s]
    cells: list[int | None] = []
    hovers: list[str] = []
    for bar in bars:
        start_s = max(bar.start_s, edges[-1])
        if start_s > edges[-1]:
            edges.append(start_s)
            cells.append(None)
            hovers.append('')
        if bar.end_s > start_s:
            edges.append(bar.end_s)
            cells.append(palette[bar.colour])
            hovers.append(bar.hover)
    n = max(len(palette), 1)
    steps = [(i / n, (i + 1) / n, colour) for colour, i in palette.items()]
    return {
        'type': 'heatmap',
        'x': edges,
        'y': [0, 1],
        'z': [cells],
        'zmin': -0.5,
        'zmax': n - 0.5,
        'colorscale': [[edge, colour] for low, high, colour in steps for edge in (low, high)],
        'showscale': False,
        'hovertext': [hovers],
        'hoverinfo': 'text',
        'hoverongaps': False,
    }

"""The timeline of a report: truth, labels, confidence and raw signal above each other."""

import base64
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from dcat_ros.evaluation.html.bars import label_bars, seconds, truth_bars
from dcat_ros.evaluation.html.judged import Judged
from dcat_ros.evaluation.html.text import WRONG, plot_text
from dcat_ros.segment import Segment
from dcat_ros.sensors.shown import Band, Trace
from dcat_ros.streaming.decision import OK, UNKNOWN

__all__ = ['timeline']

#: A line has at most so many points; of more windows the least sure of each few is drawn.
_MOST_POINTS = 20_000
#: More dots than these would make zooming slow; all of them as one line of dashes do not.
_MOST_DOTS = 2_000
_BAR_PX, _LINE_PX, _PICTURE_PX, _TITLE_PX = 34, 120, 84, 26
_TOP_PX, _BOTTOM_PX = 6, 46

Plot = dict[str, Any]


def timeline(
    windows: Sequence[Judged],
    truth: Sequence[Segment],
    colours: Mapping[str, str],
    *,
    stride_s: float,
    origin_ns: int,
    end_ns: int,
    trace: Trace | None = None,
    threshold: float | None = None,
) -> Plot:
    """What plotly.js draws, and what report.js adds.

    Args:
        windows: in the order of time.
        truth: intervals, on the same clock.
        colours: by label.
        stride_s: distance of two windows.
        origin_ns: second 0 of the axis.
        end_ns: end of what is shown at first.
        trace: of the raw signal.
        threshold: below it a window is `unknown`; drawn if it is above 0.

    Returns:
        `data` and `layout` as plotly.js takes them, `height` in px, and `pictures` (`at` in s,
        `source`) with the `axis` whose row they belong to.
    """
    rows = _Rows()
    rows.add('truth', _BAR_PX, [truth_bars(truth, colours, origin_ns)], _bar_axis())
    bars = label_bars(windows, colours, stride_s, origin_ns)
    rows.add('published label', _BAR_PX, [bars], _bar_axis())
    lines, title = _confidence(windows, stride_s, origin_ns)
    axis = {'range': [0, 1.04], 'tickvals': [0, 0.5, 1]}
    shapes = []
    if threshold:
        shapes.append(_dashed(threshold))
    rows.add(title, _LINE_PX, lines, axis, shapes)
    for band in trace.bands if trace else ():
        unit = f' ({band.unit})' if band.unit else ''
        rows.add(band.name + unit, _LINE_PX, [_band(band, origin_ns)], {'nticks': 4})
    pictures = [
        {
            'at': seconds(picture.stamp_ns, origin_ns),
            'source': 'data:image/jpeg;base64,' + base64.b64encode(picture.jpeg).decode('ascii'),
        }
        for picture in (trace.pictures if trace else ())
    ]
    if pictures:
        # without a trace of its own a row has no axes
        ghost = {
            'type': 'scatter',
            'x': [p['at'] for p in pictures],
            'y': [0.5] * len(pictures),
            'mode': 'markers',
            'marker': {'opacity': 0},
            'hoverinfo': 'skip',
        }
        rows.add('pictures', _PICTURE_PX, [ghost], _bar_axis())
    last_s = max(seconds(end_ns, origin_ns), 1e-3)
    plot = rows.plot([-0.01 * last_s, 1.01 * last_s])
    plot['pictures'] = pictures
    plot['axis'] = rows.n if pictures else 0
    return plot


class _Rows:
    """Plots above each other that share the time."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, int, list[Plot], Plot, list[Plot]]] = []

    @property
    def n(self) -> int:
        return len(self._rows)

    def add(
        self, title: str, px: int, traces: list[Plot], axis: Plot, shapes: Sequence[Plot] = ()
    ) -> None:
        self._rows.append((title, px, traces, axis, list(shapes)))

    def plot(self, x_range: list[float]) -> Plot:
        inner = sum(px + _TITLE_PX for _, px, *_ in self._rows)
        data: list[Plot] = []
        layout: Plot = {
            'margin': {'l': 44, 'r': 14, 't': _TOP_PX, 'b': _BOTTOM_PX},
            'hovermode': 'closest',
            'dragmode': 'zoom',
            'showlegend': False,
            'barmode': 'overlay',
            'annotations': [],
            'shapes': [],
        }
        top = inner
        for number, (title, px, traces, axis, shapes) in enumerate(self._rows, 1):
            end = '' if number == 1 else str(number)
            top -= _TITLE_PX
            layout[f'yaxis{end}'] = {
                'domain': [(top - px) / inner, top / inner],
                'anchor': f'x{end}',
                'fixedrange': True,
                'zeroline': False,
                **axis,
            }
            layout[f'xaxis{end}'] = {
                'anchor': f'y{end}',
                'range': x_range,
                'zeroline': False,
                'showticklabels': number == self.n,
                **({'matches': 'x'} if number > 1 else {}),
                **({'title': {'text': 'seconds from the beginning'}} if number == self.n else {}),
            }
            layout['annotations'].append(
                {
                    'text': title,
                    'xref': 'paper',
                    'yref': 'paper',
                    'x': 0,
                    'y': top / inner,
                    'xanchor': 'left',
                    'yanchor': 'bottom',
                    'showarrow': False,
                    'font': {'size': 12, 'color': '#5b6673'},
                }
            )
            layout['shapes'] += [
                {**shape, 'xref': f'x{end} domain', 'yref': f'y{end}'} for shape in shapes
            ]
            data += [{**trace, 'xaxis': f'x{end}', 'yaxis': f'y{end}'} for trace in traces]
            top -= px
        return {'data': data, 'layout': layout, 'height': inner + _TOP_PX + _BOTTOM_PX}


def _bar_axis() -> Plot:
    return {'range': [0, 1], 'showticklabels': False, 'showgrid': False, 'ticks': ''}


def _dashed(level: float) -> Plot:
    line = {'color': '#7a8490', 'width': 1, 'dash': 'dash'}
    return {'type': 'line', 'x0': 0, 'x1': 1, 'y0': level, 'y1': level, 'line': line}


def _confidence(
    windows: Sequence[Judged], stride_s: float, origin_ns: int
) -> tuple[list[Plot], str]:
    """A line through the windows, dots on the wrong ones, and the row's title."""
    every = -(-len(windows) // _MOST_POINTS) or 1
    shown = [
        min(windows[i : i + every], key=lambda w: w.confidence)
        for i in range(0, len(windows), every)
    ]
    title = 'confidence' if every == 1 else f'confidence, least sure of each {every} windows'
    xs: list[float | None] = []
    ys: list[float | None] = []
    hovers: list[str] = []
    hole_ns = 1.5e9 * stride_s * every
    for i, window in enumerate(shown):
        if i and abs(window.instant_ns - shown[i - 1].instant_ns) > hole_ns + (every > 1) * hole_ns:
            xs.append(None)  # nothing is known of a hole
            ys.append(None)
            hovers.append('')
        xs.append(seconds(window.instant_ns, origin_ns))
        ys.append(round(window.confidence, 3))
        hovers.append(_window_hover(window, origin_ns))
    line = {
        'type': 'scatter',
        'mode': 'lines',
        'x': xs,
        'y': ys,
        'hovertext': hovers,
        'hoverinfo': 'text',
        'line': {'color': '#7f9fc0', 'width': 1.2},
    }
    wrong = [w for w in shown if w.right is False]
    return [line, _marks(wrong, origin_ns)], title


def _marks(wrong: Sequence[Judged], origin_ns: int) -> Plot:
    """Dots on windows; dashes if they are many."""
    xs: list[float | None] = [seconds(w.instant_ns, origin_ns) for w in wrong]
    ys: list[float | None] = [round(w.confidence, 3) for w in wrong]
    hovers = [_window_hover(w, origin_ns) for w in wrong]
    marks: Plot = {'type': 'scatter', 'hoverinfo': 'text'}
    if len(wrong) <= _MOST_DOTS:
        marks |= {'mode': 'markers', 'marker': {'color': WRONG, 'size': 4}}
    else:
        xs = [x for at in xs for x in (at, at, None)]
        ys = [y for w in wrong for y in (w.confidence - 0.01, w.confidence + 0.01, None)]
        hovers = [text for hover in hovers for text in (hover, hover, '')]
        marks |= {'mode': 'lines', 'line': {'color': WRONG, 'width': 1.5}}
    return {**marks, 'x': xs, 'y': ys, 'hovertext': hovers}


def _window_hover(window: Judged, origin_ns: int) -> str:
    said = plot_text(window.said)
    likeliest = plot_text(window.best)
    if window.state == UNKNOWN:
        said += f' (likeliest: {likeliest})'
    elif window.state == OK and window.best != window.said:
        said += f' (now likelier: {likeliest})'
    truth = f'<br>truth: {plot_text(window.truth)}' if window.truth else ''
    at = seconds(window.instant_ns, origin_ns)
    return f'<b>{said}</b><br>{at:.2f} s, probability {window.confidence:.3f}{truth}'


def _band(band: Band, origin_ns: int) -> Plot:
    """One line that runs from edge to edge, which looks like the signal at any zoom."""
    hole_ns = max(2 * band.width_ns, 1_000_000_000)
    starts = [int(start) for start in band.starts_ns]
    holes = [False, *(b - a > hole_ns for a, b in pairwise(starts))]
    xs: list[float | None] = []
    ys: list[float | None] = []
    up = True
    for start, low, high, hole in zip(
        starts, band.low.tolist(), band.high.tolist(), holes, strict=True
    ):
        if hole:
            xs.append(None)
            ys.append(None)
        at = seconds(start + band.width_ns // 2, origin_ns)
        edges = [low] if low == high else [low, high] if up else [high, low]
        up = not up
        xs += [at] * len(edges)
        ys += [float(f'{edge:.4g}') for edge in edges]
    return {
        'type': 'scatter',
        'mode': 'lines',
        'x': xs,
        'y': ys,
        'line': {'color': '#6c7f93', 'width': 1},
        'hovertemplate': '%{x:.2f} s: %{y:.3g}' + f' {band.unit}<extra></extra>',
    }

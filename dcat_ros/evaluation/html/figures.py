"""The plots of a report that know no time: confusion, risk and coverage, reliability."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dcat_ros.evaluation.html.judged import Judged
from dcat_ros.evaluation.html.text import RIGHT, WRONG, plot_text
from dcat_ros.evaluation.scores import Scores
from dcat_ros.evaluation.trust import reliability, risk_coverage

__all__ = ['confusion', 'reliability_plot', 'risk_coverage_plot']

#: Counts stand in the cells of matrices up to this size; hovering tells them all the same.
_MOST_COUNTED = 14
_HEIGHT_PX = 300

Plot = dict[str, Any]


def confusion(scores: Scores) -> Plot | None:
    """Windows by truth (down) and likeliest label (across), coloured by their share of the row.

    Returns:
        `data`, `layout` and `height` for plotly.js; None if no window was scored.
    """
    if not scores.confusion:
        return None
    counts = np.array(scores.confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = [plot_text(label, 20) for label in scores.confusion_labels]
    n = len(names)
    hovers = [
        [
            f'truth: <b>{row}</b><br>label: <b>{column}</b><br>'
            f'{counts[i, j]} windows, {100 * shares[i, j]:.1f} % of the row'
            for j, column in enumerate(names)
        ]
        for i, row in enumerate(names)
    ]
    cells = {
        'type': 'heatmap',
        'z': np.round(shares, 4).tolist(),
        'zmin': 0,
        'zmax': 1,
        'colorscale': [[0, '#f7f9fb'], [0.5, '#8fb3d4'], [1, '#1f4e79']],
        'showscale': False,
        'xgap': 1,
        'ygap': 1,
        'hovertext': hovers,
        'hoverinfo': 'text',
    }
    if n <= _MOST_COUNTED:
        cells |= {'text': counts.tolist(), 'texttemplate': '%{text}'}
    # numbers as places, for two labels may look alike once they are cut
    ticks = {
        'tickvals': list(range(n)),
        'ticktext': names,
        'tickfont': {'size': 11 if n <= _MOST_COUNTED else 9},
        'showgrid': False,
        'zeroline': False,
        'ticks': '',
        'automargin': True,
        'fixedrange': True,
    }
    layout = {
        'margin': {'l': 10, 'r': 10, 't': 10, 'b': 10},
        'xaxis': {**ticks, 'tickangle': -60},
        'yaxis': {**ticks, 'autorange': 'reversed'},
        'dragmode': False,
    }
    return {'data': [cells], 'layout': layout, 'height': min(max(440, 160 + 22 * n), 860)}


def risk_coverage_plot(windows: Sequence[Judged]) -> Plot | None:
    """Share of wrong windows among the surest, over the share that is answered.

    Returns:
        As `confusion`.
    """
    scored = _scored(windows)
    if scored is None:
        return None
    curve = risk_coverage(*scored)
    keep = _thinned(len(curve.coverage), 1000)
    line = {
        'type': 'scatter',
        'mode': 'lines+markers' if len(keep) < 3 else 'lines',
        'x': np.round(curve.coverage[keep], 4).tolist(),
        'y': np.round(curve.risk[keep], 4).tolist(),
        'line': {'color': WRONG, 'width': 2},
        'fill': 'tozeroy',
        'fillcolor': 'rgba(200, 70, 60, 0.10)',
        'hovertemplate': 'of the surest %{x:.1%}<br>%{y:.1%} are wrong<extra></extra>',
    }
    top = max(0.05, 1.1 * float(curve.risk.max()))
    layout = {
        'xaxis': _share_axis('coverage: share of windows answered', 1.0),
        'yaxis': _share_axis('risk: share of wrong ones', top),
        **_STILL,
    }
    return {'data': [line], 'layout': layout, 'height': _HEIGHT_PX}


def reliability_plot(windows: Sequence[Judged]) -> Plot | None:
    """Accuracy by confidence in 15 bins; the fuller a bin, the stronger its colour.

    Returns:
        As `confusion`.
    """
    scored = _scored(windows)
    if scored is None:
        return None
    mean, accuracy, counts = reliability(*scored)
    n = len(counts)
    full = np.flatnonzero(counts)
    bars = {
        'type': 'bar',
        'x': [round((i + 0.5) / n, 4) for i in full.tolist()],
        'y': np.round(accuracy[full], 4).tolist(),
        'width': [0.94 / n] * len(full),
        'marker': {
            'color': RIGHT,
            'opacity': np.round(0.25 + 0.75 * counts[full] / counts.max(), 3).tolist(),
        },
        'hovertext': [
            f'{counts[i]} windows<br>mean confidence {mean[i]:.3f}<br>accuracy {accuracy[i]:.3f}'
            for i in full
        ],
        'hoverinfo': 'text',
    }
    diagonal = {
        'type': 'scatter',
        'mode': 'lines',
        'x': [0, 1],
        'y': [0, 1],
        'line': {'color': '#7a8490', 'width': 1, 'dash': 'dash'},
        'hoverinfo': 'skip',
    }
    layout = {
        'xaxis': _share_axis('confidence', 1.0),
        'yaxis': _share_axis('accuracy', 1.04),
        **_STILL,
    }
    return {'data': [bars, diagonal], 'layout': layout, 'height': _HEIGHT_PX}


def _scored(windows: Sequence[Judged]) -> tuple[NDArray[np.float64], NDArray[np.bool_]] | None:
    """Confidence and rightness of the scored windows, shape (n,) each; None without any."""
    scored = [(w.confidence, w.right) for w in windows if w.right is not None]
    if not scored:
        return None
    confidence, right = zip(*scored, strict=True)
    return np.array(confidence), np.array(right)


_STILL = {
    'margin': {'l': 52, 'r': 14, 't': 10, 'b': 44},
    'showlegend': False,
    'hovermode': 'closest',
    'dragmode': False,
}


def _share_axis(title: str, top: float) -> Plot:
    return {
        'title': {'text': title},
        'range': [0, top],
        'fixedrange': True,
        'zeroline': False,
        'nticks': 6,
    }


def _thinned(n: int, most: int) -> list[int]:
    """Places of at most `most` of n, first and last among them."""
    return sorted({round(place) for place in np.linspace(0, n - 1, min(n, most)).tolist()})

"""Scores as a picture."""

import io

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dcat_ros.evaluation.evaluation import Evaluation
from dcat_ros.evaluation.scores import Scores, best_label
from dcat_ros.streaming.decision import OK

__all__ = ['figure_png', 'timeline_png']

#: Longer recordings are drawn by their first stretch of this length.
_LONGEST_S = 300.0


def figure_png(evaluation: Evaluation) -> bytes:
    """Timeline of truth and predictions above, confusion matrix below, as PNG."""
    figure = Figure(figsize=(12, 11), layout='constrained')
    timeline, matrix = figure.subplots(2, 1, height_ratios=[1, 1.6])
    _draw_timeline(timeline, evaluation)
    _draw_confusion(matrix, evaluation.scores)
    out = io.BytesIO()
    figure.savefig(out, format='png', dpi=100)
    return out.getvalue()


def timeline_png(evaluation: Evaluation) -> bytes:
    """The timeline alone, as PNG."""
    figure = Figure(figsize=(12, 4.5), layout='constrained')
    _draw_timeline(figure.subplots(), evaluation)
    out = io.BytesIO()
    figure.savefig(out, format='png', dpi=100)
    return out.getvalue()


def _draw_timeline(axes: Axes, evaluation: Evaluation) -> None:
    predictions = evaluation.predictions
    if not predictions:
        axes.set_title('no window')
        return
    begin_ns = predictions[0].start_ns
    shown = [p for p in predictions if p.end_ns - begin_ns < _LONGEST_S * 1e9]
    truth = [s for s in evaluation.truth if s.start_ns - begin_ns < _LONGEST_S * 1e9]
    labels = [
        label
        for label in evaluation.labels
        if any(s.label == label for s in truth)
        or any(best_label(p, evaluation.labels) == label for p in shown)
    ]
    row = {label: i for i, label in enumerate(labels)}
    for segment in truth:
        if segment.label in row:
            start = (segment.start_ns - begin_ns) / 1e9
            length = (segment.end_ns - segment.start_ns) / 1e9
            axes.broken_barh([(start, length)], (row[segment.label] - 0.4, 0.8), color='0.85')
    for state, colour in ((True, 'tab:blue'), (False, 'tab:orange')):
        some = [p for p in shown if (p.state == OK) is state]
        axes.scatter(
            [(p.end_ns - begin_ns) / 1e9 - evaluation.lag_s for p in some],
            [row[best_label(p, evaluation.labels)] for p in some],
            s=[4 + 14 * p.confidence for p in some],
            color=colour,
            label='label' if state else 'likeliest label, but unknown',
        )
    axes.set(xlabel='time (s)', xlim=(0, None), title='truth (grey) and labels')
    axes.set_yticks(range(len(labels)), labels, fontsize=7)
    axes.legend(loc='upper right', fontsize='small')


def _draw_confusion(axes: Axes, scores: Scores) -> None:
    if not scores.confusion:
        axes.set_title('no window with truth')
        return
    counts = np.array(scores.confusion, dtype=float)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap='Blues', vmin=0, vmax=1)
    ticks = range(len(scores.confusion_labels))
    axes.set_xticks(ticks, scores.confusion_labels, rotation=90, fontsize=7)
    axes.set_yticks(ticks, scores.confusion_labels, fontsize=7)
    axes.set(xlabel='likeliest label', ylabel='truth', title='windows, share of each row')

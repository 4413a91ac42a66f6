"""Scores as text and as a picture."""

import io

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dcat_ros.evaluation.evaluate import Evaluation
from dcat_ros.evaluation.scores import Scores, best_label
from dcat_ros.streaming.decision import OK

__all__ = ['figure_png', 'scores_text', 'timeline_png']

#: Longer recordings are drawn by their first stretch of this length.
_LONGEST_S = 300.0


def scores_text(scores: Scores) -> str:
    """A table for the terminal."""
    lines = [
        f'{scores.input}, model {scores.model}',
        f'{scores.n_windows} windows in {scores.hours * 60:.1f} min; times: {scores.stamps}',
        '',
        f'macro-F1             {_number(scores.macro_f1)}',
        f'accuracy             {_number(scores.accuracy)}   balanced '
        f'{_number(scores.balanced_accuracy)}',
        f'coverage             {_number(scores.coverage)}   (windows that are not unknown)',
        f'accuracy there       {_number(scores.accuracy_covered)}',
        f'AURC                 {_number(scores.aurc)}   (mean risk over all coverages)',
        f'calibration error    {_number(scores.calibration_error)}   (15 bins)',
    ]
    if scores.event_f1 is not None:
        lines += [
            '',
            f'event-F1 (IoU 0.5)   {_number(scores.event_f1)}   {scores.n_matched_events} of '
            f'{scores.n_true_events} true events, {scores.n_predicted_events} predicted',
            'event-F1 by IoU      '
            + ', '.join(f'{iou}: {_number(f1)}' for iou, f1 in scores.event_f1_at.items()),
            f'false alarms / hour  {_number(scores.false_alarms_per_hour)}   '
            f'({scores.false_alarms} in all)',
            f'onset delay          {_number(scores.onset_delay_s)} s (median)',
            f'label-run F1         {_number(scores.label_run_f1)}   (every run of one published '
            'label an event)',
        ]
    if scores.n_trials is not None:
        lines += [
            '',
            f'trial macro-F1       {_number(scores.trial_macro_f1)}   {scores.n_trials} trials',
            f'trial accuracy       {_number(scores.trial_accuracy)}',
        ]
    width = max((len(label) for label in scores.per_class), default=5)
    lines += ['', f'{"label":{width}}  precision  recall  F1     windows']
    lines += [
        f'{label:{width}}  {s.precision:9.3f}  {s.recall:6.3f}  {s.f1:5.3f}  {s.support:7d}'
        for label, s in scores.per_class.items()
    ]
    if scores.n_without_truth:
        lines.append(f'{scores.n_without_truth} windows have no truth and are not counted.')
    for label, n in scores.n_foreign_truth.items():
        lines.append(f'{n} windows have the truth {label!r}, which the model does not know.')
    for reason, n in scores.n_rejected.items():
        lines.append(f'{n} messages were rejected: {reason}.')
    return '\n'.join([*lines, *scores.notes])


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


def _number(value: float | None) -> str:
    return '    –' if value is None else f'{value:5.3f}'

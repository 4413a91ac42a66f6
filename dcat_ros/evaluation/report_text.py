"""A report for the terminal."""

from collections.abc import Mapping

from dcat_ros.evaluation.record import Comparison, Interval, ModelReport, Report
from dcat_ros.evaluation.scores import Scores

__all__ = ['report_text', 'scores_text']

#: key of Scores -> how the table calls it, and what it says besides
_WINDOWS = {
    'macro_f1': ('macro-F1', ''),
    'accuracy': ('accuracy', ''),
    'balanced_accuracy': ('balanced accuracy', ''),
    'coverage': ('coverage', 'windows that are not unknown'),
    'accuracy_covered': ('accuracy there', ''),
    'aurc': ('AURC', 'mean risk over all coverages'),
    'calibration_error': ('calibration error', '15 bins'),
    'unknown_auroc': ('AUROC of unknown', 'activities that the model does not know'),
}
_BAG_COLUMNS = ('macro_f1', 'balanced_accuracy', 'event_f1', 'false_alarms_per_hour')


def report_text(report: Report) -> str:
    """Everything about each model, then what failed."""
    parts = [_model_text(model) for model in report.models]
    if report.failures:
        lines = [f'{len(report.failures)} could not be scored:']
        lines += [f'{failure.model}: {failure.why}' for failure in report.failures]
        parts.append('\n'.join(lines))
    return '\n\n'.join(parts)


def _model_text(model: ModelReport) -> str:
    lines = [scores_text(model.scores, model.intervals)]
    if model.intervals:
        lines += ['', f'in brackets: 95 % by bootstrap over {model.n_groups} {model.grouped_by}s']
    if len(model.bags) > 1:
        width = max(len(scores.input) for scores in model.bags)
        lines += ['', f'{"bag":{width}}  windows  macro-F1  balanced  event-F1  false alarms/h']
        lines += [
            f'{scores.input:{width}}  {scores.n_windows:7d}  '
            + '  '.join(
                f'{_number(getattr(scores, name)):>{w}}'
                for name, w in zip(_BAG_COLUMNS, (8, 8, 8, 14), strict=True)
            )
            for scores in model.bags
        ]
    if model.comparison is not None:
        lines += ['', *_comparison_lines(model.model, model.comparison)]
    return '\n'.join(lines)


def _comparison_lines(model: str, comparison: Comparison) -> list[str]:
    lines = [f'{model} less {comparison.baseline}, on {comparison.n_bags} bags that both score:']
    for name, difference in comparison.differences.items():
        lines.append(f'{name:22} {difference.value:+.3f}{_bracket(difference.interval)}')
    test = comparison.mcnemar
    lines.append(
        f"McNemar's exact p      {test.p:.3g}   ({test.n} activities; only {model} gets "
        f'{test.n_only_model} right, only {comparison.baseline} {test.n_only_baseline})'
    )
    return lines


def scores_text(scores: Scores, intervals: Mapping[str, Interval] | None = None) -> str:
    """A table of scores.

    Args:
        scores: of a recording, or of several.
        intervals: by the score's name.
    """
    known = intervals or {}

    def line(key: str, name: str, note: str = '', unit: str = '') -> str:
        value = f'{_number(getattr(scores, key)):>5}{unit}{_bracket(known.get(key))}'
        return f'{name:20} {value}' + (f'   ({note})' if note else '')

    lines = [
        f'{scores.input}, model {scores.model}',
        f'{scores.n_windows} windows in {scores.hours * 60:.1f} min; times: {scores.stamps}',
        '',
    ]
    lines += [
        line(key, *words)
        for key, words in _WINDOWS.items()
        if key != 'unknown_auroc' or scores.unknown_auroc is not None
    ]
    if scores.event_f1 is not None:
        ward = ', '.join(f'{n} {fate.replace("_", " ")}' for fate, n in scores.ward.items() if n)
        lines += [
            '',
            f'{line("event_f1", "event-F1 (IoU 0.5)")}   {scores.n_matched_events} of '
            f'{scores.n_true_events} true events, {scores.n_predicted_events} predicted',
            'event-F1 by IoU      '
            + ', '.join(f'{iou}: {_number(f1)}' for iou, f1 in scores.event_f1_at.items()),
            f'what became of them  {ward or "no event"}',
            line('false_alarms_per_hour', 'false alarms / hour', f'{scores.false_alarms} in all'),
            line('onset_delay_s', 'onset delay', 'median', ' s'),
            line('label_run_f1', 'label-run F1', 'every run of one published label an event'),
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
    lines += scores.notes
    if scores.doubts:
        lines += ['', 'These scores are not to be believed:', *scores.doubts]
    return '\n'.join(lines)


def _bracket(interval: Interval | None) -> str:
    return f' ({interval.low:.3f} – {interval.high:.3f})' if interval else ''


def _number(value: float | None) -> str:
    return '–' if value is None else f'{value:.3f}'

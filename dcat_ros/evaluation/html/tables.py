"""The tables of a report as HTML."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone

from dcat_ros.evaluation.html.judged import Mistake
from dcat_ros.evaluation.html.text import GREY, escaped, number
from dcat_ros.evaluation.scores import Scores

__all__ = ['class_table', 'legend', 'mistakes_table', 'notes', 'score_tables']

_YEAR_NS = 365 * 24 * 3600 * 1_000_000_000


def score_tables(scores: Scores) -> str:
    """The main scores, a small table for each question."""
    s = scores
    parts = [
        _card(
            'Windows',
            [
                ('macro-F1', number(s.macro_f1), ''),
                ('accuracy', number(s.accuracy), ''),
                ('balanced accuracy', number(s.balanced_accuracy), 'mean recall'),
                ('windows scored', f'{s.n_windows}', f'{s.hours * 60:.1f} min'),
            ],
        ),
        _card(
            'Trust',
            [
                ('coverage', number(s.coverage), 'not unknown'),
                ('accuracy covered', number(s.accuracy_covered), 'among those'),
                ('AURC', number(s.aurc), 'lower is better'),
                ('ECE', number(s.calibration_error), 'lower is better'),
            ],
        ),
    ]
    if s.event_f1 is not None:
        by_iou = s.event_f1_at or {'0.5': s.event_f1}
        many = f'{s.n_matched_events} of {s.n_true_events} true, {s.n_predicted_events} said'
        rows = [
            (f'event-F1, IoU {iou}', number(f1), many if iou == '0.5' else '')
            for iou, f1 in by_iou.items()
        ]
        rows += [
            ('false alarms / h', number(s.false_alarms_per_hour, 1), f'{s.false_alarms} in all'),
            ('onset delay', f'{number(s.onset_delay_s, 2)} s', 'median'),
        ]
        parts.append(_card('Events', rows))
    if s.n_trials is not None:
        rows = [
            ('macro-F1', number(s.trial_macro_f1), ''),
            ('accuracy', number(s.trial_accuracy), f'{s.n_trials} trials'),
        ]
        parts.append(_card('Trials', rows))
    return f'<div class="cards">{"".join(parts)}</div>'


def _card(title: str, rows: Iterable[tuple[str, str, str]]) -> str:
    body = ''.join(
        f'<tr><th scope="row">{escaped(name)}<small>{escaped(remark)}</small></th>'
        f'<td>{escaped(value)}</td></tr>'
        for name, value, remark in rows
    )
    return (
        f'<div class="card"><table><caption>{escaped(title)}</caption>'
        f'<tbody>{body}</tbody></table></div>'
    )


def class_table(scores: Scores) -> str:
    """Precision, recall and F1 of each label, folded away."""
    if not scores.per_class:
        return ''
    body = ''.join(
        f'<tr><th scope="row">{escaped(label)}</th><td>{s.precision:.3f}</td>'
        f'<td>{s.recall:.3f}</td><td>{s.f1:.3f}</td><td>{s.support}</td></tr>'
        for label, s in scores.per_class.items()
    )
    return (
        '<details><summary>Scores by label</summary><table class="rows"><thead><tr>'
        '<th scope="col">label</th><th scope="col">precision</th><th scope="col">recall</th>'
        '<th scope="col">F1</th><th scope="col">windows</th></tr></thead>'
        f'<tbody>{body}</tbody></table></details>'
    )


def legend(labels: Sequence[str], colours: Mapping[str, str]) -> str:
    """The labels with their colours; it wraps, and covers nothing."""
    chips = [(escaped(label), colours.get(label, GREY)) for label in labels]
    chips.append(('<i>unknown</i>', GREY))
    items = ''.join(
        f'<li><span style="background:{colour}"></span>{name}</li>' for name, colour in chips
    )
    return f'<ul class="legend">{items}</ul>'


def mistakes_table(mistakes: Sequence[Mistake], origin_ns: int) -> str:
    """The surest mistakes; report.js takes the timeline to the one that is clicked on."""
    if not mistakes:
        return '<p class="none">No window with a known truth is wrong.</p>'
    rows = []
    for m in mistakes:
        start_s, end_s = ((at - origin_ns) / 1e9 for at in (m.start_ns, m.end_ns))
        windows = 'window' if m.n_windows == 1 else 'windows'
        rows.append(
            f'<tr data-from="{start_s:.4f}" data-to="{end_s:.4f}">'
            f'<td><button type="button">{start_s:.2f} s</button></td>'
            f'<td class="stamp">{_stamp(m.start_ns)}</td>'
            f'<td>{escaped(m.truth)}</td><td class="label">{escaped(m.label)}</td>'
            f'<td>{m.confidence:.3f}</td>'
            f'<td>{end_s - start_s:.2f} s<small>{m.n_windows} {windows}</small></td></tr>'
        )
    return (
        '<table class="rows mistakes"><thead><tr><th scope="col">at</th><th scope="col">stamp</th>'
        '<th scope="col">truth</th><th scope="col">likeliest label</th>'
        '<th scope="col">confidence</th><th scope="col">for</th></tr>'
        f'</thead><tbody>{"".join(rows)}</tbody></table>'
    )


def _stamp(stamp_ns: int) -> str:
    """As the messages have it, and as people have it where it is a date."""
    seconds, rest = divmod(stamp_ns, 1_000_000_000)
    title = ''
    if stamp_ns > _YEAR_NS:
        day = datetime.fromtimestamp(seconds, timezone.utc)
        title = f' title="{day:%Y-%m-%d %H:%M:%S} UTC"'
    return f'<span{title}>{seconds}.{rest // 1_000_000:03d}</span>'


def notes(scores: Scores) -> str:
    """What a reader should know, one sentence each."""
    lines = [f'Times: {scores.stamps}.']
    if scores.n_without_truth:
        lines.append(f'{scores.n_without_truth} windows have no truth and are not counted.')
    lines += [
        f'{n} windows have the truth {label!r}, which the model does not know.'
        for label, n in scores.n_foreign_truth.items()
    ]
    lines += [f'{n} messages were rejected: {why}.' for why, n in scores.n_rejected.items()]
    items = ''.join(f'<li>{escaped(line)}</li>' for line in [*lines, *scores.notes, *scores.doubts])
    return f'<ul class="notes">{items}</ul>'

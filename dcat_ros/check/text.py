"""A check's report for the terminal: a screenful."""

from dcat_ros.check.record import CheckReport, ModelFit, TopicFacts

__all__ = ['report_text']

_MOST_LABELS = 6
_MOST_OTHERS = 6


def report_text(report: CheckReport) -> str:
    """Facts, then what was found, then which models fit."""
    length = '' if report.duration_s is None else f', {report.duration_s:.1f} s'
    lines = [f'{report.what}{f": {report.storage}" if report.storage else ""}{length}']
    for facts in report.topics:
        lines += _topic(facts)
    if report.truth is not None:
        labels = [f'{label} {s:.0f} s' for label, s in report.truth.seconds.items()]
        lines.append(f'{report.truth.where}  truth: {_first(labels, _MOST_LABELS)}')
    if report.others:
        others = [f'{topic} ({kind})' for topic, kind in sorted(report.others.items())]
        lines.append(f'not used: {_first(others, _MOST_OTHERS)}')
    if report.remarks:
        lines.append('')
    for remark in report.remarks:
        about = '' if remark.sentence.startswith(remark.about) else f'{remark.about}: '
        lines.append(f'{remark.level:6}{about}{remark.sentence}.')
    lines += ['', *_models(report.models)]
    faults = report.n_faults
    lines += ['', f'{faults or "no"} {"fault" if faults == 1 else "faults"}']
    if report.next:
        lines.append(f'next: {report.next}')
    return '\n'.join(lines)


def _topic(facts: TopicFacts) -> list[str]:
    parts = [f'{facts.n_messages} {"message" if facts.n_messages == 1 else "messages"}']
    if facts.rate_hz is not None:
        parts.append(f'{facts.rate_hz:.1f} Hz')
    if facts.longest_gap_s is not None:
        parts.append(f'longest gap {facts.longest_gap_s:.2f} s')
    if facts.frames:
        parts.append(f'frame {" and ".join(name or "(none)" for name in facts.frames)}')
    if facts.offset_s is not None:
        parts.append(f'stamps {facts.offset_s:+.2f} s from receipt')
    lines = [f'{facts.topic}  {facts.type}', f'      {", ".join(parts)}']
    if facts.values:
        lines.append(f'      {facts.values}')
    return lines


def _models(fits: list[ModelFit]) -> list[str]:
    width = max((len(fit.model) for fit in fits), default=0)
    return [f'{fit.model:{width}}  {_fit(fit)}' for fit in fits]


def _fit(fit: ModelFit) -> str:
    parts = [f'fits {" + ".join(fit.topics)}' if fit.fits else f'does not fit: {fit.why}']
    if fit.fits and fit.known_labels is not None:
        parts.append(f'knows {len(fit.known_labels)} labels of the truth')
    return ', '.join(parts)


def _first(names: list[str], most: int) -> str:
    more = f' and {len(names) - most} more' if len(names) > most else ''
    return ', '.join(names[:most]) + more

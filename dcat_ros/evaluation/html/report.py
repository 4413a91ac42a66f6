"""Evaluations as one HTML file that needs no network, to look at and to zoom into.

    page ──► tables ──────────────────┐
       └───► plots as JSON ──► one file with plotly.js, report.js and report.css in it

A label or a path may hold anything: text is escaped where it stands, and the file's own policy
lets a browser run no script but the two that were put in here, and load nothing.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from dcat_ros.evaluation.evaluation import Evaluation
from dcat_ros.evaluation.html.figures import confusion, reliability_plot, risk_coverage_plot
from dcat_ros.evaluation.html.judged import judged, worst_mistakes
from dcat_ros.evaluation.html.tables import (
    class_table,
    legend,
    mistakes_table,
    notes,
    score_tables,
)
from dcat_ros.evaluation.html.text import escaped, label_colours, number, safe_json
from dcat_ros.evaluation.html.timeline import timeline
from dcat_ros.sensors.shown import Trace

__all__ = ['Page', 'html_report']


@dataclass(frozen=True)
class Page:
    """One model on one input.

    Attributes:
        title: heading, such as the bag's name.
        evaluation: what is shown.
        trace: of the raw signal; the row is left out without it.
        threshold: below it a window is `unknown`; no line is drawn without it.
    """

    title: str
    evaluation: Evaluation
    trace: Trace | None = None
    threshold: float | None = None


def html_report(pages: Sequence[Page]) -> str:
    """The whole file; its encoding is to be UTF-8.

    Args:
        pages: in the order in which they are shown.

    Raises:
        ValueError: there is no page.
    """
    # a second of import, and only those who want a report have it
    from plotly.offline import get_plotlyjs

    if not pages:
        raise ValueError('a report needs a page')
    labels = {label for page in pages for label in page.evaluation.labels}
    labels |= {segment.label for page in pages for segment in page.evaluation.truth}
    colours = label_colours(labels)
    # as a browser reads it, or the policy's sum would not fit
    scripts = [s.replace('\r\n', '\n') for s in (get_plotlyjs(), _asset('report.js'))]
    sums = ' '.join(f"'sha256-{_sha256(script)}'" for script in scripts)
    policy = (
        f"default-src 'none'; script-src {sums}; style-src 'unsafe-inline'; img-src data: blob:"
    )
    plotly_js, report_js = scripts
    title = pages[0].title if len(pages) == 1 else f'{len(pages)} evaluations'
    body = ''.join(_section(i, page, colours) for i, page in enumerate(pages))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escaped(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>dcat evaluate: {escaped(title)}</title>\n'
        f'<style>{_asset("report.css")}</style>\n</head>\n<body>\n'
        f'{_navigation(pages)}<main>{body}</main>\n'
        f'<script>{plotly_js}</script>\n<script>{report_js}</script>\n</body>\n</html>\n'
    )


def _asset(name: str) -> str:
    return files('dcat_ros.evaluation.html').joinpath(name).read_text(encoding='utf-8')


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode('ascii')


def _navigation(pages: Sequence[Page]) -> str:
    """Links to the pages, a line for each input; nothing for a single page."""
    if len(pages) == 1:
        return ''
    by_input: dict[str, list[str]] = {}
    for i, page in enumerate(pages):
        scores = page.evaluation.scores
        link = f'<a href="#page-{i}">{escaped(scores.model)} <b>{number(scores.macro_f1)}</b></a>'
        by_input.setdefault(page.title, []).append(link)
    lines = ''.join(
        f'<li><span>{escaped(name)}</span>{"".join(links)}</li>' for name, links in by_input.items()
    )
    return f'<nav><p>macro-F1 by recording and model</p><ul>{lines}</ul></nav>\n'


def _section(i: int, page: Page, colours: dict[str, str]) -> str:
    """One model on one input."""
    evaluation, scores = page.evaluation, page.evaluation.scores
    windows = judged(evaluation)
    begin_ns, end_ns = _span(page)
    line = timeline(
        windows,
        evaluation.truth,
        colours,
        stride_s=page.evaluation.stride_s,
        origin_ns=begin_ns,
        end_ns=end_ns,
        trace=page.trace,
        threshold=page.threshold,
    )
    shown = {w.said for w in windows} | {w.best for w in windows}
    shown |= {segment.label for segment in evaluation.truth}
    known = [label for label in evaluation.labels if label in shown]
    foreign = sorted({s.label for s in evaluation.truth} - set(evaluation.labels))
    mistakes = worst_mistakes(windows, page.evaluation.stride_s)
    aurc, ece = number(scores.aurc), number(scores.calibration_error)
    return (
        f'<section id="page-{i}"><header><h1>{escaped(page.title)}</h1>'
        f'<p>model <b>{escaped(scores.model)}</b> on {escaped(scores.input)}</p></header>'
        f'{score_tables(scores)}'
        f'<article><h2>Timeline</h2>{_timeline_hint(i, page.threshold)}'
        f'{legend(known + foreign, colours)}{_plot(f"timeline-{i}", line, "timeline")}</article>'
        '<article><h2>Surest mistakes</h2><p class="hint">Neighbouring wrong windows are one; '
        'a click takes the timeline there.</p>'
        f'<div data-timeline="timeline-{i}">{mistakes_table(mistakes, begin_ns)}</div></article>'
        '<div class="pair"><article><h2>Confusion</h2><p class="hint">Windows by truth '
        '(down) and likeliest label (across); colour: share of the row.</p>'
        f'{_plot(f"confusion-{i}", confusion(scores))}{class_table(scores)}</article><div>'
        f'<article><h2>Risk and coverage <span>AURC {aurc}</span></h2><p class="hint">What is '
        'wrong if only the surest windows are answered.</p>'
        f'{_plot(f"risk-{i}", risk_coverage_plot(windows))}</article>'
        f'<article><h2>Reliability <span>ECE {ece}</span></h2><p class="hint">Bars on the dashed '
        'line: as often right as the confidence says. The paler, the fewer windows.</p>'
        f'{_plot(f"reliability-{i}", reliability_plot(windows))}</article></div></div>'
        f'<article><h2>Notes</h2>{notes(scores)}</article></section>\n'
    )


def _timeline_hint(i: int, threshold: float | None) -> str:
    below = f'; dashed: below {threshold:.2f} a window is unknown' if threshold else ''
    return (
        '<p class="hint">Confidence is the probability of the likeliest label; red: it is wrong'
        f'{below}. Drag to zoom. <button type="button" data-all="timeline-{i}">Show all</button>'
        '</p>'
    )


def _span(page: Page) -> tuple[int, int]:
    """What the timeline shows at first: the signal, or else the windows, or else the truth."""
    evaluation, trace = page.evaluation, page.trace
    if trace is not None and (trace.bands or trace.pictures):
        return trace.begin_ns, trace.end_ns
    if evaluation.predictions:
        ends_ns = max(prediction.end_ns for prediction in evaluation.predictions)
        return min(prediction.start_ns for prediction in evaluation.predictions), ends_ns
    if evaluation.truth:
        return evaluation.truth[0].start_ns, evaluation.truth[-1].end_ns
    return 0, 0


def _plot(name: str, plot: dict[str, Any] | None, kind: str = '') -> str:
    """A place for a plot, as high as it will be, and its JSON, which report.js draws."""
    if plot is None:
        return '<p class="none">No window was scored.</p>'
    return (
        f'<div class="plot {kind}" id="{name}" style="height:{plot["height"]}px"></div>'
        f'<script type="application/json" id="{name}-json">{safe_json(plot)}</script>'
    )

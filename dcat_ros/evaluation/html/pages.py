"""The pages of a report, with the raw signals of the bags."""

from collections.abc import Sequence

from dcat_ros.card.card import Card
from dcat_ros.errors import DcatError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.evaluation.evaluation import Evaluation
from dcat_ros.evaluation.html.report import Page, html_report
from dcat_ros.evaluation.html.trace import trace_of
from dcat_ros.sensors.shown import Trace

__all__ = ['report_of']


def report_of(
    evaluations: Sequence[tuple[Evaluation, Card]], source: BagSource
) -> tuple[str, list[str]]:
    """The report of evaluations as HTML, and notes for the user.

    Args:
        evaluations: each with its model's card; at least one.
        source: as the models had it; the bags are read a second time.
    """
    pages, note_lines = [], []
    for evaluation, card in evaluations:
        trace: Trace | None = None
        if evaluation.path is not None:
            try:
                trace = trace_of(evaluation.path, source, card)
            except DcatError as problem:  # the scores are there, and count for more
                note_lines.append(f'The report shows no raw signal: {problem}')
        name = evaluation.path.name if evaluation.path else evaluation.scores.input
        threshold = card.calibration.unknown_threshold
        pages.append(Page(name, evaluation, trace, threshold))
    return html_report(pages), note_lines

"""From what each model gave for each bag to one report."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import dcat_ros
from dcat_ros.errors import ConfigError, InputError, NothingScoredError
from dcat_ros.evaluation.evaluation import Evaluation
from dcat_ros.evaluation.record import Failure, Report
from dcat_ros.evaluation.summary import compare, summarise

__all__ = ['make_report', 'subjects_of_bags']


def subjects_of_bags(bags: Sequence[Path], pattern: str | None) -> list[str] | None:
    """Whose each bag is, by its path; None without a pattern.

    Args:
        bags: where they are.
        pattern: a regular expression; its first group, or all of it, is the subject.

    Raises:
        ConfigError: it is no regular expression, or does not match a bag.
    """
    if pattern is None:
        return None
    try:
        expression = re.compile(pattern)
    except re.error as problem:
        raise ConfigError(f'{pattern!r} is no regular expression: {problem}.') from None
    subjects = []
    for bag in bags:
        match = expression.search(str(bag))
        if match is None:
            raise ConfigError(f'{pattern!r} does not match {bag}, so that its subject is unknown.')
        subjects.append(match.group(1 if expression.groups else 0) or '')
    return subjects


def make_report(
    results: Sequence[Sequence[Evaluation | Failure]],
    *,
    with_baseline: bool = False,
    subjects: Sequence[str] | None = None,
) -> Report:
    """Pool each model's bags, and compare with the baseline.

    Args:
        results: of each model for each bag, the baseline's last.
        with_baseline: whether the last model is a baseline.
        subjects: whose each bag is.

    Raises:
        InputError: nothing could be scored at all; the sentence is that of the first failure.
        NothingScoredError: likewise, though a recording could be read.
    """
    report = Report(dcat_ros=dcat_ros.__version__, models=[])
    scored = [
        {i: r for i, r in enumerate(of_model) if isinstance(r, Evaluation)} for of_model in results
    ]

    def whose(bags: Iterable[int]) -> list[str] | None:
        return None if subjects is None else [subjects[i] for i in bags]

    for number, (of_model, good) in enumerate(zip(results, scored, strict=True)):
        report.failures += [result for result in of_model if isinstance(result, Failure)]
        if not good:
            continue
        model = summarise(list(good.values()), whose(good))
        model.baseline = with_baseline and number == len(results) - 1
        both = [i for i in good if i in scored[-1]]
        if with_baseline and not model.baseline and both:
            model.comparison = compare(
                [good[i] for i in both], [scored[-1][i] for i in both], whose(both)
            )
        report.models.append(model)
    if not report.models:
        for failure in report.failures:
            if failure.was_read:
                raise NothingScoredError(failure.why)
        raise InputError(report.failures[0].why)
    return report

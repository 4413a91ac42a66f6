"""Asserting in one's own tests what a model is worth on one's own bags.

    from dcat_ros.testing import assert_scores

    def test_labels():
        assert_scores('bags/kitchen_*', model='imu_watch', macro_f1=0.8, false_alarms_per_hour=2)

With pytest, the same is there as the fixture `assert_scores`, which also shows the scores in the
summary at the end.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcat_ros.evaluation.many import BagOptions
    from dcat_ros.evaluation.record import ModelReport

__all__ = ['assert_scores']


def assert_scores(
    bags: str | Path | Sequence[str | Path],
    model: str | Path,
    options: 'BagOptions | None' = None,
    **required: float,
) -> 'ModelReport':
    """Score a model on bags, and raise AssertionError if it is worth less than required.

    Args:
        bags: a bag, a folder of bags, a pattern, or several of them.
        model: weights file, or name of a shipped model.
        options: topics and truth, where they are not those by default.
        required: least value of a score by its name in `dcat_ros.evaluation.scores.Scores`, or
            greatest where less is better: macro_f1=0.8, false_alarms_per_hour=2.

    Returns:
        All scores.

    Raises:
        AssertionError: a requirement is not met, or a bag could not be scored.
        InputError: a bag, the model or a requirement is unusable.
    """
    # pytest loads this module wherever dcat_ros is installed: nothing heavy until it is asked for
    from dcat_ros.bags.find import find_bags
    from dcat_ros.errors import ConfigError
    from dcat_ros.evaluation.make_report import make_report
    from dcat_ros.evaluation.many import BagOptions, evaluate_bags
    from dcat_ros.evaluation.requirements import checked, failed

    if not checked(required):
        raise ConfigError('assert_scores needs a requirement, such as macro_f1=0.8.')
    names = [bags] if isinstance(bags, str | Path) else bags
    paths = find_bags(map(str, names))
    report = make_report(evaluate_bags(paths, [str(model)], options or BagOptions(), workers=1))
    found = report.models[0]
    problems = failed(found.scores, required) + [failure.why for failure in report.failures]
    if problems:
        raise AssertionError(f'{found.model}: ' + ' '.join(problems))
    return found

import pytest

from dcat_ros.errors import ConfigError
from dcat_ros.evaluation.requirements import REQUIRABLE, failed, read_requirements
from dcat_ros.evaluation.scores import Scores


def scores(**fields):
    base = {'input': 'a bag', 'model': 'm', 'stamps': 's', 'hours': 1, 'n_messages': 1}
    base |= {'n_windows': 9, 'n_without_truth': 0, 'macro_f1': 0.5, 'accuracy': None}
    return Scores.model_validate(base | {'coverage': 1, 'accuracy_covered': 1} | fields)


def test_requirement_is_at_least_or_at_most():
    some = scores(false_alarms_per_hour=2.0)
    assert failed(some, {'macro_f1': 0.5, 'false_alarms_per_hour': 2}) == []
    assert failed(some, {'macro_f1': 0.51, 'false_alarms_per_hour': 1.9}) == [
        'macro_f1 must be at least 0.51, and it is 0.5 (a bag).',
        'false_alarms_per_hour must be at most 1.9, and it is 2 (a bag).',
    ]


def test_score_that_is_not_there_meets_nothing():
    assert failed(scores(), {'accuracy': 0.0, 'onset_delay_s': 9}) == [
        'accuracy must be at least 0, and there is none (a bag).',
        'onset_delay_s must be at most 9, and there is none (a bag).',
    ]


def test_every_name_is_one_of_scores():
    assert set(REQUIRABLE) <= set(Scores.model_fields)


@pytest.mark.parametrize(
    ('text', 'match'),
    [('macro_f1', 'is no NAME=NUMBER'), ('macro_f1=high', 'is no NAME'), ('f2=1', 'is no score'),
     ('macro_f1=nan', 'must be a number')],
)  # fmt: skip
def test_unusable_requirement_is_refused(text, match):
    with pytest.raises(ConfigError, match=match):
        failed(scores(), read_requirements((text,)))

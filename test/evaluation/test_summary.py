"""Pooling, intervals and comparison on recordings whose outcomes are planted."""

import numpy as np
import pytest
from scipy.stats import binomtest

from dcat_ros.evaluation.evaluation import Evaluation
from dcat_ros.evaluation.outcomes import Outcomes
from dcat_ros.evaluation.scores import Scores, event_scores, window_scores
from dcat_ros.evaluation.summary import compare, right_activities, summarise
from dcat_ros.evaluation.tally import Tally
from dcat_ros.segment import Segment
from dcat_ros.streaming.decision import Prediction

LABELS = ('walk', 'jog', 'rest')
S = 10**9


def prediction(best, end_s):
    row = [0.2] * 3
    row[LABELS.index(best)] = 0.6
    return Prediction(best, 'ok', 0.6, tuple(row), (end_s - 1) * S, end_s * S, 'imu')


def recording(pairs, name='bag', tally=None, model='small'):
    """Each pair of truth and label lasts a second, and has one window in its middle."""
    predictions = [prediction(said, i + 1) for i, (_, said) in enumerate(pairs)]
    truth = [Segment(i * S, (i + 1) * S, label) for i, (label, _) in enumerate(pairs)]
    outcomes = Outcomes.of([label for label, _ in pairs], predictions, LABELS)
    tally = tally or Tally(hours=0.5, n_true=4, n_predicted=4, n_matched=(3, 2, 1))
    fields = {'input': name, 'model': model, 'stamps': 'header stamps', 'hours': 0.5,
              'n_messages': 5, 'n_rejected': {'truncated': 1}, 'notes': [name]}  # fmt: skip
    scores = Scores.model_validate(fields | window_scores(outcomes) | event_scores(tally))
    return Evaluation(scores, predictions, truth, LABELS, 0.5, 1.0, outcomes, tally)


GOOD = [('walk', 'walk'), ('jog', 'jog')]
BAD = [('walk', 'jog'), ('jog', 'walk')]


def test_one_recording_is_its_own_summary_without_intervals():
    one = recording(GOOD)
    report = summarise([one])
    assert (report.scores, report.bags, report.n_groups) == (one.scores, [one.scores], 1)
    assert report.intervals == {}


def test_pooled_scores_are_those_of_all_windows_and_events_together():
    report = summarise([recording(GOOD, 'a'), recording(BAD * 2, 'b'), recording(GOOD, 'c')])
    scores = report.scores
    assert (scores.input, scores.hours, scores.n_messages) == ('3 bags', 1.5, 15)
    assert (scores.n_windows, scores.accuracy, scores.macro_f1) == (8, 0.5, 0.5)
    assert scores.n_rejected == {'truncated': 3}
    assert (scores.n_true_events, scores.event_f1) == (12, pytest.approx(6 / 24))
    assert scores.event_f1_at == {'0.1': 0.75, '0.25': 0.5, '0.5': 0.25}
    assert scores.notes == ['a', 'b', 'c']
    assert [bag.accuracy for bag in report.bags] == [1.0, 0.0, 1.0]


def test_interval_of_accuracy_is_that_of_drawing_recordings():
    rng = np.random.default_rng(1)
    rights = rng.random(40) < 0.7
    report = summarise([recording(GOOD if right else BAD) for right in rights])
    interval = report.intervals['accuracy']
    half = 1.96 * np.sqrt(rights.mean() * (1 - rights.mean()) / 40)
    assert interval.low == pytest.approx(rights.mean() - half, abs=0.04)
    assert interval.high == pytest.approx(rights.mean() + half, abs=0.04)
    assert (report.grouped_by, report.n_groups) == ('bag', 40)


def test_interval_over_subjects_is_wider_than_over_their_recordings():
    rights = [i < 20 for i in range(30)]
    recordings = [recording(GOOD if right else BAD) for right in rights]
    by_bag = summarise(recordings).intervals['accuracy']
    report = summarise(recordings, [str(i // 10) for i in range(30)])
    by_subject = report.intervals['accuracy']
    assert (report.grouped_by, report.n_groups) == ('subject', 3)
    assert by_subject.high - by_subject.low > 1.5 * (by_bag.high - by_bag.low)


def test_equal_recordings_have_an_interval_of_no_width():
    report = summarise([recording(GOOD)] * 5)
    assert (report.intervals['macro_f1'].low, report.intervals['macro_f1'].high) == (1.0, 1.0)
    assert report.intervals['event_f1'].low == pytest.approx(0.25)


def test_comparison_is_paired():
    """Recordings are very unlike, and the model is always a bit better: the interval is clear."""
    ours, theirs = [], []
    for n_bad in (0, 4, 8, 12, 16):
        ours.append(recording(BAD * n_bad + GOOD * (20 - n_bad)))
        theirs.append(recording(BAD * (n_bad + 2) + GOOD * (18 - n_bad), model='old'))
    found = compare(ours, theirs)
    gain = found.differences['accuracy']
    assert gain.value == pytest.approx(0.1)
    assert (gain.interval.low, gain.interval.high) == (pytest.approx(0.1), pytest.approx(0.1))
    assert (found.baseline, found.n_bags) == ('old', 5)
    test = found.mcnemar
    assert (test.n, test.n_only_model, test.n_only_baseline) == (200, 20, 0)
    assert test.p == pytest.approx(binomtest(20, 20).pvalue)


def test_comparison_with_itself_is_nothing():
    some = [recording(GOOD), recording(BAD)]
    found = compare(some, some)
    assert {d.value for d in found.differences.values()} == {0.0}
    assert (found.mcnemar.p, found.mcnemar.n_only_model) == (1.0, 0)


def test_right_activities_sum_the_windows_that_speak_for_them():
    one = recording([('walk', 'walk'), ('walk', 'jog'), ('walk', 'walk'), ('rest', 'rest')])
    one.truth = [
        Segment(0, 3 * S, 'walk'),  # two of its three windows say so
        Segment(3 * S, 4 * S, 'rest'),  # no activity
        Segment(90 * S, 91 * S, 'jog'),  # no window
    ]
    assert right_activities(one).tolist() == [True, False]
    one.predictions = []
    assert right_activities(one).tolist() == [False, False]

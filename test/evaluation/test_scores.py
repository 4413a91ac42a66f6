import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
)

from dcat_ros.evaluation.evaluation import Evaluation
from dcat_ros.evaluation.intervals import cluster_bootstrap
from dcat_ros.evaluation.outcomes import Outcomes
from dcat_ros.evaluation.picture import figure_png, timeline_png
from dcat_ros.evaluation.report_text import scores_text
from dcat_ros.evaluation.scores import Scores, best_label, window_scores
from dcat_ros.segment import Segment
from dcat_ros.streaming.decision import Prediction

LABELS = ('walk', 'jog', 'rest')


def prediction(best, state='ok', p=0.6, end_ns=0):
    row = [(1 - p) / 2] * 3
    row[LABELS.index(best)] = p
    label = best if state == 'ok' else 'unknown'
    return Prediction(label, state, p, tuple(row), end_ns - 10**9, end_ns, 'imu')


def scored(pairs):
    truth = [t for t, *_ in pairs]
    return window_scores(Outcomes.of(truth, [prediction(*rest) for _, *rest in pairs], LABELS))


def test_window_scores_by_hand():
    found = scored(
        [('walk', 'walk'), ('walk', 'jog'), ('walk', 'walk', 'unknown'), ('jog', 'jog'),
         ('jog', 'rest', 'unknown'), ('', 'walk'), ('dance', 'walk'), ('dance', 'jog')]
    )  # fmt: skip
    assert (found['n_windows'], found['n_without_truth']) == (5, 1)
    assert found['n_foreign_truth'] == {'dance': 2}
    # walk: 2 of 2 found right, 2 of 3 there; jog: 1 of 2 and 1 of 2
    assert found['macro_f1'] == pytest.approx((0.8 + 0.5) / 2)
    assert found['accuracy'] == pytest.approx(3 / 5)
    assert found['coverage'] == pytest.approx(3 / 5)
    assert found['accuracy_covered'] == pytest.approx(2 / 3)
    walk = found['per_class']['walk']
    assert (walk.precision, walk.recall, walk.support) == (1.0, pytest.approx(2 / 3), 3)
    assert set(found['per_class']) == {'walk', 'jog'}
    assert found['confusion_labels'] == ['walk', 'jog', 'rest']
    assert found['confusion'] == [[2, 1, 0], [0, 1, 1], [0, 0, 0]]


@pytest.mark.parametrize('seed', range(5))
def test_window_scores_are_sklearns(seed):
    rng = np.random.default_rng(seed)
    y, best = rng.choice(LABELS, size=(2, 80), p=[0.5, 0.3, 0.2])
    found = scored(list(zip(y.tolist(), best.tolist(), strict=True)))
    assert found['macro_f1'] == pytest.approx(f1_score(y, best, average='macro'))
    assert found['accuracy'] == pytest.approx(accuracy_score(y, best))
    assert found['confusion'] == confusion_matrix(y, best, labels=LABELS).tolist()
    theirs = precision_recall_fscore_support(y, best, labels=LABELS)
    for i, label in enumerate(LABELS):
        ours = found['per_class'][label]
        row = (ours.precision, ours.recall, ours.f1, ours.support)
        assert row == pytest.approx([column[i] for column in theirs])


def test_window_scores_label_absent_from_truth_is_not_in_the_mean():
    found = scored([('walk', 'walk'), ('walk', 'rest')])
    assert found['macro_f1'] == pytest.approx(2 / 3)  # and not the mean with 0 for rest


@pytest.mark.parametrize('pairs', [[], [('', 'walk')], [('dance', 'jog')]])
def test_window_scores_without_truth_are_none(pairs):
    found = scored(pairs)
    assert found['n_windows'] == 0
    assert found['macro_f1'] is found['accuracy'] is found['coverage'] is None


def test_window_scores_all_unknown_has_no_accuracy_there():
    found = scored([('walk', 'walk', 'unknown')])
    assert (found['coverage'], found['accuracy_covered']) == (0.0, None)
    assert found['macro_f1'] == 1.0


def test_best_label_of_unknown_is_the_likeliest():
    assert best_label(prediction('jog', 'unknown'), LABELS) == 'jog'


def make_evaluation(pairs, **fields):
    n = len(pairs)
    predictions = [prediction(*rest, end_ns=10**9 * (i + 2)) for i, (_, *rest) in enumerate(pairs)]
    base = {'input': 'a bag', 'model': 'small', 'stamps': 'header', 'hours': 0.5, 'n_messages': n}
    scores = Scores.model_validate({**base, **scored(pairs), **fields})
    truth = [Segment(10**9 * i, 10**9 * (i + 1), t) for i, (t, *_) in enumerate(pairs) if t]
    outcomes = Outcomes.of([t for t, *_ in pairs], predictions, LABELS)
    return Evaluation(scores, predictions, truth, LABELS, 0.5, 1.0, outcomes)


def test_scores_text_says_the_facts():
    text = scores_text(
        make_evaluation(
            [('walk', 'walk'), ('walk', 'rest', 'unknown'), ('', 'jog'), ('dance', 'jog')],
            n_rejected={'truncated': 4},
            event_f1=0.25, n_matched_events=1, n_true_events=3, n_predicted_events=5,
            false_alarms=2, false_alarms_per_hour=4.0, onset_delay_s=None,
            n_trials=7, trial_macro_f1=0.125, trial_accuracy=0.375, notes=['It was cut off.'],
        ).scores
    )  # fmt: skip
    for fact in (
        'a bag, model small', '2 windows in 30.0 min', 'macro-F1             0.667',
        'coverage             0.500', '0.250   1 of 3 true events, 5 predicted',
        '4.000   (2 in all)', 'trial macro-F1       0.125   7 trials', '4 messages were rejected: '
        'truncated', "1 windows have the truth 'dance'", '1 windows have no truth',
        'It was cut off.', 'onset delay              – s',
    ):  # fmt: skip
        assert fact in text


@pytest.mark.parametrize('draw', [figure_png, timeline_png])
@pytest.mark.parametrize(
    'pairs', [[], [('', 'walk')], [('walk', 'jog'), ('jog', 'jog', 'unknown')]]
)
def test_pictures_are_png_whatever_is_there(draw, pairs):
    assert draw(make_evaluation(pairs)).startswith(b'\x89PNG')


def mean(groups):
    return float(np.mean(groups))


def test_cluster_bootstrap_is_near_the_normal_interval():
    groups = np.random.default_rng(0).normal(5, 2, size=200).tolist()
    low, high = cluster_bootstrap(groups, mean, n_resamples=3000)
    half = 1.96 * np.std(groups) / np.sqrt(200)
    assert low == pytest.approx(np.mean(groups) - half, abs=0.1 * half)
    assert high == pytest.approx(np.mean(groups) + half, abs=0.1 * half)


def test_cluster_bootstrap_draws_whole_groups():
    seen = []
    groups = [['a', 'a'], ['b']]
    cluster_bootstrap(groups, lambda g: seen.append(g) or 0.0, n_resamples=50)
    assert all(len(g) == 2 and all(x in groups for x in g) for g in seen)
    assert {len({x[0] for x in g}) for g in seen} == {1, 2}  # with replacement


def test_cluster_bootstrap_of_equal_groups_has_no_width():
    assert cluster_bootstrap([3.0] * 4, mean, n_resamples=20) == (3.0, 3.0)


def test_cluster_bootstrap_is_the_same_for_the_same_seed():
    groups = [1.0, 5.0, 2.0, 8.0]
    one, two = (cluster_bootstrap(groups, mean, n_resamples=30, seed=3) for _ in range(2))
    assert one == two
    assert one != cluster_bootstrap(groups, mean, n_resamples=30, seed=4)

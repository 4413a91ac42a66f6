import numpy as np
import pytest

from dcat_ros.evaluation import events as module
from dcat_ros.evaluation.events import Event, events_of, score_events
from dcat_ros.segment import Segment
from dcat_ros.streaming.decision import Prediction

LABELS = ('walk', 'jog', 'rest')
S = 10**9


@pytest.fixture(autouse=True)
def steady(monkeypatch):
    """How long a label must last is a matter of tuning; three windows here."""
    monkeypatch.setattr(module, '_STEADY_S', 1.5)


def predictions(text, step_s=0.5, begin_s=1.0, p=0.8):
    """One window a letter: w walk, j jog, r rest; '-' leaves one out."""
    out = []
    for i, letter in enumerate(text):
        if letter == '-':
            continue
        best = 'wjr'.index(letter)
        row = [(1 - p) / 2] * 3
        row[best] = p
        end = round((begin_s + i * step_s) * S)
        out.append(Prediction(LABELS[best], 'ok', p, tuple(row), end - S, end, 'imu'))
    return out


def found(text, **options):
    options = {'stride_s': 0.5, 'lag_s': 0.5, **options}
    return events_of(predictions(text), LABELS, **options)


def spans(events):
    return [(e.label, e.start_ns / S, e.end_ns / S) for e in events]


def segment(label, start_s, end_s):
    return Segment(round(start_s * S), round(end_s * S), label)


def event(label, start_s, end_s, emitted=()):
    return Event(label, round(start_s * S), round(end_s * S), tuple(emitted))


def test_events_of_one_activity():
    # the windows that show it end at 1.5, 2.0 and 2.5 s and speak for half a second before
    (one,) = found('rwwwrr')
    assert spans([one]) == [('walk', 0.75, 2.25)]
    assert one.emitted == (
        (1_500_000_000, 'walk'),
        (2_000_000_000, 'walk'),
        (2_500_000_000, 'walk'),
    )


@pytest.mark.parametrize('text', ['', 'r', 'rrrr'])
def test_events_of_rest_alone_is_none(text):
    assert found(text) == []


def test_events_of_activities_with_rest_between():
    assert spans(found('wrj')) == [('walk', 0.25, 0.75), ('jog', 1.25, 1.75)]


def test_events_of_a_hole_is_the_end_of_one():
    assert spans(found('ww--ww')) == [('walk', 0.25, 1.25), ('walk', 2.25, 3.25)]
    assert spans(found('ww-ww')) == [('walk', 0.25, 1.25), ('walk', 1.75, 2.75)]


def test_events_of_label_change_without_rest_splits_if_both_last():
    # 1.5 s of each are three windows
    assert spans(found('wwwjjj')) == [('walk', 0.25, 1.75), ('jog', 1.75, 3.25)]


def test_events_of_a_short_other_label_does_not_split():
    assert spans(found('wwwjjwww')) == [('walk', 0.25, 4.25)]
    assert spans(found('wwwjj')) == [('walk', 0.25, 2.75)]


def test_events_of_unsteady_stretch_between_two_labels_is_halved():
    # w w w j w j j j: the steady stretches are 0-2 and 5-7, the cut lies between, at 4
    (one, two) = found('wwwjwjjj')
    assert (one.label, two.label) == ('walk', 'jog')
    assert one.end_ns == two.start_ns == round(2.25 * S)
    assert [label for _, label in one.emitted] == ['walk'] * 3 + ['jog']


def test_events_of_label_is_that_of_the_summed_probabilities():
    weak = predictions('ww', p=0.5)
    strong = predictions('j', p=0.98, begin_s=2.0)
    assert [e.label for e in events_of(weak + strong, LABELS, stride_s=0.5, lag_s=0.5)] == ['jog']


def test_events_of_unsure_run_is_unknown_and_none():
    # probabilities among the activities: 0.8 and 0.1, so 8/9 for the label
    assert len(found('ww', threshold=0.88)) == 1
    assert found('ww', threshold=0.9) == []


def test_events_of_activity_needs_more_than_rest():
    rows = [(0.3, 0.21, 0.49), (0.3, 0.19, 0.51)]
    some = [Prediction('x', 'ok', 0.5, r, i * S, i * S + S, '') for i, r in enumerate(rows)]
    assert len(events_of(some, LABELS, stride_s=1.0, lag_s=0.0)) == 1
    assert events_of(some, LABELS, stride_s=1.0, lag_s=0.0)[0].end_ns == round(1.5 * S)


def test_events_of_model_without_rest_is_always_active():
    rows = [(0.9, 0.1), (0.6, 0.4)]
    some = [Prediction('x', 'ok', 0.5, r, i * S, i * S + S, '') for i, r in enumerate(rows)]
    (one,) = events_of(some, ('walk', 'jog'), stride_s=1.0, lag_s=0.0)
    assert (one.label, len(one.emitted)) == ('walk', 2)


def test_events_of_model_without_rest_end_where_nothing_is_likely():
    rows = [(0.9, 0.1), (0.6, 0.4), (0.55, 0.45), (0.3, 0.7)]
    some = [Prediction('x', 'ok', 0.5, r, i * S, i * S + S, '') for i, r in enumerate(rows)]
    walk, jog = events_of(some, ('walk', 'jog'), stride_s=1.0, lag_s=0.0, threshold=0.6)
    assert (walk.label, len(walk.emitted)) == ('walk', 2)
    assert (jog.label, len(jog.emitted)) == ('jog', 1)


def test_score_events_perfect():
    truth = [segment('rest', 0, 0.75), segment('walk', 0.75, 2.25), segment('rest', 2.25, 4)]
    scores = score_events(truth, found('rwwwrr'), hours=0.5)
    assert (scores.n_true, scores.n_predicted, scores.n_matched) == (1, 1, 1)
    assert (scores.f1, scores.false_alarms, scores.false_alarms_per_hour) == (1.0, 0, 0.0)
    assert scores.onset_delay_s == 0.75  # the first window is published at 1.5 s


@pytest.mark.parametrize(('end_s', 'matched'), [(3.75, 1), (3.76, 0)])
def test_score_events_border_of_iou(end_s, matched):
    # 1.5 s of prediction in 3 s of truth is 0.5
    scores = score_events([segment('walk', 0.75, end_s)], [event('walk', 0.75, 2.25)], 1.0)
    assert scores.n_matched == matched
    assert scores.false_alarms == 0


def test_score_events_wrong_label_is_no_match_and_no_false_alarm():
    scores = score_events([segment('walk', 0, 1)], [event('jog', 0, 1)], 1.0)
    assert (scores.n_matched, scores.f1, scores.false_alarms) == (0, 0.0, 0)


def test_score_events_false_alarm_touches_nothing():
    predicted = [event('walk', 0, 1), event('walk', 5, 6), event('walk', 1, 2)]
    scores = score_events([segment('walk', 0, 1)], predicted, hours=0.25)
    assert scores.false_alarms == 2  # the one from 1 to 2 s only meets the end
    assert scores.false_alarms_per_hour == 8.0
    assert scores.f1 == pytest.approx(2 / 4)


def test_score_events_merged_event_matches_one_at_most():
    truth = [segment('walk', 0, 4), segment('walk', 5, 9)]
    assert score_events(truth, [event('walk', 0, 9)], 1.0).n_matched == 0  # IoU 4/9 with each
    assert score_events(truth, [event('walk', 0, 5.5)], 1.0).n_matched == 1


def test_score_events_fragments_match_once_at_most():
    truth = [segment('walk', 0, 10)]
    parts = [event('walk', 0, 6), event('walk', 6.5, 10)]
    scores = score_events(truth, parts, 1.0)
    assert (scores.n_matched, scores.f1) == (1, pytest.approx(2 / 3))
    halves = [event('walk', 0, 4.9), event('walk', 5.1, 10)]
    assert score_events(truth, halves, 1.0).n_matched == 0


def test_score_events_best_overlap_wins():
    truth = [segment('walk', 0, 10)]
    predicted = [event('walk', 0, 6, [(6 * S, 'walk')]), event('walk', 0.5, 10, [(9 * S, 'walk')])]
    assert score_events(truth, predicted, 1.0).onset_delay_s == 9.0


def test_score_events_delay_counts_the_right_label_after_the_start():
    emitted = [(1 * S, 'walk'), (3 * S, 'jog'), (4 * S, 'walk')]
    scores = score_events([segment('walk', 2, 10)], [event('walk', 2, 10, emitted)], 1.0)
    assert scores.onset_delay_s == 2.0


def test_score_events_delay_is_the_median():
    truth = [segment('walk', 10 * i, 10 * i + 5) for i in range(3)]
    predicted = [
        event('walk', 10 * i, 10 * i + 5, [((10 * i + d) * S, 'walk')])
        for i, d in enumerate((1, 4, 2))
    ]
    assert score_events(truth, predicted, 1.0).onset_delay_s == 2.0


def test_score_events_without_truth_or_prediction():
    nothing = score_events([], [], 0.0)
    assert (nothing.f1, nothing.onset_delay_s, nothing.false_alarms_per_hour) == (0.0, None, 0.0)
    assert score_events([segment('rest', 0, 9)], [event('walk', 0, 1)], 1.0).false_alarms == 1
    assert score_events([segment('walk', 0, 9)], [], 1.0).f1 == 0.0


def test_score_events_random_cases_are_those_of_a_naive_matching():
    """False alarms and the number of matches against all pairs, however the events lie."""
    rng = np.random.default_rng(0)
    for _ in range(100):
        edges = np.sort(rng.choice(200, size=12, replace=False))
        truth = [segment('walk', *edges[i : i + 2]) for i in range(0, 12, 2)]
        edges = np.sort(rng.choice(200, size=12, replace=False))
        predicted = [event('walk', *edges[i : i + 2]) for i in range(0, 12, 2)]
        rng.shuffle(predicted)
        matched, alarms = set(), 0
        for e in predicted:
            shared = [min(s.end_ns, e.end_ns) - max(s.start_ns, e.start_ns) for s in truth]
            alarms += max(shared) <= 0
            for s, both in zip(truth, shared, strict=True):
                union = (s.end_ns - s.start_ns) + (e.end_ns - e.start_ns) - both
                # above 0.5 a pair is the only one for both its sides
                if both > 0.5 * union:
                    matched.add((s.start_ns, e.start_ns))
        scores = score_events(truth, predicted, 1.0, min_iou=0.5000001)
        assert (scores.n_matched, scores.false_alarms) == (len(matched), alarms)

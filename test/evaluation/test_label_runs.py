"""Events as a simple listener sees them: runs of one published label."""

from dcat_ros.evaluation.events import label_runs, score_events
from dcat_ros.segment import Segment
from dcat_ros.streaming.decision import Prediction

S = 1_000_000_000


def said(text, *, start=10):
    """One prediction a second: a letter a label, '-' rest, '?' unknown, '_' nothing."""
    names = {'-': 'rest', '?': 'unknown'}
    return [
        Prediction(
            label=names.get(c, c),
            state='unknown' if c == '?' else 'ok',
            confidence=0.9,
            probabilities=(),
            start_ns=(start + i - 2) * S,
            end_ns=(start + i) * S,
            frame_id='',
        )
        for i, c in enumerate(text)
        if c != '_'
    ]


def runs(text):
    found = label_runs(said(text), stride_s=1.0, lag_s=0.5)
    return [(e.label, e.start_ns / S, e.end_ns / S) for e in found]


def test_label_runs_of_one_label_is_one_event_around_the_instants_it_speaks_for():
    assert runs('aaa') == [('a', 9.0, 12.0)]


def test_label_runs_end_with_rest_unknown_a_hole_and_another_label():
    assert runs('aa-a') == [('a', 9.0, 11.0), ('a', 12.0, 13.0)]
    assert runs('aa?a') == [('a', 9.0, 11.0), ('a', 12.0, 13.0)]
    assert runs('aa__a') == [('a', 9.0, 11.0), ('a', 13.0, 14.0)]
    assert runs('aab') == [('a', 9.0, 11.0), ('b', 11.0, 12.0)]
    assert runs('-?-') == []


def test_label_runs_that_flicker_cost_event_f1():
    truth = [Segment(9 * S, 15 * S, 'a')]
    steady = label_runs(said('aaaaaa'), stride_s=1.0, lag_s=0.5)
    flicker = label_runs(said('aaabaa'), stride_s=1.0, lag_s=0.5)
    assert score_events(truth, steady, 1.0).f1 == 1.0
    # three runs, of which the first covers half of the truth
    assert score_events(truth, flicker, 1.0).f1 == 0.5

"""Windows beside their truth, stretches of them, and the surest mistakes."""

from types import SimpleNamespace

from report_pages import LABELS, S, window

from dcat_ros.evaluation.html.judged import Judged, Mistake, judged, stretches, worst_mistakes
from dcat_ros.segment import Segment
from dcat_ros.streaming.decision import Prediction


def prediction(end_s, probabilities, label, state='ok'):
    return Prediction(
        label, state, max(probabilities, default=0.0), probabilities, 0, end_s * S, ''
    )


def test_judged_by_hand():
    evaluation = SimpleNamespace(
        labels=LABELS,
        instants=lambda: [n * S // 2 for n in (1, 3, 5, 7, 17)],
        truth=[Segment(0, 2 * S, 'walk'), Segment(2 * S, 4 * S, 'dance')],
        predictions=[
            prediction(1, (0.2, 0.7, 0.1), 'jog'),
            prediction(2, (0.4, 0.3, 0.3), 'unknown', 'unknown'),
            prediction(3, (0.6, 0.3, 0.1), 'jog'),
            prediction(4, (), '', 'stale'),
            prediction(9, (0.6, 0.3, 0.1), 'walk'),
        ],
    )
    assert judged(evaluation) == [
        Judged(S // 2, 'walk', 'jog', 'jog', 'ok', 0.7, False),
        Judged(3 * S // 2, 'walk', 'walk', 'unknown', 'unknown', 0.4, True),
        Judged(5 * S // 2, 'dance', 'walk', 'jog', 'ok', 0.6, None),
        Judged(7 * S // 2, 'dance', '', 'stale', 'stale', 0.0, None),
        Judged(17 * S // 2, '', 'walk', 'walk', 'ok', 0.6, None),
    ]


def test_stretches_end_with_another_label_and_with_a_hole():
    windows = [
        window(t, best=b) for t, b in [(1, 'walk'), (1.5, 'walk'), (2, 'jog'), (2.75, 'jog')]
    ]
    windows += [window(3.6, best='jog'), window(3.0, best='jog')]
    found = list(stretches(windows, 0.5, lambda w: w.best))
    assert [(s.start_ns / S, s.end_ns / S, len(s.windows)) for s in found] == [
        (0.75, 1.75, 2),
        (1.75, 3.0, 2),
        (3.35, 3.85, 1),
        (2.75, 3.25, 1),
    ]


def test_stretches_leave_out_windows_without_a_key():
    windows = [window(t, best=b) for t, b in [(1, 'walk'), (1.5, 'jog'), (2, 'walk')]]
    found = list(stretches(windows, 0.5, lambda w: None if w.best == 'jog' else 'same'))
    assert [len(s.windows) for s in found] == [1, 1]
    assert list(stretches([], 0.5, lambda w: w.best)) == []


def test_worst_mistakes_by_hand():
    windows = [
        window(1, 'walk', 'jog', 0.6),
        window(1.5, 'walk', 'jog', 0.9),
        window(2, 'walk', 'walk', 0.99),
        window(2.5, 'walk', 'jog', 0.7),
        window(3, 'jog', 'walk', 0.9),
        window(3.5, 'dance', 'walk', 0.97),
        window(4, 'walk', 'rest', 0.5),
    ]
    assert worst_mistakes(windows, 0.5, most=3) == [
        Mistake(3 * S // 4, 7 * S // 4, 'walk', 'jog', 0.9, 2),
        Mistake(11 * S // 4, 13 * S // 4, 'jog', 'walk', 0.9, 1),
        Mistake(9 * S // 4, 11 * S // 4, 'walk', 'jog', 0.7, 1),
    ]

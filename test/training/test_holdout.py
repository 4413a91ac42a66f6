"""What is measured on people whom the network never saw, and the figures made of it."""

import numpy as np
import pytest
from helpers import made_dataset, make_card, make_net

from dcat_ros.sensors.inertial.sensor import INERTIAL
from dcat_ros.streaming.decision import Prediction
from dcat_ros.training.holdout import (
    HeldOut,
    HeldOutStream,
    calibrated,
    calibration_of,
    make_stream,
    measure,
)
from dcat_ros.training.measured import WHOLE, Measured, MeasuredTrial
from dcat_ros.training.results import results_of
from dcat_ros.training.scored import score_streams

S = 10**9
CARD = make_card(calibration={'temperature': 3.0, 'unknown_threshold': 0.99})


def row(best, p):
    out = [(1 - p) / 2] * 3
    out[CARD.labels.index(best)] = p
    return tuple(out)


def stream_of(name, seed=0):
    data = made_dataset(n=120)
    own = data.where(lambda trial: trial.subject == name)
    return make_stream(name, own, seed, data.subjects.index(name), INERTIAL)


def held_out(name, pairs):
    """A stream whose windows have (truth, said, probability)."""
    predictions = [
        Prediction(said, 'ok', p, row(said, p), i * S // 2, i * S // 2 + S, '')
        for i, (_, said, p) in enumerate(pairs)
    ]
    return HeldOut(stream_of(name), predictions, [t for t, *_ in pairs])


def test_make_stream_is_the_same_for_the_same_seed_and_has_the_persons_trials():
    one, two, other = (stream_of('2', seed=s) for s in (0, 0, 1))
    assert one.stream.segments == two.stream.segments
    np.testing.assert_array_equal(one.stream.signal.values, two.stream.signal.values)
    assert one.stream.segments != other.stream.segments
    assert [name for name in one.stream.names if name]
    np.testing.assert_allclose(one.stream.signal.values[:, 0], 20, atol=1e-9)  # the person's mark


def test_measure_is_uncalibrated_and_has_truth_for_every_window():
    stream = stream_of('1')
    found = measure(make_net(CARD), CARD, stream)
    assert len(found.predictions) == len(found.truth) > 10
    assert {p.state for p in found.predictions} == {'ok'}  # no threshold
    for p, label in zip(found.predictions, found.truth, strict=True):
        at = p.end_ns - S // 2
        (segment,) = [s for s in stream.stream.segments if s.start_ns <= at < s.end_ns]
        assert segment.label == label


def test_held_out_macro_f1_by_hand():
    one = held_out('1', [('walk', 'walk', 0.9), ('walk', 'jog', 0.9), ('jog', 'jog', 0.9)])
    assert one.macro_f1(CARD.labels) == pytest.approx(2 / 3)


def test_calibrated_probabilities_and_threshold_by_hand():
    (one,) = calibrated(
        held_out('1', [('walk', 'walk', 0.64)]).predictions,
        CARD.labels,
        CARD.calibration.model_copy(update={'temperature': 2.0, 'unknown_threshold': 0.5}),
    )
    roots = np.sqrt([0.64, 0.18, 0.18])
    np.testing.assert_allclose(one.probabilities, roots / roots.sum())
    assert (one.label, one.state) == ('unknown', 'unknown')  # 0.485
    assert one.confidence == pytest.approx(0.8 / (0.8 + 2 * np.sqrt(0.18)))


def test_calibration_of_says_what_it_was_fitted_on_and_leaves_out_what_has_no_label():
    some = [held_out(n, [('walk', 'walk', 0.9), ('jog', 'jog', 0.6)]) for n in '12']
    found = calibration_of(some, CARD, 0.0, 'as the test says')
    assert found.fitted_on == '4 windows of 2 continuous streams, as the test says'
    # all of them are right: the sharper the better
    assert found.temperature < 0.1
    others = [held_out('1', [*((t, t, 0.9) for t in ('walk', 'jog')), ('swim', 'jog', 0.9)])]
    assert calibration_of(others, CARD, 0.0, '').fitted_on.startswith('2 windows')


def test_streams_are_calibrated_on_the_others(monkeypatch):
    from dcat_ros.training import scored

    streams = [held_out(n, [('walk', 'walk', 0.9), ('jog', 'walk', 0.6)]) for n in '123']
    seen = []

    def spy(others, card, unknown_at, protocol):
        seen.append([h.stream.name for h in others])
        return calibration_of(others, card, unknown_at, protocol)

    monkeypatch.setattr(scored, 'calibration_of', spy)
    score_streams(streams, CARD, 0.05, '')
    assert seen == [['2', '3'], ['1', '3'], ['1', '2']]


def test_a_stream_with_pauses_that_are_no_label_by_hand():
    card = make_card(labels=('walk', 'jog'), network={'ppv': False})
    stream = stream_of('1').stream
    pause, done = stream.segments[:2]

    def heard(windows):
        """Windows of (truth, probability of walk, start, end)."""
        said = [Prediction('', 'ok', p, (p, 1 - p), start, end, '') for _, p, start, end in windows]
        return HeldOut(HeldOutStream('', stream), said, [truth for truth, *_ in windows])

    one = heard(
        [
            ('rest', 0.5, pause.start_ns, pause.end_ns - 1),
            ('rest', 0.1, pause.start_ns, pause.end_ns + S),
            ('walk', 0.9, done.start_ns, done.end_ns - 1),
        ]
    )
    other = heard([('walk', 0.8, 0, S), ('jog', 0.2, 0, S)])
    counts, _ = score_streams([one, other], card, 0.0, '')
    assert (counts.n_windows, counts.n_covered, counts.n_right) == (1, 1, 1)
    assert (counts.n_pause, counts.n_pause_unknown) == (2, 1)
    assert (counts.n_still, counts.n_still_unknown) == (1, 1)


def trials(*pairs):
    """Trials of (subject, label, found)."""
    return tuple(
        MeasuredTrial(
            name=str(i), label=label, subject=s, source=str(i), fold=0, found={WHOLE: found}
        )
        for i, (s, label, found) in enumerate(pairs)
    )


def test_results_of_by_hand():
    perfect = [('walk', 'walk', 0.9), ('jog', 'jog', 0.9), ('rest', 'rest', 0.9)] * 3
    wrong = [('walk', 'jog', 0.9), ('jog', 'walk', 0.9), ('rest', 'rest', 0.9)] * 3
    streams = [held_out('1', perfect), held_out('2', perfect), held_out('3', wrong)]
    measured = Measured(
        name='a',
        labels=CARD.labels,
        held_out='subject',
        n_folds=3,
        streams=score_streams(streams, CARD, 0.0, ''),
        trials=trials(
            ('1', 'walk', 'walk'), ('1', 'jog', 'jog'), ('2', 'walk', 'walk'), ('2', 'jog', 'jog'),
            ('3', 'walk', 'jog'), ('3', 'jog', 'jog'),
        ),
    )  # fmt: skip
    results = {r.metric: r for r in results_of(measured)}
    # walk and jog: 6 right of 9 said and of 9 true; rest is right
    assert results['window macro-F1'].value == pytest.approx((2 / 3 + 2 / 3 + 1) / 3, abs=1e-4)
    assert results['window macro-F1'].n == 27
    assert results['trial accuracy'].value == pytest.approx(5 / 6, abs=1e-4)
    # trials: walk 2 of 3 found; jog 3 right of 4 said
    assert results['trial macro-F1'].value == pytest.approx((4 / 5 + 6 / 7) / 2, abs=1e-4)
    assert (results['trial accuracy'].low, results['trial accuracy'].high) == (0.5, 1.0)
    assert results['window macro-F1'].high == 1.0
    assert results['trial accuracy'].split == 'whole trials, each subject held out once, 3 folds'


def test_results_of_what_is_apart_by_hand():
    measured = Measured(
        name='a',
        labels=CARD.labels,
        held_out='source',
        n_folds=2,
        streams=score_streams(
            [held_out(n, [('walk', 'walk', 0.9), ('jog', 'jog', 0.9)]) for n in '12'], CARD, 0.0, ''
        ),
        trials=trials(('1', 'walk', 'walk'), ('1', 'jog', 'jog'), ('2', 'walk', 'walk')),
    ).and_apart('homes', {'0': 'jog', '1': 'jog'})
    found = {r.split: r for r in results_of(measured) if r.metric == 'trial accuracy'}
    assert {split: (r.value, r.n) for split, r in found.items()} == {
        'whole trials, each source held out once, 2 folds': (1.0, 3),
        'whole trials of homes, by a network that learned from none of them': (0.5, 2),
        'whole trials of homes, each source held out once, 2 folds': (1.0, 2),
    }

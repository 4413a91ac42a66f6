"""What is measured on people whom the network never saw, and the figures made of it."""

import numpy as np
import pytest
from helpers import made_dataset, make_card, make_net

from dcat_ros.sensors.inertial.sensor import INERTIAL
from dcat_ros.streaming.decision import Prediction
from dcat_ros.training.holdout import HeldOut, calibrated, calibration_of, make_subject, measure
from dcat_ros.training.results import results_of

S = 10**9
CARD = make_card(calibration={'temperature': 3.0, 'unknown_threshold': 0.99})


def row(best, p):
    out = [(1 - p) / 2] * 3
    out[CARD.labels.index(best)] = p
    return tuple(out)


def held_out(name, pairs, trials=(('walk', 'walk'),)):
    """A subject whose windows have (truth, said, probability)."""
    predictions = [
        Prediction(said, 'ok', p, row(said, p), i * S // 2, i * S // 2 + S, '')
        for i, (_, said, p) in enumerate(pairs)
    ]
    subject = make_subject(made_dataset(), name, seed=0, sensor=INERTIAL)
    return HeldOut(subject, predictions, [t for t, *_ in pairs], list(trials))


def test_make_subject_is_the_same_for_the_same_seed_and_has_the_persons_trials():
    one, two, other = (
        make_subject(made_dataset(), '2', seed=s, sensor=INERTIAL) for s in (0, 0, 1)
    )
    assert one.stream.segments == two.stream.segments
    np.testing.assert_array_equal(one.stream.signal.values, two.stream.signal.values)
    assert one.stream.segments != other.stream.segments
    assert {t.subject for t in one.trials.trials} == {'2'}
    np.testing.assert_allclose(one.stream.signal.values[:, 0], 20, atol=1e-9)  # the person's mark


def test_measure_is_uncalibrated_and_has_truth_for_every_window():
    subject = make_subject(made_dataset(n=120), '1', seed=0, sensor=INERTIAL)
    found = measure(make_net(CARD), CARD, subject)
    assert len(found.predictions) == len(found.truth) > 10
    assert {p.state for p in found.predictions} == {'ok'}  # no threshold
    for p, label in zip(found.predictions, found.truth, strict=True):
        at = p.end_ns - S // 2
        (segment,) = [s for s in subject.stream.segments if s.start_ns <= at < s.end_ns]
        assert segment.label == label
    assert [true for true, _ in found.trials] == ['walk', 'jog']
    assert measure(make_net(CARD), CARD, subject, trials=False).trials == []


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


def test_calibration_of_says_what_it_was_fitted_on():
    some = [held_out(n, [('walk', 'walk', 0.9), ('jog', 'jog', 0.6)]) for n in '12']
    found = calibration_of(some, CARD, 0.0, 2)
    assert found.fitted_on.startswith('4 windows of continuous streams of 2 training subjects')
    # all of them are right: the sharper the better
    assert found.temperature < 0.1


def test_results_of_by_hand():
    perfect = [('walk', 'walk', 0.9), ('jog', 'jog', 0.9), ('rest', 'rest', 0.9)] * 3
    wrong = [('walk', 'jog', 0.9), ('jog', 'walk', 0.9), ('rest', 'rest', 0.9)] * 3
    subjects = [
        held_out('1', perfect, [('walk', 'walk'), ('jog', 'jog')]),
        held_out('2', perfect, [('walk', 'walk'), ('jog', 'jog')]),
        held_out('3', wrong, [('walk', 'jog'), ('jog', 'jog')]),
    ]
    results = {r.metric: r for r in results_of(subjects, CARD, 0.0, 3)}
    # walk and jog: 6 right of 9 said and of 9 true; rest is right
    assert results['window macro-F1'].value == pytest.approx((2 / 3 + 2 / 3 + 1) / 3, abs=1e-4)
    assert results['window macro-F1'].n == 27
    assert results['trial accuracy'].value == pytest.approx(5 / 6, abs=1e-4)
    # trials: walk 2 of 3 found; jog 3 right of 4 said
    assert results['trial macro-F1'].value == pytest.approx((4 / 5 + 6 / 7) / 2, abs=1e-4)
    assert (results['trial accuracy'].low, results['trial accuracy'].high) == (0.5, 1.0)
    assert results['window macro-F1'].high == 1.0


def test_results_of_a_subject_is_calibrated_on_the_others(monkeypatch):
    from dcat_ros.training import results

    subjects = [held_out(n, [('walk', 'walk', 0.9), ('jog', 'walk', 0.6)]) for n in '123']
    seen = []

    def spy(others, card, unknown_at, n_folds):
        seen.append([h.subject.name for h in others])
        return calibration_of(others, card, unknown_at, n_folds)

    monkeypatch.setattr(results, 'calibration_of', spy)
    results_of(subjects, CARD, 0.05, 3)
    assert seen == [['2', '3'], ['1', '3'], ['1', '2']]

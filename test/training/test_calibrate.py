import numpy as np
import pytest
from scipy.special import log_softmax

from dcat_ros.streaming.decision import calibrate, foreign_of, softened
from dcat_ros.training.calibrate import fit_calibration
from dcat_ros.training.foreign import fit_foreign


def drawn(temperature, n=20_000, seed=0):
    """Logits whose true probabilities are softmax(logits / temperature)."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(scale=3, size=(n, 4))
    p = np.exp(log_softmax(logits / temperature, axis=1))
    classes = np.array([rng.choice(4, p=row) for row in p])
    return log_softmax(logits, axis=1).astype(np.float32), classes


@pytest.mark.parametrize('temperature', [0.5, 1.0, 2.5])
def test_fit_calibration_recovers_the_temperature(temperature):
    found = fit_calibration(*drawn(temperature), 0.05, 'somebody')
    assert found.temperature == pytest.approx(temperature, rel=0.05)
    assert found.fitted_on == 'somebody'


def test_fit_calibration_threshold_is_the_quantile_of_the_right_ones():
    log_p, classes = drawn(2.0, n=3000)
    found = fit_calibration(log_p, classes, 0.1, 'x')
    p = np.exp(log_softmax(log_p.astype(float) / found.temperature, axis=1))
    right = p.argmax(axis=1) == classes
    below = (p.max(axis=1)[right] < found.unknown_threshold).mean()
    assert below == pytest.approx(0.1, abs=0.002)


def test_fit_calibration_without_a_right_prediction_has_no_threshold():
    log_p = np.log(np.array([[0.9, 0.1]] * 5, dtype=np.float32))
    assert fit_calibration(log_p, np.ones(5, dtype=int), 0.05, 'x').unknown_threshold == 0.0


def test_fit_calibration_of_nothing_unknown_keeps_all():
    log_p, classes = drawn(1.0, n=500)
    found = fit_calibration(log_p, classes, 0.0, 'x')
    p = np.exp(log_softmax(log_p.astype(float) / found.temperature, axis=1))
    right = p.argmax(axis=1) == classes
    assert found.unknown_threshold == pytest.approx(p.max(axis=1)[right].min(), abs=1e-3)


def kinds_of(n, seed=1):
    """Log odds of three kinds: the first occurs, the others hardly do."""
    rng = np.random.default_rng(seed)
    return rng.normal([3, -5, -8], 1.0, size=(n, 3)).astype(np.float32)


def test_kinds_that_hardly_occurred_are_foreign_and_within_the_same_share():
    log_p, classes = drawn(1.0, n=4000)
    kinds = kinds_of(4000)
    found = fit_calibration(log_p, classes, 0.1, 'x', kinds, np.arange(4000) % 5)
    assert found.foreign.kinds == (1, 2)
    assert found.foreign.usual == pytest.approx(-5, abs=0.1)
    odds = foreign_of(found.foreign, kinds)[1]
    p = calibrate(log_p, softened(found.temperature, found.foreign, odds))
    right = p.argmax(axis=1) == classes
    below = (p.max(axis=1)[right] < found.unknown_threshold).mean()
    assert below == pytest.approx(0.1, abs=0.002)
    # what is likelier than it ever was in training is believed less
    strange = kinds + np.array([0, 12, 0], np.float32)
    odds = foreign_of(found.foreign, strange)[1]
    p = calibrate(log_p, softened(found.temperature, found.foreign, odds))
    assert (p.max(axis=1)[right] < found.unknown_threshold).mean() > 0.5


def test_nothing_is_foreign_where_every_kind_occurs():
    log_p, classes = drawn(1.0, n=500)
    kinds = np.zeros((500, 3), np.float32)
    found = fit_calibration(log_p, classes, 0.1, 'x', kinds, np.arange(500) % 2)
    assert found == fit_calibration(log_p, classes, 0.1, 'x')
    assert found.foreign is None


def test_a_kind_that_one_recording_alone_has_counts_there_as_foreign():
    """A new recording of a known label may have a kind that no other had."""
    kinds = np.full((600, 2), -9.0, np.float32)
    kinds[:100, 1] = 4.0
    streams = np.repeat(np.arange(6), 100)
    found, odds = fit_foreign(kinds, np.ones(600, bool), streams)
    assert found.kinds == (0,)
    np.testing.assert_array_equal(odds[:100], 4.0)
    np.testing.assert_array_equal(odds[100:], -9.0)
    assert fit_foreign(kinds, np.zeros(600, bool), streams)[0] is None
    alone, _ = fit_foreign(kinds[100:], np.ones(500, bool), np.zeros(500, int))
    assert alone.kinds == (0, 1)

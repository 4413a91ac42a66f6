import numpy as np
import pytest
from scipy.special import log_softmax

from dcat_ros.training.calibrate import fit_calibration


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

import numpy as np
import pytest

from dcat_ros.streaming.decision import calibrate, decide

LABELS = ('walk', 'jog', 'rest')


def test_calibrate_temperature_one_is_softmax():
    p = calibrate(np.log(np.array([[0.2, 0.5, 0.3]])), 1.0)
    np.testing.assert_allclose(p, [[0.2, 0.5, 0.3]])


def test_calibrate_temperature_two_takes_roots():
    roots = np.sqrt([0.64, 0.32, 0.04])
    p = calibrate(np.log(np.array([0.64, 0.32, 0.04])), 2.0)
    np.testing.assert_allclose(p, roots / roots.sum())


def test_calibrate_huge_logits_do_not_overflow():
    p = calibrate(np.array([[1e4, 0.0], [-1e4, -1e4]]), 1.0)
    np.testing.assert_allclose(p, [[1, 0], [0.5, 0.5]])


def test_calibrate_leaves_its_input_alone():
    log_p = np.array([[1.0, 2.0]])
    calibrate(log_p, 1.0)
    assert log_p.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ('threshold', 'expected'),
    [
        (0.0, ('jog', 'ok', 0.5)),
        (0.5, ('jog', 'ok', 0.5)),
        (0.51, ('unknown', 'unknown', 0.5)),
    ],
)
def test_decide_below_threshold_is_unknown(threshold, expected):
    assert decide(np.array([0.25, 0.5, 0.25]), LABELS, threshold) == expected

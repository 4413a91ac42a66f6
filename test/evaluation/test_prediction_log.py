import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.evaluation.prediction_log import PredictionLog
from dcat_ros.streaming.decision import Prediction

WORDS = st.sampled_from(['walk', 'unknown', '', 'imu_link', 'größe'])
NS = st.integers(-(2**62), 2**62)
P = st.floats(0, 1)
PREDICTIONS = st.lists(
    st.builds(Prediction, WORDS, WORDS, P, st.lists(P, max_size=4).map(tuple), NS, NS, WORDS)
)


@given(PREDICTIONS)
def test_log_gives_back_what_it_was_given(predictions):
    log = PredictionLog(predictions)
    assert len(log) == len(predictions)
    assert list(log) == predictions
    assert log == predictions
    assert log[1:-1] == predictions[1:-1]
    assert [log[-i - 1] for i in range(len(log))] == predictions[::-1]


def test_log_ends_where_a_list_does():
    with pytest.raises(IndexError):
        PredictionLog()[0]
    assert PredictionLog() != [1]

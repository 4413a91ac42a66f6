"""How live predictions differ from offline ones."""

from dataclasses import replace

import pytest

from dcat_ros.evaluation.live import LiveRecord, agreement, differences, disagreement
from dcat_ros.evaluation.prediction_log import PredictionLog
from dcat_ros.streaming.decision import Prediction

OFFLINE = [
    Prediction(label, 'ok', 0.75, (0.75, 0.25), i, 10 * i + 100, 'imu_link')
    for i, label in enumerate(['walk', 'wave', 'walk', 'jog'])
]
STALE = Prediction('unknown', 'stale', 0.0, (), 130, 130, 'imu_link')


def changed(i, **fields):
    return [*OFFLINE[:i], replace(OFFLINE[i], **fields), *OFFLINE[i + 1 :]]


def test_the_same_but_for_rounding_and_stale_ones_does_not_differ():
    live = [*changed(1, probabilities=(0.75 + 9e-6, 0.25 - 9e-6)), STALE]
    assert differences(live, OFFLINE) == ''
    assert differences(PredictionLog(live), PredictionLog(OFFLINE)) == ''
    assert LiveRecord('/n', predictions=PredictionLog(live)).recognised == live[:-1]


@pytest.mark.parametrize(
    ('live', 'sentence'),
    [
        (OFFLINE[:-1], '3 predictions live, 4 offline.'),
        (changed(2, end_ns=121), 'a window ends at 121 ns live and at 120 ns offline.'),
        (
            changed(1, probabilities=(0.75 + 2e-5, 0.25)),
            'probabilities differ in the window that ends at 110 ns.',
        ),
        (changed(0, probabilities=(0.5, 0.25, 0.25)), 'the model has 3 labels live and 2 offline.'),
    ],
)
def test_first_difference_is_said(live, sentence):
    assert differences(live, OFFLINE) == sentence


def test_labels_agree_with_the_window_that_ends_nearest():
    live = [replace(p, end_ns=p.end_ns + 4) for p in OFFLINE]
    assert (agreement(live, OFFLINE), disagreement(live, OFFLINE)) == (1.0, '')
    live[3] = replace(live[3], label='walk')
    assert agreement([*live, STALE], OFFLINE) == 0.75
    assert disagreement(live, OFFLINE).startswith('75% of the live labels are those of the')
    assert agreement([], OFFLINE) == agreement(OFFLINE, []) == 0.0

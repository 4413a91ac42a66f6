"""The steady label."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.errors import ConfigError
from dcat_ros.streaming.decision import OK, STALE, UNKNOWN, Prediction, decide
from dcat_ros.streaming.steady import SteadyLabel

LABELS = ('walk', 'jog', 'rest')
STRIDE = 250_000_000


def prediction(p, i=0, threshold=0.4):
    label, state, confidence = decide(np.array(p), LABELS, threshold)
    return Prediction(label, state, confidence, tuple(p), 0, (i + 4) * STRIDE, 'frame')


def stream(words, confidence=0.8):
    """One prediction for each letter: w, j, r, or ? for unknown."""
    rows = {
        'w': (confidence, (1 - confidence) / 2, (1 - confidence) / 2),
        'j': ((1 - confidence) / 2, confidence, (1 - confidence) / 2),
        'r': ((1 - confidence) / 2, (1 - confidence) / 2, confidence),
        '?': (0.34, 0.33, 0.33),
    }
    return [prediction(rows[word], i) for i, word in enumerate(words)]


def steadied(predictions, hold_s=1.0, margin=0.0):
    steady = SteadyLabel(LABELS, hold_s, margin)
    return [steady.push(p) for p in predictions]


def letters(predictions):
    return ''.join('?' if p.label == UNKNOWN else p.label[0] for p in predictions)


@pytest.mark.parametrize(
    ('said', 'heard'),
    [
        ('wwwjwwwww', 'wwwwwwwww'),  # a flicker is kept out
        ('wwwjjjjjj', 'wwwwwwwjj'),  # a change is there after a second
        ('wwwjjrjjjjj', 'wwwwwwwwwwj'),  # every window of the second must say so
        ('?wwwwww', '?????ww'),
        ('wwww????????', 'wwwwwwww????'),
    ],
)
def test_a_label_changes_after_a_second(said, heard):
    assert letters(steadied(stream(said))) == heard


@given(st.text('wjr?', min_size=1, max_size=60), st.floats(0.35, 0.99))
def test_without_hold_and_margin_nothing_changes(said, confidence):
    predictions = stream(said, confidence)
    assert steadied(predictions, 0.0, 0.0) == predictions


@given(st.text('wjr?', min_size=1, max_size=80), st.sampled_from([0.5, 1.0, 2.0]))
def test_published_labels_last_at_least_as_long_as_the_hold(said, hold_s):
    out = steadied(stream(said), hold_s)
    changes = [b.end_ns for a, b in pairwise(out) if a.label != b.label]
    assert all(b - a >= hold_s * 1e9 for a, b in pairwise(changes))
    assert [p.probabilities for p in out] == [p.probabilities for p in stream(said)]
    for p in out:
        assert (p.state == OK) == (p.label != UNKNOWN)


def test_a_margin_keeps_what_is_nearly_as_likely():
    close = [prediction((0.45, 0.5, 0.05), i + 1) for i in range(10)]
    first = prediction((0.8, 0.1, 0.1))
    assert letters(steadied([first, *close], 0.5, 0.2)) == 'w' * 11
    assert letters(steadied([first, *close], 0.5, 0.0)).endswith('j')


def test_confidence_is_that_of_the_published_label():
    out = steadied(stream('wwj'))
    assert out[2].label == 'walk'
    assert out[2].confidence == pytest.approx(0.1)


def test_stale_data_and_a_hole_begin_anew():
    steady = SteadyLabel(LABELS, 2.0, 0.0)
    assert steady.push(stream('w')[0]).label == 'walk'
    steady.push(Prediction(UNKNOWN, STALE, 0.0, (), 0, 0, ''))
    assert steady.push(stream('j')[0]).label == 'jog'
    assert steady.push(prediction((0.1, 0.1, 0.8), 40)).label == 'rest'


@pytest.mark.parametrize(('hold_s', 'margin'), [(-1, 0), (float('nan'), 0), (1, 1.1), (1, -0.1)])
def test_settings_that_make_no_sense_are_refused(hold_s, margin):
    with pytest.raises(ConfigError):
        SteadyLabel(LABELS, hold_s, margin)

"""Activity messages from anybody."""

import pytest
from helpers import make_card
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.card.card import Result
from dcat_ros.errors import MessageError
from dcat_ros.presence.activity import macro_f1_of, read_activity

GOOD = {
    'state': 'ok',
    'label': 'wave',
    'confidence': '0.75000000',
    'window_start': '1700000000.000000000',
    'window_end': '1700000002.000000001',
    'model': 'a_model',
    'model_macro_f1': '0.5',
    'p/walk': '0.25000000',
    'p/wave': '0.75000000',
}


def test_good_activity_is_read_whole():
    activity = read_activity(GOOD, 'imu_link')
    assert activity.labels == ('walk', 'wave')
    assert activity.prediction.probabilities == (0.25, 0.75)
    assert activity.prediction.end_ns == 1_700_000_002_000_000_001
    assert (activity.prediction.frame_id, activity.source) == ('imu_link', '')
    assert activity.score == 0.375


def test_stale_has_no_probabilities():
    stale = {k: v for k, v in GOOD.items() if not k.startswith('p/')}
    assert read_activity({**stale, 'state': 'stale', 'confidence': '0.0'}).labels == ()


@pytest.mark.parametrize(
    ('key', 'value'),
    [
        ('state', 'happy'),
        ('state', ''),
        ('label', ''),
        ('model', ''),
        ('confidence', 'nan'),
        ('confidence', '1.5'),
        ('confidence', '-0.1'),
        ('confidence', 'high'),
        ('p/walk', 'inf'),
        ('model_macro_f1', '2'),
        ('window_end', '17'),
        ('window_end', '-1.000000000'),
        ('window_start', '9' * 400 + '.000000000'),
    ],
)
def test_unusable_value_is_refused_with_its_key(key, value):
    with pytest.raises(MessageError, match=key) as caught:
        read_activity({**GOOD, key: value})
    assert caught.value.reason == 'activity'


@pytest.mark.parametrize('key', ['state', 'label', 'confidence', 'window_start', 'model'])
def test_missing_key_is_refused(key):
    with pytest.raises(MessageError, match=f'has no {key}'):
        read_activity({k: v for k, v in GOOD.items() if k != key})


def test_no_probability_at_all_is_refused():
    with pytest.raises(MessageError, match="no class's probability"):
        read_activity({k: v for k, v in GOOD.items() if not k.startswith('p/')})


@given(st.dictionaries(st.sampled_from([*GOOD, 'p/', 'source']), st.text(max_size=30)))
def test_whatever_stands_there_nothing_else_is_raised(changes):
    try:
        activity = read_activity({**GOOD, **changes})
    except MessageError:
        return
    assert 0 <= activity.score <= 1


def test_macro_f1_is_of_the_shipped_network_on_windows():
    results = (
        Result(split='with kd: streams', metric='window macro-F1', value=0.9),
        Result(split='streams', metric='event-F1 (IoU 0.5)', value=0.8),
        Result(split='streams', metric='window macro-F1', value=0.7),
    )
    assert macro_f1_of(make_card(results=results)) == 0.7
    assert macro_f1_of(make_card(results=results[:2])) is None

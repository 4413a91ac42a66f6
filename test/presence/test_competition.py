"""Who is believed: groups by labels, freshness, and who speaks."""

from hypothesis import given
from hypothesis import strategies as st
from presence_helpers import BODY, SOUND, activity

from dcat_ros.presence.competition import Competition
from dcat_ros.streaming.decision import STALE, UNKNOWN

NAMES = ('imu', 'image', 'audio')
STALE_AFTER_S, MARGIN, HOLD_S = 1.0, 0.1, 0.5


def make():
    return Competition(NAMES, STALE_AFTER_S, MARGIN, HOLD_S)


def names(winners):
    return [winner.name for winner in winners]


def test_nobody_heard_is_nobody_present():
    assert make().decide(0.0) == ()


def test_confidence_counts_times_the_macro_f1_of_the_card():
    competition = make()
    competition.hear('imu', activity(0.9, macro_f1=0.5), 0.0)
    competition.hear('image', activity(0.6, macro_f1=0.8), 0.0)
    (winner,) = competition.decide(0.0)
    assert winner.name == 'image'
    assert winner.activity.score == 0.6 * 0.8


def test_a_card_without_macro_f1_counts_half():
    competition = make()
    competition.hear('imu', activity(0.9, macro_f1=None), 0.0)
    competition.hear('image', activity(0.9, macro_f1=0.49), 0.0)
    (winner,) = competition.decide(0.0)
    assert (winner.name, winner.activity.score) == ('imu', 0.45)


def test_the_order_of_the_labels_does_not_make_another_group():
    competition = make()
    competition.hear('imu', activity(0.9), 0.0)
    competition.hear('image', activity(0.8, labels=BODY[::-1]), 0.0)
    assert names(competition.decide(0.0)) == ['imu']


def test_other_labels_stand_side_by_side_and_the_best_speaks():
    competition = make()
    competition.hear('imu', activity(0.6), 0.0)
    competition.hear('image', activity(0.5), 0.0)
    competition.hear('audio', activity(0.9, labels=SOUND), 0.0)
    assert names(competition.decide(0.0)) == ['audio', 'imu']


def test_the_speaker_changes_no_faster_than_the_hold():
    competition = make()
    competition.hear('imu', activity(0.9), 0.0)
    competition.hear('audio', activity(0.6, labels=SOUND), 0.0)
    assert names(competition.decide(0.0)) == ['imu', 'audio']
    competition.hear('imu', activity(0.4), 0.1)
    assert names(competition.decide(0.1)) == ['imu', 'audio']
    competition.hear('imu', activity(0.4), 0.5)
    assert names(competition.decide(0.5)) == ['imu', 'audio']
    assert names(competition.decide(0.6)) == ['audio', 'imu']


def test_a_group_that_changes_its_winner_goes_on_speaking():
    competition = make()
    competition.hear('imu', activity(0.9), 0.0)
    competition.hear('audio', activity(0.55, labels=SOUND), 0.0)
    competition.decide(0.0)
    competition.hear('image', activity(0.6), 0.1)
    competition.leave('imu')
    assert names(competition.decide(0.1)) == ['image', 'audio']


def test_unknown_competes_with_its_confidence_and_stale_does_not():
    competition = make()
    competition.hear('imu', activity(0.3, state=UNKNOWN), 0.0)
    assert names(competition.decide(0.0)) == ['imu']
    competition.hear('imu', activity(state=STALE), 0.1)
    assert competition.decide(0.1) == ()


def test_old_predictions_end_by_themselves_and_at_once():
    competition = make()
    competition.hear('imu', activity(0.9), 0.0)
    competition.hear('image', activity(0.4), 0.5)
    assert names(competition.decide(1.0)) == ['imu']
    assert names(competition.decide(1.01)) == ['image']
    assert names(competition.decide(1.51)) == []


def test_another_prediction_has_another_number():
    competition = make()
    competition.hear('imu', activity(0.9), 0.0)
    (first,) = competition.decide(0.0)
    assert competition.decide(0.1) == (first,)
    competition.hear('imu', activity(0.9), 0.2)
    (second,) = competition.decide(0.2)
    assert second.number != first.number


def test_a_recogniser_that_was_never_named_is_not_listened_to():
    competition = make()
    competition.hear('stranger', activity(1.0), 0.0)
    assert competition.decide(0.0) == ()


EVENTS = st.lists(
    st.tuples(
        st.floats(0.001, 0.6),
        st.sampled_from(NAMES),
        st.sampled_from(['hear', 'stale', 'leave', 'nothing']),
        st.floats(0.34, 1.0),
        st.sampled_from([BODY, BODY[::-1], SOUND]),
    ),
    max_size=80,
)


@given(EVENTS)
def test_whoever_wins_is_fresh_and_every_group_that_is_fresh_has_one_winner(events):
    """Against a plain account of who was heard last and when."""
    competition, now_s = make(), 0.0
    heard = {}
    changes = {}
    for wait_s, name, event, confidence, labels in events:
        now_s += wait_s
        if event == 'hear':
            competition.hear(name, activity(confidence, labels=labels), now_s)
            heard[name] = (now_s, frozenset(labels))
        elif event == 'stale':
            competition.hear(name, activity(state=STALE), now_s)
            heard.pop(name, None)
        elif event == 'leave':
            competition.leave(name)
            heard.pop(name, None)
        fresh = {n: g for n, (then_s, g) in heard.items() if now_s - then_s <= STALE_AFTER_S}
        winners = competition.decide(now_s)
        assert set(names(winners)) <= set(fresh)
        groups = [fresh[winner.name] for winner in winners]
        assert sorted(map(sorted, groups)) == sorted(map(sorted, set(fresh.values())))
        for winner, group in zip(winners, groups, strict=True):
            before = changes.get(group)
            if before is None or before[0] != winner.name:
                forced = before is None or fresh.get(before[0]) != group
                assert forced or now_s - before[1] >= HOLD_S
                changes[group] = (winner.name, now_s)

"""The choice among scores: hysteresis by margin and by time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.presence.choice import Choice

MARGIN, HOLD_S = 0.1, 1.0


def run(choice, steps):
    """The choices after (time, scores) steps."""
    return [choice.update(scores, now_s) for now_s, scores in steps]


def test_nothing_to_choose_from_is_none_and_the_first_of_equals_wins():
    choice = Choice(MARGIN, HOLD_S)
    assert choice.update({}, 0.0) is None
    assert choice.update({'a': 0.5, 'b': 0.5}, 1.0) == 'a'


def test_better_by_the_margin_for_the_hold_takes_over_and_not_before():
    scores = {'a': 0.5, 'b': 0.7}
    steps = [(0.0, {'a': 0.5, 'b': 0.4}), (1.0, scores), (1.9, scores), (2.0, scores)]
    assert run(Choice(MARGIN, HOLD_S), steps) == ['a', 'a', 'a', 'b']


def test_better_by_less_than_the_margin_never_takes_over():
    steps = [(float(t), {'a': 0.5, 'b': 0.59}) for t in range(1, 100)]
    assert set(run(Choice(MARGIN, HOLD_S), [(0.0, {'a': 0.5}), *steps])) == {'a'}


def test_a_moment_without_the_lead_starts_the_hold_again():
    lead, tie = {'a': 0.5, 'b': 0.9}, {'a': 0.5, 'b': 0.5}
    steps = [(0.0, {'a': 0.5}), (0.5, lead), (1.4, tie), (1.6, lead), (2.5, lead), (2.6, lead)]
    assert run(Choice(MARGIN, HOLD_S), steps) == ['a', 'a', 'a', 'a', 'a', 'b']


def test_what_has_gone_is_let_go_at_once():
    steps = [(0.0, {'a': 0.9, 'b': 0.1}), (0.01, {'b': 0.1}), (0.02, {'a': 0.9, 'b': 0.1})]
    assert run(Choice(MARGIN, HOLD_S), steps) == ['a', 'b', 'b']


SCORES = st.dictionaries(st.sampled_from('abcd'), st.floats(0, 1), max_size=4)
STEPS = st.lists(st.tuples(st.floats(0.001, 2.0), SCORES), max_size=60)


@given(STEPS, st.floats(0, 0.5), st.floats(0, 3))
def test_only_what_is_there_is_chosen_and_never_nothing_where_something_is(steps, margin, hold_s):
    choice, now_s = Choice(margin, hold_s), 0.0
    for wait_s, scores in steps:
        now_s += wait_s
        chosen = choice.update(scores, now_s)
        assert chosen in scores if scores else chosen is None


@given(STEPS, st.floats(0, 0.5), st.floats(0.1, 3))
def test_a_change_that_nobody_forced_was_deserved_all_through_the_hold(steps, margin, hold_s):
    """Judged by going back over the whole history, independently of how the choice remembers."""
    choice, now_s = Choice(margin, hold_s), 0.0
    history = []
    before, last_change_s = None, None
    for wait_s, scores in steps:
        now_s += wait_s
        chosen = choice.update(scores, now_s)
        if chosen != before:
            if before in scores:  # it was not forced
                assert now_s - last_change_s >= hold_s, 'faster than the hold'
                assert scores[chosen] > scores[before] + margin
                for then_s, earlier in history:
                    if now_s - then_s < hold_s:
                        assert earlier.get(chosen, -1.0) > earlier[before] + margin
            last_change_s = now_s
        history.append((now_s, scores))
        before = chosen


@given(STEPS)
def test_a_lead_that_lasts_wins_in_the_end(steps):
    choice, now_s = Choice(MARGIN, HOLD_S), 0.0
    for wait_s, scores in steps:
        now_s += wait_s
        choice.update(scores, now_s)
    for _ in range(3):
        now_s += HOLD_S
        choice.update({'a': 0.2, 'b': 0.9}, now_s)
    assert choice.chosen == 'b'


@pytest.mark.parametrize('key', [frozenset({'walk'}), 3])
def test_anything_hashable_can_be_chosen(key):
    assert Choice(MARGIN, HOLD_S).update({key: 1.0}, 0.0) == key

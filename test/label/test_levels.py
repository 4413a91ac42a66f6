"""Levels of detail: every tile holds what a naive look at all readings gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.label.levels import BUCKETS, MOST_LEVEL, STEP, Levels


def levels(stamps, values, width_ns=1000):
    rows = np.asarray(values, np.float32)
    rows = rows if rows.ndim == 2 else rows[:, None]
    parts = [(rows, np.minimum), (rows, np.maximum)]
    return Levels(np.asarray(stamps, np.int64), parts, width_ns)


@given(
    st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(-99, 99)), max_size=60),
    st.integers(0, MOST_LEVEL),
)
def test_a_tile_holds_the_least_and_the_greatest_value_of_each_bucket(readings, level):
    made = levels([stamp for stamp, _ in readings], [value for _, value in readings])
    bucket = 1000 * STEP**level
    for index in {stamp // bucket // BUCKETS for stamp, _ in readings} | {0, -1}:
        low, high = made.tile(level, index)
        assert low.shape[1] == high.shape[1] == BUCKETS
        wanted = {}
        for stamp, value in readings:
            place = stamp // bucket - index * BUCKETS
            if 0 <= place < BUCKETS:
                wanted.setdefault(place, []).append(value)
        found = np.flatnonzero(~np.isnan(low[0])) if len(low) else []
        assert list(found) == sorted(wanted)
        for place, values in wanted.items():
            assert (low[0, place], high[0, place]) == (min(values), max(values))


def test_two_hours_are_looked_at_through_a_few_tiles_of_few_readings():
    stamps = np.arange(720_000) * 10_000_000
    made = levels(stamps, np.sin(np.arange(720_000)), 2_000_000)
    kept = [len(buckets) for _, buckets, _ in made._kept]
    assert kept[0] == 720_000
    assert sum(kept) < 2.2 * kept[0]
    assert kept[-1] <= BUCKETS
    low, high = made.tile(6, 0)
    assert low.shape == (1, BUCKETS)
    assert np.nanmin(low) < -0.99
    assert np.nanmax(high) > 0.99


def test_stamps_years_apart_take_no_more_memory_than_others():
    stamps = np.array([0, 2 * 10**15, -(2 * 10**15)], np.int64)
    made = levels(stamps, [1, 2, 3], 2_000_000)
    assert sum(len(buckets) for _, buckets, _ in made._kept) <= 12
    low, _ = made.tile(0, 10**15 // 10**6 // BUCKETS)
    assert not np.isnan(low).all()


def test_nothing_has_empty_tiles():
    assert levels([], np.zeros((0, 3))).tile(0, 5)[0].shape == (3, BUCKETS)


@pytest.mark.parametrize('level', [-1, MOST_LEVEL + 1])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(ValueError, match='no level'):
        levels([0], [1]).tile(level, 0)

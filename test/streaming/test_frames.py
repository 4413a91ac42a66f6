"""Frames chosen for a grid."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.streaming.frames import FrameGrid

MS = 1_000_000


def pushed(grid, stamps, frame_id='camera'):
    return [chosen for stamp in stamps for chosen in grid.push(stamp, frame_id, stamp)]


@given(
    st.lists(st.integers(5, 400), min_size=1, max_size=80),
    st.sampled_from([4.0, 8.0, 15.0]),
)
def test_every_instant_gets_the_nearest_frame_as_a_literal_search_finds_it(steps, rate_hz):
    stamps = (np.cumsum([1000, *steps]) * MS).tolist()
    chosen = pushed(FrameGrid(rate_hz, 0.5, 0.1), stamps)
    n = int((stamps[-1] - stamps[0]) * rate_hz / 1e9 + 1e-9) + 1
    instants = [stamps[0] + round(k * 1e9 / rate_hz) for k in range(n)]
    instants = [t for t in instants if t <= stamps[-1]]
    assert [c.place for c in chosen] == list(range(len(instants)))
    assert [c.stamp_ns for c in chosen] == instants
    for c in chosen:
        assert abs(c.item - c.stamp_ns) == min(abs(s - c.stamp_ns) for s in stamps)


def test_frames_that_nobody_needs_are_counted():
    grid = FrameGrid(8.0, 0.5, 0.1)
    chosen = pushed(grid, [round(k * 1e9 / 30) for k in range(91)])
    assert len(chosen) == 25
    assert grid.counts['frames'] == 91
    # the last one still waits for the next
    assert grid.counts['skipped'] == 91 - 25
    assert abs(grid.input_rate_hz - 30) < 0.1


def test_a_gap_a_jump_and_another_frame_start_anew():
    grid = FrameGrid(8.0, 0.5, 0.1)
    pushed(grid, [0, 125 * MS, 250 * MS])
    assert [c.place for c in pushed(grid, [900 * MS, 1025 * MS])] == [0, 1]
    assert [c.place for c in pushed(grid, [1 * MS])] == [0]
    assert [c.place for c in pushed(grid, [100 * MS], 'another')] == [0]
    assert (grid.counts['gap'], grid.counts['jump_back'], grid.counts['frame_change']) == (1, 1, 1)


def test_a_late_frame_is_left_out():
    grid = FrameGrid(8.0, 0.5, 0.1)
    pushed(grid, [0, 125 * MS])
    assert pushed(grid, [60 * MS, 125 * MS]) == []
    assert grid.counts['late'] == 2
    assert [c.place for c in pushed(grid, [250 * MS])] == [2]


@given(st.lists(st.tuples(st.integers(-(2**62), 2**62), st.sampled_from('ab')), max_size=60))
def test_any_stamps_at_all_are_taken(frames):
    grid = FrameGrid(8.0, 0.5, 0.1)
    for stamp, frame_id in frames:
        for chosen in grid.push(stamp, frame_id, stamp):
            assert chosen.frame_id == frame_id
            assert abs(chosen.item - chosen.stamp_ns) <= 500 * MS
    assert grid.counts['frames'] == len(frames)

"""push == push_many under any chunking, and both == the naive offline windows."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dcat_ros.streaming.window import WindowStream

MS = 1_000_000
OPTIONS = {'n_channels': 1, 'rate_hz': 50.0, 'window_s': 0.4, 'stride_s': 0.14}
LENGTH, STRIDE = 20, 7


def make():
    return WindowStream(**OPTIONS)


@st.composite
def any_stamps(draw):
    """Jitter, duplicates, out of order, missing samples, gaps and jumps, at 25 to 1000 Hz."""
    period = draw(st.sampled_from([1, 2, 5, 10, 20, 40])) * MS
    kinds = draw(st.lists(st.integers(0, 30), min_size=1, max_size=200))
    now, stamps = draw(st.integers(0, 10**10)), []
    for kind in kinds:
        if kind == 0:
            now += draw(st.integers(200 * MS, 400 * MS))  # around max_gap
        elif kind == 1:
            now -= draw(st.integers(0, 150 * MS))  # around reorder
        elif kind == 2:
            now -= draw(st.integers(0, 3000 * MS))
        elif kind == 3:
            now += 0
        elif kind < 8:
            now += period + draw(st.integers(-period // 2, period // 2))
        elif kind < 11:
            now += period * draw(st.integers(1, 6))
        else:
            # a stretch of regular samples, so that windows come about
            for _ in range(draw(st.sampled_from([1, 1, 5, 25]))):
                now += period
                stamps.append(now)
            continue
        stamps.append(now)
    return np.array(stamps or [now], dtype=np.int64)


@settings(max_examples=150)
@given(any_stamps(), st.data())
def test_push_many_any_chunks_is_push_one_by_one(stamps, data):
    values = np.sin(np.arange(len(stamps)) * 1.7)[:, None]
    one, many = make(), make()
    expected = [w for s, v in zip(stamps, values, strict=True) for w in one.push(int(s), v, 'a')]
    cuts = data.draw(st.lists(st.integers(0, len(stamps)), max_size=6))
    found = []
    edges = [0, *sorted(cuts), len(stamps)]
    for lo, hi in pairwise(edges):
        found += many.push_many(stamps[lo:hi], values[lo:hi], 'a')
    assert [(w.start_ns, w.end_ns) for w in found] == [(w.start_ns, w.end_ns) for w in expected]
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a.samples, b.samples)
    assert many.counts == one.counts


def test_push_many_of_a_fast_jittering_sensor_is_push_one_by_one():
    rng = np.random.default_rng(0)
    stamps = np.cumsum(rng.integers(3 * MS, 7 * MS, size=600))
    values = rng.normal(size=(600, 1))
    one, many = make(), make()
    expected = [w for s, v in zip(stamps, values, strict=True) for w in one.push(int(s), v)]
    found = many.push_many(stamps, values)
    assert len(found) == len(expected) > 10
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a.samples, b.samples)


def naive_windows(samples):
    """Windows by np.interp over all sorted samples of a run, at the moment they are due."""
    windows, run = [], None
    for stamp, value, frame in samples:
        newest = run['newest'] if run else None
        if run and frame == run['frame'] and newest - 100 * MS <= stamp <= newest:
            if stamp > run['settled'] and stamp not in run['samples']:
                run['samples'][stamp] = value
            continue
        if run is None or frame != run['frame'] or stamp < newest or stamp - newest > 250 * MS:
            run = {
                'frame': frame,
                'origin': stamp,
                'settled': stamp,
                'samples': {},
                'rows': [],
                'end': LENGTH - 1,
            }
        run['samples'][stamp] = value
        run['newest'] = stamp
        while run['origin'] + run['end'] * 20 * MS <= stamp:
            times = sorted(run['samples'])
            for k in range(len(run['rows']), run['end'] + 1):
                at = run['origin'] + k * 20 * MS
                heights = [run['samples'][t] for t in times]
                origin = run['origin']
                run['rows'].append(
                    np.interp((at - origin) / 1e9, [(t - origin) / 1e9 for t in times], heights)
                )
            run['settled'] = run['origin'] + run['end'] * 20 * MS
            first = run['end'] - LENGTH + 1
            windows.append(
                (
                    run['origin'] + first * 20 * MS,
                    run['settled'],
                    frame,
                    run['rows'][first : run['end'] + 1],
                )
            )
            run['end'] += STRIDE
    return windows


@st.composite
def slow_sensor(draw):
    """About 25 Hz with everything that goes wrong; no two samples closer than 16 ms."""
    now, frame, out = draw(st.integers(10**9, 10**10)), 'a', []
    for i, kind in enumerate(draw(st.lists(st.integers(0, 40), min_size=20, max_size=150))):
        stamp = None
        if kind == 0:
            now += draw(st.integers(240 * MS, 260 * MS))
        elif kind == 1:
            now -= draw(st.integers(110 * MS, 900 * MS))
        elif kind == 2:
            frame = draw(st.sampled_from('ab'))
            now += 40 * MS
        elif kind in (3, 4):
            stamp = now - 20 * MS  # out of order; a second time, a duplicate of a late one
        elif kind == 5:
            stamp = now
        elif kind < 9:
            now += draw(st.integers(60 * MS, 240 * MS))  # missing samples
        else:
            now += draw(st.integers(36 * MS, 44 * MS))  # jitter
        out.append((now if stamp is None else stamp, float(np.sin(i)), frame))
    return out


@settings(max_examples=150)
@given(slow_sensor())
def test_windows_of_a_slow_sensor_are_the_naive_offline_ones(samples):
    target = make()
    found = [w for stamp, v, frame in samples for w in target.push(stamp, [v], frame)]
    expected = naive_windows(samples)
    assert [(w.start_ns, w.end_ns, w.frame_id) for w in found] == [e[:3] for e in expected]
    for window, (*_, rows) in zip(found, expected, strict=True):
        np.testing.assert_allclose(window.samples[:, 0], rows, atol=1e-6)

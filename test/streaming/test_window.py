import tracemalloc

import numpy as np
import pytest

from dcat_ros.errors import ConfigError
from dcat_ros.streaming.window import WindowStream

MS = 1_000_000


def stream(**changes):
    options = {'n_channels': 2, 'rate_hz': 50.0, 'window_s': 1.0, 'stride_s': 0.5}
    return WindowStream(**{**options, **changes})


def feed(target, stamps_ns, values=None, frame_id='imu'):
    values = np.zeros((len(stamps_ns), 2)) if values is None else values
    return [
        w for s, v in zip(stamps_ns, values, strict=True) for w in target.push(int(s), v, frame_id)
    ]


def regular(n, begin_ns=0, step_ns=20 * MS):
    return begin_ns + step_ns * np.arange(n, dtype=np.int64)


def test_window_stamps_are_those_of_first_and_last_row():
    windows = feed(stream(), regular(100, begin_ns=7_000 * MS))
    # 50 rows a window, one every 25: ends at rows 49, 74, 99
    assert [w.end_ns for w in windows] == [7980 * MS, 8480 * MS, 8980 * MS]
    assert [w.start_ns for w in windows] == [7000 * MS, 7500 * MS, 8000 * MS]
    assert {w.frame_id for w in windows} == {'imu'}


def test_window_samples_at_the_models_rate_are_the_samples():
    values = np.random.default_rng(0).normal(size=(100, 2))
    windows = feed(stream(), regular(100), values)
    for window, first in zip(windows, (0, 25, 50), strict=True):
        assert window.samples.dtype == np.float32
        np.testing.assert_allclose(window.samples, values[first : first + 50], atol=1e-6)


def test_window_is_kept_when_the_stream_goes_on():
    values = np.random.default_rng(0).normal(size=(600, 2))
    target = stream()
    first = feed(target, regular(50), values[:50])[0]
    before = first.samples.copy()
    feed(target, regular(550, begin_ns=1000 * MS), values[50:])
    np.testing.assert_array_equal(first.samples, before)


@pytest.mark.parametrize('sensor_hz', [200, 1000])
@pytest.mark.parametrize(('tone_hz', 'kept'), [(4, True), (40, False), (60, False), (93, False)])
def test_window_of_a_fast_sensor_has_no_alias(sensor_hz, tone_hz, kept):
    times = np.arange(3 * sensor_hz) / sensor_hz
    stamps = np.round(times * 1e9).astype(np.int64)
    values = np.stack([np.sin(2 * np.pi * tone_hz * times), np.full(len(times), 9.8)], axis=1)
    windows = feed(stream(), stamps, values)
    assert len(windows) >= 3
    for window in windows[1:]:  # the first row of the first window has samples on one side only
        grid = (window.start_ns + 20 * MS * np.arange(50)) / 1e9
        expected = np.sin(2 * np.pi * tone_hz * grid) if kept else 0 * grid
        inner = grid > 0.1
        np.testing.assert_allclose(window.samples[inner, 0], expected[inner], atol=0.02)
        np.testing.assert_allclose(window.samples[:, 1], 9.8, rtol=1e-5)


def test_window_jitter_and_missing_samples_up_to_max_gap_follow_the_line():
    rng = np.random.default_rng(3)
    stamps = regular(150) + rng.integers(-5 * MS, 5 * MS, size=150)
    stamps[0] = 0
    keep = np.ones(150, dtype=bool)
    keep[60:70] = False  # 220 ms at most, and max_gap is 250 ms
    values = np.stack([stamps / 1e9, -stamps / 1e9], axis=1)
    target = stream()
    windows = feed(target, stamps[keep], values[keep])
    assert target.counts['gap'] == 0
    assert len(windows) >= 4
    for window in windows:
        grid = (window.start_ns + 20 * MS * np.arange(50)) / 1e9
        np.testing.assert_allclose(window.samples[:, 0], grid, atol=1e-6)


def test_window_gap_of_exactly_max_gap_is_bridged_and_one_ns_more_is_not():
    for extra, gaps in ((0, 0), (1, 1)):
        target = stream()
        feed(target, [0, 20 * MS, 270 * MS + extra])
        assert target.counts['gap'] == gaps


def test_window_after_a_longer_gap_starts_anew():
    target = stream()
    later = regular(60, begin_ns=5_000 * MS)
    windows = feed(target, [*regular(45), *later])
    assert target.counts['gap'] == 1
    assert [(w.start_ns, w.end_ns) for w in windows] == [(5000 * MS, 5980 * MS)]


def test_window_after_a_jump_back_starts_anew():
    target = stream()
    windows = feed(target, [*regular(45, begin_ns=9_000 * MS), *regular(60)])
    assert target.counts['jump_back'] == 1
    assert [w.start_ns for w in windows] == [0]


def test_window_after_a_change_of_frame_starts_anew():
    target = stream()
    windows = feed(target, regular(45), frame_id='left')
    windows += feed(target, regular(60, begin_ns=900 * MS), frame_id='right')
    assert target.counts['frame_change'] == 1
    assert [(w.start_ns, w.frame_id) for w in windows] == [(900 * MS, 'right')]


def test_window_out_of_order_within_reorder_is_put_in_place():
    values = np.random.default_rng(0).normal(size=(60, 2))
    order = np.arange(60)
    order[[20, 21, 22]] = [22, 20, 21]
    target = stream()
    windows = feed(target, regular(60)[order], values[order])
    assert target.counts['late'] == target.counts['jump_back'] == 0
    np.testing.assert_allclose(windows[0].samples, values[:50], atol=1e-6)


def test_window_duplicates_the_first_counts():
    stamps = np.repeat(regular(55), 2)
    values = np.repeat(np.arange(55.0), 2)[:, None] * [1, 1]
    values[1::2] = 1e6
    target = stream()
    windows = feed(target, stamps, values)
    assert target.counts['duplicate'] == 55
    np.testing.assert_allclose(windows[0].samples[:, 0], np.arange(50), atol=1e-5)


def test_window_sample_older_than_what_was_given_out_is_late():
    target = stream()
    assert len(feed(target, regular(50))) == 1
    assert feed(target, [970 * MS]) == []
    assert target.counts['late'] == 1


def test_window_sample_at_the_end_of_what_was_given_out_is_late():
    target = stream()
    assert len(feed(target, [0, *range(30 * MS, 1000 * MS, 20 * MS)])) == 1  # ends at 980 ms
    feed(target, [980 * MS])
    assert target.counts['late'] == 1
    feed(target, [981 * MS])
    assert target.counts['late'] == 1


@pytest.mark.parametrize(('back_ns', 'jumps'), [(100 * MS, 0), (100 * MS + 1, 1)])
def test_window_border_between_out_of_order_and_a_jump(back_ns, jumps):
    target = stream(reorder_s=0.1)
    feed(target, [0, 150 * MS, 300 * MS, 300 * MS - back_ns])
    assert target.counts['jump_back'] == jumps


def test_window_more_samples_than_fit_are_counted():
    target = stream(window_s=30.0, stride_s=30.0)
    many = 1000 * np.arange(20_000, dtype=np.int64) * 10
    assert feed(target, many) == []
    assert target.counts['overflow'] == 20_000 - 16_384
    assert target.counts['samples'] == 20_000
    other = stream(window_s=30.0, stride_s=30.0)
    assert other.push_many(many, np.zeros((20_000, 2)), 'imu') == []
    assert other.counts == target.counts


def test_window_reset_forgets():
    target = stream()
    feed(target, regular(49))
    target.reset()
    assert feed(target, regular(49, begin_ns=980 * MS)) == []


@pytest.mark.parametrize(
    ('changes', 'text'),
    [
        ({'rate_hz': 0}, 'rate_hz=0 must be a positive number'),
        ({'rate_hz': float('nan')}, 'rate_hz=nan'),
        ({'window_s': -1.0}, 'window_s=-1.0 must be'),
        ({'window_s': float('inf')}, 'window_s=inf'),
        ({'stride_s': 0.0}, 'stride_s=0.0 must be'),
        ({'stride_s': 1.5}, 'stride=1.5 s must be at most the window, 1.0 s'),
        ({'max_gap_s': 0.0}, 'max_gap=0.0 s must be above 0'),
        ({'max_gap_s': 1.2}, 'max_gap=1.2 s must be above 0 and at most the window, 1.0 s'),
        ({'max_gap_s': float('nan')}, 'max_gap=nan'),
        ({'reorder_s': -0.1}, 'reorder=-0.1 s must be from 0'),
        ({'reorder_s': 1.0}, 'reorder=1.0 s must be from 0 to the window'),
    ],
)
def test_window_senseless_setting_is_refused(changes, text):
    with pytest.raises(ConfigError, match=text):
        stream(**changes)


def test_push_that_completes_no_window_allocates_less_than_a_window():
    target = WindowStream(n_channels=6, rate_hz=200.0, window_s=60.0, stride_s=60.0)
    stamps = [int(s) for s in regular(4000, step_ns=5 * MS)]
    row = np.ones(6)
    first, later = stamps[:100], stamps[100:]
    for stamp in first:
        target.push(stamp, row, 'imu')
    tracemalloc.start()
    try:
        for stamp in later:
            target.push(stamp, row, 'imu')
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4_000  # a window is 12000 x 6 float32, 288 000 bytes
    assert target.counts['windows'] == 0

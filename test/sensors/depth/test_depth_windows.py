"""Windows of depth frames."""

import numpy as np
import pytest

from dcat_ros.sensors.depth.crop import crop
from dcat_ros.sensors.depth.windows import DepthWindows

RANGE = (0.3, 10.0)
FOCAL = 285.0
PERIOD = 125_000_000


def person(column=160, depth_mm=2500, shape=(240, 320)):
    """A box of 0.5 m by 1.6 m."""
    scale = shape[1] / 320
    frame = np.zeros(shape, np.uint16)
    rows = slice(round(30 * scale), round(212 * scale))
    columns = slice(round((column - 28) * scale), round((column + 28) * scale))
    frame[rows, columns] = depth_mm
    return frame


def windows_of(cut, frames, focal=FOCAL, places=None):
    out = []
    for i, frame in zip(places or range(len(frames)), frames, strict=True):
        out += cut.push(i, i * PERIOD, 'camera', frame, focal, RANGE)
    return out


def make(size=32, stride_s=0.25):
    return DepthWindows(size, 8.0, 2.0, stride_s)


def test_windows_come_every_stride_and_hold_the_crop_of_their_frames():
    frames = [person(column=100 + 3 * i) for i in range(24)]
    windows = windows_of(make(), frames)
    assert [w.end_ns for w in windows] == [i * PERIOD for i in (15, 17, 19, 21, 23)]
    assert all(w.end_ns - w.start_ns == 15 * PERIOD for w in windows)
    expected = crop(np.stack(frames[2:18]), FOCAL).reshape(16, -1)
    np.testing.assert_array_equal(windows[1].samples, expected)


@pytest.mark.parametrize('scale', [2, 3])
def test_a_finer_camera_of_the_same_lens_gives_nearly_the_same(scale):
    coarse = windows_of(make(), [person()] * 16)[0].samples
    fine_frame = person(shape=(240 * scale, 320 * scale))
    fine = windows_of(make(), [fine_frame] * 16, focal=FOCAL * scale)[0].samples
    np.testing.assert_allclose(coarse, fine, atol=0.05)


def test_a_longer_lens_shows_the_same_person_in_metres():
    near = windows_of(make(), [person(depth_mm=2500)] * 16)[0].samples
    # the same pixels seen at twice the distance by a lens of twice the length
    far = windows_of(make(), [person(depth_mm=5000)] * 16, focal=2 * FOCAL)[0].samples
    np.testing.assert_allclose(near, far, atol=1e-5)


def test_readings_out_of_range_are_none():
    wall = person()
    wall[wall == 0] = 12_000
    np.testing.assert_array_equal(
        windows_of(make(), [wall] * 16)[0].samples, windows_of(make(), [person()] * 16)[0].samples
    )


def test_a_window_in_which_nobody_is_seen_is_told_and_counted():
    cut = make()
    windows = windows_of(cut, [np.zeros((240, 320), np.uint16)] * 16)
    assert [w.samples for w in windows] == [None]
    assert cut.counts['empty'] == 1


def test_a_size_that_changes_starts_anew():
    cut = make()
    assert not windows_of(cut, [person()] * 10 + [person(shape=(480, 640))] * 15)
    assert cut.counts['camera_change'] == 1
    assert len(windows_of(cut, [person(shape=(480, 640))], places=[25])) == 1


def test_frames_that_never_came_are_those_before():
    cut = make()
    frames = [person(column=100 + 3 * i) for i in range(16)]
    kept = [0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    windows = windows_of(cut, [frames[i] for i in kept], places=kept)
    assert cut.counts['repeated'] == 2
    as_if = [frames[i if i in kept else 3] for i in range(16)]
    np.testing.assert_array_equal(windows[0].samples, crop(np.stack(as_if), FOCAL).reshape(16, -1))


def test_place_zero_starts_anew():
    cut = make()
    windows_of(cut, [person()] * 20)
    assert not windows_of(cut, [person()] * 15)
    assert len(windows_of(cut, [person()], places=[15])) == 1


def test_cells_are_averaged_for_a_coarser_model():
    assert windows_of(make(size=16), [person()] * 16)[0].samples.shape == (16, 2 * 16 * 16)


def test_missing_pixels_inside_of_a_surface_are_filled_and_its_edges_stay():
    whole = person()
    rng = np.random.default_rng(0)
    holes = np.where(rng.random(whole.shape) < 0.4, 0, whole).astype(np.uint16)
    filled = windows_of(make(), [holes] * 16)[0].samples.reshape(16, 2, 32, 32)
    expected = windows_of(make(), [whole] * 16)[0].samples.reshape(16, 2, 32, 32)
    assert abs(filled[:, 0].sum() / expected[:, 0].sum() - 1) < 0.1
    assert (filled[:, 0][expected[:, 0] == 0] == 0).all()

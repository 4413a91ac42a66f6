import numpy as np
import pytest

from dcat_ros.errors import DatasetError
from dcat_ros.sensors.depth import crop as depth

FOCAL_PX = 100.0


def scene(n=4, top=30, left=40, height=40, width=20, z=2100, shape=(100, 120)):
    """A flat person before no background."""
    frames = np.zeros((n, *shape), np.uint16)
    frames[:, top : top + height, left : left + width] = z
    return frames


def lower_median(values):
    return np.sort(values)[(len(values) - 1) // 2].astype(float)


def naive(frames, focal_px, size):
    """The crop pixel by pixel, each cell split in 100 x 100."""
    _, rows, columns = np.nonzero(frames)
    z = lower_median(frames[frames > 0])
    side = focal_px * 2100 / z
    y = lower_median(rows) + 0.5 - side / 2
    x = lower_median(columns) + 0.5 - side / 2
    fine = (np.arange(size * 100) + 0.5) * side / size / 100
    rows = np.floor(y + fine).astype(int)
    columns = np.floor(x + fine).astype(int)
    padded = np.pad(frames.astype(float), ((0, 0), (200, 200), (200, 200)))
    big = padded[:, rows[:, None] + 200, columns[None] + 200]
    blocks = big.reshape(len(frames), size, 100, size, 100)
    share = (blocks > 0).mean((2, 4))
    relative = np.where(blocks > 0, (blocks - z) / 1000, 0).mean((2, 4))
    mean = np.divide(relative, share, out=np.zeros_like(share), where=share > 0)
    return share, mean


def test_crop_by_hand():
    # at 2.1 m, 2.1 m are 100 px, 20 cells of 5 px; the middle is 50.5, so cells start at 0.5
    frames = scene(top=30, left=40, height=41, width=21)
    frames[:, 30:50, 40:61] = 2200
    out = depth.crop(frames, FOCAL_PX, 20)
    assert out.shape == (4, 2, 20, 20)
    assert out.dtype == np.float32
    # rows 30 to 70: cell 5 has half a pixel of its five, and cell 9 half a pixel of the near part
    column = out[0, :, :, 10]
    np.testing.assert_allclose(column[0, 4:7], [0, 0.1, 1], atol=1e-5)
    np.testing.assert_allclose(column[0, 13:16], [1, 0.1, 0], atol=1e-5)
    np.testing.assert_allclose(column[1, 4:12], [0, 0.1, 0.1, 0.1, 0.1, 0.09, 0, 0], atol=1e-5)
    # columns 40 to 60
    np.testing.assert_allclose(out[0, 0, 8, 6:13], [0, 0.1, 1, 1, 1, 1, 0.1], atol=1e-5)


@pytest.mark.parametrize('size', [4, 7, 16])
@pytest.mark.parametrize(('top', 'left', 'z'), [(30, 40, 2100), (0, 0, 1500), (55, 95, 3300)])
def test_crop_is_what_splitting_every_pixel_gives(size, top, left, z):
    rng = np.random.default_rng(size)
    frames = scene(2, top, left, z=z)
    noise = rng.integers(-80, 80, frames.shape)
    frames = np.where((frames > 0) & (rng.random(frames.shape) < 0.8), frames + noise, 0)
    frames = frames.astype(np.uint16)
    share, mean = naive(frames, FOCAL_PX, size)
    out = depth.crop(frames, FOCAL_PX, size)
    np.testing.assert_allclose(out[:, 0], share, atol=0.02)
    sure = share > 0.2
    np.testing.assert_allclose(out[:, 1][sure], mean[sure], atol=0.01)


def test_crop_stray_pixels_and_background_hardly_move_the_person():
    frames = scene(20)
    noisy = frames.copy()
    noisy[:, 0, :10] = 700
    noisy[:, 99, 100:] = 3900
    clean, out = depth.crop(frames, FOCAL_PX, 20), depth.crop(noisy, FOCAL_PX, 20)
    # they are more than 1.05 m from the person, which is no reading, wherever they are
    assert not out[:, 1].any()
    # and shift the medians by at most one pixel of the five of a cell
    np.testing.assert_allclose(out[:, 0], clean[:, 0], atol=0.2 + 0.2 + 1e-5)
    np.testing.assert_allclose(out[:, 0].sum((1, 2)), clean[:, 0].sum((1, 2)), rtol=1e-4)


def test_crop_nothing_is_nothing_whatever_it_is_called():
    frames = scene()
    floats = frames.astype(float)
    for i, value in enumerate([np.nan, -5, np.inf, 1e9]):
        floats[i][frames[i] == 0] = value
    np.testing.assert_array_equal(depth.crop(floats, FOCAL_PX), depth.crop(frames, FOCAL_PX))


def test_crop_empty_frame_is_empty():
    frames = scene(5)
    frames[2] = 0
    out = depth.crop(frames, FOCAL_PX)
    assert not out[2].any()
    assert out[1].any()


def test_crop_person_at_the_edge_is_padded():
    out = depth.crop(scene(left=0), FOCAL_PX, 20)
    assert not out[:, 0, :, :8].any()
    assert out[:, 0, :, 10].any()


@pytest.mark.parametrize(
    ('frames', 'text'),
    [
        (np.zeros((3, 10, 10), np.uint16), 'no frame has a depth reading'),
        (np.full((3, 10, 10), np.nan), 'no frame has a depth reading'),
        (np.zeros((10, 10), np.uint16), 'not uint16 of shape'),
        (np.zeros((0, 10, 10), np.uint16), 'not uint16 of shape'),
        (np.zeros((3, 10, 0), np.uint16), 'not uint16 of shape'),
        (np.full((3, 10, 10), 'x'), 'depth has numbers'),
    ],
)
def test_crop_of_no_picture_is_refused(frames, text):
    with pytest.raises(DatasetError, match=text):
        depth.crop(frames, FOCAL_PX)


@pytest.mark.parametrize('focal', [0, -1, np.nan, np.inf])
def test_crop_focal_length_that_is_none_is_refused(focal):
    with pytest.raises(DatasetError, match='focal length'):
        depth.crop(scene(), focal)
    with pytest.raises(DatasetError, match='0 cells'):
        depth.crop(scene(), FOCAL_PX, 0)


def test_pooled_by_hand():
    cut = np.zeros((2, 2, 4, 4), np.float32)
    cut[:, 0, :2, :2] = 1
    cut[0, 0, 0, 0] = 0.5
    cut[:, 1, :2, :2] = np.array([0.1, 0.2])[:, None, None]
    cut[0, 1, 0, 0] = 0.8
    out = depth.pooled(cut, 2)
    assert out.shape == (2, 2, 2, 2)
    assert out.dtype == np.float32
    # first frame: shares 0.5 1 1 1, depths 0.8 0.1 0.1 0.1
    np.testing.assert_allclose(out[:, 0, 0, 0], [3.5 / 4, 1], atol=1e-6)
    np.testing.assert_allclose(out[:, 1, 0, 0], [(0.5 * 0.8 + 3 * 0.1) / 3.5, 0.2], atol=1e-6)
    assert not out[:, :, 1, 1].any()


def test_pooled_to_as_many_cells_is_the_cut():
    cut = depth.crop(scene(9), FOCAL_PX)
    np.testing.assert_allclose(depth.pooled(cut, 32), cut, atol=1e-6)


@pytest.mark.parametrize(
    ('cut', 'size', 'text'),
    [
        (np.zeros((3, 2, 4, 5)), 2, 'has the shape'),
        (np.zeros((3, 1, 4, 4)), 2, 'has the shape'),
        (np.zeros((3, 2, 4)), 2, 'has the shape'),
        (np.zeros((3, 2, 4, 4)), 3, '3 x 3 cells cannot be made of 4 x 4'),
        (np.zeros((3, 2, 4, 4)), 0, '0 x 0 cells'),
    ],
)
def test_pooled_of_no_cut_is_refused(cut, size, text):
    with pytest.raises(DatasetError, match=text):
        depth.pooled(cut, size)


@pytest.mark.parametrize('focal_px', [1e-300, 1e-50, 1e60, 1e300])
def test_crop_by_a_focal_length_that_no_camera_has_is_refused(focal_px):
    frames = np.full((2, 12, 16), 2000, np.uint16)
    with pytest.raises(DatasetError, match='is the focal length right'):
        depth.crop(frames, focal_px)

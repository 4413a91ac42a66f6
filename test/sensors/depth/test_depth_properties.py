import numpy as np
import pytest

pytest.importorskip('hypothesis')
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dcat_ros.errors import DatasetError
from dcat_ros.sensors.depth import crop as depth

SIZE = 8
frames = arrays(
    np.uint16,
    st.tuples(st.integers(1, 3), st.integers(1, 12), st.integers(1, 12)),
    elements=st.one_of(st.just(0), st.integers(0, 65535), st.integers(1800, 2200)),
)
focal = st.floats(0.01, 1e5)


@given(frames, focal)
def test_crop_of_anything_is_in_its_ranges_or_refused(pictures, focal_px):
    if not pictures.any():
        with pytest.raises(DatasetError):
            depth.crop(pictures, focal_px, SIZE)
        return
    share, mean = depth.crop(pictures, focal_px, SIZE).transpose(1, 0, 2, 3)
    assert share.shape == (len(pictures), SIZE, SIZE)
    assert np.all((share >= 0) & (share <= 1))
    assert np.all(np.abs(mean) <= depth.SIDE_M / 2 + 1e-3)
    assert not mean[share == 0].any()


@given(frames, focal, st.integers(0, 20), st.integers(0, 20))
def test_crop_does_not_depend_on_where_the_person_is_in_the_picture(
    pictures, focal_px, down, right
):
    if not pictures.any():
        return
    moved = np.pad(pictures, ((0, 0), (down, 3), (right, 5)))
    np.testing.assert_allclose(
        depth.crop(moved, focal_px, SIZE), depth.crop(pictures, focal_px, SIZE), atol=2e-3
    )


@given(frames, st.randoms(use_true_random=False))
def test_crop_treats_every_frame_alike(pictures, random):
    if not pictures.any():
        return
    order = list(range(len(pictures)))
    random.shuffle(order)
    out = depth.crop(pictures, 20.0, SIZE)
    # the last bit of a sum depends on where the frame stands
    np.testing.assert_allclose(depth.crop(pictures[order], 20.0, SIZE), out[order], atol=1e-6)


@given(frames.filter(lambda f: f.any()), st.sampled_from([1, 2, 4]))
def test_pooled_stays_in_the_range_of_the_cut(pictures, size):
    out = depth.pooled(depth.crop(pictures, 20.0, SIZE), size)
    assert out.shape == (len(pictures), 2, size, size)
    assert np.isfinite(out).all()
    assert np.all((out[:, 0] >= 0) & (out[:, 0] <= 1))
    assert np.all(np.abs(out[:, 1]) <= depth.SIDE_M / 2 + 1e-3)

"""Pictures rendered of depth, and the poses of whoever is in them."""

import shutil

import numpy as np
import pytest
from pose_helpers import pose_network

from dcat_ros.datasets.shading import HEIGHT, WIDTH, look_of, pictures_of, plain_look, shaded
from dcat_ros.datasets.utd_mhad_files import FOCAL_PX
from dcat_ros.datasets.utd_mhad_poses import RENDERINGS, PoseStore, is_mirrored, look_for
from dcat_ros.errors import DatasetError

LITE, FULL = RENDERINGS


def frames(n=3):
    """A slab of 40 x 100 pixels with an arm to the right of the frame, that is, in the mirror."""
    depth = np.zeros((n, 240, 320), np.uint16)
    depth[:, 80:180, 140:180] = 2500
    depth[:, 100:110, 180:220] = 2400
    return depth


def test_a_picture_is_what_a_camera_sees_and_not_a_mirror():
    depth = frames()
    look = plain_look(depth)
    picture = shaded(depth[0], look, FOCAL_PX)
    assert picture.shape == (HEIGHT, WIDTH)
    seen = picture != look.background
    top, below = seen[: HEIGHT // 2], seen[HEIGHT // 2 :]
    arms = np.nonzero(top)[1].min() < np.nonzero(below)[1].min() - 20
    assert arms  # to the left of the body
    assert np.nonzero(top)[1].max() <= np.nonzero(below)[1].max() + 2


def test_a_mirrored_look_is_the_mirror_image():
    depth = frames()
    rng = np.random.default_rng(0)
    look = look_of(depth, rng, mirrored=False)
    mirrored = look_of(depth, np.random.default_rng(0), mirrored=True)
    straight = shaded(depth[0], look, FOCAL_PX) != look.background
    turned = shaded(depth[0], mirrored, FOCAL_PX) != mirrored.background
    assert straight.sum() == pytest.approx(turned.sum(), rel=0.02)
    assert abs(straight.sum(axis=0)[::-1] - turned.sum(axis=0)).sum() > 0


def test_an_empty_frame_is_an_empty_picture():
    look = plain_look(frames())
    assert (shaded(np.zeros((240, 320), np.uint16), look, FOCAL_PX) == look.background).all()


def test_somebody_beyond_the_picture_is_cut_off():
    depth = frames()
    depth[0] = np.roll(depth[0], 150, axis=1)
    assert shaded(depth[0], plain_look(depth), FOCAL_PX).shape == (HEIGHT, WIDTH)


def test_pictures_for_bags_are_half_as_large():
    assert pictures_of(frames(), FOCAL_PX).shape == (3, 240, 320)


def test_looks_are_always_the_same_and_never_alike():
    depth = frames()
    assert look_for('a3_s1_t1', LITE, depth) == look_for('a3_s1_t1', LITE, depth)
    looks = {look_for(f'a3_s1_t{i}', one, depth) for i in range(1, 5) for one in RENDERINGS}
    assert len(looks) == 8


def test_only_what_is_the_same_in_a_mirror_is_mirrored():
    names = [f'a{a}_s{s}_t{t}' for a in range(1, 28) for s in range(1, 9) for t in range(1, 5)]
    mirrored = [name for name in names if is_mirrored(name, FULL)]
    assert 0.35 < len(mirrored) / len(names) < 0.5
    assert not [n for n in mirrored if n.startswith(('a1_', 'a2_', 'a9_', 'a10_'))]
    assert not any(is_mirrored(name, LITE) for name in names)


def test_a_file_that_is_missing_or_broken_is_said(tmp_path, monkeypatch):
    network = pose_network()
    monkeypatch.setenv('DCAT_CACHE', str(tmp_path / 'cache'))
    (tmp_path / 'cache' / 'models').mkdir(parents=True)
    shutil.copy(network, tmp_path / 'cache' / 'models')
    (tmp_path / 'a1_s1_t1_depth.mat').write_bytes(b'no MATLAB')
    paths = [tmp_path / f'a1_s1_t{i}_depth.mat' for i in (1, 2)]
    store = PoseStore(paths, [LITE], workers=1)
    with pytest.raises(DatasetError, match=r'a1_s1_t1_depth.mat is not a readable MATLAB file'):
        store.joints(paths[0], LITE)
    with pytest.raises(DatasetError, match=r'a1_s1_t2_depth.mat is missing'):
        store.joints(paths[1], LITE)

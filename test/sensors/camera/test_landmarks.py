"""The real pose network, on rendered pictures of recorded people."""

from types import SimpleNamespace

import numpy as np
import pytest
from helpers import run_python
from pose_helpers import pose_network, rendered

from dcat_ros.errors import ConfigError
from dcat_ros.sensors.camera.joints import HIPS, from_landmarks
from dcat_ros.sensors.camera.landmarks import Landmarker, as_rgb, finders
from dcat_ros.sensors.camera.person import MOST_PEOPLE, Person


@pytest.mark.parametrize('follows', [False, True])
def test_an_empty_picture_has_nobody(follows):
    network = Landmarker(pose_network(), follows=follows)
    assert network.find(np.full((120, 160, 3), 90, np.uint8), 0).shape == (0, 33, 7)
    network.close()


def test_somebody_is_found_where_he_is():
    frames = rendered()
    network = Landmarker(pose_network())
    found = [network.find(as_rgb(frame), i * 50_000_000) for i, frame in enumerate(frames[:10])]
    assert [len(people) for people in found] == [1] * 10
    rows, columns = np.nonzero(frames[9] > 100)
    joints = from_landmarks(found[9])[0]
    assert joints[HIPS, 0].mean() * 240 == pytest.approx(np.median(columns), abs=15)
    assert rows.min() - 10 < joints[0, 1] * 240 < rows.min() + 40  # the head


@pytest.mark.parametrize('mirrored', [False, True])
def test_of_two_people_the_one_in_the_middle_is_watched(mirrored):
    pose_network()
    frame = rendered()[0]
    somebody = frame[:, np.flatnonzero((frame > 100).any(axis=0))]
    both = np.full_like(frame, 55)
    for column in (100, 200):  # the second is nearer to the middle, which is at 160
        left = column - somebody.shape[1] // 2
        both[:, left : left + somebody.shape[1]] = somebody
    rgb = as_rgb(np.ascontiguousarray(both[:, ::-1] if mirrored else both))
    assert len(finders()(MOST_PEOPLE, False).find(rgb)) == 2
    found = Person(finders(), 'middle').find(rgb, 0)
    hips = from_landmarks(found[None])[0, HIPS, 0].mean() * 240
    assert hips == pytest.approx(120 if mirrored else 200, abs=15)


def test_what_is_no_bundle_is_refused(tmp_path):
    pytest.importorskip('mediapipe', reason='needs the extra camera')
    (tmp_path / 'pose.task').write_bytes(b'no bundle')
    with pytest.raises(ConfigError, match='mediapipe cannot use'):
        Landmarker(tmp_path / 'pose.task')


def test_a_network_that_is_not_there_is_said_with_its_command(tmp_path, monkeypatch):
    monkeypatch.setenv('DCAT_CACHE', str(tmp_path))
    with pytest.raises(ConfigError, match='dcat models get pose'):
        finders()


COLLECTED = """
import gc, sys
from concurrent.futures import thread
from pathlib import Path
import numpy as np
from dcat_ros.sensors.camera import landmarks

ring = [landmarks.Landmarker(Path(sys.argv[1]))]
ring.append(ring)
del ring
with thread._global_shutdown_lock:  # as the library's calls hold it while they begin a thread
    gc.collect()
assert len(landmarks._left) == 1
other = landmarks.Landmarker(Path(sys.argv[1]))
assert not landmarks._left
assert other.find(np.zeros((48, 64, 3), np.uint8)).shape == (0, 33, 7)
other.close()
assert not {'matplotlib', 'sounddevice'} & sys.modules.keys()
"""


def test_a_network_that_is_collected_in_the_middle_of_a_call_of_another_hangs_nothing():
    done = run_python('-c', COLLECTED, str(pose_network()), timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]


def test_times_of_a_clock_that_jumps_back_go_on_at_their_own_pace(monkeypatch):
    network, times = Landmarker(pose_network()), []
    nobody = SimpleNamespace(pose_landmarks=[], pose_world_landmarks=[])

    def detect_for_video(image, time_ms):
        times.append(time_ms)
        return nobody

    monkeypatch.setattr(network, '_network', SimpleNamespace(detect_for_video=detect_for_video))
    picture = np.zeros((48, 64, 3), np.uint8)
    for stamp_ms in (9000, 9100, 0, 100, 200, 200):
        network.find(picture, stamp_ms * 1_000_000)
    assert np.diff(times).tolist() == [100, 1, 100, 100, 1]

"""Teaching a running image_node with pictures of a depth camera and of an ordinary one."""

from itertools import cycle
from threading import Event

import pytest
from node_helpers import BEGIN_NS, HANGS_S, RecogniserProcess
from pose_helpers import depth_frames, pose_network
from taught_person import TaughtPerson
from test_image_node import NODE, camera_info, new_camera, picture

from dcat_ros.datasets.shading import pictures_of
from dcat_ros.datasets.utd_mhad_files import FOCAL_PX
from dcat_ros.nodes import pupils
from dcat_ros.nodes.pupils import use_model
from dcat_ros.nodes.teach_live import teach_live
from dcat_ros.teach.kept import kept_lines, today
from dcat_ros.teach.teach import Desk

pytestmark = [pytest.mark.ros, pytest.mark.slow]

#: Of the stamps. The recordings have 30 frames a second, and every second one is shown.
_RATE_HZ = 15.0
#: So often one is sent: finding a pose takes long, and what is dropped makes holes in a window.
_DEPTH_EVERY_S, _POSE_EVERY_S = 0.01, 1 / _RATE_HZ
#: Somebody waves with the right hand; mirrored, he waves with the left one, which no model knows.
_TRIALS = ('a3_s6_t1', 'a3_s6_t2')
_WIDTH = 320


class Filmed(TaughtPerson):
    """Somebody before a camera, who does what is recorded when he is told to.

    Args:
        camera: publishes it.
        takes: frames (n, rows, columns) of each attempt.
        encoding: of the frames.
        every_s: sends one so often.
    """

    def __init__(self, camera, takes, encoding, every_s):
        super().__init__(every_s)
        self._camera, self._takes, self._encoding = camera, takes, encoding
        # somebody who stands, with the noise of the camera
        self._still = cycle(takes[0][:4])
        self._todo = iter(())
        self._info = camera_info(FOCAL_PX, _WIDTH)
        self._stamp_ns = BEGIN_NS

    def attempt(self, number):
        self._todo = iter(self._takes[number % len(self._takes)])

    def keep_doing(self, number):
        """Again and again: a busy machine may miss one."""
        self._todo = cycle([*self._takes[number], *(next(self._still) for _ in range(30))])

    def send(self):
        frame = next(self._todo, None)
        message = picture(next(self._still) if frame is None else frame, self._encoding)
        message.header.frame_id = 'camera'
        stamp = message.header.stamp
        stamp.sec, stamp.nanosec = divmod(self._stamp_ns, 10**9)
        self._info.header = message.header
        self._camera.info.publish(self._info)
        self._camera.image.publish(message)
        self._stamp_ns += round(1e9 / _RATE_HZ)


@pytest.fixture
def camera(monkeypatch):
    monkeypatch.setattr(pupils, '_PATIENCE_S', HANGS_S)
    monkeypatch.setattr(pupils, '_ANSWER_S', HANGS_S)
    with new_camera(watches=False) as camera:
        yield camera


def teach_and_use(camera, model, takes, encoding, every_s, taught):
    """Teach a recogniser that runs, let it go on with what it learned, and do it once more."""
    desk = Desk(('anna', today()))
    with (
        RecogniserProcess(model, executable='image_node') as process,
        Filmed(camera, takes, encoding, every_s) as person,
    ):
        camera.ready()
        teach_live([NODE], ['left_wave'], len(takes), desk, person.show, Event())
        ((path, card),) = desk.write()
        (lesson,) = card.taught.lessons
        assert (lesson.label, lesson.n_takes) == ('left_wave', len(takes))
        assert all(not last.refused for *_, last in person.told if last is not None)
        use_model(NODE, path)
        person.keep_doing(0)
        camera.wait_for(
            lambda: any(h.prediction.label == 'left_wave' for h in camera.monitor.all),
            'the new label',
        )
        assert process.alive(), process.errors()
    assert len(kept_lines(taught)) == 1


def mirrored(trial):
    return depth_frames(trial)[::2, :, ::-1]


def test_a_depth_camera_is_taught_live(camera, taught):
    takes = [mirrored(trial) for trial in _TRIALS]
    teach_and_use(camera, 'image_depth_utd_mhad', takes, '16UC1', _DEPTH_EVERY_S, taught)


def test_an_ordinary_camera_is_taught_live(camera, taught):
    pose_network()
    takes = [pictures_of(mirrored(trial), FOCAL_PX) for trial in _TRIALS[:1]]
    teach_and_use(camera, 'camera_utd_mhad', takes, 'mono8', _POSE_EVERY_S, taught)

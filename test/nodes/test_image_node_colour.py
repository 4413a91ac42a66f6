"""image_node with a model for an ordinary camera, over DDS, with the real pose network."""

import numpy as np
import pytest
from node_helpers import RecogniserProcess
from pose_helpers import pose_network, rendered
from sensor_msgs.msg import Image
from test_image_node import new_camera
from untrained import save_untrained

pytestmark = pytest.mark.ros


@pytest.fixture(scope='module')
def colour_model(tmp_path_factory):
    path = tmp_path_factory.mktemp('model') / 'quick_camera.safetensors'
    save_untrained(path, modality='camera')
    return path


@pytest.fixture
def camera():
    with new_camera() as camera:
        yield camera


def picture(pixels, encoding='mono8'):
    height, width = pixels.shape[:2]
    message = Image(height=height, width=width, encoding=encoding, step=pixels.strides[0])
    message.data.frombytes(np.ascontiguousarray(pixels).tobytes())
    return message


def noise(i):
    return picture(np.random.default_rng(i).integers(0, 255, (120, 160, 3), np.uint8), 'rgb8')


def test_an_empty_room_is_unknown_and_said_as_such(colour_model, camera):
    pose_network()
    with RecogniserProcess(colour_model, executable='image_node'):
        camera.ready()
        camera.film(6, noise)
        camera.wait_for(lambda: camera.monitor.all, 'a label')
        assert camera.monitor.all[0].prediction.state == 'unknown'
        camera.wait_for_health(
            lambda h: 'nobody is in view' in camera.health_message, 'the word of it'
        )


def test_somebody_gets_labels_and_the_debug_picture_shows_his_joints(colour_model, camera):
    pose_network()
    frames = rendered()
    with RecogniserProcess(colour_model, executable='image_node'):
        camera.ready()
        camera.film(20, lambda i: picture(frames[2 * i]))
        camera.wait_for(lambda: len(camera.monitor.all) >= 3, 'labels')
        assert all(len(heard.prediction.probabilities) == 3 for heard in camera.monitor.all)
        *_, shown = camera.shown.values()
        pixels = np.frombuffer(bytes(shown.data), np.uint8).reshape(shown.height, 320, 3)
        green = (pixels[:240] == (60, 200, 60)).all(axis=2)
        assert green.sum() > 50


def test_a_depth_picture_is_refused_with_the_model_that_takes_it(colour_model, camera):
    pose_network()
    with RecogniserProcess(colour_model, executable='image_node'):
        camera.ready()
        depth = np.full((120, 160), 2000, np.uint16)
        camera.film(3, lambda i: picture(depth, '16UC1'), shown=lambda i: False)
        camera.wait_for_health(lambda h: int(h.get('rejected: kind', 0)) > 0, 'the count')
        camera.wait_for_health(
            lambda h: 'model:=image_depth_utd_mhad' in camera.health_message + str(h), 'the remedy'
        )


def test_without_the_pose_network_one_sentence_says_how_to_get_it(
    colour_model, camera, tmp_path, monkeypatch
):
    pytest.importorskip('mediapipe', reason='needs the extra camera')
    monkeypatch.setenv('DCAT_CACHE', str(tmp_path))
    with RecogniserProcess(colour_model, executable='image_node', forked=False):
        camera.wait_for_health(lambda h: True, 'diagnostics')
        assert 'dcat models get pose' in camera.health_message

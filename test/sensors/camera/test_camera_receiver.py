"""From serialised pictures to windows of joints."""

import cv2
import numpy as np
import pytest
from camera_helpers import Says, camera_card, colour_message, people, person
from receiver_helpers import depth_message

from dcat_ros.doubt import NOTE, SENSELESS
from dcat_ros.errors import MessageError
from dcat_ros.sensors.camera.receiver import CameraReceiver

PERIOD = 100_000_000
SECOND = 10**9


def always(stamp_ns):
    return people(person())


def receiver(script=always, **options):
    return CameraReceiver(camera_card(), Says(script), **options)


def fed(found, messages):
    windows = []
    for message in messages:
        for job in found.accept(message, 0, lambda stamp: stamp):
            windows += found.windows(job)
    return windows


def film(n, period=PERIOD, **options):
    return [colour_message(SECOND + i * period, **options) for i in range(n)]


def test_windows_come_every_stride_and_hold_the_joints():
    windows = fed(receiver(), film(21))
    assert [w.end_ns for w in windows] == [SECOND + i * PERIOD for i in (9, 14, 19)]
    assert [w.start_ns for w in windows] == [SECOND + i * PERIOD for i in (0, 5, 10)]
    assert windows[0].samples.shape == (10, 39)
    assert windows[0].samples.dtype == np.float32


def test_frames_that_are_not_needed_are_not_decoded_and_all_add_up():
    says = Says(always)
    found = CameraReceiver(camera_card(), says)
    fed(found, film(121, PERIOD // 4))
    assert says.asked['follower'] == 31
    assert found.counts['frames'] == 121 == 31 + found.counts['skipped']


def test_a_slow_cameras_picture_is_looked_at_once():
    says = Says(always)
    fed(CameraReceiver(camera_card(), says), film(10, 2 * PERIOD))
    assert says.asked['follower'] == 10


def test_nobody_in_view_is_said_at_once_and_then_every_stride():
    found = receiver(lambda stamp: people())
    windows = fed(found, film(16))
    assert [(w.end_ns - SECOND) // PERIOD for w in windows] == [0, 5, 10, 15]
    assert all(w.samples is None and not w.why for w in windows)
    assert [(d.reason, d.level) for d in found.doubts] == [('nobody', NOTE)]
    assert 'nobody is in view' in found.doubt


def test_somebody_who_leaves_and_comes_back_begins_a_new_window():
    gone = range(15, 25)

    def script(stamp):
        return people() if (stamp - SECOND) // PERIOD in gone else people(person())

    found = receiver(script)
    windows = fed(found, film(45))
    ends = {(w.end_ns - SECOND) // PERIOD: w.samples is None for w in windows}
    # he is gone after half a second, and is known again after a whole window
    assert [at for at, empty in ends.items() if empty] == [19, 24]
    assert min(at for at, empty in ends.items() if not empty and at > 24) == 34
    assert found.counts['came'] == 2


def test_a_pose_network_that_misses_him_for_a_moment_does_not_matter():
    def script(stamp):
        return people() if (stamp - SECOND) // PERIOD in (12, 13) else people(person())

    windows = fed(receiver(script), film(21))
    assert [w.samples is None for w in windows] == [False, False, False]
    seen = windows[1].samples.reshape(10, 13, 3)[..., 2]
    assert [row.any() for row in seen] == [True] * 7 + [False, False] + [True]


def test_half_a_person_still_gives_windows():
    legless = person(hidden=(25, 26, 27, 28))
    (window,) = fed(receiver(lambda stamp: people(legless)), film(10))
    seen = window.samples.reshape(10, 13, 3)[..., 2]
    np.testing.assert_array_equal(seen[0], [1] * 9 + [0] * 4)


PIXELS = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)


@pytest.mark.parametrize(
    ('encoding', 'pixels'),
    [
        ('rgb8', PIXELS),
        ('bgr8', PIXELS),
        ('bgra8', np.dstack([PIXELS, PIXELS[..., :1]])),
        ('mono8', PIXELS[..., 0]),
        ('mono16', PIXELS[..., 0].astype(np.uint16) * 256),
        ('yuv422_yuy2', PIXELS[..., :2]),
        ('bayer_rggb8', PIXELS[..., 0]),
    ],
)
def test_every_encoding_of_colour_and_grey_is_looked_at(encoding, pixels):
    says = Says(always)
    found = CameraReceiver(camera_card(), says)
    fed(found, [colour_message(SECOND, np.ascontiguousarray(pixels), encoding)])
    assert [rgb.shape for _, rgb in says.shown] == [(48, 64, 3)] * 2


@pytest.mark.parametrize('kind', ['.jpg', '.png'])
@pytest.mark.parametrize('grey', [False, True])
def test_compressed_pictures_are_looked_at(kind, grey):
    from helpers import STORE

    types, name = STORE.types, 'sensor_msgs/msg/CompressedImage'
    data = cv2.imencode(kind, PIXELS[..., 0] if grey else PIXELS)[1].ravel()
    stamp = types['builtin_interfaces/msg/Time'](sec=1, nanosec=0)
    header = types['std_msgs/msg/Header'](stamp=stamp, frame_id='camera')
    whole = types[name](header=header, format=kind[1:], data=data)
    says = Says(always)
    found = CameraReceiver(camera_card(), says, compressed=True)
    fed(found, [bytes(STORE.serialize_cdr(whole, name))])
    assert [rgb.shape for _, rgb in says.shown] == [(48, 64, 3)] * 2


def test_a_depth_picture_is_refused_with_the_model_that_takes_it():
    with pytest.raises(MessageError, match=r'small needs .*model:=image_depth_utd_mhad') as raised:
        fed(receiver(), [depth_message(SECOND, np.full((48, 64), 2000, np.uint16))])
    assert raised.value.reason == 'kind'


def test_frozen_pictures_are_senseless():
    found = receiver()
    windows = fed(found, film(12, pixels=PIXELS))
    assert [d.level for d in found.doubts] == [SENSELESS]
    assert all(w.samples is None and 'same to the last bit' in w.why for w in windows)


def test_a_covered_camera_is_doubted():
    found = receiver(lambda stamp: people())
    fed(found, film(5, pixels=np.zeros((48, 64, 3), np.uint8)))
    assert 'one brightness everywhere' in found.doubt


def test_after_a_reset_everything_starts_anew():
    found = receiver()
    fed(found, film(8))
    found.reset()
    assert found.last_picture is None
    assert len(fed(found, film(10))) == 1


def test_a_gap_begins_a_new_window():
    messages = film(8) + [colour_message(3 * SECOND + i * PERIOD) for i in range(10)]
    (window,) = fed(receiver(), messages)
    assert window.start_ns == 3 * SECOND

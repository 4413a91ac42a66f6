"""The focal length of a camera from serialised CameraInfo."""

import numpy as np
import pytest
from helpers import STORE
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dcat_ros.errors import MessageError
from dcat_ros.messages.camera_info import decode_camera_info

INFO = 'sensor_msgs/msg/CameraInfo'


def camera_info(fx=500.0, fy=500.0, width=640, model='plumb_bob', n_distortion=5, little=True):
    """A serialised CameraInfo by rosbags."""
    types = STORE.types
    stamp = types['builtin_interfaces/msg/Time'](sec=1, nanosec=2)
    region = types['sensor_msgs/msg/RegionOfInterest']
    message = types[INFO](
        header=types['std_msgs/msg/Header'](stamp=stamp, frame_id='camera'),
        height=480,
        width=width,
        distortion_model=model,
        d=np.arange(n_distortion, dtype=np.float64),
        k=np.array([fx, 0, 320, 0, fy, 240, 0, 0, 1.0]),
        r=np.eye(3).ravel(),
        p=np.zeros(12),
        binning_x=0,
        binning_y=0,
        roi=region(x_offset=0, y_offset=0, height=0, width=0, do_rectify=False),
    )
    return bytes(STORE.serialize_cdr(message, INFO, little_endian=little))


@given(
    st.floats(1, 5000),
    st.integers(1, 8000),
    st.sampled_from(['', 'plumb_bob', 'equidistant', 'x']),
    st.integers(0, 14),
    st.booleans(),
)
def test_focal_length_and_width_are_found_wherever_they_lie(fx, width, model, n, little):
    data = camera_info(fx, fx, width, model, n, little)
    focal, found = decode_camera_info(data)
    assert focal == pytest.approx(fx)
    assert found == width


def test_both_axes_count():
    assert decode_camera_info(camera_info(300.0, 400.0))[0] == pytest.approx(353.55, abs=0.01)


@pytest.mark.parametrize('fx', [0.0, -1.0, float('nan'), float('inf')])
def test_a_camera_that_is_not_calibrated_is_named(fx):
    with pytest.raises(MessageError, match='calibrate') as problem:
        decode_camera_info(camera_info(fx))
    assert problem.value.reason == 'camera_info'


@settings(max_examples=2000)
@given(st.binary(max_size=400))
@example(camera_info()[:80])
def test_any_bytes_give_numbers_or_a_message_error(data):
    try:
        focal, width = decode_camera_info(data)
    except MessageError:
        return
    assert focal > 0
    assert width > 0


@pytest.mark.parametrize('fx', [1e-300, 1e-3, 1e9, 1e300])
def test_a_focal_length_that_no_camera_has_is_refused(fx):
    """A cube of 2.1 m had no pixel, and a window of depth ended in an IndexError."""
    with pytest.raises(MessageError, match='which no camera has; calibrate it') as problem:
        decode_camera_info(camera_info(fx, fx))
    assert problem.value.reason == 'camera_info'

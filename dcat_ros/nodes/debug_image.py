"""~/debug_image: what the recogniser sees, with its label, for people."""

import cv2
import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image

from dcat_ros.messages.image import Picture
from dcat_ros.sensors.camera.joints import BONES, IN_VIEW, from_landmarks
from dcat_ros.streaming.decision import OK, Prediction

__all__ = ['DebugImage', 'draw']

#: Readings from here to there get the whole range of colours.
_NEAR_MM, _FAR_MM = 500, 6000
_STRIP = 36
_GREEN, _GREY, _WHITE = (60, 200, 60), (150, 150, 150), (255, 255, 255)


class DebugImage:
    """Publishes the newest frame with label and bar, made only while somebody subscribes.

    Args:
        node: whose publisher it is.
    """

    def __init__(self, node: Node):
        self._node = node
        self._publisher = node.create_publisher(Image, '~/debug_image', QoSProfile(depth=1))
        self._last: Prediction | None = None

    def show(
        self,
        picture: Picture | None,
        prediction: Prediction | None,
        landmarks: NDArray[np.float32] | None = None,
    ) -> None:
        """Publish a frame.

        Args:
            picture: the newest frame; None: nothing is published.
            prediction: a new one; None: the last one still holds.
            landmarks: of the person in it, (33, 7); None: there is nobody, or nobody looks.
        """
        self._last = prediction or self._last
        if picture is None or not self._publisher.get_subscription_count():
            return
        pixels = draw(picture, self._last, landmarks)
        message = Image(
            height=pixels.shape[0],
            width=pixels.shape[1],
            encoding='rgb8',
            step=3 * pixels.shape[1],
        )
        sec, nanosec = divmod(picture.stamp_ns, 1_000_000_000)
        message.header.stamp = Time(sec=sec, nanosec=nanosec)
        message.header.frame_id = picture.frame_id
        message.data.frombytes(pixels.tobytes())
        self._publisher.publish(message)

    def destroy(self) -> None:
        """Take the publisher away."""
        self._node.destroy_publisher(self._publisher)


def draw(
    picture: Picture,
    prediction: Prediction | None,
    landmarks: NDArray[np.float32] | None = None,
) -> NDArray[np.uint8]:
    """The frame in colour, shape (H + strip, W, 3), red first; below it label and bar.

    Joints that are seen are green and joined, others grey.
    """
    pixels = np.asarray(picture.pixels)
    if picture.kind == 'depth':
        share = (pixels.astype(np.float32) - _NEAR_MM) / (_FAR_MM - _NEAR_MM)
        colours = cv2.applyColorMap(
            (255 * (1 - np.clip(share, 0, 1))).astype(np.uint8), cv2.COLORMAP_VIRIDIS
        )
        shown = cv2.cvtColor(colours, cv2.COLOR_BGR2RGB)
        shown[pixels == 0] = 0
    elif picture.kind == 'grey':
        shown = cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)
    else:
        shown = pixels
    height, width = shown.shape[:2]
    whole = np.zeros((height + _STRIP, width, 3), np.uint8)
    whole[:height] = shown
    if landmarks is not None:
        _draw_joints(whole[:height], landmarks)
    if prediction is None:
        return whole
    colour = _GREEN if prediction.state == OK else _GREY
    bar = round(prediction.confidence * width)
    cv2.rectangle(whole, (0, height + _STRIP - 8), (bar, height + _STRIP), colour, cv2.FILLED)
    text = f'{prediction.label} {prediction.confidence:.0%}'
    at = (4, height + 20)
    cv2.putText(whole, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.6, _WHITE, 1, cv2.LINE_AA)
    return whole


def _draw_joints(pixels: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> None:
    """Draw a person's joints into a picture (H, W, 3)."""
    height = pixels.shape[0]
    joints = from_landmarks(landmarks[None])[0]
    # far outside of the picture there is nothing to draw, and OpenCV takes 32 bits
    places = np.clip(joints[:, :2] * height, -2 * height, 4 * height).astype(int).tolist()
    seen = joints[:, 2] >= IN_VIEW
    thick = max(1, height // 240)
    for one, other in BONES:
        if seen[one] and seen[other]:
            cv2.line(pixels, places[one], places[other], _GREEN, thick, cv2.LINE_AA)
    for place, is_seen in zip(places, seen, strict=True):
        colour = _GREEN if is_seen else _GREY
        cv2.circle(pixels, place, 2 * thick, colour, cv2.FILLED, cv2.LINE_AA)

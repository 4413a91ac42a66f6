"""image_node: pictures on `image_raw` to activity labels, of depth or of an ordinary camera."""

from typing import Any

from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from dcat_ros.errors import MessageError
from dcat_ros.messages.camera_info import focal_length
from dcat_ros.nodes.debug_image import DebugImage
from dcat_ros.nodes.latched import LatchedSubscription
from dcat_ros.nodes.sensor_node import SensorNode
from dcat_ros.sensors.camera.landmarks import finders
from dcat_ros.sensors.camera.receiver import CameraReceiver
from dcat_ros.sensors.camera.sensor import CAMERA
from dcat_ros.sensors.depth.receiver import ImageReceiver
from dcat_ros.sensors.depth.sensor import DEPTH
from dcat_ros.streaming.decision import Prediction
from dcat_ros.streaming.recogniser import Recogniser

__all__ = ['ImageNode']


class ImageNode(SensorNode):
    """Recognises activities from pictures: its model says whether of depth or of colour."""

    sensors = (DEPTH, CAMERA)
    message_type = Image
    input_topic = 'image_raw'

    def __init__(self, **options: Any) -> None:
        super().__init__('image_node', **options)
        transport = self.get_parameter('transport').value
        self._compressed = transport != 'raw'
        if self._compressed:
            self.message_type, self.input_topic = CompressedImage, f'image_raw/{transport}'
        self._debug: DebugImage | None = None
        self._camera_info: LatchedSubscription | None = None
        self._focal: tuple[float, int] | None = None  # and the width of its pictures

    def make_receiver(self, recogniser: Recogniser) -> ImageReceiver | CameraReceiver:
        """Decodes frames, and cuts the person out or finds his joints."""
        stride = self.get_parameter('stride').value
        options = {
            'compressed': self._compressed,
            'stride_s': stride if stride > 0 else None,
            'max_gap_s': self.get_parameter('max_gap').value,
            'reorder_s': self.get_parameter('reorder').value,
        }
        if recogniser.card.modality == DEPTH.name:
            return ImageReceiver(recogniser.card, **options)
        network = finders(self.get_parameter('pose_network').value)
        prefers = self.get_parameter('person').value
        return CameraReceiver(recogniser.card, network, prefers=prefers, **options)

    def configure(self) -> None:
        """Also the picture for people."""
        super().configure()
        self._debug = DebugImage(self)

    def activate(self) -> None:
        """Also begin to receive camera_info, before the first picture needs it."""
        self._camera_info = LatchedSubscription(
            self, CameraInfo, 'camera_info', self._on_camera_info
        )
        super().activate()
        self._set_camera()

    def deactivate(self) -> None:
        """Also stop receiving camera_info."""
        if self._camera_info is not None:
            self._camera_info.destroy()
            self._camera_info = None
        super().deactivate()

    def clean_up(self) -> None:
        """Also let go of the picture for people."""
        super().clean_up()
        if self._debug is not None:
            self._debug.destroy()
            self._debug = None

    def apply(self, recogniser: Recogniser) -> None:
        """Also camera and range."""
        super().apply(recogniser)
        self._set_camera()

    def recognised(self, prediction: Prediction | None) -> None:
        """Show the frame with the label, if somebody looks."""
        receiver = self._receiver
        if self._debug is None or not isinstance(receiver, ImageReceiver | CameraReceiver):
            return
        landmarks = receiver.last_landmarks if isinstance(receiver, CameraReceiver) else None
        self._debug.show(receiver.last_picture, prediction, landmarks)

    def _set_camera(self) -> None:
        receiver = self._receiver
        if not isinstance(receiver, ImageReceiver):
            return
        given = self.get_parameter('focal_px').value
        focal = (given, None) if given > 0 else self._focal or (None, None)
        receiver.focal_px, receiver.focal_width = focal
        receiver.range_m = (
            self.get_parameter('min_range').value,
            self.get_parameter('max_range').value,
        )

    def _on_camera_info(self, message: CameraInfo) -> None:
        width = int(message.width)
        try:
            focal = (focal_length(float(message.k[0]), float(message.k[4]), width), width)
        except MessageError as problem:
            self._reject(problem.reason, str(problem))
            return
        if focal != self._focal:
            self._focal = focal
            self._set_camera()

"""image_node as a process, over DDS: pictures in, labels out, and everything that can be wrong."""

from contextlib import contextmanager

import cv2
import numpy as np
import psutil
import pytest
import rclpy
from node_helpers import Peer, RecogniserProcess
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from untrained import save_untrained

from dcat_ros.streaming.frames import FrameGrid

pytestmark = pytest.mark.ros

NODE = '/image_node'


@pytest.fixture(scope='module')
def depth_model(tmp_path_factory):
    path = tmp_path_factory.mktemp('model') / 'quick_depth.safetensors'
    save_untrained(path, modality='depth')
    return path


@contextmanager
def new_camera(name=NODE, *, watches=True):
    """The test's own node, which has a camera and listens to the recogniser of that name."""
    rclpy.init()
    camera = Camera(name, watches)
    try:
        yield camera
    finally:
        camera.close()
        rclpy.try_shutdown()


@pytest.fixture
def camera():
    with new_camera() as camera:
        yield camera


class Camera(Peer):
    """Publishes pictures.

    Args:
        recogniser: name of its node.
        watches: the debug image, and so knows which pictures the node has looked at.
    """

    def __init__(self, recogniser: str = NODE, watches: bool = True):
        self._watches = watches
        #: what the node shows of what it looked at, by its stamp in ns
        self.shown: dict[int, Image] = {}
        self._grid = FrameGrid(8.0, 0.5, 0.1)
        super().__init__(recogniser, [(Image, 'debug_image', self._on_shown)] if watches else [])
        qos = QoSProfile(depth=50)
        self.image = self.node.create_publisher(Image, 'image_raw', qos)
        self.compressed = self.node.create_publisher(CompressedImage, 'image_raw/compressed', qos)
        self.compressed_depth = self.node.create_publisher(
            CompressedImage, 'image_raw/compressedDepth', qos
        )
        self.info = self.node.create_publisher(CameraInfo, 'camera_info', qos)

    def ready(self, publisher=None):
        super().ready(publisher or self.image)

    def tell_focal_length(self, focal_px=285.0, width=160):
        self.wait_for(lambda: self.info.get_subscription_count() == 1, 'the subscription')
        self.info.publish(camera_info(focal_px, width))

    def film(self, n, make, publisher=None, rate_hz=8.0, shown=lambda i: True):
        """Publish n frames, each once the node has shown what it looked at for the one before.

        Args:
            n: number of frames.
            make: gives the message of each number.
            publisher: that of `image_raw` without it.
            rate_hz: of the stamps.
            shown: whether the node can use a frame: a few others may come at once.

        Returns:
            The first one's stamp in ns.
        """
        begin_ns = self._stamp_ns
        for i in range(n):
            message = make(i)
            stamp = message.header.stamp
            stamp.sec, stamp.nanosec = divmod(self._stamp_ns, 10**9)
            message.header.frame_id = 'camera'
            (publisher or self.image).publish(message)
            if self._watches and shown(i):
                # of many frames a second the model takes a few, one that has passed now or before
                for chosen in self._grid.push(self._stamp_ns, 'camera', self._stamp_ns):
                    self.wait_for(lambda ns=chosen.item: ns in self.shown, 'the picture')
            self._stamp_ns += round(1e9 / rate_hz)
        return begin_ns

    def film_until_shown(self, make, tell=lambda: None):
        """Publish frames until the node knows the focal length, each once it refused the last."""
        while not self.shown:
            refused = self._refused()
            tell()
            self.film(1, make, shown=lambda i: False)
            self.wait_for(lambda n=refused: self.shown or self._refused() > n, 'a word of it')
        self.jump(5)

    def _refused(self):
        return int(self.health.get('rejected: intrinsics', 0))

    def _on_shown(self, message):
        self.shown[message.header.stamp.sec * 10**9 + message.header.stamp.nanosec] = message


def camera_info(focal_px=285.0, width=160):
    message = CameraInfo(width=width, height=width * 3 // 4)
    message.k = [focal_px, 0.0, width / 2, 0.0, focal_px, width / 3, 0.0, 0.0, 1.0]
    return message


def depth_of(i=0):
    depth = np.zeros((120, 160), np.uint16)
    depth[20:100, 60 + i % 20 : 90 + i % 20] = 2500
    return depth


def picture(pixels, encoding='16UC1', **changes):
    message = Image(
        height=pixels.shape[0], width=pixels.shape[1], encoding=encoding, step=pixels.strides[0]
    )
    message.data.frombytes(pixels.tobytes())
    for name, value in changes.items():
        setattr(message, name, value)
    return message


def compressed_depth(i):
    ok, png = cv2.imencode('.png', depth_of(i))
    assert ok
    return CompressedImage(format='16UC1; compressedDepth png', data=bytes(12) + png.tobytes())


def frame(i):
    return picture(depth_of(i))


def test_depth_gives_labels_with_the_window_s_stamps_and_the_camera_s_frame(depth_model, camera):
    with RecogniserProcess(depth_model, executable='image_node'):
        camera.ready()
        camera.tell_focal_length()
        camera.film_until_shown(frame)
        begin_ns = camera.film(24, frame)  # a window after eight, and one every two more
        camera.wait_for(lambda: len(camera.monitor.all) == 9, 'nine labels')
        first = camera.monitor.all[0].prediction
        assert (first.start_ns, first.end_ns) == (begin_ns, begin_ns + 875_000_000)
        assert first.frame_id == 'camera'
        camera.wait_for_health(lambda h: h['predictions'] == '9', 'diagnostics')
        assert camera.health['windows dropped'] == '0'


def test_compressed_depth_and_metres_give_the_labels_of_millimetres(depth_model):
    def metres(i):
        depth = depth_of(i).astype(np.float32) / 1000
        return picture(np.where(depth == 0, np.nan, depth).astype(np.float32), '32FC1')

    found = []
    kinds = (('raw', frame), ('raw', metres), ('compressedDepth', compressed_depth))
    for transport, make in kinds:
        arguments = ['-p', f'transport:={transport}', '-p', 'focal_px:=285.0']
        with (
            new_camera() as camera,
            RecogniserProcess(depth_model, *arguments, executable='image_node'),
        ):
            publisher = camera.image if transport == 'raw' else camera.compressed_depth
            camera.ready(publisher)
            camera.film(8, make, publisher)
            camera.wait_for(lambda c=camera: len(c.monitor.all) == 1, 'a label')
            found.append(camera.monitor.all[0].prediction.probabilities)
    np.testing.assert_allclose(found[1], found[0], atol=1e-6)
    np.testing.assert_allclose(found[2], found[0], atol=1e-6)


BAD = {
    'size': lambda i: picture(np.zeros((1, 1), np.uint16), height=0, width=0),
    'truncated': lambda i: picture(depth_of(), height=4000),
    'step': lambda i: picture(depth_of(), step=10),
    'encoding': lambda i: picture(depth_of(), encoding='cmyk9'),
    'kind': lambda i: picture(np.zeros((120, 160, 3), np.uint8), 'rgb8'),
}


def test_bad_pictures_are_counted_by_reason_and_the_next_good_ones_are_recognised(
    depth_model, camera
):
    arguments = ['-p', 'focal_px:=285.0']
    with RecogniserProcess(depth_model, *arguments, executable='image_node') as running:
        camera.ready()
        for reason, make in BAD.items():
            camera.film(3, make, shown=lambda i: False)
            key = f'rejected: {reason}'
            camera.wait_for_health(lambda h, key=key: h.get(key) == '3', key)
        assert camera.health_level == b'\x01'
        # a header of 100 megapixels without data
        giant = picture(depth_of(), height=10_000, width=10_000, step=20_000)
        camera.film(1, lambda i: giant, shown=lambda i: False)
        camera.wait_for_health(lambda h: h.get('rejected: size') == '4', 'the giant')
        camera.jump(5)
        camera.film(10, frame)
        camera.wait_for(lambda: camera.monitor.all, 'a label')
        assert running.alive()


def test_a_corrupt_jpeg_is_counted(depth_model, camera):
    arguments = ['-p', 'transport:=compressed', '-p', 'focal_px:=285.0']
    ok, jpeg = cv2.imencode('.jpg', np.zeros((60, 80, 3), np.uint8))
    assert ok
    with RecogniserProcess(depth_model, *arguments, executable='image_node') as running:
        camera.ready(camera.compressed)
        broken = jpeg.tobytes()[:-200]
        camera.film(
            4,
            lambda i: CompressedImage(format='jpeg', data=broken[: 20 + i]),
            camera.compressed,
            shown=lambda i: False,
        )
        camera.wait_for_health(lambda h: h.get('rejected: corrupt') == '4', 'corrupt')
        assert running.alive()


def test_pictures_that_cannot_be_read_any_more_are_stale(depth_model, camera):
    def corrupt(i):
        message = compressed_depth(i)
        message.data = message.data[:60]
        return message

    arguments = ['-p', 'transport:=compressedDepth', '-p', 'focal_px:=285.0']
    with RecogniserProcess(depth_model, *arguments, executable='image_node'):
        camera.ready(camera.compressed_depth)
        camera.film(10, compressed_depth, camera.compressed_depth)
        camera.wait_for(lambda: camera.monitor.all, 'a label')
        assert {heard.prediction.state for heard in camera.monitor.all} <= {'ok', 'unknown'}
        assert camera.set_parameter('stale_after', 1.0).successful

        def stale():
            camera.film(1, corrupt, camera.compressed_depth, shown=lambda i: False)
            return camera.monitor.all[-1].prediction.state == 'stale'

        camera.wait_for(stale, 'the state stale')


def test_a_size_that_changes_in_mid_stream_starts_anew(depth_model, camera):
    arguments = ['-p', 'focal_px:=285.0']
    with RecogniserProcess(depth_model, *arguments, executable='image_node'):
        camera.ready()
        camera.film(5, frame)
        camera.film(8, lambda i: picture(np.repeat(np.repeat(depth_of(i), 2, 0), 2, 1)))
        camera.wait_for(lambda: len(camera.monitor.all) == 1, 'a label')
        camera.wait_for_health(lambda h: h.get('stream: camera_change') == '1', 'the change')


def test_without_a_focal_length_diagnostics_say_what_to_do(depth_model, camera):
    with RecogniserProcess(depth_model, executable='image_node'):
        camera.ready()
        camera.film(3, frame, shown=lambda i: False)
        camera.wait_for_health(lambda h: h.get('rejected: intrinsics') == '3', 'the reason')
        assert 'set focal_px' in camera.health_message
        camera.tell_focal_length()
        camera.film_until_shown(frame)
        camera.film(10, frame)
        camera.wait_for(lambda: camera.monitor.all, 'a label')


def test_a_focal_length_that_was_told_once_before_the_node_came_is_heard(depth_model, camera):
    kept = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    latched = camera.node.create_publisher(CameraInfo, 'camera_info', kept)
    latched.publish(camera_info())
    with RecogniserProcess(depth_model, executable='image_node'):
        camera.ready()
        # both subscriptions find it; only the one that asks for what was said before gets it
        camera.wait_for(lambda: latched.get_subscription_count() == 2, 'the subscriptions')
        camera.film_until_shown(frame)  # the message may come after the first pictures
        camera.film(8, frame)
        camera.wait_for(lambda: camera.monitor.all, 'a label')
        assert camera.monitor.all[0].prediction.frame_id == 'camera'


@pytest.mark.parametrize(
    'reliability',
    [ReliabilityPolicy.RELIABLE, ReliabilityPolicy.BEST_EFFORT],
    ids=['reliable', 'best effort'],
)
def test_a_focal_length_of_any_volatile_publisher_is_heard(depth_model, camera, reliability):
    volatile = QoSProfile(depth=1, reliability=reliability)
    publisher = camera.node.create_publisher(CameraInfo, 'camera_info', volatile)
    with RecogniserProcess(depth_model, executable='image_node'):
        camera.ready()
        camera.wait_for(lambda: publisher.get_subscription_count() == 1, 'the subscription')
        # what is said before the node knows who says it is lost: it is said again and again
        camera.film_until_shown(frame, tell=lambda: publisher.publish(camera_info()))
        camera.film(8, frame)
        camera.wait_for(lambda: camera.monitor.all, 'a label')


def test_nobody_in_view_is_unknown(depth_model, camera):
    arguments = ['-p', 'focal_px:=285.0']
    with RecogniserProcess(depth_model, *arguments, executable='image_node'):
        camera.ready()
        camera.film(9, lambda i: picture(np.zeros((120, 160), np.uint16)))
        camera.wait_for(lambda: camera.monitor.all, 'a label')
        assert camera.monitor.all[0].prediction.state == 'unknown'
        assert camera.monitor.labels[0] == 'unknown'


def test_debug_image_is_made_for_who_looks(depth_model, camera):
    arguments = ['-p', 'focal_px:=285.0']
    with RecogniserProcess(depth_model, *arguments, executable='image_node'):
        camera.ready()
        camera.film(16, frame)
        assert len(camera.shown) == 16
        *_, shown = camera.shown.values()
        assert (shown.encoding, shown.width) == ('rgb8', 160)
        pixels = np.frombuffer(bytes(shown.data), np.uint8).reshape(shown.height, 160, 3)
        assert shown.height > 120
        assert pixels[20:100, 80].any()
        assert (pixels[120:] == 255).any()  # the label's letters


def test_memory_does_not_grow_with_pictures_good_and_bad(depth_model, camera):
    big = np.zeros((480, 640), np.uint16)
    big[80:400, 280:360] = 2500
    arguments = ['-p', 'focal_px:=570.0']
    with RecogniserProcess(depth_model, *arguments, executable='image_node') as running:
        camera.ready()
        process = psutil.Process(running.process.pid)
        camera.film(60, lambda i: picture(big), rate_hz=30.0)
        before = process.memory_info().rss
        camera.film(
            400,
            lambda i: picture(big) if i % 2 else picture(big, height=48_000),
            rate_hz=30.0,
            shown=lambda i: i % 2,
        )
        grown = process.memory_info().rss - before
        assert grown < 15 * 2**20  # 250 MB came in
        camera.wait_for_health(lambda h: int(h['messages received']) > 400, 'the count')


def test_a_model_for_another_sensor_is_refused(quick_model, camera):
    with RecogniserProcess(quick_model, executable='image_node'):
        camera.wait_for_health(lambda h: True, 'diagnostics')
        assert 'is for imu, and this node needs one for depth' in camera.health_message

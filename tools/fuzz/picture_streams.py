"""Kinds of cases that are pictures, of a depth camera and of an ordinary one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import InputError, MessageError
from dcat_ros.messages.camera_info import decode_camera_info
from dcat_ros.sensors.camera.landmarks import finders
from dcat_ros.sensors.camera.person import Finder
from dcat_ros.sensors.camera.receiver import CameraReceiver
from dcat_ros.sensors.depth.receiver import ImageReceiver
from dcat_ros.streaming.reading import Reading
from tools.fuzz import messages, pictures
from tools.fuzz.case import Case, Kind
from tools.fuzz.models import model_of
from tools.fuzz.mutate import mutated, with_stamp
from tools.fuzz.stream import BESIDE, Stream, cases

__all__ = ['PICTURES']


def _depth(name: str, compressed: bool, shipped: bool = False) -> Kind:
    def kind(rng: Random, n: int, folder: Path) -> Iterator[Case]:
        model = model_of('depth', shipped)
        receiver = ImageReceiver(model.card, compressed=compressed)
        receiver.focal_px, receiver.focal_width = 57.0, 64
        if rng.random() < 0.2:
            receiver.range_m = (0.3, 2.5)
        stream = Stream(Reading(receiver), model, 10**9 // rng.choice((8, 15, 30)), ['/image'])
        return _pictures(stream, name, compressed, rng, n, lambda: _other_camera(receiver, rng))

    return kind


def _colour(name: str, compressed: bool) -> Kind:
    """Pictures of an ordinary camera, through the pose network where it is at hand."""

    def kind(rng: Random, n: int, folder: Path) -> Iterator[Case]:
        model = model_of('camera')
        try:
            make: Callable[[int, bool], Finder] = finders()
        except InputError:
            make = _Nobody
        receiver = CameraReceiver(model.card, make, compressed=compressed)
        stream = Stream(Reading(receiver), model, 10**9 // rng.choice((8, 15, 30)), ['/image'])
        return _pictures(stream, name, compressed, rng, n, lambda: None)

    return kind


def _pictures(
    stream: Stream,
    name: str,
    compressed: bool,
    rng: Random,
    n: int,
    before: Callable[[], None],
) -> Iterator[Case]:
    """Raw pictures of an encoding, or compressed ones; `before` comes before each hostile one."""

    def raw(data: bytes, rng: Random) -> bytes:
        before()
        return mutated(data, rng)

    if not compressed:
        return cases(stream, lambda i: messages.image(name), raw, rng, n)
    body, change = _BODIES[name]

    def hostile(data: bytes, rng: Random) -> bytes:
        before()
        if rng.random() < 0.3:
            return mutated(data, rng)
        return with_stamp(messages.compressed(name, change(rng)), stream.now_ns)

    valid = messages.compressed(name, body)
    return cases(stream, lambda i: valid, hostile, rng, n)


class _Nobody:
    """Stands in for a pose network that is not on this machine: everything else is looked at."""

    def __init__(self, most: int, follows: bool):
        pass

    def find(self, rgb: NDArray[np.uint8], stamp_ns: int = 0) -> NDArray[np.float32]:
        return np.zeros((0, 33, 7), np.float32)


def _other_camera(receiver: ImageReceiver, rng: Random) -> None:
    """Now and then a hostile camera_info, if it is taken; and the right one again."""
    if rng.random() > BESIDE:
        return
    info = messages.camera_info()
    try:
        said = decode_camera_info(info if rng.random() < 0.4 else mutated(info, rng))
    except MessageError:
        return
    receiver.focal_px, receiver.focal_width = said


_BODIES: dict[str, tuple[bytes, Callable[[Random], bytes]]] = {
    'jpeg': (
        messages.JPEG,
        lambda rng: pictures.changed_jpeg(messages.JPEG, rng),
    ),
    'png': (
        messages.PNG8,
        lambda rng: pictures.changed_png(messages.PNG8, rng),
    ),
    '16UC1; compressedDepth png': (
        messages.depth_png(),
        lambda rng: messages.depth_png(pictures.changed_png(messages.PNG16, rng)),
    ),
    '32FC1; compressedDepth png': (
        messages.depth_png(),
        lambda rng: (
            mutated(messages.depth_png()[:12], rng)[:12] + pictures.changed_png(messages.PNG16, rng)
        ),
    ),
    '16UC1; compressedDepth rvl': (
        messages.depth_png(b'\x40\0\0\0\x30\0\0\0' + bytes(range(200))),
        lambda rng: mutated(messages.depth_png(bytes(range(200))), rng),
    ),
}

#: name -> kind, share of the messages
PICTURES: dict[str, tuple[Kind, int]] = {
    'image 16UC1': (_depth('16UC1', False), 8),
    'image 32FC1': (_depth('32FC1', False), 4),
    'image 16SC1': (_depth('16SC1', False), 2),
    'image rgb8': (_depth('rgb8', False), 2),
    'image, shipped model': (_depth('16UC1', False, shipped=True), 1),
    **{f'compressed {name}': (_depth(name, True), 3) for name in _BODIES},
    'camera rgb8': (_colour('rgb8', False), 1),
    'camera mono8': (_colour('mono8', False), 1),
    'camera, compressed': (_colour('jpeg', True), 1),
}

"""Kinds of cases that are messages: streams in which hostile ones stand among valid ones.

They go through the receivers and the recogniser as those of a bag do. Time goes on, so that windows
are completed in between.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import InputError, MessageError
from dcat_ros.messages.batch import Batch, Recorded
from dcat_ros.messages.camera_info import decode_camera_info
from dcat_ros.messages.text import decode_string
from dcat_ros.model.model import Model
from dcat_ros.sensors.camera.landmarks import finders
from dcat_ros.sensors.camera.person import Finder
from dcat_ros.sensors.camera.receiver import CameraReceiver
from dcat_ros.sensors.depth.receiver import ImageReceiver
from dcat_ros.sensors.inertial.halves import Half
from dcat_ros.sensors.inertial.receiver import ImuReceiver
from dcat_ros.sensors.sound.format import decode_audio_info
from dcat_ros.sensors.sound.messages import AUDIO_TYPES, HEADERLESS_TYPES
from dcat_ros.sensors.sound.receiver import AudioReceiver
from dcat_ros.streaming.reading import Reading
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.streaming.window import Window
from tools.fuzz import messages, pictures
from tools.fuzz.case import Case, Kind
from tools.fuzz.models import model_of
from tools.fuzz.mutate import mutated, with_stamp

__all__ = ['STREAMS']

_BEGIN_NS = 1_700_000_000 * 10**9
_HALVES: dict[str, Half] = {'/accel': 'accel', '/gyro': 'gyro'}
#: of a stream's messages, so many are hostile at first; the others keep it going
_HOSTILE = 0.6
_SENT_AGAIN, _ODD_ARRIVAL = 0.05, 0.01
#: as a bag may have them; it leaves out what is outside
_ARRIVALS_NS = (0, 1, 2**62 - 1, _BEGIN_NS - 10**12, _BEGIN_NS + 10**12)
#: How often what stands beside a topic, a camera's focal length or a sound's form, is hostile, too.
_BESIDE = 0.02
Make = Callable[[int], bytes]
Change = Callable[[bytes, Random], bytes]


class _Stream:
    """A sensor's receiver and recogniser, and the time that goes on."""

    def __init__(self, reading: Reading, model: Model, period_ns: int, topics: Sequence[str]):
        self.reading = reading
        self.recogniser = Recogniser(model)
        self.now_ns = _BEGIN_NS
        self._period_ns = period_ns
        self._topics = topics
        self._n = 0
        self._windows = 0  # since the last case
        #: so many messages without a hostile one complete a window
        self.n_of_window = round(1.3e9 * model.card.input.window_s / period_ns)

    def next_topic(self) -> str:
        """Time goes on by a message."""
        self._n += 1
        self.now_ns += self._period_ns
        return self._topics[self._n % len(self._topics)]

    def try_it(self, topic: str, data: bytes, arrived_ns: int) -> tuple[str, int]:
        """Take a hostile message; what became of it, and windows since the last one."""
        self._windows, before = 0, self._windows
        result = self.take(topic, data, arrived_ns)
        return result, self._windows + before

    def take(self, topic: str, data: bytes, arrived_ns: int) -> str:
        """Hand a message on, as a bag does."""
        before = dict(self.reading.rejected)
        windows = self.reading.take(Batch.of([Recorded(topic, data, arrived_ns)]))
        self._windows += len(windows)
        if self._n % 40 == 0:
            self.reading.doubts()
            self.reading.clock_doubts(True)
        self._name(windows)
        after = self.reading.rejected
        reason = next((key for key, n in after.items() if n != before.get(key, 0)), 'accepted')
        if reason != 'accepted':
            after.sentences()
        return reason

    def _name(self, windows: list[Window]) -> None:
        for prediction in self.recogniser.classify_many(windows):
            if prediction.probabilities and not 0.99 < sum(prediction.probabilities) < 1.01:
                raise ArithmeticError(f'probabilities of {prediction} do not sum to 1')


def _imu(receiver_of: str, shipped: bool) -> Kind:
    def kind(rng: Random, n: int, folder: Path) -> Iterator[Case]:
        model = model_of('imu', shipped)
        halves = _HALVES if receiver_of == 'halves' else {}
        receiver = ImuReceiver(Recogniser(model).stream, ignore_covariance=rng.random() < 0.3)
        reading = Reading(receiver, parts=halves, receive_time=rng.random() < 0.1)
        topics = list(halves) or ['/imu']
        period_ns = 10**9 // rng.choice((25, 50, 100)) // len(topics)
        stream = _Stream(reading, model, period_ns, topics)
        return _cases(stream, messages.imu, mutated, rng, n)

    return kind


def _picture(name: str, compressed: bool, shipped: bool = False) -> Kind:
    def kind(rng: Random, n: int, folder: Path) -> Iterator[Case]:
        model = model_of('depth', shipped)
        receiver = ImageReceiver(model.card, compressed=compressed)
        receiver.focal_px, receiver.focal_width = 57.0, 64
        if rng.random() < 0.2:
            receiver.range_m = (0.3, 2.5)
        stream = _Stream(Reading(receiver), model, 10**9 // rng.choice((8, 15, 30)), ['/image'])

        def raw(data: bytes, rng: Random) -> bytes:
            _other_camera(receiver, rng)
            return mutated(data, rng)

        if not compressed:
            return _cases(stream, lambda i: messages.image(name), raw, rng, n)
        body, change = _BODIES[name]

        def hostile(data: bytes, rng: Random) -> bytes:
            _other_camera(receiver, rng)
            if rng.random() < 0.3:
                return mutated(data, rng)
            return with_stamp(messages.compressed(name, change(rng)), stream.now_ns)

        valid = messages.compressed(name, body)
        return _cases(stream, lambda i: valid, hostile, rng, n)

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
        stream = _Stream(Reading(receiver), model, 10**9 // rng.choice((8, 15, 30)), ['/image'])
        if not compressed:
            return _cases(stream, lambda i: messages.image(name), mutated, rng, n)
        body, change = _BODIES[name]

        def hostile(data: bytes, rng: Random) -> bytes:
            if rng.random() < 0.3:
                return mutated(data, rng)
            return with_stamp(messages.compressed(name, change(rng)), stream.now_ns)

        valid = messages.compressed(name, body)
        return _cases(stream, lambda i: valid, hostile, rng, n)

    return kind


class _Nobody:
    """Stands in for a pose network that is not on this machine: everything else is looked at."""

    def __init__(self, most: int, follows: bool):
        pass

    def find(self, rgb: NDArray[np.uint8], stamp_ns: int = 0) -> NDArray[np.float32]:
        return np.zeros((0, 33, 7), np.float32)


def _other_camera(receiver: ImageReceiver, rng: Random) -> None:
    """Now and then a hostile camera_info, if it is taken; and the right one again."""
    if rng.random() > _BESIDE:
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


def _sound(type_name: str, shipped: bool = False) -> Kind:
    def kind(rng: Random, n: int, folder: Path) -> Iterator[Case]:
        model = model_of('audio', shipped)
        receiver = AudioReceiver(Recogniser(model).stream, type_name=type_name)
        stream = _Stream(Reading(receiver), model, 10**8, ['/audio'])
        infos = messages.audio_infos()

        def hostile(data: bytes, rng: Random) -> bytes:
            if rng.random() < _BESIDE:
                info = rng.choice(infos)
                try:
                    info = info if rng.random() < 0.3 else mutated(info, rng)
                    receiver.info = decode_audio_info(info)
                except MessageError:
                    receiver.info = None
            return mutated(data, rng)

        return _cases(
            stream,
            lambda i: messages.audio(type_name, i),
            hostile,
            rng,
            n,
            stamped=type_name not in HEADERLESS_TYPES,
        )

    return kind


def _cases(
    stream: _Stream, make: Make, change: Change, rng: Random, n: int, *, stamped: bool = True
) -> Iterator[Case]:
    """Hostile messages among valid ones; runs of valid ones complete windows."""
    share, kept = _HOSTILE, [make(i) for i in range(50)]
    sent = kept

    def valid() -> tuple[str, bytes]:
        topic = stream.next_topic()
        data = kept[rng.randrange(len(kept))]
        return topic, with_stamp(data, stream.now_ns) if stamped else data

    for i in range(n):
        if i % 50 == 0:
            share = rng.choice((_HOSTILE, 0.9, 0.2))
            for _ in range(stream.n_of_window):
                stream.take(*valid(), stream.now_ns)
        while rng.random() > share:
            stream.take(*valid(), stream.now_ns)
        topic, data = valid()
        hostile = change(data, rng) if rng.random() > _SENT_AGAIN else rng.choice(sent)
        sent = [*sent[-20:], hostile]
        arrived_ns = rng.choice(_ARRIVALS_NS) if rng.random() < _ODD_ARRIVAL else stream.now_ns
        yield Case(hostile, partial(stream.try_it, topic, hostile, arrived_ns))


def _single(valid: Sequence[bytes], decode: Callable[[bytes], object]) -> Kind:
    """Messages that are decoded by themselves."""

    def kind(rng: Random, n: int, folder: Path) -> Iterator[Case]:
        for _ in range(n):
            data = mutated(rng.choice(valid), rng, valid)
            yield Case(data, partial(_decoded, decode, data))

    return kind


def _decoded(decode: Callable[[bytes], object], data: bytes) -> tuple[str, int]:
    try:
        decode(data)
    except MessageError as problem:
        return problem.reason, 0
    return 'accepted', 0


#: name -> kind, share of the messages
STREAMS: dict[str, tuple[Kind, int]] = {
    'imu': (_imu('imu', False), 30),
    'imu, shipped model': (_imu('imu', True), 3),
    'imu in halves': (_imu('halves', False), 10),
    'image 16UC1': (_picture('16UC1', False), 8),
    'image 32FC1': (_picture('32FC1', False), 4),
    'image 16SC1': (_picture('16SC1', False), 2),
    'image rgb8': (_picture('rgb8', False), 2),
    'image, shipped model': (_picture('16UC1', False, shipped=True), 1),
    **{f'compressed {name}': (_picture(name, True), 3) for name in _BODIES},
    'camera rgb8': (_colour('rgb8', False), 1),
    'camera mono8': (_colour('mono8', False), 1),
    'camera, compressed': (_colour('jpeg', True), 1),
    **{name.replace('/msg/', '/'): (_sound(name), 4) for name in AUDIO_TYPES},
    'sound, shipped model': (_sound(AUDIO_TYPES[0], shipped=True), 1),
    'camera_info': (_single([messages.camera_info()], decode_camera_info), 10),
    'audio_info': (
        _single(messages.audio_infos(), lambda data: decode_audio_info(data).format),
        10,
    ),
    'truth': (
        _single([messages.string(text) for text in ('', 'walk', 'ä' * 300)], decode_string),
        10,
    ),
}

"""Kinds of cases that are messages: streams in which hostile ones stand among valid ones.

They go through the receivers and the recogniser as those of a bag do.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random

from dcat_ros.errors import MessageError
from dcat_ros.messages.camera_info import decode_camera_info
from dcat_ros.messages.text import decode_string
from dcat_ros.sensors.inertial.halves import Half
from dcat_ros.sensors.inertial.receiver import ImuReceiver
from dcat_ros.sensors.sound.format import decode_audio_info
from dcat_ros.sensors.sound.messages import AUDIO_TYPES, HEADERLESS_TYPES
from dcat_ros.sensors.sound.receiver import AudioReceiver
from dcat_ros.streaming.reading import Reading
from dcat_ros.streaming.recogniser import Recogniser
from tools.fuzz import messages
from tools.fuzz.case import Case, Kind
from tools.fuzz.models import model_of
from tools.fuzz.mutate import mutated
from tools.fuzz.picture_streams import PICTURES
from tools.fuzz.stream import BESIDE, Stream, cases

__all__ = ['STREAMS']

_HALVES: dict[str, Half] = {'/accel': 'accel', '/gyro': 'gyro'}


def _imu(receiver_of: str, shipped: bool) -> Kind:
    def kind(rng: Random, n: int, folder: Path) -> Iterator[Case]:
        model = model_of('imu', shipped)
        halves = _HALVES if receiver_of == 'halves' else {}
        receiver = ImuReceiver(Recogniser(model).stream, ignore_covariance=rng.random() < 0.3)
        reading = Reading(receiver, parts=halves, receive_time=rng.random() < 0.1)
        topics = list(halves) or ['/imu']
        period_ns = 10**9 // rng.choice((25, 50, 100)) // len(topics)
        stream = Stream(reading, model, period_ns, topics)
        return cases(stream, messages.imu, mutated, rng, n)

    return kind


def _sound(type_name: str, shipped: bool = False) -> Kind:
    def kind(rng: Random, n: int, folder: Path) -> Iterator[Case]:
        model = model_of('audio', shipped)
        receiver = AudioReceiver(Recogniser(model).stream, type_name=type_name)
        stream = Stream(Reading(receiver), model, 10**8, ['/audio'])
        infos = messages.audio_infos()

        def hostile(data: bytes, rng: Random) -> bytes:
            if rng.random() < BESIDE:
                info = rng.choice(infos)
                try:
                    info = info if rng.random() < 0.3 else mutated(info, rng)
                    receiver.info = decode_audio_info(info)
                except MessageError:
                    receiver.info = None
            return mutated(data, rng)

        return cases(
            stream,
            lambda i: messages.audio(type_name, i),
            hostile,
            rng,
            n,
            stamped=type_name not in HEADERLESS_TYPES,
        )

    return kind


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
    **PICTURES,
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

"""How sound comes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.sensors.live import Beside, Form, Live
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given
from dcat_ros.sensors.sound.beside import audio_info_beside, beside_topic
from dcat_ros.sensors.sound.cuts import cuts
from dcat_ros.sensors.sound.ear.rows import EAR_FRAMES
from dcat_ros.sensors.sound.format import AUDIO_INFO_TYPE, decode_audio_info
from dcat_ros.sensors.sound.frames import LOG_MEL, Frames
from dcat_ros.sensors.sound.messages import (
    AUDIO_STAMPED_TYPE,
    AUDIO_TYPES,
    BYTES_TYPES,
    HEADERLESS_TYPES,
)
from dcat_ros.sensors.sound.named import NAMED
from dcat_ros.sensors.sound.parameters import PARAMETERS
from dcat_ros.sensors.sound.playback import PLAYBACK
from dcat_ros.sensors.sound.receiver import AudioReceiver
from dcat_ros.sensors.sound.shown import trace
from dcat_ros.sensors.sound.to_bag import TO_BAG
from dcat_ros.streaming.window import WindowStream

__all__ = ['LIVE', 'frames_of']


def frames_of(card: Card) -> Frames:
    """What the rows of a model are made of."""
    return EAR_FRAMES if card.encoder else LOG_MEL


def _make_receiver(card: Card, stream: WindowStream, form: Form, given: Given) -> AudioReceiver:
    return AudioReceiver(
        stream,
        frames=frames_of(card),
        type_name=form.type_name,
        definition=form.definition,
        rate_hz=given['sample_rate'],
        channels=given['channels'],
    )


def _complete(receiver: AudioReceiver, recording: Recording, topic: str, given: Given) -> None:
    receiver.info = audio_info_beside(recording, topic)


def _beside(topic: str, type_name: str, given: Given) -> Beside | None:
    if type_name not in BYTES_TYPES:
        return None
    return Beside(beside_topic(topic), AUDIO_INFO_TYPE, _tell)


def _tell(receiver: AudioReceiver, data: bytes) -> None:
    receiver.info = decode_audio_info(data)


def _level(samples: NDArray[np.float32], receiver: Any) -> tuple[float, float]:
    """Mean of the mel bands in dB."""
    return float(samples.mean()), 0.0


def _values(means: NDArray[np.float64], none: NDArray[np.float64]) -> str:
    return f'{np.median(means):.0f} dB a mel band'


LIVE = Live(
    **vars(NAMED),
    types=AUDIO_TYPES,
    make_receiver=_make_receiver,
    cuts=cuts,
    trace=trace,
    playback=PLAYBACK,
    recipe='own_bags_sound',
    level=_level,
    values=_values,
    parameters=PARAMETERS,
    defaults={'model': 'audio_kitchen20'},
    headerless=HEADERLESS_TYPES,
    with_definition=(AUDIO_STAMPED_TYPE,),
    stamped=False,
    in_chunks=True,
    chunk_s=10.0,
    complete=_complete,
    beside=_beside,
    to_bag=TO_BAG,
)

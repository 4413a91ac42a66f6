"""One pass over a bag: what the model says of a sensor's messages, and the truth beside them."""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from dcat_ros.bags.camera import camera_beside
from dcat_ros.bags.read import BagReader
from dcat_ros.bags.salvage import RawMessage
from dcat_ros.bags.sensor_topic import SENSORS, sensor_topic
from dcat_ros.errors import ConfigError, MessageError
from dcat_ros.evaluation.prediction_log import PredictionLog
from dcat_ros.messages.image import COMPRESSED_IMAGE_TYPE
from dcat_ros.messages.imu import decode_imu_runs
from dcat_ros.messages.text import decode_string
from dcat_ros.model.card import Card
from dcat_ros.receivers.audio import AudioReceiver
from dcat_ros.receivers.base import Receiver
from dcat_ros.receivers.image import ImageReceiver
from dcat_ros.streaming.recogniser import Recogniser

__all__ = ['BagContent', 'BagSource', 'run_bag']

_CHUNK = 4096


@dataclass(frozen=True)
class BagSource:
    """Which messages of a bag a model gets, and what they do not say of themselves.

    Attributes:
        imu: topic of sensor_msgs/Imu; empty: see `sensor_topic`.
        image: topic of sensor_msgs/Image or CompressedImage, likewise.
        audio: topic of sound, likewise.
        focal_px: focal length in pixels of the pictures; 0: from the camera_info beside them.
        rate_hz: samples of sound a second, where the messages do not say it.
        channels: channels of sound, where the messages do not say it.
        receive_time: the log time counts, whatever the headers say.
    """

    imu: str = ''
    image: str = ''
    audio: str = ''
    focal_px: float = 0.0
    rate_hz: int = 16000
    channels: int = 1
    receive_time: bool = False

    def topic_for(self, card: Card, bag: BagReader) -> str:
        """The topic of a bag that a model gets.

        Raises:
            ConfigError: no messages are known for its modality.
            BagError: the topic is not there, has another type, or there are several.
        """
        if card.modality not in SENSORS:
            raise ConfigError(
                f'{card.name} is a model for {card.modality}, of which bags hold no messages; '
                f'take one for {", ".join(SENSORS)}.'
            )
        return sensor_topic(bag, card.modality, self.named(card), 'with --')

    def named(self, card: Card) -> str:
        """The topic that is named for a model's sensor, or empty."""
        return {'imu': self.imu, 'depth': self.image, 'audio': self.audio}[card.modality]


@dataclass
class BagContent:
    """What a pass over a bag gives.

    Attributes:
        topic: of the sensor.
        predictions: in the order of time.
        changes: (log time, label) of the truth topic.
        rejected: number of unusable messages by reason.
        last_rejection: a sentence about the last of them.
        rejected_truth: number of unusable messages of the truth topic by reason.
        n_messages: of the sensor.
        n_without_stamp: of those, number with an empty stamp.
        begin_ns: stamp of the first usable message.
        end_ns: log time of the last message.
    """

    topic: str
    predictions: PredictionLog = field(default_factory=PredictionLog)
    changes: list[tuple[int, str]] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    last_rejection: str = ''
    rejected_truth: Counter[str] = field(default_factory=Counter)
    n_messages: int = 0
    n_without_stamp: int = 0
    begin_ns: int | None = None
    end_ns: int = 0


def run_bag(
    bag: BagReader,
    recogniser: Recogniser,
    source: BagSource,
    truth_topic: str | None,
    stride_s: float | None = None,
) -> BagContent:
    """Give a bag's messages to a recogniser.

    Args:
        bag: open.
        recogniser: with the model.
        source: what the model gets.
        truth_topic: of std_msgs/String; None for none.
        stride_s: distance of two predictions; the model's without it.

    Raises:
        BagError: the sensor's topic is not there, has another type or is one of several, or
            pictures have no focal length.
    """
    topic = source.topic_for(recogniser.card, bag)
    content = BagContent(topic)
    take = _taker(bag, recogniser, source, topic, content, stride_s)
    topics = [topic] + ([truth_topic] if truth_topic else [])
    for chunk in bag.chunks(topics, _CHUNK):
        content.end_ns = max(content.end_ns, chunk[-1].log_time_ns)
        for message in chunk:
            if message.topic == truth_topic:
                try:
                    text = decode_string(message.data)
                except MessageError as problem:
                    content.rejected_truth[problem.reason] += 1
                else:
                    content.changes.append((message.log_time_ns, text))
        own = [message for message in chunk if message.topic == topic]
        content.n_messages += len(own)
        take(own)
    return content


def _taker(
    bag: BagReader,
    recogniser: Recogniser,
    source: BagSource,
    topic: str,
    content: BagContent,
    stride_s: float | None,
) -> Any:
    """A function that takes a list of the sensor's messages."""
    modality = recogniser.card.modality
    type_name = bag.topics[topic]
    if modality == 'imu':
        return partial(_take_imu, recogniser, content, source.receive_time)
    if modality == 'audio':
        audio = AudioReceiver(
            recogniser.stream,
            type_name=type_name,
            rate_hz=source.rate_hz,
            channels=source.channels,
        )
        return partial(_take, audio, recogniser, content, source.receive_time)
    assert modality == 'depth', modality  # `topic_for` knows no other
    image = ImageReceiver(
        recogniser.card, compressed=type_name == COMPRESSED_IMAGE_TYPE, stride_s=stride_s
    )
    if source.focal_px > 0:
        image.focal_px = source.focal_px
    else:
        image.focal_px, image.focal_width = camera_beside(bag, topic)
    return partial(_take, image, recogniser, content, source.receive_time)


def _take_imu(
    recogniser: Recogniser,
    content: BagContent,
    receive_time: bool,
    messages: list[RawMessage],
) -> None:
    """Many samples at once: much faster than one by one."""
    windows = []
    for run in decode_imu_runs([message.data for message in messages], content.rejected):
        stamps = run.stamps_ns
        empty = stamps == 0
        content.n_without_stamp += int(empty.sum())
        if receive_time:
            empty[:] = True
        if empty.any():
            log_times = np.array([messages[i].log_time_ns for i in run.places])
            stamps = np.where(empty, log_times, stamps)
        if content.begin_ns is None:
            content.begin_ns = int(stamps[0])
        windows += recogniser.stream.push_many(stamps, run.values, run.frame_id)
    content.predictions.extend(recogniser.classify_many(windows))


def _take(
    receiver: Receiver[Any],
    recogniser: Recogniser,
    content: BagContent,
    receive_time: bool,
    messages: list[RawMessage],
) -> None:
    """One by one, as a node does."""
    for message in messages:

        def stamp_of(stamp_ns: int, log_time_ns: int = message.log_time_ns) -> int:
            content.n_without_stamp += stamp_ns == 0
            return log_time_ns if receive_time else stamp_ns or log_time_ns

        try:
            jobs = receiver.accept(message.data, message.log_time_ns, stamp_of)
            windows = [window for job in jobs for window in receiver.windows(job)]
        except MessageError as problem:
            content.rejected[problem.reason] += 1
            content.last_rejection = str(problem)
            continue
        if content.begin_ns is None:
            content.begin_ns = receiver.last_stamp_ns
        content.predictions.extend(recogniser.classify_many(windows))

"""One pass over a bag: what the model says of a sensor's messages, and the truth beside them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dcat_ros.bags.audio_info import audio_definition, audio_info_beside
from dcat_ros.bags.camera import camera_beside
from dcat_ros.bags.read import BagReader
from dcat_ros.bags.sensor_topic import SENSORS, sensor_topic
from dcat_ros.errors import ConfigError, MessageError
from dcat_ros.evaluation.prediction_log import PredictionLog
from dcat_ros.messages.image import COMPRESSED_IMAGE_TYPE
from dcat_ros.messages.text import decode_string
from dcat_ros.model.card import Card
from dcat_ros.receivers.audio import AudioReceiver
from dcat_ros.receivers.base import Receiver
from dcat_ros.receivers.image import ImageReceiver
from dcat_ros.receivers.imu import ImuReceiver
from dcat_ros.receivers.reading import Reading, Recorded
from dcat_ros.streaming.decision import STALE
from dcat_ros.streaming.halves import Half
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.streaming.window import WindowStream

__all__ = ['BagContent', 'BagSource', 'make_receiver', 'receiver_for', 'run_bag']

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
        accel: topic of sensor_msgs/Imu of which the acceleration counts, where a driver publishes
            the halves of an inertial sensor by themselves; goes with `gyro`.
        gyro: topic of sensor_msgs/Imu of which the angular rate counts.
        ignore_covariance: take inertial values that a covariance calls "not reported".

    Raises:
        ConfigError: one half of an inertial sensor is named, and not the other.
    """

    imu: str = ''
    image: str = ''
    audio: str = ''
    focal_px: float = 0.0
    rate_hz: int = 16000
    channels: int = 1
    receive_time: bool = False
    accel: str = ''
    gyro: str = ''
    ignore_covariance: bool = False

    def __post_init__(self) -> None:
        same = bool(self.accel) and self.accel == self.gyro
        if bool(self.accel) != bool(self.gyro) or same or (self.accel and self.imu):
            raise ConfigError(
                'the halves of an inertial sensor are named together and alone: --accel TOPIC and '
                '--gyro ANOTHER_TOPIC, without --imu.'
            )

    def halves(self, card: Card) -> dict[str, Half]:
        """The topics of an inertial sensor in two halves; empty if it is whole, or another."""
        if card.modality != 'imu' or not self.accel:
            return {}
        return {self.accel: 'accel', self.gyro: 'gyro'}

    def topic_for(self, card: Card, bag: BagReader) -> str:
        """The topic of a bag that a model gets; of halves that of the angular rate.

        Raises:
            ConfigError: no messages are known for its modality.
            BagError: the topic is not there, has another type, or there are several.
        """
        if card.modality not in SENSORS:
            raise ConfigError(
                f'{card.name} is a model for {card.modality}, of which bags hold no messages; '
                f'take one for {", ".join(SENSORS)}.'
            )
        for half in self.halves(card):
            bag.require_one_of(half, SENSORS[card.modality][2])
        return sensor_topic(bag, card.modality, self.named(card), 'with --')

    def named(self, card: Card) -> str:
        """The topic that is named for a model's sensor, or empty."""
        imu = self.gyro or self.imu
        return {'imu': imu, 'depth': self.image, 'audio': self.audio}[card.modality]


@dataclass
class BagContent:
    """What a pass over a bag gives.

    Attributes:
        topic: of the sensor.
        reading: the account of its messages.
        predictions: in the order of time.
        n_senseless: windows of data that cannot mean anything; they have no prediction.
        changes: (log time, label) of the truth topic.
        rejected_truth: number of unusable messages of the truth topic by reason.
        end_ns: log time of the last message.
    """

    topic: str
    reading: Reading
    predictions: PredictionLog = field(default_factory=PredictionLog)
    n_senseless: int = 0
    changes: list[tuple[int, str]] = field(default_factory=list)
    rejected_truth: Counter[str] = field(default_factory=Counter)
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
    card = recogniser.card
    topic = source.topic_for(card, bag)
    halves = source.halves(card)
    receiver = receiver_for(bag, card, recogniser.stream, source, topic, stride_s)
    reading = Reading(receiver, receive_time=source.receive_time, halves=halves)
    content = BagContent(topic, reading)
    own = set(halves or [topic])
    topics = [*own, *([truth_topic] if truth_topic else [])]
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
        messages = [Recorded(m.topic, m.data, m.log_time_ns) for m in chunk if m.topic in own]
        for prediction in recogniser.classify_many(reading.take(messages)):
            if prediction.state == STALE:
                content.n_senseless += 1
            else:
                content.predictions.append(prediction)
    return content


def receiver_for(
    bag: BagReader,
    card: Card,
    stream: WindowStream,
    source: BagSource,
    topic: str,
    stride_s: float | None = None,
) -> Receiver[Any]:
    """What takes the sensor's messages of a bag, as in a node.

    Args:
        bag: open.
        card: of the model.
        stream: of its windows; that of pictures is another.
        source: what the messages do not say of themselves.
        topic: of the sensor.
        stride_s: distance of two windows of pictures; the model's without it.

    Raises:
        BagError: pictures have no focal length.
    """
    type_name = bag.topics[topic]
    receiver = make_receiver(
        card, stream, type_name, source, audio_definition(bag, topic), stride_s=stride_s
    )
    if isinstance(receiver, AudioReceiver):
        receiver.info = audio_info_beside(bag, topic)
    elif isinstance(receiver, ImageReceiver) and not source.focal_px > 0:
        receiver.focal_px, receiver.focal_width = camera_beside(bag, topic)
    return receiver


def make_receiver(
    card: Card,
    stream: WindowStream,
    type_name: str,
    source: BagSource,
    definition: str = '',
    *,
    stride_s: float | None = None,
) -> Receiver[Any]:
    """What takes messages of a type, as in a node.

    Args:
        card: of the model.
        stream: of its windows; that of pictures is another.
        type_name: of the messages.
        source: what the messages do not say of themselves.
        definition: of the type, where somebody gives it.
        stride_s: distance of two windows of pictures; the model's without it.
    """
    if card.modality == 'imu':
        return ImuReceiver(stream, ignore_covariance=source.ignore_covariance)
    if card.modality == 'audio':
        return AudioReceiver(
            stream,
            type_name=type_name,
            definition=definition,
            rate_hz=source.rate_hz,
            channels=source.channels,
        )
    assert card.modality == 'depth', card.modality  # `topic_for` knows no other
    image = ImageReceiver(card, compressed=type_name == COMPRESSED_IMAGE_TYPE, stride_s=stride_s)
    if source.focal_px > 0:
        image.focal_px = source.focal_px
    return image

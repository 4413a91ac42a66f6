"""One pass over a bag: what the model says of a sensor's messages, and the truth beside them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.sensor_topic import sensor_topic
from dcat_ros.card.card import Card
from dcat_ros.errors import ConfigError, MessageError
from dcat_ros.evaluation.prediction_log import PredictionLog
from dcat_ros.messages.text import decode_string
from dcat_ros.sensors.live import Form, Live
from dcat_ros.sensors.names import topics_and_settings
from dcat_ros.sensors.registry import heard, live_of
from dcat_ros.streaming.decision import STALE
from dcat_ros.streaming.reading import Reading
from dcat_ros.streaming.receiver import Receiver
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.streaming.window import WindowStream

__all__ = ['BagContent', 'BagSource', 'receiver_for', 'run_bag']

_CHUNK = 4096


class BagSource:
    """Which messages of a bag a model gets, and what they do not say of themselves.

    Args:
        receive_time: the log time counts, whatever the headers say.
        given: topics and settings as `Live` of the sensors names them, such as `imu='/imu/data'`
            or `focal=525.0`; the others have their defaults. See `sensor_topic` for a topic that is
            not named.

    Attributes:
        receive_time: as given.
        given: all topics and settings of all sensors.

    Raises:
        ConfigError: a name is not known, or the parts of a sensor are not named together.
    """

    def __init__(self, *, receive_time: bool = False, **given: Any):
        self.receive_time = receive_time
        self.given = topics_and_settings(given)
        for live in heard().values():
            named = [self.given[part] for part in live.parts]
            some, whole = [topic for topic in named if topic], self.given[live.called]
            if some and (len({*some}) < len(named) or whole):
                options = ' and '.join(f'--{part} TOPIC' for part in live.parts)
                raise ConfigError(
                    f'the parts of a sensor are named together, each its own topic, and alone: '
                    f'{options}, without --{live.called}.'
                )

    def assuming(self, live: Live) -> 'BagSource':
        """The same, with what stands in for what nobody tells of a sensor."""
        missing = {k: value for k, value in live.assumed.items() if not self.given[k]}
        return BagSource(receive_time=self.receive_time, **self.given | missing)

    def parts(self, live: Live) -> dict[str, str]:
        """Topic -> which part of the sensor it is; empty if it comes whole."""
        return {self.given[part]: part for part in live.parts if self.given[part]}

    def topic_for(self, card: Card, bag: BagReader) -> str:
        """The topic of a bag that a model gets; of parts that of the last one.

        Raises:
            ConfigError: no messages are known for its modality.
            BagError: the topic is not there, has another type, or there are several.
        """
        live = live_of(card)
        for part in self.parts(live):
            bag.require_one_of(part, live.types)
        return sensor_topic(bag, card.modality, live, self.named(live), 'with --')

    def named(self, live: Live) -> str:
        """The topic that is named for a sensor, or empty."""
        names = [self.given[part] for part in live.parts[-1:]] + [self.given[live.called]]
        return next((name for name in names if name), '')


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
        BagError: the sensor's topic is not there, has another type or is one of several, or the
            bag lacks what its messages do not say of themselves.
    """
    card = recogniser.card
    topic = source.topic_for(card, bag)
    live = live_of(card)
    parts = source.parts(live)
    receiver = receiver_for(bag, card, recogniser.stream, source, topic, stride_s)
    reading = Reading(receiver, receive_time=source.receive_time, parts=parts, chunk_s=live.chunk_s)
    content = BagContent(topic, reading)
    own = set(parts or [topic])
    topics = [*own, *([truth_topic] if truth_topic else [])]
    for chunk in bag.chunks(topics, _CHUNK):
        content.end_ns = max(content.end_ns, int(chunk.arrived_ns[-1]))
        for message in chunk.on([truth_topic]) if truth_topic else []:
            try:
                text = decode_string(message.data)
            except MessageError as problem:
                content.rejected_truth[problem.reason] += 1
            else:
                content.changes.append((message.arrived_ns, text))
        for prediction in recogniser.classify_many(reading.take(chunk.on(own))):
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
        stream: of its windows; a receiver may cut its own.
        source: what the messages do not say of themselves.
        topic: of the sensor.
        stride_s: distance of two windows that a receiver cuts itself; the model's without it.

    Raises:
        BagError: the bag lacks what the messages do not say of themselves.
    """
    live = live_of(card)
    type_name = bag.topics[topic]
    definition = bag.definition(topic) if type_name in live.with_definition else ''
    form = Form(type_name, definition, stride_s)
    receiver = live.make_receiver(card, stream, form, source.given)
    live.complete(receiver, bag, topic, source.given)
    return receiver

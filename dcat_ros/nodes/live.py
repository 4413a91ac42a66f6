"""The program behind `dcat evaluate --live`: hears a running recogniser, and the truth."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic

import rclpy
from rclpy.context import Context
from rclpy.exceptions import InvalidTopicNameException
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.signals import SignalHandlerOptions
from rclpy.validate_full_topic_name import validate_full_topic_name

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.topics import STRING_TYPE, TRUTH_TOPIC
from dcat_ros.errors import ConfigError, DcatError, MessageError
from dcat_ros.evaluation.live import LiveRecord
from dcat_ros.messages.text import decode_string
from dcat_ros.nodes.ear import PATIENCE_S, Ear
from dcat_ros.nodes.monitor import Heard
from dcat_ros.nodes.replay import Player
from dcat_ros.nodes.start import init
from dcat_ros.nodes.truth_topic import TruthTopic
from dcat_ros.share import dds_environment

__all__ = ['bare_node', 'listen']

#: A bag is over when nothing was said for so long after its end, and the node has told of itself
#: so often meanwhile: while it is held up it tells nothing, and goes on later.
_QUIET_S, _REPORTS = 2.0, 2
_LAST_WORD_S = 30.0


def listen(
    recogniser: str,
    *,
    truth_topic: str | None = TRUTH_TOPIC,
    seconds: float | None = None,
    stop: Event,
    bag: Path | None = None,
    rate: float = 1.0,
    use_sim_time: bool = False,
    show: Callable[[Heard], None] = lambda heard: None,
    begun: Callable[[], None] = lambda: None,
) -> LiveRecord:
    """Hear what a running recogniser says, of its own sensor or of a bag that is played to it.

    Args:
        recogniser: name of the node, with its namespace.
        truth_topic: of std_msgs/String, which says the label whenever it changes; None: there is
            no truth on a topic.
        seconds: ends it after so long; None: never.
        stop: ends it.
        bag: played to the node, with /clock; ends it, too. Its truth counts, at its log times.
        rate: times real time.
        use_sim_time: without a bag: the sensor's stamps follow /clock.
        show: called with each prediction.
        begun: called once, when the recogniser is connected: what it says from then on counts.

    Raises:
        BagError: the bag is unusable, or has no such truth topic.
        ConfigError: a name is none that ROS allows.
        DcatError: the node is not there, does not hear the bag, or says nothing; or there is no
            truth.
    """
    recogniser = _name(recogniser)
    if truth_topic is not None:
        truth_topic = _name(truth_topic)
    if bag is not None and truth_topic is not None:
        with BagReader(bag) as reader:
            reader.require(truth_topic, STRING_TYPE)
    os.environ.update(dds_environment())
    with bare_node('dcat_evaluate', use_sim_time and bag is None) as (node, executor):
        ear = Ear(node, executor, recogniser, stop, show)
        if bag is None:
            _hear_sensor(ear, truth_topic, seconds, begun)
        else:
            _hear_bag(ear, truth_topic, seconds, bag, rate, begun)
        return ear.record


def _hear_sensor(
    ear: Ear, truth_topic: str | None, seconds: float | None, begun: Callable[[], None]
) -> None:
    """Listen to a node whose sensor is at work."""
    record = ear.record
    truth = None
    if truth_topic is not None:
        truth = TruthTopic(ear.node, truth_topic, lambda *change: record.changes.append(change))
    look = (lambda: None) if truth is None else truth.look
    ear.wait_for_recogniser(look)
    ear.begin()
    begun()
    begin_s = monotonic()
    record.begin_ns = _now_ns(ear.node)
    ear.spin(lambda: False, seconds, look)
    record.end_ns = _now_ns(ear.node)
    ear.check(monotonic() - begin_s)
    if truth is not None and not any(text.strip() for _, text in record.changes):
        others = truth.other_types()
        raise DcatError(
            f'{truth_topic} is {others[0]}, and {STRING_TYPE} is needed.'
            if others
            else f'No label was heard on {truth_topic}, so there is no truth to score against.'
        )


def _hear_bag(
    ear: Ear,
    truth_topic: str | None,
    seconds: float | None,
    bag: Path,
    rate: float,
    begun: Callable[[], None],
) -> None:
    """Play a bag to a node, and listen until it has said its last word."""
    record = ear.record
    enough = Event()

    def going() -> bool:
        return ear.node.context.ok() and not (ear.stop.is_set() or enough.is_set())

    player = Player(ear.node, bag, rate, going=going)
    record.notes += player.notes
    ear.wait_for_recogniser()
    inputs = _connect(ear, player, bag)

    def sent(topic: str, time_ns: int, data: bytes) -> None:
        record.begin_ns = record.begin_ns or time_ns
        if topic in inputs or topic == truth_topic:  # those that count offline, too
            record.end_ns = max(record.end_ns, time_ns)
        if topic == truth_topic:
            try:
                record.changes.append((time_ns, decode_string(data)))
            except MessageError as problem:
                record.notes.append(f'A message on {topic} was rejected: {problem}.')

    player.sent = sent
    ear.begin()
    begun()
    begin_s = monotonic()
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(player.play)
        try:
            if not ear.spin(playing.done, seconds):
                record.notes.append(f'{bag} was not played to its end.')
        finally:
            enough.set()
        playing.result()
    ear.reports = 0
    ear.spin(
        lambda: ear.reports >= _REPORTS and monotonic() - ear.heard_s >= _QUIET_S, _LAST_WORD_S
    )
    if not ear.is_there():
        raise DcatError(f'{record.recogniser} went away while it was listened to.')
    ear.check(monotonic() - begin_s)
    if truth_topic is not None and not any(text.strip() for _, text in record.changes):
        raise DcatError(
            f'{bag} said no label on {truth_topic}, so there is no truth to score against.'
        )


def _connect(ear: Ear, player: Player, bag: Path) -> set[str]:
    """Wait until the recogniser hears the player: topics of the bag to which it listens."""
    name = ear.record.recogniser

    def inputs() -> set[str]:
        # by topic: asked by node, the graph tells of one of that name, and it may be a dead one
        return {
            topic
            for topic in player.topics
            for info in ear.node.get_subscriptions_info_by_topic(topic)
            if f'{info.node_namespace.rstrip("/")}/{info.node_name}' == name
        }

    if not ear.spin(lambda: bool(inputs()), PATIENCE_S):
        raise DcatError(
            f'{name} subscribes to no topic of {bag} ({", ".join(sorted(player.topics))}); see '
            "that it is active, and remap its sensor's topic."
        )
    topics = inputs()
    if not ear.spin(lambda: all(map(player.everybody_hears, topics)), PATIENCE_S):
        raise DcatError(f'{name} could not be connected within {PATIENCE_S:.0f} s.')
    for topic in sorted(topics):
        if ear.node.count_publishers(topic) > 1:
            raise DcatError(f'Somebody else publishes {topic}, too; stop them to play {bag}.')
    return topics


@contextmanager
def bare_node(name: str, use_sim_time: bool) -> Iterator[tuple[Node, SingleThreadedExecutor]]:
    """A node of its own context, which leaves signals to the caller."""
    context = Context()
    init(context=context, signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = rclpy.create_node(
            name,
            context=context,
            start_parameter_services=False,
            parameter_overrides=[Parameter('use_sim_time', value=use_sim_time)],
        )
        executor = SingleThreadedExecutor(context=context)
        executor.add_node(node)
        try:
            yield node, executor
        finally:
            # after the context it would end with an error of its own
            executor.shutdown()
            node.destroy_node()
    finally:
        rclpy.try_shutdown(context=context)


def _now_ns(node: Node) -> int:
    return int(node.get_clock().now().nanoseconds)


def _name(name: str) -> str:
    """A full name of ROS, which begins with a slash."""
    full = f'/{name.lstrip("/")}'
    try:
        validate_full_topic_name(full)
    except (InvalidTopicNameException, ValueError) as problem:
        raise ConfigError(f'{name!r} is no name in ROS: {problem}.') from None
    return full

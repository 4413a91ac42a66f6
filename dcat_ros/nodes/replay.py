"""Playing a bag's messages, as they are, with /clock."""

import gc
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import rclpy
from builtin_interfaces.msg import Time
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock

from dcat_ros.bags.read import BagReader
from dcat_ros.errors import BagError
from dcat_ros.nodes.message_types import message_class

__all__ = ['Player']

_CLOCK_HZ = 100.0
#: A subscriber may know us later than we know it, and fetches what it missed from this history.
_DEPTH = 5000
#: How long the player waits for a subscriber before it begins.
_PATIENCE_S = 10.0


class Player:
    """Publishes a bag over DDS at its own pace. Messages are not deserialised.

    Args:
        node: publishes.
        path: the bag.
        rate: times real time.
        topics: only these; all without it.
        start_s: begin so far into the bag.
        going: says whether to go on; until ROS is shut down without it.

    Attributes:
        sent: called with topic, bag time in ns and serialised message after each is sent.
        notes: what a user should know.
        duration_s: of what is played, in bag time; None of a bag that was cut off.

    Raises:
        BagError: the bag is unusable, or none of its topics can be published here.
    """

    def __init__(
        self,
        node: Node,
        path: Path,
        rate: float = 1.0,
        topics: Collection[str] = (),
        start_s: float = 0.0,
        going: Callable[[], bool] = rclpy.ok,
    ):
        self.sent: Callable[[str, int, bytes], None] = lambda topic, time_ns, data: None
        self.notes: list[str] = []
        self._node = node
        self._path = path
        self._rate = rate
        self._start_ns = round(start_s * 1e9)
        self._going = going
        self._publishers: dict[str, Any] = {}
        self._types: dict[str, str] = {}
        with BagReader(path) as bag:
            self.notes += bag.notes
            whole_s = bag.duration_s
            self.duration_s = None if whole_s is None else max(0.0, whole_s - start_s)
            for topic in topics:
                bag.require(topic, bag.topics.get(topic, 'any type'))
            chosen = {t: kind for t, kind in bag.topics.items() if not topics or t in topics}
            for topic, type_name in chosen.items():
                message_type = message_class(type_name)
                if message_type is None:
                    self.notes.append(f'{topic} is left out: {type_name} is not installed here.')
                elif topic != '/clock':
                    reliable = QoSProfile(depth=_DEPTH, reliability=ReliabilityPolicy.RELIABLE)
                    self._types[topic] = type_name
                    self._publishers[topic] = node.create_publisher(message_type, topic, reliable)
        if not self._publishers:
            raise BagError(f'No topic of {path} can be published: {"; ".join(self.notes)}')
        self._clock = node.create_publisher(Clock, '/clock', 10)

    @property
    def topics(self) -> set[str]:
        """What is published, /clock aside."""
        return set(self._publishers)

    def everybody_hears(self, topic: str) -> bool:
        """Whether a topic has subscribers, and all that the graph shows are connected."""
        n = self._publishers[topic].get_subscription_count()
        return 0 < self._node.count_subscribers(topic) <= n

    def wait_for_subscriber(self, topic: str, patience_s: float = _PATIENCE_S) -> bool:
        """Wait until somebody listens to a topic; False if nobody does in time."""
        end = time.monotonic() + patience_s
        publisher = self._publishers[topic]
        while self._going() and time.monotonic() < end:
            if publisher.get_subscription_count():
                return True
            time.sleep(0.02)
        return False

    def play(self, *, loop: bool = False) -> int:
        """Publish the whole bag, for ever with `loop`, as long as it goes on.

        Returns:
            Number of messages published.
        """
        # torch may be loaded here: to look through all of it for garbage takes 0.2 s, and what is
        # played late comes at once
        gc.freeze()
        try:
            n = self._play_once()
            while loop and self._going():
                n += self._play_once()
            return n
        finally:
            gc.unfreeze()

    def _play_once(self) -> int:
        n = 0
        with BagReader(self._path) as bag:
            for topic, type_name in self._types.items():
                bag.require(topic, type_name)  # another one on the topic is not published
            begin_bag_ns: int | None = None
            begin = time.monotonic()
            next_clock_ns = 0
            for message in bag.messages(self._publishers):
                if begin_bag_ns is None:
                    begin_bag_ns = next_clock_ns = message.log_time_ns + self._start_ns
                if message.log_time_ns < begin_bag_ns:
                    continue
                due = begin + (message.log_time_ns - begin_bag_ns) / 1e9 / self._rate
                for clock_ns, at in self._ticks(
                    next_clock_ns, message.log_time_ns, begin, begin_bag_ns
                ):
                    if not self._sleep_until(at):
                        return n
                    self._tell_time(clock_ns)
                    next_clock_ns = clock_ns + self._clock_step_ns()
                if not self._sleep_until(due):
                    return n
                self._publishers[message.topic].publish(message.data)
                self.sent(message.topic, message.log_time_ns, message.data)
                n += 1
        return n

    def _ticks(
        self, from_ns: int, to_ns: int, begin: float, begin_bag_ns: int
    ) -> Iterator[tuple[int, float]]:
        """Times of /clock up to a message: bag time in ns, and when it is due."""
        while from_ns <= to_ns:
            yield from_ns, begin + (from_ns - begin_bag_ns) / 1e9 / self._rate
            from_ns += self._clock_step_ns()

    def _clock_step_ns(self) -> int:
        return max(1, round(1e9 * self._rate / _CLOCK_HZ))

    def _tell_time(self, time_ns: int) -> None:
        sec, nanosec = divmod(time_ns, 1_000_000_000)
        self._clock.publish(Clock(clock=Time(sec=sec, nanosec=nanosec)))

    def _sleep_until(self, due: float) -> bool:
        """Sleep; False if it should not go on."""
        while self._going():
            left = due - time.monotonic()
            if left <= 0:
                return True
            time.sleep(min(left, 0.1))
        return False

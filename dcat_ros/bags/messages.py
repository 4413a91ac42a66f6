"""Making the messages of a bag with rosbags."""

from typing import Any

from rosbags.rosbag2 import Writer
from rosbags.typesys import Stores, get_typestore

from dcat_ros.bags.topics import STRING_TYPE, TRUTH_TOPIC

__all__ = ['Messages']


class Messages:
    """Messages of the topics that dcat_ros writes; a topic is there once it has a message.

    Args:
        writer: of the open bag.

    Attributes:
        types: the messages' classes by the names of their ROS types.
    """

    def __init__(self, writer: Writer):
        self._writer = writer
        self._store = get_typestore(Stores.ROS2_JAZZY)
        self.types: Any = self._store.types
        self._connections: dict[str, Any] = {}

    def write(self, topic: str, kind: str, stamp_ns: int, message: Any) -> None:
        """Write a message of a ROS type; its log time is `stamp_ns`."""
        if topic not in self._connections:
            connection = self._writer.add_connection(topic, kind, typestore=self._store)
            self._connections[topic] = connection
        data = self._store.serialize_cdr(message, kind)
        self._writer.write(self._connections[topic], stamp_ns, data)

    def say(self, label: str, stamp_ns: int) -> None:
        """Write that from now on this is the truth."""
        self.write(TRUTH_TOPIC, STRING_TYPE, stamp_ns, self.string(label))

    def string(self, text: str) -> Any:
        """std_msgs/String."""
        return self.types[STRING_TYPE](data=text)

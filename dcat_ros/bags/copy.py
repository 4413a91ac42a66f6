"""Copying a bag's messages byte for byte into another bag."""

from typing import Any

from rosbags.rosbag2 import Writer
from rosbags.typesys import Stores, get_types_from_idl, get_types_from_msg, get_typestore

from dcat_ros.bags.describe import TopicInfo
from dcat_ros.bags.salvage import RawMessage

__all__ = ['BagCopy']

_IDL = '=' * 80 + '\n'
#: What `ros2 topic info` prints for a type whose hash is not known.
_NO_HASH = 'INVALID'


class BagCopy:
    """Writes messages with all that was known of their topics.

    A definition that the bag does not hold is that of ROS 2 Jazzy, if there is one.

    Args:
        writer: of the open bag.
        storage: of the new bag.

    Attributes:
        notes: what a user should know, one sentence each.
    """

    def __init__(self, writer: Writer, storage: str):
        self.notes: list[str] = []
        self._writer = writer
        self._storage = storage
        self._store = get_typestore(Stores.ROS2_JAZZY)
        self._connections: dict[tuple[str, str], Any] = {}

    def add(self, info: TopicInfo) -> None:
        """Add a topic; one without messages is a topic, too."""
        self._connections[info.topic, info.type_name] = self._connection(info)

    def write(self, message: RawMessage) -> None:
        """Write one message."""
        pair = message.topic, message.type_name
        if pair not in self._connections:
            self.add(TopicInfo(*pair))
        connection = self._connections[pair]
        if connection is not None:
            self._writer.write(connection, message.log_time_ns, message.data)

    def _connection(self, info: TopicInfo) -> Any | None:
        if info.encoding != 'cdr' or not info.type_name:
            kind = f'its messages are {info.encoding or "nothing known"}, and CDR is needed'
            self.notes.append(f'{info.topic} was left out: {kind}.')
            return None
        definition, type_hash = info.definition, info.type_hash
        if not definition and info.type_name in self._store.fielddefs:
            definition, _ = self._store.generate_msgdef(info.type_name, ros_version=2)
            type_hash = type_hash or self._store.hash_rihs01(info.type_name)
        if not definition and self._storage == 'sqlite3':
            # no definition at all is better than an empty one, which a reader would believe;
            # MCAP knows the type's name from the definition
            self._writer.added_types.add(info.type_name)
            type_hash = type_hash or _NO_HASH
        return self._writer.add_connection(
            info.topic,
            info.type_name,
            msgdef=definition,
            rihs01=type_hash or _hash(info.type_name, definition),
            serialization_format=info.encoding,
            offered_qos_profiles=info.qos,
        )


def _hash(type_name: str, definition: str) -> str:
    """The hash of a type from its definition, where older recorders did not write it."""
    store = get_typestore(Stores.EMPTY)
    try:
        if definition.startswith(f'{_IDL}IDL: '):
            for part in definition.split(_IDL)[1:]:
                store.register(get_types_from_idl(part.split('\n', 1)[1]))
        else:
            store.register(get_types_from_msg(definition, type_name))
        return store.hash_rihs01(type_name)
    except Exception:  # the parser raises whatever a text leads it to
        return _NO_HASH

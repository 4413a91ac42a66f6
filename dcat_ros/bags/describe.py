"""What a bag says of its topics beside their messages: definitions, QoS profiles, hashes."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mcap.records import Channel, Schema
from rosbags.interfaces import Connection, ConnectionExtRosbag2, Qos
from rosbags.rosbag2 import ReaderError
from rosbags.rosbag2.metadata import parse_qos

from dcat_ros.bags.salvage import is_sqlite, open_sqlite, plain_file, records

__all__ = ['TopicInfo', 'described', 'salvage_topics']


@dataclass(frozen=True)
class TopicInfo:
    """A topic of a bag.

    Attributes:
        topic: its name.
        type_name: of its messages.
        definition: of the type, as text; empty if the bag does not say it.
        type_hash: of the type, 'RIHS01_…'; empty if the bag does not say it.
        qos: profiles that were offered when it was recorded.
        encoding: of its messages; 'cdr' in every bag of ROS itself.
    """

    topic: str
    type_name: str
    definition: str = ''
    type_hash: str = ''
    qos: tuple[Qos, ...] = field(default=())
    encoding: str = 'cdr'


def described(connections: Iterable[Connection]) -> list[TopicInfo]:
    """The topics of an undamaged bag, in its order; one for each name and type."""
    topics = []
    for connection in connections:
        ext = connection.ext
        assert isinstance(ext, ConnectionExtRosbag2)  # of a rosbag2 reader
        topics.append(
            TopicInfo(
                connection.topic,
                connection.msgtype,
                connection.msgdef.data,
                connection.digest,
                tuple(ext.offered_qos_profiles),
                ext.serialization_format,
            )
        )
    return _joined(topics)


def salvage_topics(paths: Iterable[Path]) -> list[TopicInfo]:
    """What storage files that were cut off or have no index still say of their topics.

    Raises:
        BagError: one cannot be read.
    """
    topics: list[TopicInfo] = []
    for path in paths:
        with plain_file(path) as plain:
            topics += _from_sqlite(plain) if is_sqlite(plain) else _from_mcap(plain)
    return _joined(topics)


def _joined(topics: Iterable[TopicInfo]) -> list[TopicInfo]:
    """One for each name and type; QoS profiles of all publishers, as a recorder joins them."""
    joined: dict[tuple[str, str], TopicInfo] = {}
    for topic in topics:
        before = joined.setdefault((topic.topic, topic.type_name), topic)
        new = tuple(profile for profile in topic.qos if profile not in before.qos)
        joined[topic.topic, topic.type_name] = replace(before, qos=before.qos + new)
    return list(joined.values())


def _from_mcap(path: Path) -> list[TopicInfo]:
    schemas: dict[int, Schema] = {}
    channels: dict[int, TopicInfo] = {}
    for record in records(path):
        if isinstance(record, Schema):
            schemas[record.id] = record
        elif isinstance(record, Channel) and record.schema_id in schemas:
            schema = schemas[record.schema_id]
            channels[record.id] = TopicInfo(
                record.topic,
                schema.name,
                schema.data.decode(errors='replace'),
                record.metadata.get('topic_type_hash', ''),
                _profiles(record.metadata.get('offered_qos_profiles', '')),
                record.message_encoding,
            )
    return list(channels.values())


def _from_sqlite(path: Path) -> list[TopicInfo]:
    topics: list[TopicInfo] = []
    with open_sqlite(path) as connection:
        try:
            connection.execute('PRAGMA writable_schema=ON')  # as in salvage
            definitions: dict[str, Any] = {
                row['topic_type']: row['encoded_message_definition']
                for row in _rows(connection, 'message_definitions')
            }
            # older recorders had fewer columns
            topics += [
                TopicInfo(
                    row['name'],
                    row['type'],
                    str(definitions.get(row['type'], '')),
                    str(row.get('type_description_hash', '')),
                    _profiles(str(row.get('offered_qos_profiles', ''))),
                    str(row.get('serialization_format', 'cdr')),
                )
                for row in _rows(connection, 'topics')
            ]
        except sqlite3.DatabaseError:
            pass  # the first page that is not there
    return topics


def _rows(connection: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    """A small table's rows; none if there is no such table."""
    known = connection.execute('SELECT 1 FROM sqlite_master WHERE name = ?', (table,)).fetchone()
    if known is None:
        return []
    cursor = connection.execute(f'SELECT * FROM {table}')
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _profiles(text: str) -> tuple[Qos, ...]:
    """QoS profiles of YAML; none if it is no such thing."""
    try:
        return tuple(parse_qos(text))
    except (ReaderError, LookupError, TypeError, AttributeError, ValueError):
        return ()

"""What a bag says of its topics beside their messages: definitions, QoS profiles, hashes."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mcap.records import Channel, Schema
from rosbags.interfaces import Connection, ConnectionExtRosbag2, Qos
from rosbags.rosbag2.metadata import parse_qos

from dcat_ros.bags.mcap_records import Damage, records
from dcat_ros.bags.plain import plain_type
from dcat_ros.bags.salvage import is_sqlite, plain_file, table
from dcat_ros.bags.sqlite_file import made_up, open_sqlite
from dcat_ros.texts import parse_yaml

__all__ = ['TopicInfo', 'counted', 'described', 'salvage_topics']


@dataclass(frozen=True)
class TopicInfo:
    """A topic of a bag.

    Attributes:
        topic: its name.
        type_name: of its messages, as `plain_type` has it.
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


def counted(connections: Iterable[Connection]) -> Counter[tuple[str, str]]:
    """(topic, type) -> number of messages."""
    counts: Counter[tuple[str, str]] = Counter()
    for connection in connections:
        counts[connection.topic, connection.msgtype] += connection.msgcount
    return counts


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
        with plain_file(path) as (plain, _):
            topics += _from_sqlite(plain) if is_sqlite(plain) else _from_mcap(plain)
    return _joined(topics)


def _joined(topics: Iterable[TopicInfo]) -> list[TopicInfo]:
    """One for each name and type; QoS profiles of all publishers, as a recorder joins them."""
    joined: dict[tuple[str, str], TopicInfo] = {}
    for raw in topics:
        topic = replace(raw, type_name=plain_type(raw.type_name))
        before = joined.setdefault((topic.topic, topic.type_name), topic)
        new = tuple(profile for profile in topic.qos if profile not in before.qos)
        joined[topic.topic, topic.type_name] = replace(before, qos=before.qos + new)
    return list(joined.values())


def _from_mcap(path: Path) -> list[TopicInfo]:
    schemas: dict[int, Schema] = {}
    channels: dict[int, TopicInfo] = {}
    with suppress(Damage):
        for record in records(path):
            if isinstance(record, Schema):
                schemas[record.id] = record
            elif isinstance(record, Channel):
                channels[record.id] = _from_channel(record, schemas.get(record.schema_id))
    return list(channels.values())


def _from_channel(channel: Channel, schema: Schema | None) -> TopicInfo:
    return TopicInfo(
        channel.topic,
        schema.name if schema else '',
        schema.data.decode(errors='replace') if schema else '',
        channel.metadata.get('topic_type_hash', ''),
        _profiles(channel.metadata.get('offered_qos_profiles', '')),
        channel.message_encoding,
    )


def _from_sqlite(path: Path) -> list[TopicInfo]:
    topics: list[TopicInfo] = []
    with open_sqlite(path) as connection:
        try:
            connection.execute('PRAGMA writable_schema=ON')  # as in salvage
            if made_up(connection):
                return []
            definitions: dict[str, Any] = {
                plain_type(str(row['topic_type'])): row['encoded_message_definition']
                for row in table(connection, 'message_definitions')
            }
            # older recorders had fewer columns
            topics += [
                TopicInfo(
                    str(row['name']),
                    str(row['type']),
                    str(definitions.get(plain_type(str(row['type'])), '')),
                    str(row.get('type_description_hash', '')),
                    _profiles(str(row.get('offered_qos_profiles', ''))),
                    str(row.get('serialization_format', 'cdr')),
                )
                for row in table(connection, 'topics')
            ]
        except (sqlite3.DatabaseError, LookupError):
            pass  # the first page that is not there
    return topics


def _profiles(text: str) -> tuple[Qos, ...]:
    """QoS profiles of YAML; none if it is no such thing."""
    try:
        parse_yaml(text)  # within bounds, which the library does not look at
        return tuple(parse_qos(text))
    except Exception:  # the library raises whatever a text leads it to
        return ()

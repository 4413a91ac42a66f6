"""Kinds of cases that are bags, of every storage and compression."""

import shutil
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory, mkdtemp

import yaml
import zstandard
from mcap.writer import CompressionType
from mcap.writer import Writer as McapWriter
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.topics import STRING_TYPE, TRUTH_TOPIC
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.sensors.inertial.messages import IMU_TYPE
from dcat_ros.sensors.inertial.named import NAMED
from tools.fuzz import messages
from tools.fuzz.case import Case, Kind
from tools.fuzz.models import model_of
from tools.fuzz.mutate import any_text, mutated, with_stamp

__all__ = ['BAGS']

_BEGIN_NS = 1_700_000_000 * 10**9
_STORE = get_typestore(Stores.ROS2_JAZZY)
_N = 120


@cache
def _all() -> TemporaryDirectory[str]:
    """The folder of all these bags, which goes when the process ends."""
    return TemporaryDirectory(prefix='fuzz-bags-')


def _new_folder() -> Path:
    return Path(mkdtemp(dir=_all().name))


def _contents() -> Iterator[tuple[str, str, int, bytes]]:
    """Two activities in 2.4 s."""
    for i in range(_N):
        stamp_ns = _BEGIN_NS + i * 20_000_000
        if i in (0, _N // 2):
            yield TRUTH_TOPIC, STRING_TYPE, stamp_ns, messages.string('jog' if i else 'walk')
        yield NAMED.topic, IMU_TYPE, stamp_ns, with_stamp(messages.imu(i), stamp_ns)


def _rosbag2(storage: StoragePlugin, compression: CompressionMode | None = None) -> Path:
    path = _new_folder() / 'bag'
    writer = Writer(path, version=9, storage_plugin=storage)
    if compression:
        writer.set_compression(compression, CompressionFormat.ZSTD)
    connections = {}
    with writer:
        for topic, kind, time_ns, data in _contents():
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=_STORE)
            writer.write(connections[topic], time_ns, data)
    return path


def _packed_as_a_whole() -> Path:
    path = _rosbag2(StoragePlugin.MCAP)
    (plain,) = path.glob('*.mcap')
    packed = plain.with_name(f'{plain.name}.zstd')
    packed.write_bytes(zstandard.compress(plain.read_bytes()))
    plain.unlink()
    fields = yaml.safe_load((path / 'metadata.yaml').read_text())
    changed = {'compression_mode': 'FILE', 'compression_format': 'zstd'}
    fields['rosbag2_bagfile_information'] |= changed | {'relative_file_paths': [packed.name]}
    (path / 'metadata.yaml').write_text(yaml.safe_dump(fields))
    return path


def _mcap(compression: CompressionType) -> Path:
    path = _new_folder() / 'one.mcap'
    with path.open('wb') as file:
        writer = McapWriter(file, chunk_size=8000, compression=compression, enable_crcs=False)
        writer.start(profile='ros2')
        channels = {}
        for topic, kind, time_ns, data in _contents():
            if topic not in channels:
                schema = writer.register_schema(kind, 'ros2msg', b'')
                channels[topic] = writer.register_channel(topic, 'cdr', schema)
            writer.add_message(channels[topic], time_ns, data, time_ns)
        writer.finish()
    return path


def _ros1(compression: str) -> Path:
    path = _new_folder() / 'old.bag'
    writer = Ros1Writer(path)
    if compression:
        writer.set_compression(Ros1Writer.CompressionFormat[compression])
    connections = {}
    with writer:
        for topic, kind, time_ns, data in _contents():
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=_STORE)
            writer.write(connections[topic], time_ns, bytes(_STORE.cdr_to_ros1(data, kind)))
    return path


def _bag(make: Callable[[], Path], *, metadata: bool = False) -> Kind:
    """A bag of which one file is changed: that of the messages, or metadata.yaml."""
    made = cache(make)

    def kind(rng: Random, n: int, folder: Path) -> Iterator[Case]:
        valid = made()
        for i in range(n):
            path = folder / f'{i}' / valid.name
            path.parent.mkdir()
            copy = shutil.copytree if valid.is_dir() else shutil.copyfile
            copy(valid, path)
            changed = _changed_file(path, metadata)
            before = changed.read_bytes()
            data = _spoilt_yaml(before, rng) if metadata else mutated(before, rng)
            changed.write_bytes(data)
            yield Case(data, partial(_read, path), changed.name)
            shutil.rmtree(path.parent)

    return kind


def _changed_file(path: Path, metadata: bool) -> Path:
    if path.is_file():
        return path
    return next(p for p in path.iterdir() if (p.name == 'metadata.yaml') == metadata)


def _spoilt_yaml(data: bytes, rng: Random) -> bytes:
    if rng.random() < 0.3:
        return mutated(data, rng)
    lines = data.decode().splitlines()
    for _ in range(rng.randint(1, 3)):
        i = rng.randrange(len(lines))
        name, colon, _ = lines[i].partition(':')
        lines[i] = rng.choice((f'{name}{colon} {any_text(rng)}', any_text(rng), ''))
    return '\n'.join(lines).encode('utf-8', 'surrogatepass')


def _read(path: Path) -> tuple[str, int]:
    """As `dcat bag` and `dcat evaluate` do."""
    with BagReader(path) as bag:
        sum(len(message.data) for message in bag.messages())
        bag.describe()
        if bag.duration_s is not None:
            float(bag.duration_s)
        notes = bag.notes
    if any('\n' in note for note in notes):
        raise ValueError(f'a note is no sentence: {notes}')
    evaluation = evaluate_bag(path, model_of('imu'))
    return 'accepted, noted' if notes else 'accepted', len(evaluation.predictions)


#: name -> kind, share of all cases
BAGS: dict[str, tuple[Kind, int]] = {
    'bag, MCAP': (_bag(lambda: _rosbag2(StoragePlugin.MCAP)), 4),
    'bag, SQLite': (_bag(lambda: _rosbag2(StoragePlugin.SQLITE3)), 4),
    'bag, metadata.yaml': (_bag(lambda: _rosbag2(StoragePlugin.MCAP), metadata=True), 4),
    'bag, SQLite, metadata.yaml': (_bag(lambda: _rosbag2(StoragePlugin.SQLITE3), metadata=True), 2),
    'bag, messages packed': (
        _bag(lambda: _rosbag2(StoragePlugin.SQLITE3, CompressionMode.MESSAGE)),
        2,
    ),
    'bag, packed as a whole': (_bag(_packed_as_a_whole), 2),
    'file, MCAP zstd': (_bag(lambda: _mcap(CompressionType.ZSTD)), 3),
    'file, MCAP lz4': (_bag(lambda: _mcap(CompressionType.LZ4)), 3),
    'file, ROS 1': (_bag(lambda: _ros1('')), 3),
    'file, ROS 1 bz2': (_bag(lambda: _ros1('BZ2')), 2),
}

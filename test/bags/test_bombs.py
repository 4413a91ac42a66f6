"""Bags that would fill the memory or the disk, or never end."""

import sqlite3
import struct
from contextlib import closing

import lz4.frame
import numpy as np
import pytest
import yaml
import zstandard
from helpers import STRING, string_message, write_raw_bag
from mcap.writer import Writer as McapWriter
from rosbags.rosbag2 import Reader

from dcat_ros.bags import zstd
from dcat_ros.bags.read import BagReader
from dcat_ros.errors import BagError

MESSAGES = [('/t', STRING, i, string_message('x' * 1000)) for i in range(100)]


def packed_bag(folder, storage='mcap', data=None):
    """A bag as `ros2 bag record --compression-mode file` leaves it."""
    write_raw_bag(folder, MESSAGES, storage=storage)
    (plain,) = [p for p in folder.iterdir() if p.name != 'metadata.yaml']
    whole = plain.read_bytes() if data is None else data
    plain.with_name(plain.name + '.zstd').write_bytes(zstandard.compress(whole))
    plain.unlink()
    path = folder / 'metadata.yaml'
    fields = yaml.safe_load(path.read_text())
    info = fields['rosbag2_bagfile_information']
    info |= {'compression_mode': 'FILE', 'compression_format': 'zstd'}
    info['relative_file_paths'] = [f'{plain.name}.zstd']
    path.write_text(yaml.safe_dump(fields))
    return folder


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_bag_packed_as_a_whole_is_read_as_rosbags_does(tmp_path, storage):
    folder = packed_bag(tmp_path / 'bag', storage)
    with Reader(folder) as theirs:
        expected = [(c.topic, t, bytes(d)) for c, t, d in theirs.messages()]
    with BagReader(folder) as bag:
        assert [(m.topic, m.log_time_ns, m.data) for m in bag.messages()] == expected
        assert bag.notes == []
        assert len(bag.describe()) == 1


@pytest.mark.parametrize('single', [False, True])
def test_bag_packed_as_a_whole_that_becomes_too_large_says_so(tmp_path, monkeypatch, single):
    folder = packed_bag(tmp_path / 'bag')
    monkeypatch.setattr(zstd, '_LEAST_FILE', 30_000)
    monkeypatch.setattr(zstd, '_TIMES', 1)
    path = next(folder.glob('*.zstd')) if single else folder
    try:
        with BagReader(path) as bag:
            assert 0 <= len(list(bag.messages())) < 100
            notes = ' '.join(bag.notes)
    except BagError as problem:
        notes = str(problem)
    assert 'MiB when decompressed' in notes or 'no whole message' in notes


def test_bag_packed_twice_is_refused(tmp_path):
    folder = packed_bag(tmp_path / 'bag', data=zstandard.compress(bytes(1000)))
    with pytest.raises(BagError, match=r'was compressed twice|no whole message'):
        BagReader(next(folder.glob('*.zstd'))).__enter__()


def mcap(chunk, claims, compression):
    """A file without an index, with one chunk that says it holds so many bytes."""

    def record(code, content):
        return struct.pack('<BQ', code, len(content)) + content

    def text(value):
        return struct.pack('<I', len(value)) + value

    schema = record(3, struct.pack('<H', 1) + text(STRING.encode()) + text(b'') + text(b''))
    channel = struct.pack('<HH', 1, 1) + text(b'/t') + text(b'cdr') + struct.pack('<I', 0)
    body = struct.pack('<QQQI', 0, 1, claims, 0) + text(compression)
    body += struct.pack('<Q', len(chunk)) + chunk
    head = record(1, text(b'ros2') + text(b''))
    message = record(5, struct.pack('<HIQQ', 1, 0, 5, 5) + string_message('a'))
    records = head + schema + record(4, channel) + message + record(6, body)
    end = record(2, struct.pack('<QQI', 0, 0, 0))
    return b'\x89MCAP0\r\n' + records + end + b'\x89MCAP0\r\n'


def bomb(compression, n):
    zeros = np.zeros(n, np.uint8)
    if compression == b'lz4':
        return lz4.frame.compress(zeros)
    return zstandard.ZstdCompressor(write_content_size=False).compress(zeros)


@pytest.mark.parametrize('compression', [b'zstd', b'lz4'])
@pytest.mark.parametrize('claims', [100, 60_000_000, 2**40])
@pytest.mark.parametrize('in_folder', [False, True])
def test_chunk_that_becomes_large_is_not_unpacked(
    tmp_path, monkeypatch, compression, claims, in_folder
):
    """Whatever it claims, no more than `most_of` is asked for."""
    asked = []
    for where in ('mcap_records', 'plain_folder'):
        monkeypatch.setattr(f'dcat_ros.bags.{where}.most_of', lambda n: asked.append(n) or 100_000)
    name = f'{"bag_0" if in_folder else "one"}.mcap'
    folder = tmp_path / 'bag'
    if in_folder:
        write_raw_bag(folder, MESSAGES)
        name = next(folder.glob('*.mcap')).name
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(mcap(bomb(compression, 60_000_000), claims, compression))
    with BagReader(folder if in_folder else folder / name) as bag:
        assert [m.log_time_ns for m in bag.messages()] == [5]
        assert bag.notes
    assert asked


def test_little_becomes_little_even_of_the_tightest_frame():
    data = zstandard.ZstdCompressor(level=19, write_content_size=False).compress(bytes(1 << 30))
    assert len(data) < 200_000
    plain, whole = zstd.unzstd(data, zstd.most_of(len(data)))
    assert not whole
    assert len(plain) < zstd.most_of(len(data)) + (48 << 20)


@pytest.mark.parametrize(
    'sql',
    [
        'CREATE VIEW messages AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) '
        'SELECT id, 1 AS topic_id, id AS timestamp, zeroblob(100) AS data FROM n',
        'CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER, timestamp INTEGER, '
        'data BLOB AS (zeroblob(900000000)))',
        'CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER, timestamp INTEGER, '
        'data BLOB GENERATED ALWAYS AS (zeroblob(900000000)) STORED)',
    ],
    ids=['view', 'computed column', 'stored column'],
)
@pytest.mark.parametrize('in_folder', [False, True])
def test_table_that_is_computed_is_none(tmp_path, sql, in_folder):
    folder = tmp_path / 'bag'
    write_raw_bag(folder, MESSAGES[:3], storage='sqlite3')
    (path,) = folder.glob('*.db3')
    with closing(sqlite3.connect(path)) as connection:
        connection.execute('DROP TABLE messages')
        connection.execute(sql)
        connection.commit()
    with pytest.raises(BagError, match='has no whole message'):
        BagReader(folder if in_folder else path).__enter__()


@pytest.mark.parametrize(
    'text',
    [
        'a: 2020-99-99',
        '[' * 100_000,
        'rosbag2_bagfile_information: {relative_file_paths: 5}',
        'rosbag2_bagfile_information: {relative_file_paths: [[]]}',
        'a: ' + '9' * 5000,
        '\0',
    ],
    ids=['date', 'nested', 'no list', 'no name', 'long', 'NUL'],
)
def test_metadata_that_is_hostile_leaves_the_messages(tmp_path, text):
    folder = tmp_path / 'bag'
    write_raw_bag(folder, MESSAGES)
    (folder / 'metadata.yaml').write_text(text)
    with BagReader(folder) as bag:
        assert len(list(bag.messages())) == 100
        assert 'no index' in bag.notes[0]


@pytest.mark.parametrize(
    ('key', 'value'),
    [
        ('message_count', '"many"'),
        ('name', '[1]'),
        ('type', '{a: b}'),
        ('nanoseconds', '.nan'),
        ('serialization_format', '5'),
        ('version', '[]'),
        ('offered_qos_profiles', '5'),
        ('type_description_hash', '5'),
    ],
)
def test_metadata_of_values_of_another_kind_leaves_the_messages(tmp_path, key, value):
    folder = tmp_path / 'bag'
    write_raw_bag(folder, MESSAGES)
    path = folder / 'metadata.yaml'
    lines = path.read_text().splitlines()
    changed = [
        f'{line.split(key)[0]}{key}: {value}' if line.strip().startswith(f'{key}:') else line
        for line in lines
    ]
    path.write_text('\n'.join(changed))
    with BagReader(folder) as bag:
        assert len(list(bag.messages())) == 100
        bag.describe()
        assert bag.duration_s is None or isinstance(bag.duration_s, float)


@pytest.mark.parametrize('length', range(40))
def test_channel_that_ends_anywhere_ends_the_file(tmp_path, length):
    """The library reads 4 bytes where there are 3, and struct says so."""
    whole = mcap(b'', 0, b'')
    begin = whole.index(b'\x04', 40)
    content = whole[begin + 9 :][:length] + b'\1\0\0'
    cut = whole[:begin] + struct.pack('<BQ', 4, len(content)) + content
    (tmp_path / 'a.mcap').write_bytes(cut)
    with pytest.raises(BagError, match='has no whole message'):
        BagReader(tmp_path / 'a.mcap').__enter__()


@pytest.mark.parametrize(
    'text', ['[' * 5000, 'a: 2020-99-99', '&a [*a]', '- ' * 3000, '!!int x', '9' * 5000, '- {a: 1}']
)
@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_qos_that_is_hostile_is_none(tmp_path, text, storage):
    """Profiles are YAML inside of the storage file."""
    folder = tmp_path / 'bag'
    write_raw_bag(folder, MESSAGES[:3], storage=storage)
    (path,) = (p for p in folder.iterdir() if p.name != 'metadata.yaml')
    if storage == 'sqlite3':
        with closing(sqlite3.connect(path)) as connection:
            connection.execute('UPDATE topics SET offered_qos_profiles = ?', (text,))
            connection.commit()
    else:
        with path.open('wb') as file:
            writer = McapWriter(file)
            writer.start(profile='ros2')
            qos = {'offered_qos_profiles': text}
            schema = writer.register_schema(STRING, 'ros2msg', b'')
            channel = writer.register_channel('/t', 'cdr', schema, qos)
            for _, _, time_ns, data in MESSAGES[:3]:
                writer.add_message(channel, time_ns, data, time_ns)
            writer.finish()
    for place in (folder, path):
        with BagReader(place) as bag:
            assert len(list(bag.messages())) == 3
            assert len(bag.describe()) == 1


@pytest.mark.parametrize('time_ns', [2**62, 2**63, 2**64 - 1])
def test_message_whose_log_time_is_none_is_left_out(tmp_path, time_ns):
    data = mcap(b'', 0, b'').replace(struct.pack('<QQ', 5, 5), struct.pack('<QQ', time_ns, 5))
    (tmp_path / 'a.mcap').write_bytes(data)
    with BagReader(tmp_path / 'a.mcap') as bag:
        assert list(bag.messages()) == []
        assert '1 messages were left out, for their log time is none' in bag.notes[-1]

"""Logs beside .db3 files, old type names, several types on a topic: what recorders leave.

No file of the user's is changed by reading.
"""

import hashlib
import os
import shutil
import sqlite3

import pytest
from helpers import IMU, STORE, STRING, imu_message, string_message, write_raw_bag
from rosbags.rosbag2 import StoragePlugin, Writer

from dcat_ros.bags.annotate import Said, annotate
from dcat_ros.bags.plain import plain_type
from dcat_ros.bags.read import BagReader
from dcat_ros.bags.sensor_topic import sensor_topic
from dcat_ros.errors import BagError
from dcat_ros.sensors.registry import heard
from dcat_ros.streaming.decision import Prediction

N = 200


def contents(n=N):
    out = [('/activity_truth', STRING, 5, string_message('walk'))]
    return out + [('/imu/data_raw', IMU, 10 + i, imu_message(10 + i)) for i in range(n)]


def read(path):
    with BagReader(path) as bag:
        return [tuple(m) for m in bag.messages()]


def snapshot(folder):
    """Names, sizes, hashes and times of change of everything in a folder."""
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_size,
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in folder.rglob('*')
        if path.is_file()
    }


def file_of(bag):
    (path,) = [p for p in bag.iterdir() if p.suffix in ('.mcap', '.db3')]
    return path


def said_at(end_ns):
    word = Prediction('walk', 'ok', 0.9, (0.9, 0.1), 0, end_ns, 'imu_link')
    return Said('m', '/imu/data_raw', ('walk', 'rest'), [word])


def killed(tmp_path, *, shared=True):
    """A folder in which a recorder was killed: all messages are in the write-ahead log."""
    write_raw_bag(tmp_path / 'plain', contents(), 'sqlite3')
    work, bag = tmp_path / 'work', tmp_path / 'bag'
    work.mkdir()
    bag.mkdir()
    source, target = sqlite3.connect(file_of(tmp_path / 'plain')), sqlite3.connect(work / 'b_0.db3')
    target.execute('PRAGMA journal_mode=WAL')
    target.execute('PRAGMA wal_autocheckpoint=0')
    for line in source.iterdump():
        if line.startswith('CREATE'):
            target.execute(line)
    target.commit()
    target.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    for line in source.iterdump():
        if line.startswith('INSERT'):
            target.execute(line)
    target.commit()
    for path in work.iterdir():
        if shared or not path.name.endswith('-shm'):
            shutil.copy(path, bag / path.name)
    target.close()
    source.close()
    assert (bag / 'b_0.db3-wal').stat().st_size > 10_000
    return bag


@pytest.mark.parametrize('shared', [True, False])
@pytest.mark.parametrize('single', [True, False])
@pytest.mark.parametrize('metadata', [True, False])
def test_write_ahead_log_is_read_and_left_alone(tmp_path, single, metadata, shared):
    bag = killed(tmp_path, shared=shared)
    if metadata:  # as a copy of the folder before the crash may have it
        text = (tmp_path / 'plain' / 'metadata.yaml').read_text()
        (bag / 'metadata.yaml').write_text(text.replace('plain.db3', 'b_0.db3'))
    before = snapshot(bag)
    with BagReader(bag / 'b_0.db3' if single else bag) as reader:
        assert [tuple(m) for m in reader.messages()] == contents()
        assert {info.topic for info in reader.describe()} == {'/activity_truth', '/imu/data_raw'}
        assert reader.definition('/activity_truth').startswith('string data')
        (note,) = reader.notes
        assert 'was left by a recorder that was killed; b_0.db3-wal beside it was read' in note
        assert '201 messages in all' in note
        assert 'tmp' not in note.replace(str(tmp_path), '')
    assert snapshot(bag) == before


def test_write_ahead_log_in_a_folder_that_cannot_be_written(tmp_path):
    bag = killed(tmp_path)
    before = snapshot(bag)
    for path in [*bag.iterdir(), bag]:
        path.chmod(0o555)
    try:
        assert read(bag) == contents()
        if os.geteuid():  # root may write everywhere
            with pytest.raises(PermissionError):
                (bag / 'new').touch()
    finally:
        bag.chmod(0o755)
    assert snapshot(bag) == before


def test_write_ahead_log_is_copied_with_what_a_model_says(tmp_path):
    bag = killed(tmp_path)
    before = snapshot(bag)
    said = said_at(50)
    notes = annotate(bag, tmp_path / 'out', [said])
    assert 'b_0.db3-wal' in notes[0]
    assert [m for m in read(tmp_path / 'out') if not m[0].startswith('/dcat/')] == contents()
    assert snapshot(bag) == before


@pytest.mark.parametrize('spoil', ['cut', 'zeros', 'noise', 'other'])
def test_spoilt_write_ahead_log_is_no_harm(tmp_path, spoil):
    """What the log cannot give, it does not give; no other error than BagError."""
    bag = killed(tmp_path, shared=False)
    wal = bag / 'b_0.db3-wal'
    data = wal.read_bytes()
    wal.write_bytes(
        {
            'cut': data[: len(data) // 2],
            'zeros': bytes(len(data)),
            'noise': bytes(range(256)) * 100,
            'other': b'x' + data[1:],
        }[spoil]
    )
    before = snapshot(bag)
    with pytest.raises(BagError, match='has no whole message'):
        read(bag)
    assert snapshot(bag) == before


def journal_of(tmp_path):
    """A .db3 with a journal that undoes what was half written: 200 messages of which 100 count."""
    write_raw_bag(tmp_path / 'whole', contents(100), 'sqlite3')
    bag, work = tmp_path / 'bag', tmp_path / 'work'
    bag.mkdir()
    work.mkdir()
    shutil.copy(file_of(tmp_path / 'whole'), work / 'b.db3')
    connection = sqlite3.connect(work / 'b.db3', isolation_level=None)
    connection.execute('PRAGMA cache_size=2')  # spills half-written pages into the file
    connection.execute('BEGIN')
    for i in range(300):
        connection.execute(
            'INSERT INTO messages (topic_id, timestamp, data) VALUES (2, ?, ?)', (i, bytes(900))
        )
    for path in work.iterdir():
        shutil.copy(path, bag / path.name)
    connection.close()
    assert (bag / 'b.db3-journal').stat().st_size > 1000
    return bag


def test_journal_is_played_back_in_a_copy(tmp_path):
    bag = journal_of(tmp_path)
    before = snapshot(bag)
    with BagReader(bag) as reader:
        assert [tuple(m) for m in reader.messages()] == contents(100)
        assert 'b.db3-journal' in reader.notes[0]
    assert snapshot(bag) == before


def test_journal_that_names_another_file_does_not_delete_it(tmp_path):
    """SQLite deletes the super-journal that a journal's end names, once it has played it back."""
    bag = journal_of(tmp_path)
    victim = tmp_path / 'precious'
    victim.write_bytes(b'precious\0')
    name = str(victim).encode()
    journal = bag / 'b.db3-journal'
    end = bytes.fromhex('d9d505f920a163d7')
    page = (0x40000000 // 4096 + 1).to_bytes(4, 'big')  # the page that holds the locks
    tail = page + name + len(name).to_bytes(4, 'big') + (sum(name) % 2**32).to_bytes(4, 'big') + end
    journal.write_bytes(journal.read_bytes() + tail)
    hostile = tmp_path / 'hostile'
    shutil.copytree(bag, hostile)
    read(bag)
    assert victim.read_bytes() == b'precious\0'
    # that the made journal would do it, unless it is disarmed
    with sqlite3.connect(hostile / 'b.db3') as connection:
        connection.execute('SELECT count(*) FROM messages').fetchone()
    assert not victim.exists()


@pytest.mark.parametrize(
    ('name', 'expected'),
    [
        ('sensor_msgs/Imu', IMU),
        (IMU, IMU),
        ('a/srv/B_Request', 'a/srv/B_Request'),
        ('Imu', 'Imu'),
        ('', ''),
        ('a/b/c/d', 'a/b/c/d'),
        ('sensor_msgs/', 'sensor_msgs/'),
        ('foxglove.Imu', 'foxglove.Imu'),
    ],
)
def test_plain_type(name, expected):
    assert plain_type(name) == expected


def old_names(bag, metadata):
    """A bag of before ROS 2 Eloquent."""
    path = file_of(bag)
    if path.suffix == '.db3':
        with sqlite3.connect(path) as database:
            database.execute("UPDATE topics SET type = replace(type, '/msg/', '/')")
        database.close()
    text = (bag / 'metadata.yaml').read_text()
    (bag / 'metadata.yaml').write_text(text.replace('_msgs/msg/', '_msgs/'))
    if not metadata:
        (bag / 'metadata.yaml').unlink()


@pytest.mark.parametrize('how', ['folder', 'no metadata', 'single', 'metadata of today'])
def test_old_type_names_in_sqlite(tmp_path, how):
    write_raw_bag(tmp_path / 'bag', contents(), 'sqlite3')
    today = (tmp_path / 'bag' / 'metadata.yaml').read_text()
    old_names(tmp_path / 'bag', how != 'no metadata')
    if how == 'metadata of today':
        (tmp_path / 'bag' / 'metadata.yaml').write_text(today)
    path = file_of(tmp_path / 'bag') if how == 'single' else tmp_path / 'bag'
    with BagReader(path) as bag:
        assert bag.topics == {'/activity_truth': STRING, '/imu/data_raw': IMU}
        bag.require('/imu/data_raw', IMU)
        assert [tuple(m) for m in bag.messages()] == contents()
        assert {info.type_name for info in bag.describe()} == {STRING, IMU}


@pytest.mark.parametrize('single', [True, False])
def test_old_type_names_in_mcap(tmp_path, single):
    from mcap.writer import Writer as McapWriter

    (tmp_path / 'bag').mkdir()
    path = tmp_path / 'bag' / 'old.mcap'
    with path.open('wb') as file:
        writer = McapWriter(file)
        writer.start('ros2')
        schema = writer.register_schema('std_msgs/String', 'ros2msg', b'string data')
        channel = writer.register_channel('/activity_truth', 'cdr', schema)
        writer.add_message(channel, 7, string_message('walk'), 7)
        writer.finish()
    with BagReader(path if single else tmp_path / 'bag') as bag:
        bag.require('/activity_truth', STRING)
        assert list(bag.messages()) == [('/activity_truth', STRING, 7, string_message('walk'))]
        assert bag.definition('/activity_truth') == 'string data'


def two_types(path, storage='mcap', few=IMU):
    """Two types on /imu/data_raw: 3 messages of one, 5 of the other."""
    texts = [('/imu/data_raw', STRING, 100 + i, string_message(str(i))) for i in range(5)]
    imus = [('/imu/data_raw', IMU, 103 + i, imu_message(103 + i)) for i in range(3)]
    if few == STRING:
        texts = texts[:3]
        imus += [('/imu/data_raw', IMU, 200 + i, imu_message()) for i in (0, 1)]
    messages = sorted(texts + imus, key=lambda m: m[2])
    plugin = {'mcap': StoragePlugin.MCAP, 'sqlite3': StoragePlugin.SQLITE3}[storage]
    with Writer(path, version=9, storage_plugin=plugin) as writer:
        connections = {
            kind: writer.add_connection('/imu/data_raw', kind, typestore=STORE)
            for kind in (STRING, IMU)
        }
        for _, kind, time_ns, data in messages:
            writer.write(connections[kind], time_ns, data)
    return messages


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
@pytest.mark.parametrize('single', [True, False])
@pytest.mark.parametrize('few', [IMU, STRING])
def test_of_two_types_on_one_topic_the_needed_one_is_taken(tmp_path, storage, single, few):
    messages = two_types(tmp_path / 'bag', storage, few)
    many = STRING if few == IMU else IMU
    with BagReader(file_of(tmp_path / 'bag') if single else tmp_path / 'bag') as bag:
        assert bag.types == {'/imu/data_raw': (many, few)}
        assert bag.topics == {'/imu/data_raw': many}
        assert sorted(map(tuple, bag.messages(['/imu/data_raw']))) == sorted(messages)
        for kind in (IMU, STRING):
            assert bag.require_one_of('/imu/data_raw', ['a/msg/B', kind]) == kind
            assert bag.topics == {'/imu/data_raw': kind}
            wanted = [m for m in messages if m[1] == kind]
            got = [tuple(m) for m in bag.messages(['/imu/data_raw'])]
            assert sorted(got) == sorted(wanted)
            assert len(list(bag.messages())) == len(messages)
            assert bag.definition('/imu/data_raw').startswith(
                'string data' if kind == STRING else 'std_msgs/Header header'
            )
        with pytest.raises(BagError, match=f'is {many} and {few}, and a/msg/B is needed'):
            bag.require('/imu/data_raw', 'a/msg/B')


def test_sensor_topic_finds_a_topic_by_any_of_its_types(tmp_path):
    two_types(tmp_path / 'bag')
    with BagReader(tmp_path / 'bag') as bag:
        assert sensor_topic(bag, 'imu', heard()['imu'], '', 'with --') == '/imu/data_raw'
        assert bag.topics == {'/imu/data_raw': IMU}


def test_annotate_takes_the_sensors_type_for_the_time_of_a_word(tmp_path):
    """The window ends at 102; a text at 102 is none of the sensor's messages, the Imu at 103 is."""
    messages = two_types(tmp_path / 'bag')
    said = said_at(102)
    annotate(tmp_path / 'bag', tmp_path / 'out', [said])
    got = read(tmp_path / 'out')
    assert sorted(m for m in got if not m[0].startswith('/dcat/')) == sorted(messages)
    assert {m[2] for m in got if m[0].startswith('/dcat/')} == {103}

"""What cannot be opened names the way out, in one sentence."""

import json
import sqlite3

import pytest
from helpers import IMU, STRING, imu_message, string_message, write_raw_bag
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcap.writer import Writer as McapWriter

from dcat_ros.bags.read import BagReader
from dcat_ros.errors import BagError

LFS = b'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'


def refusal(path):
    with pytest.raises(BagError) as caught, BagReader(path):
        pass
    text = str(caught.value)
    assert '\n' not in text
    assert text.startswith(str(path))
    assert text.endswith('.')
    return text.removeprefix(str(path))


@pytest.mark.parametrize(
    ('name', 'data', 'expected'),
    [
        ('a.mcap', b'', 'empty, 0 bytes; the recorder wrote nothing'),
        ('a.db3', b'', 'empty, 0 bytes'),
        ('a.bag', b'', 'empty, 0 bytes'),
        ('a.mcap', LFS, 'a Git LFS pointer to the recording; run `git lfs pull`'),
        ('a.bag', LFS, 'run `git lfs pull`'),
        ('a.db3-wal', b'\x37\x7f\x06\x82' + bytes(28), 'name the .db3 file beside it'),
        ('a.zip', b'PK\x03\x04' + bytes(50), 'a zip archive; unpack it'),
        ('a.tgz', b'\x1f\x8b\x08' + bytes(50), 'a gzip archive; unpack it'),
        ('a.tar', bytes(257) + b'ustar\x0000' + bytes(300), 'a tar archive; unpack it'),
        ('a.csv', b'time,ax,ay\n0.1,2,3\n', 'a table of text (CSV); give a rosbag2 folder'),
        ('a.txt', 'Grüße\n'.encode() * 200, 'a text file; give a rosbag2 folder'),
        ('metadata.yaml', b'rosbag2_bagfile_information:\n', 'name the folder that it lies in'),
        ('a.mcap', bytes(5000), 'zeros alone'),
        ('a.ulg', b'ULog\x01\x12\x35' + bytes(50), 'a log of PX4'),
        ('a.bin', b'\xff\xfe\x00\x81' * 50, 'file; give a rosbag2 folder, an .mcap or .db3 file'),
    ],
)  # fmt: skip
def test_file_that_is_no_bag_says_what_it_is(tmp_path, name, data, expected):
    (tmp_path / name).write_bytes(data)
    text = refusal(tmp_path / name)
    assert text.startswith(' is neither an MCAP nor an SQLite bag file')
    assert expected in text
    assert (tmp_path / name).read_bytes() == data


def test_pointers_of_git_lfs_in_a_folder(tmp_path):
    write_raw_bag(tmp_path / 'bag', [('/t', STRING, 1, string_message('x'))])
    (tmp_path / 'bag' / 'bag.mcap').write_bytes(LFS)
    with pytest.raises(BagError, match='`git lfs pull`'):
        BagReader(tmp_path / 'bag').__enter__()


@pytest.mark.parametrize(
    'text', [None, 'a: [', 'rosbag2_bagfile_information: 3', '\0', LFS.decode()]
)
def test_folder_without_anything_readable_names_reindex(tmp_path, text):
    folder = tmp_path / 'bag'
    folder.mkdir()
    if text is not None:
        (folder / 'metadata.yaml').write_text(text)
    said = refusal(folder)
    assert said.startswith(' is no rosbag2 bag: ')
    assert f'run `ros2 bag reindex {folder}`' in said


def test_folder_whose_files_hold_nothing_names_reindex(tmp_path):
    write_raw_bag(tmp_path / 'bag', [('/t', STRING, 1, string_message('x'))])
    path = tmp_path / 'bag' / 'bag.mcap'
    path.write_bytes(path.read_bytes()[:60])
    said = refusal(tmp_path / 'bag')
    assert said.startswith(' has no whole message: ')
    assert '`ros2 bag reindex' in said


def test_one_bad_part_of_several_is_left_out_with_a_note(tmp_path):
    folder = tmp_path / 'parts'
    folder.mkdir()
    write_raw_bag(tmp_path / 'bag', [('/t', STRING, 1, string_message('x'))])
    (folder / 'a_0.mcap').write_bytes((tmp_path / 'bag' / 'bag.mcap').read_bytes())
    (folder / 'a_1.mcap').write_bytes(b'')  # as a recorder leaves it that is killed at once
    with BagReader(folder) as bag:
        assert [m.topic for m in bag.messages()] == ['/t']
        assert any('a_1.mcap is neither' in note and 'empty' in note for note in bag.notes)


def mcap(path, channels, profile=''):
    """Channels: (topic, type, schema encoding, message encoding, bytes)."""
    with path.open('wb') as file:
        writer = McapWriter(file)
        writer.start(profile)
        for topic, kind, schema_encoding, encoding, data in channels:
            schema = writer.register_schema(kind, schema_encoding, b'')
            channel = writer.register_channel(topic, encoding, schema)
            writer.add_message(channel, 5, data, 5)
        writer.finish()
    return path


JSON = ('/imu', 'foxglove.Imu', 'jsonschema', 'json', json.dumps({'a': 1}).encode())
PROTOBUF = ('/sound', 'foxglove.RawAudio', 'protobuf', 'protobuf', b'\x08\x01')
ROS1 = ('/imu', 'sensor_msgs/Imu', 'ros1msg', 'ros1', bytes(300))
CDR = ('/imu/data_raw', IMU, 'ros2msg', 'cdr', imu_message(5))


@pytest.mark.parametrize(
    ('channels', 'expected'),
    [
        ([JSON], ' is written in json (/imu), and CDR is needed'),
        ([PROTOBUF], ' is written in protobuf (/sound), and CDR is needed'),
        ([JSON, PROTOBUF], ' is written in json and protobuf (/imu, /sound), and CDR is needed'),
        ([ROS1], ' is written in ros1 (/imu), and CDR is needed, as ROS 2 records it; give the'),
    ],
)
@pytest.mark.parametrize('single', [True, False])
def test_mcap_of_another_encoding_says_which(tmp_path, channels, expected, single):
    (tmp_path / 'bag').mkdir()
    path = mcap(tmp_path / 'bag' / 'a.mcap', channels)
    assert refusal(path if single else tmp_path / 'bag').startswith(expected)


def test_topic_of_another_encoding_beside_one_of_cdr(tmp_path):
    odd = ('/odd', IMU, 'jsonschema', 'json', b'{}')
    with BagReader(mcap(tmp_path / 'a.mcap', [odd, CDR])) as bag:
        bag.require('/imu/data_raw', IMU)
        with pytest.raises(BagError, match=r'/odd in .* is written in json, and CDR is needed'):
            bag.require('/odd', IMU)


def test_mcap_of_cdr_without_the_profile_of_ros2_is_read(tmp_path):
    with BagReader(mcap(tmp_path / 'a.mcap', [CDR])) as bag:
        assert [m.data for m in bag.messages()] == [imu_message(5)]


def test_other_sqlite_database_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / 'a.db3') as database:
        database.execute('CREATE TABLE songs (id)')
    database.close()
    assert ' has no whole message' in refusal(tmp_path / 'a.db3')


def test_sqlite_columns_of_the_wrong_kind_are_no_traceback(tmp_path):
    write_raw_bag(tmp_path / 'bag', [('/t', STRING, 1, string_message('x'))], 'sqlite3')
    with sqlite3.connect(tmp_path / 'bag' / 'bag.db3') as database:
        for data in (None, 'text', 10**15):
            database.execute('INSERT OR IGNORE INTO messages VALUES (NULL, 1, 2, ?)', (data,))
        database.execute("INSERT INTO messages VALUES (NULL, 1, 'now', x'00')")
    database.close()
    for path in (tmp_path / 'bag', tmp_path / 'bag' / 'bag.db3'):
        with BagReader(path) as bag:
            got = [m for m in bag.messages() if m.log_time_ns == 1]
        assert got == [('/t', STRING, 1, string_message('x'))]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    begin=st.sampled_from(
        [b'', b'\x89MCAP0\r\n', b'SQLite format 3\0', b'#ROSBAG V2.0\n', b'\x28\xb5\x2f\xfd', LFS]
    ),
    rest=st.binary(max_size=700),
    name=st.sampled_from(['a.mcap', 'a.db3', 'a.bag', 'a.db3.zstd', 'a']),
)
def test_any_bytes_are_read_or_refused_in_a_sentence(tmp_path, begin, rest, name):
    (tmp_path / name).write_bytes(begin + rest)
    try:
        with BagReader(tmp_path / name) as bag:
            list(bag.messages())
    except BagError as problem:
        said = str(problem)
    else:
        said = ''
    assert '\n' not in said

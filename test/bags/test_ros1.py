"""Bags of ROS 1, made by rosbags' writer, are read as what ROS 2 would have recorded."""

import numpy as np
import pytest
from helpers import (
    IMU,
    STORE,
    STRING,
    LevelModel,
    imu_message,
    make_card,
    resting,
    string_message,
    write_raw_bag,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rosbags.rosbag1 import Writer
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from dcat_ros.bags.annotate import annotate
from dcat_ros.bags.find import find_bags
from dcat_ros.bags.read import BagReader
from dcat_ros.errors import BagError
from dcat_ros.evaluation.evaluate import evaluate_bag

NOETIC = get_typestore(Stores.ROS1_NOETIC)
OWN = 'my_msgs/msg/Own'
SOUND = 'audio_common_msgs/msg/AudioData'
S = 1_000_000_000


def own_store(text='Header header\nfloat32[] values\nstring name\ntime at\n'):
    store = get_typestore(Stores.ROS1_NOETIC)
    store.register(get_types_from_msg(text, OWN))
    store.register(get_types_from_msg('uint8[] data\n', SOUND))
    return store


def header(store, i):
    types = store.types
    stamp = types['builtin_interfaces/msg/Time'](sec=i, nanosec=5)
    return types['std_msgs/msg/Header'](seq=77, stamp=stamp, frame_id='imu_link')


def imu_of_ros1(i):
    """What `helpers.imu_message(i * S + 5)` is in ROS 1."""
    types = NOETIC.types
    vector = types['geometry_msgs/msg/Vector3']
    a_covariance, w_covariance = np.full(9, 0.25), np.full(9, 0.5)
    a_covariance[0] = w_covariance[0] = 0.0
    message = types[IMU](
        header=header(NOETIC, i),
        orientation=types['geometry_msgs/msg/Quaternion'](x=0.1, y=0.2, z=0.3, w=0.9),
        orientation_covariance=np.full(9, 7.0),
        angular_velocity=vector(x=0.0, y=0.0, z=0.0),
        angular_velocity_covariance=w_covariance,
        linear_acceleration=vector(x=0.0, y=0.0, z=9.8),
        linear_acceleration_covariance=a_covariance,
    )
    return bytes(NOETIC.serialize_ros1(message, IMU))


def make(path, messages, compression=None, store=None):
    """Write (topic, type, log time, bytes of ROS 1)."""
    store = store or own_store()
    writer = Writer(path)
    if compression:
        writer.set_compression(Writer.CompressionFormat[compression])
    with writer:
        connections = {}
        for topic, kind, time_ns, data in messages:
            if (topic, kind) not in connections:
                connections[topic, kind] = writer.add_connection(topic, kind, typestore=store)
            writer.write(connections[topic, kind], time_ns, data)
    return path


def text_of_ros1(text):
    return bytes(NOETIC.serialize_ros1(NOETIC.types[STRING](data=text), STRING))


def simple(n=20):
    out = [('/activity_truth', STRING, S, text_of_ros1('walk'))]
    return out + [('/imu/data_raw', IMU, (2 + i) * S, imu_of_ros1(2 + i)) for i in range(n)]


def converted(n=20):
    out = [('/activity_truth', STRING, S, string_message('walk'))]
    times = [(2 + i) * S for i in range(n)]
    return out + [('/imu/data_raw', IMU, t, imu_message(t + 5)) for t in times]


@pytest.mark.parametrize('compression', [None, 'BZ2', 'LZ4'])
def test_bag_of_ros1_is_read_as_cdr(tmp_path, compression):
    path = make(tmp_path / 'old.bag', simple(), compression)
    before = path.read_bytes()
    with BagReader(path) as bag:
        bag.require('/imu/data_raw', IMU)
        assert bag.topics == {'/activity_truth': STRING, '/imu/data_raw': IMU}
        assert [tuple(m) for m in bag.messages()] == converted()
        assert [tuple(m) for m in bag.messages(['/activity_truth'])] == converted()[:1]
        assert list(bag.messages(['/nothing'])) == []
        assert bag.duration_s == pytest.approx(20.0)
        assert bag.storage == 'mcap'
        assert bag.notes == []
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_types_that_the_bag_alone_knows_are_converted_by_its_definition(tmp_path):
    store = own_store()
    own = store.types[OWN](
        header=header(store, 3),
        values=np.array([1.5, 2.5], np.float32),
        name='ab',
        at=store.types['builtin_interfaces/msg/Time'](sec=9, nanosec=8),
    )
    sound = store.types[SOUND](data=np.array([1, 2, 3], np.uint8))
    messages = [
        ('/own', OWN, 1, bytes(store.serialize_ros1(own, OWN))),
        ('/audio', SOUND, 2, bytes(store.serialize_ros1(sound, SOUND))),
    ]
    with BagReader(make(tmp_path / 'a.bag', messages)) as bag:
        mine, heard = bag.messages()
        assert heard.data == bytes([0, 1, 0, 0, 3, 0, 0, 0, 1, 2, 3])
        definition = bag.definition('/own')
        assert 'builtin_interfaces/Time at' in definition
        assert 'seq' not in definition
        infos = {info.topic: info for info in bag.describe()}
    assert infos['/own'].type_hash.startswith('RIHS01_')
    reader = get_typestore(Stores.ROS2_JAZZY)
    types = get_types_from_msg(definition, OWN)
    reader.register({k: v for k, v in types.items() if k not in reader.fielddefs})
    read = reader.deserialize_cdr(mine.data, OWN)
    assert (read.header.stamp.sec, read.header.frame_id, read.name) == (3, 'imu_link', 'ab')
    assert read.values.tolist() == [1.5, 2.5]
    assert (read.at.sec, read.at.nanosec) == (9, 8)


def test_messages_that_cannot_be_converted_do_not_stop_the_others(tmp_path):
    with Writer(tmp_path / 'a.bag') as writer:
        good = writer.add_connection('/activity_truth', STRING, typestore=NOETIC)
        lost = writer.add_connection('/lost', 'a/msg/B', msgdef='no definition!', md5sum='0' * 32)
        short = writer.add_connection('/short', IMU, typestore=NOETIC)
        for i in range(3):
            writer.write(good, 10 * i, text_of_ros1('walk'))
            writer.write(lost, 10 * i + 1, b'1234')
            writer.write(short, 10 * i + 2, b'1234')
    with BagReader(tmp_path / 'a.bag') as bag:
        for _ in range(2):  # a note is said once
            assert {m.topic for m in bag.messages()} == {'/activity_truth'}
        assert len(list(bag.messages())) == 3
        lost, short = sorted(bag.notes)
    assert '3 messages of /lost (a/msg/B) were left out' in lost
    assert 'definition of the type' in lost
    assert '3 messages of /short (sensor_msgs/msg/Imu) were left out' in short


def test_same_type_in_two_definitions_in_one_bag(tmp_path):
    with Writer(tmp_path / 'a.bag') as writer:
        first = writer.add_connection('/a', OWN, msgdef='uint8 x\n', md5sum='1' * 32)
        second = writer.add_connection('/b', OWN, msgdef='uint16 x\n', md5sum='2' * 32)
        writer.write(first, 1, b'\x07')
        writer.write(second, 2, b'\x07\x01')
    with BagReader(tmp_path / 'a.bag') as bag:
        got = [(m.topic, m.data) for m in bag.messages()]
        assert got == [('/a', b'\0\1\0\0\7'), ('/b', b'\0\1\0\0\7\1')]
        assert (bag.definition('/a').strip(), bag.definition('/b').strip()) == (
            'uint8 x',
            'uint16 x',
        )


def test_bag_without_messages(tmp_path):
    with BagReader(make(tmp_path / 'a.bag', [])) as bag:
        assert list(bag.messages()) == []
        with pytest.raises(BagError, match='is empty: it has no topic at all'):
            bag.require('/imu', IMU)


def test_bag_that_was_never_closed_names_rosbag_reindex(tmp_path):
    path = make(tmp_path / 'x.bag', simple())
    data = path.read_bytes()
    at = data.index(b'index_pos=') + 10
    path.write_bytes(data[:at] + bytes(8) + data[at + 8 :])
    with pytest.raises(BagError, match=r'x\.bag is a bag of ROS 1 .*`rosbag reindex x\.bag`'):
        BagReader(path).__enter__()
    active = path.rename(tmp_path / 'x.bag.active')
    with pytest.raises(BagError, match=r'`rosbag reindex x\.bag\.active`'):
        BagReader(active).__enter__()


@pytest.mark.parametrize('share', [0.0, 0.1, 0.5, 0.9, 0.999])
def test_bag_that_was_cut_off_names_rosbag_reindex(tmp_path, share):
    path = make(tmp_path / 'x.bag', simple(200))
    data = path.read_bytes()
    path.write_bytes(data[: max(20, int(share * len(data)))])
    with pytest.raises(BagError, match='`rosbag reindex'):
        BagReader(path).__enter__()


@pytest.mark.parametrize('first', [b'#ROSBAG V1.2\n', b'#ROSBAG V3.0\n'])
def test_bag_of_another_version_says_which(tmp_path, first):
    (tmp_path / 'x.bag').write_bytes(first + bytes(100))
    with pytest.raises(BagError, match=r'cannot be read: .*; 2\.0 is needed'):
        BagReader(tmp_path / 'x.bag').__enter__()


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
    return make(tmp_path_factory.mktemp('ros1') / 'x.bag', simple(40), 'BZ2').read_bytes()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(places=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=12))
def test_bag_spoilt_anywhere_is_read_or_refused(whole, tmp_path, places):
    data = bytearray(whole)
    for at, value in places:
        data[at % len(data)] = value
    (tmp_path / 'x.bag').write_bytes(data)
    try:
        with BagReader(tmp_path / 'x.bag') as bag:
            assert len(list(bag.messages())) <= 41
            bag.describe()
    except BagError as problem:
        said = str(problem)
    else:
        said = ''
    assert '\n' not in said


@pytest.mark.parametrize('compression', ['BZ2', 'LZ4'])
def test_chunk_that_would_fill_the_memory_is_not_decompressed_whole(
    tmp_path, monkeypatch, compression
):
    """Of a chunk of 1.2 MB the limit lets 1 MB through: two messages of 0.4 MB are whole."""
    messages = [('/t', STRING, i, text_of_ros1('x' * 400_000)) for i in range(5)]
    path = make(tmp_path / 'a.bag', messages, compression)
    with BagReader(path) as bag:
        assert len(list(bag.messages())) == 5
    monkeypatch.setattr('dcat_ros.bags.ros1.most_of', lambda n_packed: 1_000_000)
    with BagReader(path) as bag:
        assert len(list(bag.messages())) == 2
        assert 'is damaged; read up to the damage' in bag.notes[0]


def test_index_that_many_chunks_claim_is_not_read_again_and_again(tmp_path):
    """A chunk's record of 60 bytes, written a thousand times, would read its index as often."""
    path = make(tmp_path / 'a.bag', simple())
    data = bytearray(path.read_bytes())
    at = data.index(b'chunk_count=') + len(b'chunk_count=')
    assert data[at : at + 4] == b'\1\0\0\0'
    data[at : at + 4] = (1001).to_bytes(4, 'little')
    record = data.rindex(b'chunk_pos=')
    begin = max(i for i in range(record) if _is_chunk_info(data, i))
    path.write_bytes(data + data[begin:] * 1000)
    with pytest.raises(BagError, match='its index is larger than the file'):
        BagReader(path).__enter__()


def _is_chunk_info(data, at):
    """Whether a record begins here that ends with the file."""
    n_head = int.from_bytes(data[at : at + 4], 'little')
    body = at + 4 + n_head
    n_body = int.from_bytes(data[body : body + 4], 'little')
    return n_head < 200 and body + 4 + n_body == len(data) and b'op=\6' in data[at:body]


def test_bags_of_ros1_are_found(tmp_path):
    for name in ('day/a_0.bag', 'day/a_1.bag', 'b.bag'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        make(tmp_path / name, simple(1))
    names = ['b.bag', 'day/a_0.bag', 'day/a_1.bag']  # of several, each is a bag
    assert find_bags([str(tmp_path)]) == [tmp_path / name for name in names]
    with pytest.raises(BagError, match=r'holds bags of ROS 1; name one: a_0\.bag'):
        BagReader(tmp_path / 'day').__enter__()


def test_copy_of_a_bag_of_ros1_is_a_bag_of_ros2(tmp_path):
    path = make(tmp_path / 'a.bag', simple())
    assert annotate(path, tmp_path / 'out', []) == []
    with BagReader(tmp_path / 'out') as bag:
        assert [tuple(m) for m in bag.messages()] == converted()
        assert bag.notes == []
        first = next(bag.messages(['/imu/data_raw']))
    assert STORE.deserialize_cdr(first.data, IMU).linear_acceleration.z == 9.8


def test_bag_of_ros1_is_scored_as_that_of_ros2(tmp_path):
    """2 s at 50 Hz: the model says jog where ax is 1; windows of 1 s every 0.5 s."""
    truth = [('/activity_truth', STRING, 1000 * S, string_message('walk'))]
    truth += [('/activity_truth', STRING, 1001 * S, string_message('jog'))]
    times = [1000 * S + i * S // 50 for i in range(1, 150)]
    imus = [
        ('/imu/data_raw', IMU, t, imu_message(t, (v[0] + (t >= 1001 * S), *v[1:])))
        for t, v in zip(times, resting(len(times)), strict=True)
    ]
    messages = sorted(truth + imus, key=lambda m: m[2])
    write_raw_bag(tmp_path / 'new', messages)
    old = [(*m[:3], bytes(STORE.cdr_to_ros1(m[3], m[1]))) for m in messages]
    make(tmp_path / 'old.bag', old)
    scores = [
        evaluate_bag(tmp_path / name, LevelModel(make_card())).scores for name in ('new', 'old.bag')
    ]
    assert scores[0].n_windows > 3
    assert scores[0].confusion == scores[1].confusion
    assert scores[0].n_messages == scores[1].n_messages == 149

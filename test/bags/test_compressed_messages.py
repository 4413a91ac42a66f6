"""Messages that were compressed one by one come plain, whatever metadata.yaml says of it."""

import random

import pytest
import zstandard
from helpers import IMU, STORE, STRING, imu_message, string_message, write_raw_bag
from hypothesis import given, settings
from hypothesis import strategies as st
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer

from dcat_ros.bags.plain import LARGEST_MESSAGE, plain_data
from dcat_ros.bags.read import BagReader
from dcat_ros.bags.zstd import unzstd
from dcat_ros.errors import MessageError
from dcat_ros.messages.cdr import byte_order
from dcat_ros.sensors.inertial.messages import decode_imu

PLUGINS = {'mcap': StoragePlugin.MCAP, 'sqlite3': StoragePlugin.SQLITE3}


def contents(n=30):
    out = [('/activity_truth', STRING, 5, string_message('walk'))]
    return out + [('/imu/data_raw', IMU, 10 + i, imu_message(10 + i)) for i in range(n)]


def compressed_bag(path, storage):
    writer = Writer(path, version=9, storage_plugin=PLUGINS[storage])
    writer.set_compression(CompressionMode.MESSAGE, CompressionFormat.ZSTD)
    connections = {}
    with writer:
        for topic, kind, time_ns, data in contents():
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=STORE)
            writer.write(connections[topic], time_ns, data)


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
@pytest.mark.parametrize('how', ['as recorded', 'reindexed', 'no metadata', 'single'])
def test_messages_compressed_one_by_one_come_plain(tmp_path, storage, how):
    path = tmp_path / 'bag'
    compressed_bag(path, storage)
    metadata = path / 'metadata.yaml'
    if how == 'reindexed':  # `ros2 bag reindex` knows of no compression
        text = metadata.read_text()
        assert 'compression_mode: message' in text
        text = text.replace('compression_mode: message', "compression_mode: ''")
        metadata.write_text(text.replace('compression_format: zstd', "compression_format: ''"))
    if how == 'no metadata':
        metadata.unlink()
    if how == 'single':
        (path,) = [p for p in path.iterdir() if p.suffix in ('.mcap', '.db3')]
    with BagReader(path) as bag:
        assert [tuple(m) for m in bag.messages()] == contents()
        assert [tuple(m) for m in bag.messages(['/activity_truth'])] == contents()[:1]
        assert len(bag.notes) == (how in ('no metadata', 'single'))


@settings(max_examples=50, deadline=None)
@given(data=st.binary(max_size=2000), level=st.integers(1, 19), size_known=st.booleans())
def test_plain_data_gives_back_what_was_compressed(data, level, size_known):
    packed = zstandard.ZstdCompressor(level=level, write_content_size=size_known).compress(data)
    assert plain_data(packed) == data


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=200))
def test_plain_data_leaves_all_else_alone(data):
    assert plain_data(b'\x00\x01\x00\x00' + data) == b'\x00\x01\x00\x00' + data
    begun = b'\x28\xb5\x2f\xfd' + data
    assert isinstance(plain_data(begun), bytes)


def test_damaged_message_stays_and_the_others_come(tmp_path):
    packed = zstandard.ZstdCompressor().compress(imu_message(7))
    damaged = packed[:20]
    messages = [('/imu', IMU, 1, damaged), ('/imu', IMU, 2, packed)]
    write_raw_bag(tmp_path / 'bag', messages)
    with BagReader(tmp_path / 'bag') as bag:
        assert [m.data for m in bag.messages()] == [damaged, imu_message(7)]


@pytest.mark.parametrize('size_known', [True, False])
def test_a_bomb_is_not_decompressed(monkeypatch, size_known):
    """10 MB of zeros in 1 kB, where 1 MB is the most; the true limit is 256 MiB."""
    assert LARGEST_MESSAGE == 268_435_456
    monkeypatch.setattr('dcat_ros.bags.plain.LARGEST_MESSAGE', 1_000_000)
    compressor = zstandard.ZstdCompressor(write_content_size=size_known)
    bomb = compressor.compress(bytes(10_000_000))
    assert len(bomb) < 2000
    assert plain_data(bomb) == bomb
    largest = compressor.compress(bytes(1_000_000))
    assert plain_data(largest) == bytes(1_000_000)


def test_a_bomb_that_lies_about_its_size_is_refused():
    honest = zstandard.ZstdCompressor(write_content_size=True).compress(bytes(70_000))
    at = honest.index((70_000).to_bytes(4, 'little'))
    liar = honest[:at] + (300).to_bytes(4, 'little') + honest[at + 4 :]
    assert plain_data(liar) == liar


def test_unzstd_gives_what_stands_before_the_damage():
    data = random.Random(0).randbytes(500_000)
    packed = bytearray(zstandard.ZstdCompressor().compress(data))
    assert unzstd(bytes(packed), 10**6) == (data, True)
    got, whole = unzstd(bytes(packed[:400_000]), 10**6)
    assert not whole
    assert len(got) >= 380_000 - 131_072
    assert data.startswith(got)


@pytest.mark.parametrize('read', [byte_order, decode_imu])
def test_decoders_name_the_compression_that_is_left(read):
    with pytest.raises(MessageError, match=r'compressed \(zstd\).*`ros2 bag convert`') as caught:
        read(b'\x28\xb5\x2f\xfd' + bytes(400))
    assert caught.value.reason == 'encoding'
    assert '`ros2 bag reindex` does not help' in str(caught.value)

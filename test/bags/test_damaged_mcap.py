"""An MCAP that is damaged in the middle gives what stands before the damage, and says so."""

import random

import pytest
from helpers import IMU, STORE, imu_message, write_raw_bag
from mcap.writer import CompressionType
from mcap.writer import Writer as McapWriter

from dcat_ros.bags.read import BagReader

N = 200
COMPRESSIONS = {
    'none': CompressionType.NONE,
    'zstd': CompressionType.ZSTD,
    'lz4': CompressionType.LZ4,
}
_WAYS = ('folder', 'no metadata', 'single')


def contents():
    rng = random.Random(0)
    return [
        ('/imu', IMU, 10 + i, imu_message(10 + i, [rng.random() for _ in range(6)]))
        for i in range(N)
    ]


def bag(folder, compression, chunk_size=4000):
    """A folder with about 20 chunks; where each of them begins in the file."""
    write_raw_bag(folder, contents())
    path = folder / f'{folder.name}.mcap'
    with path.open('wb') as file:
        writer = McapWriter(file, chunk_size=chunk_size, compression=COMPRESSIONS[compression])
        writer.start('ros2')
        definition = STORE.generate_msgdef(IMU, ros_version=2)[0].encode()
        schema = writer.register_schema(IMU, 'ros2msg', definition)
        channel = writer.register_channel('/imu', 'cdr', schema)
        for _, _, time_ns, data in contents():
            writer.add_message(channel, time_ns, data, time_ns)
        writer.finish()
    return path


def chunks(data):
    """(offset, length, number of messages before it) of each chunk's payload."""
    found, at, n = [], 8, 0
    while at < len(data) - 8:
        code, length = data[at], int.from_bytes(data[at + 1 : at + 9], 'little')
        if code == 0x06:
            found.append((at + 9, length, n))
        elif (
            code == 0x07
        ):  # the index behind a chunk: channel, length of the entries, 16 bytes each
            n += (length - 6) // 16
        at += 9 + length
    assert n == N
    return found


def damage(path, way, places):
    data = bytearray(path.read_bytes())
    for at in places:
        data[at] ^= 0xFF
    path.write_bytes(data)
    if way == 'no metadata':
        (path.parent / 'metadata.yaml').unlink()
    return path if way == 'single' else path.parent


def read(path):
    with BagReader(path) as reader:
        messages = [tuple(m) for m in reader.messages()]
        twice = [tuple(m) for m in reader.messages()]
        assert twice == messages
        assert len(set(reader.notes)) == len(reader.notes)
        return messages, ' '.join(reader.notes)


@pytest.mark.parametrize('compression', COMPRESSIONS)
@pytest.mark.parametrize('way', _WAYS)
@pytest.mark.parametrize('which', [0, 7, 15])
def test_chunks_before_the_damaged_one_are_whole(tmp_path, compression, way, which):
    path = bag(tmp_path / 'bag', compression)
    begin, length, n_before = chunks(path.read_bytes())[which]
    messages, notes = read(damage(path, way, [begin + length // 2]))
    assert messages[:n_before] == contents()[:n_before]
    n_in_chunk = 12  # of 332 bytes and their heads in 4000
    assert len(messages) <= n_before + n_in_chunk
    assert 'damaged' in notes
    assert 'checksum' in notes.lower() or 'zstd' in notes.lower() or 'LZ4' in notes


@pytest.mark.parametrize('way', _WAYS)
def test_the_only_chunk_gives_what_can_be_told_apart(tmp_path, way):
    """One wrong byte in the middle of a bag of one chunk must not cost all of it."""
    path = bag(tmp_path / 'bag', 'none', 10**7)
    ((begin, length, _),) = chunks(path.read_bytes())
    messages, notes = read(damage(path, way, [begin + length // 2]))
    same = [got == wanted for got, wanted in zip(messages, contents(), strict=False)]
    assert len(messages) >= N // 2 - 2
    assert all(same[: N // 2 - 2])
    assert same.count(False) <= 1
    assert 'damaged' in notes


@pytest.mark.parametrize('way', _WAYS)
@pytest.mark.parametrize('seed', range(8))
def test_a_hole_of_zeros_or_noise_ends_the_bag_before_it(tmp_path, way, seed):
    rng = random.Random(seed)
    path = bag(tmp_path / 'bag', rng.choice([*COMPRESSIONS]))
    data = bytearray(path.read_bytes())
    found = chunks(data)
    begin = rng.randrange(found[2][0], found[-2][0])
    hole = rng.choice([bytes(512), rng.randbytes(512)])
    data[begin : begin + 512] = hole
    path.write_bytes(data)
    n_before = max(n for at, _, n in found if at < begin)
    messages, notes = read(damage(path, way, []))
    assert messages[:n_before] == contents()[:n_before]
    assert notes


@pytest.mark.parametrize('seed', range(20))
def test_a_few_wrong_bytes_anywhere_are_read_or_refused(tmp_path, seed):
    rng = random.Random(seed)
    way = rng.choice(_WAYS)
    path = bag(tmp_path / 'bag', rng.choice([*COMPRESSIONS]))
    size = path.stat().st_size
    found = chunks(path.read_bytes())
    places = [rng.randrange(size) for _ in range(5)]
    first = min(places)
    n_before = max((n for at, _, n in found if at - 9 <= first), default=0)
    if first < found[0][0]:
        n_before = 0
    messages, _ = read(damage(path, way, places)) if n_before else ([], '')
    assert len(messages) <= N
    assert messages[:n_before] == contents()[:n_before]

"""Bags that were cut off anywhere are read to their last whole message."""

import random

import numpy as np
import pytest
from helpers import IMU, STRING, imu_message, string_message, write_raw_bag

from dcat_ros.bags.read import BagReader
from dcat_ros.errors import BagError

N = 300


def contents(n=N):
    rng = np.random.default_rng(0)
    out = [('/activity_truth', STRING, 1, string_message('walk'))]
    for i in range(n):
        data = imu_message(1000 + i, rng.normal(size=6), 'imu_link')
        out.append(('/imu/data_raw', IMU, 1000 + i, data))
    return out


@pytest.fixture(scope='module')
def bags(tmp_path_factory):
    folder = tmp_path_factory.mktemp('bags')
    for storage in ('mcap', 'sqlite3'):
        write_raw_bag(folder / storage, contents(), storage)
    return folder


def cut(bag, to, length, keep_metadata):
    """A copy of a bag whose storage file has only its first bytes."""
    to.mkdir()
    for path in bag.iterdir():
        data = path.read_bytes()
        if path.suffix == '.yaml' and not keep_metadata:
            continue
        (to / path.name).write_bytes(data if path.suffix == '.yaml' else data[:length])
    return to


def storage_file(bag):
    (path,) = [p for p in bag.iterdir() if p.suffix != '.yaml']
    return path


def read(bag):
    """Messages and notes; no message if the bag is refused."""
    try:
        with BagReader(bag) as reader:
            messages = [tuple(m) for m in reader.messages()]
            return messages, reader.notes
    except BagError as problem:
        return [], [str(problem)]


def n_whole(data, length, block=1):
    """How many messages' bytes lie wholly in the first `length` bytes, in whole blocks."""
    end = length // block * block
    count = 0
    for *_, message in contents():
        at = data.find(message)
        assert at >= 0
        if at + len(message) > end:
            break
        count += 1
    return count


CASES = [(seed, keep) for seed in range(12) for keep in (True, False)]


@pytest.mark.parametrize(('seed', 'keep_metadata'), CASES)
def test_mcap_cut_off_anywhere_is_read_to_the_last_whole_message(
    bags, tmp_path, seed, keep_metadata
):
    data = storage_file(bags / 'mcap').read_bytes()
    length = random.Random(seed).randrange(len(data))
    messages, notes = read(cut(bags / 'mcap', tmp_path / 'bag', length, keep_metadata))
    assert messages == contents()[: n_whole(data, length)]
    assert len(notes) == 1


@pytest.mark.parametrize('page', [0, 1, 2, 7, 8, 15, 21, 26])
@pytest.mark.parametrize('keep_metadata', [True, False])
def test_sqlite_cut_off_between_pages_is_read_to_the_last_page(bags, tmp_path, page, keep_metadata):
    data = storage_file(bags / 'sqlite3').read_bytes()
    messages, notes = read(cut(bags / 'sqlite3', tmp_path / 'bag', page * 4096, keep_metadata))
    assert messages == contents()[: len(messages)]
    assert len(messages) >= n_whole(data, page * 4096) - 12  # a page holds 11 messages
    assert len(notes) == 1


def test_sqlite_cut_off_within_a_page_gives_whole_messages_alone(bags, tmp_path):
    size = storage_file(bags / 'sqlite3').stat().st_size
    for seed in range(12):
        length = random.Random(seed).randrange(size)
        bag = cut(bags / 'sqlite3', tmp_path / str(seed), length, keep_metadata=False)
        messages, _ = read(bag)
        assert messages == contents()[: len(messages)]


def test_sqlite_cut_off_within_a_large_message_gives_whole_messages_alone(tmp_path):
    texts = [str(i) * 10_000 for i in range(9)]
    many = [('/activity_truth', STRING, i, string_message(t)) for i, t in enumerate(texts)]
    write_raw_bag(tmp_path / 'whole', many, 'sqlite3')
    n_pages = storage_file(tmp_path / 'whole').stat().st_size // 4096
    for page in range(n_pages):
        bag = cut(tmp_path / 'whole', tmp_path / str(page), page * 4096, keep_metadata=False)
        messages, _ = read(bag)
        assert messages == many[: len(messages)]


def test_mcap_cut_off_only_behind_its_messages_loses_none(bags, tmp_path):
    data = storage_file(bags / 'mcap').read_bytes()
    for i, cut_off in enumerate((1, 8, 9, 30)):
        messages, notes = read(
            cut(bags / 'mcap', tmp_path / f'bag{i}', len(data) - cut_off, keep_metadata=True)
        )
        assert messages == contents()
        assert len(notes) == 1


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_cut_off_bag_more_bytes_never_give_fewer_messages(bags, tmp_path, storage):
    size = storage_file(bags / storage).stat().st_size
    counts = []
    for i, length in enumerate(range(0, size, size // 25)):
        messages, _ = read(cut(bags / storage, tmp_path / str(i), length, keep_metadata=False))
        counts.append(len(messages))
    assert counts == sorted(counts)
    assert counts[-1] > 0.8 * N


@pytest.mark.parametrize('share', [0.1, 0.5, 0.8, 0.97, 1.0])
@pytest.mark.parametrize('keep_metadata', [True, False])
def test_zstd_mcap_cut_off_is_read_as_far_as_it_goes(tmp_path, share, keep_metadata):
    many = contents(2500)
    write_raw_bag(tmp_path / 'whole', many, compress=True)
    data = storage_file(tmp_path / 'whole').read_bytes()
    assert len(data) < 0.8 * sum(len(m[3]) for m in many)
    bag = cut(tmp_path / 'whole', tmp_path / 'bag', int(share * len(data)), keep_metadata)
    messages, notes = read(bag)
    assert messages == many[: len(messages)]
    # zstd gives whole blocks of 128 KiB, and a message takes about 360 bytes
    assert len(messages) >= share * len(many) - 600
    assert len(notes) == (0 if share == 1.0 and keep_metadata else 1)


def spoil(path, seed):
    rng = random.Random(seed)
    data = bytearray(path.read_bytes())
    for _ in range(20):
        data[rng.randrange(len(data))] = rng.randrange(256)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ('storage', 'keep_metadata'), [('mcap', True), ('mcap', False), ('sqlite3', False)]
)
@pytest.mark.parametrize('seed', range(12))
def test_bag_spoilt_anywhere_is_read_or_refused(bags, tmp_path, storage, keep_metadata, seed):
    """Whatever a few wrong bytes do, no other exception than BagError comes out."""
    bag = cut(bags / storage, tmp_path / 'bag', 10**9, keep_metadata)
    spoil(storage_file(bag), seed)
    messages, _ = read(bag)
    assert len(messages) <= N + 1


def test_sqlite_with_metadata_spoilt_anywhere_is_read_or_refused(bags, tmp_path):
    for seed in range(12):
        bag = cut(bags / 'sqlite3', tmp_path / str(seed), 10**9, keep_metadata=True)
        spoil(storage_file(bag), seed)
        messages, _ = read(bag)
        assert len(messages) <= N + 1

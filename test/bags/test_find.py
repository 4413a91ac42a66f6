import random

import pytest
from helpers import STRING, string_message, write_raw_bag

from dcat_ros.bags.find import find_bags
from dcat_ros.bags.read import BagReader
from dcat_ros.errors import BagError


def make(path, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    write_raw_bag(path, [('/t', STRING, 5, string_message('x'))], **options)
    return path


@pytest.fixture
def folder(tmp_path):
    """day1/{bag_2,bag_10}, day2/deep/bag_1, loose/{a,b}.mcap, parts/bag_{0,1}.mcap and more."""
    for name in ('day1/bag_10', 'day1/bag_2', 'day2/deep/bag_1', 'x/a', 'x/b'):
        make(tmp_path / name)
    for target, names in (('loose', ('a', 'b')), ('parts', ('bag_0', 'bag_1'))):
        (tmp_path / target).mkdir()
        for name, source in zip(names, ('a', 'b'), strict=True):
            data = (tmp_path / 'x' / source / f'{source}.mcap').read_bytes()
            (tmp_path / target / f'{name}.mcap').write_bytes(data)
    (tmp_path / 'notes.txt').write_text('no bag')
    (tmp_path / 'empty').mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ('names', 'expected'),
    [
        (['day1/bag_2'], ['day1/bag_2']),
        (['day1'], ['day1/bag_2', 'day1/bag_10']),
        (['day2'], ['day2/deep/bag_1']),
        (['day*/bag_*'], ['day1/bag_2', 'day1/bag_10']),
        (['**/bag_1'], ['day2/deep/bag_1']),
        (['loose'], ['loose/a.mcap', 'loose/b.mcap']),
        (['loose/*.mcap'], ['loose/a.mcap', 'loose/b.mcap']),
        (['parts'], ['parts']),
        (['notes.txt'], ['notes.txt']),  # reading it says what is wrong with it
        (['day1/bag_10', 'day1', 'day1/bag_10'], ['day1/bag_10', 'day1/bag_2']),
    ],
)
def test_find_bags(folder, monkeypatch, names, expected):
    monkeypatch.chdir(folder)
    assert [str(path) for path in find_bags(names)] == expected


@pytest.mark.parametrize(
    ('name', 'match'),
    [('nothing', 'There is no bag nothing'), ('no*', 'matches no bag'),
     ('empty', 'empty holds no bag'), ('\0', 'There is no bag')],
)  # fmt: skip
def test_find_bags_name_without_a_bag_is_refused(folder, monkeypatch, name, match):
    monkeypatch.chdir(folder)
    if name == 'no*':
        (folder / 'notes.txt').rename(folder / 'other.txt')
    with pytest.raises(BagError, match=match):
        find_bags([name])


def test_parts_without_metadata_are_read_in_their_order(tmp_path):
    (tmp_path / 'parts').mkdir()
    for i in (10, 9, 2):
        make(tmp_path / f's{i}')
        write_raw_bag(tmp_path / f'b{i}', [('/t', STRING, i, string_message(str(i)))])
        data = (tmp_path / f'b{i}' / f'b{i}.mcap').read_bytes()
        (tmp_path / 'parts' / f'bag_{i}.mcap').write_bytes(data)
    with BagReader(tmp_path / 'parts') as bag:
        assert [message.log_time_ns for message in bag.messages()] == [2, 9, 10]


@pytest.mark.parametrize('cut', [0, 50_000])
@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_file_that_was_compressed_as_a_whole_is_read(tmp_path, storage, cut):
    zstandard = pytest.importorskip('zstandard')
    rng = random.Random(0)  # noise, so that it takes several blocks
    texts = [f'{rng.getrandbits(4000):x}' for _ in range(400)]
    messages = [('/t', STRING, i, string_message(text)) for i, text in enumerate(texts)]
    write_raw_bag(tmp_path / 'bag', messages, storage=storage)
    (file,) = [p for p in (tmp_path / 'bag').iterdir() if p.suffix in ('.mcap', '.db3')]
    packed = zstandard.ZstdCompressor(level=1).compress(file.read_bytes())
    path = tmp_path / f'{file.name}.zstd'
    path.write_bytes(packed[: len(packed) - cut])
    with BagReader(path) as bag:
        times = [message.log_time_ns for message in bag.messages()]
    assert times == list(range(len(times)))
    assert len(times) == 400 if not cut else 0 < len(times) < 400

import pytest
from helpers import IMU, STRING, imu_message, string_message, write_raw_bag

from dcat_ros.bags.read import BagReader
from dcat_ros.errors import BagError


def contents(n=20):
    out = [('/activity_truth', STRING, 5, string_message('walk'))]
    return out + [('/imu/data_raw', IMU, 10 + i, imu_message(10 + i)) for i in range(n)]


def as_tuples(messages):
    return [tuple(m) for m in messages]


@pytest.fixture(params=['mcap', 'sqlite3'])
def bag(request, tmp_path):
    write_raw_bag(tmp_path / 'bag', contents(), request.param)
    return tmp_path / 'bag'


def test_reader_gives_what_was_written(bag):
    with BagReader(bag) as reader:
        assert reader.topics == {'/activity_truth': STRING, '/imu/data_raw': IMU}
        assert as_tuples(reader.messages()) == contents()
        assert reader.notes == []


def test_reader_gives_the_order_of_log_time(tmp_path):
    mixed = contents()[::-1]
    write_raw_bag(tmp_path / 'bag', mixed)
    with BagReader(tmp_path / 'bag') as reader:
        assert as_tuples(reader.messages()) == contents()


def test_reader_gives_one_topic(bag):
    with BagReader(bag) as reader:
        assert as_tuples(reader.messages(['/activity_truth'])) == contents()[:1]
        assert as_tuples(reader.messages(['/imu/data_raw'])) == contents()[1:]
        assert as_tuples(reader.messages(['/nothing'])) == []


def test_reader_twice_gives_the_same(bag):
    with BagReader(bag) as reader:
        assert as_tuples(reader.messages()) == as_tuples(reader.messages())


def test_require_topic_that_is_there(bag):
    with BagReader(bag) as reader:
        reader.require('/imu/data_raw', IMU)


@pytest.mark.parametrize('asked', ['/imu/data', '/imu/data_rwa', 'imu/data_raw'])
def test_require_unknown_topic_suggests_and_lists(bag, asked):
    match = (
        rf'has no topic {asked}; it has /activity_truth \(std_msgs/msg/String\), /imu/data_raw '
        r'\(sensor_msgs/msg/Imu\)\. Did you mean /imu/data_raw\?'
    )
    with BagReader(bag) as reader, pytest.raises(BagError, match=match):
        reader.require(asked, IMU)


def test_require_other_type_says_both(bag):
    match = r'/imu/data_raw in .* is sensor_msgs/msg/Imu, and std_msgs/msg/String is needed'
    with BagReader(bag) as reader, pytest.raises(BagError, match=match):
        reader.require('/imu/data_raw', STRING)


def test_reader_missing_bag(tmp_path):
    with pytest.raises(BagError, match='There is no bag'), BagReader(tmp_path / 'no'):
        pass


def test_reader_empty_folder(tmp_path):
    with pytest.raises(BagError, match='is no rosbag2 bag'), BagReader(tmp_path):
        pass


@pytest.mark.parametrize('data', [b'', b'hello', b'\x89MCAP0\r', b'x' * 1000])
def test_reader_file_that_is_no_bag(tmp_path, data):
    (tmp_path / 'file').write_bytes(data)
    with pytest.raises(BagError, match='neither an MCAP nor an SQLite'):
        BagReader(tmp_path / 'file').__enter__()


@pytest.mark.parametrize('data', [b'\x89MCAP0\r\n', b'SQLite format 3\0', b'SQLite format 3' * 99])
def test_reader_file_with_a_bags_beginning_alone(tmp_path, data):
    (tmp_path / 'file').write_bytes(data)
    with pytest.raises(BagError, match='has no whole message'):
        BagReader(tmp_path / 'file').__enter__()


def test_reader_without_metadata_reads_and_says_so(bag):
    (bag / 'metadata.yaml').unlink()
    with BagReader(bag) as reader:
        assert as_tuples(reader.messages()) == contents()
        assert reader.topics == {'/activity_truth': STRING, '/imu/data_raw': IMU}
        assert 'read to its last whole message, 21 in all' in reader.notes[0]


@pytest.mark.parametrize('text', ['', 'a: [', '[]', 'rosbag2_bagfile_information: 3', '\0'])
def test_reader_with_spoilt_metadata_reads_and_says_so(bag, text):
    (bag / 'metadata.yaml').write_text(text)
    with BagReader(bag) as reader:
        assert as_tuples(reader.messages()) == contents()
        assert len(reader.notes) == 1


def test_reader_single_file_reads_and_says_so(bag):
    (path,) = [p for p in bag.iterdir() if p.suffix in ('.mcap', '.db3')]
    with BagReader(path) as reader:
        assert as_tuples(reader.messages()) == contents()
        assert 'a single file, read without its index' in reader.notes[0]


def test_reader_storage_file_missing(bag):
    for path in bag.iterdir():
        if path.suffix in ('.mcap', '.db3'):
            path.unlink()
    with pytest.raises(BagError, match='is no rosbag2 bag'), BagReader(bag):
        pass

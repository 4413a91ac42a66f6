"""What is kept of what was taught."""

import pytest
from helpers import imu_message
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.bags.lines import bag_lines
from dcat_ros.bags.raw import HeardMessages
from dcat_ros.bags.read import BagReader
from dcat_ros.bags.salvage import RawMessage
from dcat_ros.errors import BagError, DatasetError, InputError
from dcat_ros.segment import Segment
from dcat_ros.teach.kept import forget, keep, kept_lines, place_of
from dcat_ros.truth import from_first_reading, read_csv, to_first_reading

IMU = 'sensor_msgs/msg/Imu'
STEP_NS = 20_000_000


def heard(n=100, begin_ns=1_700_000_000_000_000_001):
    return [
        RawMessage(
            '/wrist/imu', IMU, begin_ns + i * STEP_NS + 7, imu_message(begin_ns + i * STEP_NS)
        )
        for i in range(n)
    ]


def test_messages_come_back_as_they_came(tmp_path):
    messages = heard()
    take = Segment(1_700_000_000_300_000_003, 1_700_000_001_500_000_009, 'nod')
    line = keep(tmp_path, messages, [take], 'anna', {'imu': '/wrist/imu'})
    assert kept_lines(tmp_path) == [line]
    assert (line.subject, line.given()['imu']) == ('anna', '/wrist/imu')
    with BagReader(place_of(tmp_path) / line.bag) as bag:
        back = [(m.topic, m.log_time_ns, bytes(m.data)) for m in bag.messages(['/wrist/imu'])]
    assert back == [(m.topic, m.log_time_ns, m.data) for m in messages]
    assert read_csv(place_of(tmp_path) / line.truth) == [take]


def test_only_the_forgotten_label_goes(tmp_path):
    begin_ns = 1_700_000_000_000_000_000
    takes = [
        Segment(begin_ns + i * 10**9, begin_ns + (i + 1) * 10**9, 'ab'[i % 2]) for i in range(4)
    ]
    first = keep(tmp_path, heard(), takes, 'anna', {})
    second = keep(tmp_path, heard(), takes[:1], 'Anna', {})
    assert second.subject == 'anna'  # nobody has two names
    assert forget(tmp_path, 'a') == 3
    assert kept_lines(tmp_path) == [first]
    assert [s.label for s in read_csv(place_of(tmp_path) / first.truth)] == ['b', 'b']
    assert not (place_of(tmp_path) / second.bag).exists()
    assert forget(tmp_path, 'a') == 0
    assert forget(tmp_path, 'b') == 2
    assert list(place_of(tmp_path).iterdir()) == []


@pytest.mark.parametrize('truth', ['/{elsewhere}/anna.csv', 'anna.csv', 'anna/truth.csv'])
def test_what_somebody_put_there_himself_is_never_deleted(tmp_path, truth):
    kept, elsewhere = tmp_path / 'kept', tmp_path / 'elsewhere'
    take = Segment(10**18, 2 * 10**18, 'nod')
    line = keep(kept, heard(), [take], 'anna', {})
    place = place_of(kept)
    own = place / truth.format(elsewhere=str(elsewhere)[1:])
    own.parent.mkdir(exist_ok=True)
    own.write_text('start,end,label\n1.0,3.0,nod\n')
    bag = own.parent / 'mine'
    bag.mkdir()
    with (place / 'bags.csv').open('a') as table:
        table.write(f'{bag},anna,{own if own.is_relative_to(elsewhere) else truth}\n')
    (place / line.bag).parent.joinpath('note.txt').write_text('mine')
    assert forget(kept, 'nod') == 1
    assert own.is_file()
    assert bag.is_dir()
    assert [left.bag for left in kept_lines(kept)] == [str(bag)]
    # of the folder that was made for the take, a file that was not
    assert [path.name for path in (place / line.bag).parent.iterdir()] == ['note.txt']
    # nor is anything of it written over
    keep(kept, bag, [Segment(10**18, 2 * 10**18, 'bow')], 'anna', {})
    assert own.read_text() == 'start,end,label\n1.0,3.0,nod\n'


def test_nothing_is_deleted_where_a_truth_cannot_be_read(tmp_path):
    take = Segment(10**18, 2 * 10**18, 'nod')
    first, second = (keep(tmp_path, heard(), [take], 'anna', {}) for _ in range(2))
    (place_of(tmp_path) / second.truth).write_text('start,end,label\n1,2\n')
    with pytest.raises(InputError, match='line 2'):
        forget(tmp_path, 'nod')
    assert kept_lines(tmp_path) == [first, second]
    assert (place_of(tmp_path) / first.bag).is_dir()


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=6, unique=True), st.integers(0, 10**15))
def test_truth_of_a_clock_that_began_at_zero_counts_from_the_first_reading(times, begin_ns):
    times = sorted(begin_ns + 1000 * t for t in times)
    truth = [Segment(a, b, 'nod') for a, b in zip(times[::2], times[1::2], strict=False)]
    assert from_first_reading(to_first_reading(truth, begin_ns), begin_ns) == truth


def test_a_table_that_makes_no_sense_is_said(tmp_path):
    place_of(tmp_path).mkdir(parents=True)
    (place_of(tmp_path) / 'bags.csv').write_text('bag,subject,colour\na,b,c\n')
    with pytest.raises(DatasetError, match='colour'):
        kept_lines(tmp_path)


def test_what_is_heard_is_a_recording():
    messages = [*heard(5), RawMessage('/other', 'std_msgs/msg/String', 1, b'')]
    types = {'/wrist/imu': IMU}
    recording = HeardMessages(types, messages, place_of)
    assert len(list(recording.messages(['/wrist/imu']))) == 5
    assert [len(batch) for batch in recording.chunks(['/wrist/imu'], 2)] == [2, 2, 1]
    recording.require('/wrist/imu', IMU)
    with pytest.raises(BagError, match='is no'):
        recording.require('/wrist/imu', 'std_msgs/msg/String')


def test_bag_lines_are_those_of_the_data_set(tmp_path):
    keep(
        tmp_path, heard(), [Segment(10**18, 2 * 10**18, 'nod')], 'anna', {'ignore_covariance': True}
    )
    (line,) = bag_lines(place_of(tmp_path) / 'bags.csv')
    assert line.given()['ignore_covariance'] is True

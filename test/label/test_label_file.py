"""The file of labels: what evaluation reads, whole or not at all, and nobody's work is lost."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_helpers import BEGIN_NS, S, make_bag

from dcat_ros.errors import ConfigError, InputError, OutputError
from dcat_ros.evaluation.many import BagOptions
from dcat_ros.label.files import files_of, hand_over
from dcat_ros.label.label_file import ChangedError, LabelFile
from dcat_ros.segment import Segment
from dcat_ros.truth import from_first_reading, read_csv

OURS = [
    Segment(BEGIN_NS + S, BEGIN_NS + 2 * S, 'wave'),
    Segment(BEGIN_NS + 3 * S, BEGIN_NS + 5 * S, 'a, "b"'),
]


def test_what_is_saved_is_what_evaluation_reads(tmp_path):
    labels = LabelFile(tmp_path / 'walk.csv', BEGIN_NS)
    segments, state = labels.read()
    assert segments == []
    state = labels.save(OURS, state)
    assert read_csv(labels.path) == OURS
    assert labels.read() == (OURS, state)


@given(st.integers(0, 10 * S))
def test_of_a_clock_that_began_at_zero_the_seconds_count_from_the_first_reading(begin_ns):
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        labels = LabelFile(Path(folder) / 'walk.csv', begin_ns)
        own = [Segment(begin_ns + 7, begin_ns + S, 'wave')]
        labels.save(own, labels.read()[1])
        assert labels.read()[0] == own
        assert from_first_reading(read_csv(labels.path), begin_ns) == own


def test_who_did_not_know_what_is_there_saves_nothing(tmp_path):
    one, other = (LabelFile(tmp_path / 'walk.csv', BEGIN_NS) for _ in range(2))
    known = one.read()[1]
    one.save(OURS, known)
    with pytest.raises(ChangedError):
        other.save(OURS[:1], known)
    assert read_csv(one.path) == OURS
    other.save(OURS[:1], other.read()[1])
    assert read_csv(one.path) == OURS[:1]


def test_a_damaged_file_is_never_written_over(tmp_path):
    path = tmp_path / 'walk.csv'
    path.write_text('start,end,label\n5,3,wave\n')
    labels = LabelFile(path, BEGIN_NS)
    with pytest.raises(InputError, match=r'walk\.csv, line 2'):
        labels.read()
    with pytest.raises(ChangedError):
        labels.save(OURS, 'none')
    assert path.read_text() == 'start,end,label\n5,3,wave\n'


def test_labels_that_make_no_sense_are_not_written(tmp_path):
    labels = LabelFile(tmp_path / 'walk.csv', BEGIN_NS)
    with pytest.raises(InputError, match='overlap'):
        labels.save([OURS[0], OURS[0]], 'none')
    assert not labels.path.exists()


@pytest.mark.skipif(os.getuid() == 0, reason='root may write everywhere')
def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match='cannot be written'):
        LabelFile(tmp_path / 'walk.csv', BEGIN_NS).save(OURS, 'none')


def test_a_folder_that_is_a_file_is_said(tmp_path):
    (tmp_path / 'out').write_text('')
    with pytest.raises(OutputError, match='cannot be written'):
        LabelFile(tmp_path / 'out' / 'walk.csv', BEGIN_NS).save(OURS, 'none')


def test_files_lie_beside_the_bags_or_in_a_folder_where_evaluate_looks(tmp_path):
    bags = [tmp_path / 'a.v2', tmp_path / 'b.mcap']
    assert files_of(bags, None) == [tmp_path / 'a.csv', tmp_path / 'b.csv']
    out = tmp_path / 'out'
    out.mkdir()
    assert files_of(bags, out) == [BagOptions(truth=out).truth_of(bag) for bag in bags]
    with pytest.raises(ConfigError, match='would both save'):
        files_of([tmp_path / 'a.mcap', tmp_path / 'a.db3'], None)


@pytest.mark.parametrize('ending', ['csv', 'txt', 'eaf'])
def test_labels_go_to_other_programs_and_come_back(tmp_path, ending):
    bag = make_bag(tmp_path / 'walk', 6)
    LabelFile(tmp_path / 'walk.csv', BEGIN_NS).save(OURS, 'none')
    file = tmp_path / f'told.{ending}'
    hand_over(bag, tmp_path / 'walk.csv', BagOptions(), None, file)
    again = tmp_path / 'again.csv'
    said = hand_over(bag, again, BagOptions(), file, None)
    assert said == [f'2 labels of {file} are in {again} now.']
    # milliseconds are the least that ELAN knows, and these lie on none
    assert read_csv(again) == OURS
    assert hand_over(bag, again, BagOptions(), file, None)[0].startswith('0 labels')


def test_what_a_bag_says_itself_is_there_until_something_is_saved(tmp_path):
    bag = make_bag(tmp_path / 'walk', 6, truth=[(1, 'wave'), (3, '')])
    csv = tmp_path / 'walk.csv'
    hand_over(bag, csv, BagOptions(), None, tmp_path / 'told.txt')
    assert (tmp_path / 'told.txt').read_text() == '1.000000\t3.000000\twave\n'
    assert not csv.exists()


def test_what_cannot_be_handed_over_is_said(tmp_path):
    bag = make_bag(tmp_path / 'walk', 2)
    csv = tmp_path / 'walk.csv'
    with pytest.raises(ConfigError, match='no format that is known'):
        hand_over(bag, csv, BagOptions(), tmp_path / 'x.doc', None)
    with pytest.raises(ConfigError, match='has no labels yet'):
        hand_over(bag, csv, BagOptions(), None, tmp_path / 'x.eaf')
    with pytest.raises(InputError, match='cannot be read'):
        hand_over(bag, csv, BagOptions(), tmp_path / 'missing.txt', None)
    (tmp_path / 'over.txt').write_text('0\t2\twave\n1\t3\tbow\n')
    with pytest.raises(InputError, match='overlap'):
        hand_over(bag, csv, BagOptions(), tmp_path / 'over.txt', None)
    assert not csv.exists()

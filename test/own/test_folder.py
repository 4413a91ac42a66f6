"""Bags in a folder without a list: whose they are, and where their labels stand."""

import pytest
from helpers import imu_message, string_message, write_raw_bag

from dcat_ros.errors import DatasetError
from dcat_ros.own.folder import find_own, what_is_there


def bag(path, truth=True):
    path.parent.mkdir(parents=True, exist_ok=True)
    messages = [('/imu/data_raw', 'sensor_msgs/msg/Imu', 10, imu_message(10))]
    if truth:
        messages.append(('/activity_truth', 'std_msgs/msg/String', 11, string_message('nod')))
    write_raw_bag(path, messages)


def test_people_by_folder_and_by_name(tmp_path):
    for name in ('anna_1', 'anna-2', 'bo_kitchen', 'cy', 'dora/monday', 'dora/2'):
        bag(tmp_path / name)
    found = find_own(tmp_path)
    assert {line.bag: line.subject for line in found.lines} == {
        'anna_1': 'anna',
        'anna-2': 'anna',
        'bo_kitchen': 'bo',
        'cy': 'cy',
        'dora/monday': 'dora',
        'dora/2': 'dora',
    }
    assert not found.named
    assert '6 bags of 4 people (bo, cy, anna, dora), as the names' in what_is_there(found)


def test_labels_in_a_file_beside_on_a_topic_or_nowhere(tmp_path):
    bag(tmp_path / 'a')
    bag(tmp_path / 'b', truth=False)
    bag(tmp_path / 'c', truth=False)
    (tmp_path / 'b.csv').write_text('start,end,label\n0,1,nod\n')
    found = find_own(tmp_path)
    assert found.labelled == {'a', 'b'}
    assert {line.bag: line.truth for line in found.lines}['b'] == 'b.csv'
    assert [line.bag for line in found.of(False)] == ['c']


@pytest.mark.parametrize('inside', ['bags', '.'])
def test_a_list_comes_before_names(tmp_path, inside):
    bag(tmp_path / inside / 'x_1')
    bag(tmp_path / inside / 'x_2')
    (tmp_path / inside / 'bags.csv').write_text('bag,subject\nx_1,me\n')
    found = find_own(tmp_path)
    assert [(line.bag, line.subject) for line in found.lines] == [('x_1', 'me')]
    assert found.named


def test_a_folder_that_is_a_bag_is_the_one_bag(tmp_path):
    bag(tmp_path / 'anna_1')
    found = find_own(tmp_path / 'anna_1')
    assert len(found.lines) == 1


@pytest.mark.parametrize('name', ['no', 'a\0b', 'x' * 5000])
def test_no_folder_is_a_sentence(tmp_path, name):
    with pytest.raises(DatasetError, match='There is no folder'):
        find_own(tmp_path / name)


def test_a_broken_bag_counts_and_is_said_when_it_is_read(tmp_path):
    bag(tmp_path / 'a')
    (tmp_path / 'b').mkdir()
    (tmp_path / 'b' / 'metadata.yaml').write_text('no: yaml: at all')
    assert len(find_own(tmp_path).lines) == 2

"""Teaching from bags: what is learned, what is kept, and what is forgotten."""

from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from teach_helpers import movement, save_renamed, still, takes_bag

from dcat_ros.bags.labelled import load
from dcat_ros.bags.lines import bag_lines
from dcat_ros.errors import ConfigError, InputError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.model.find import load_card
from dcat_ros.model.runtime import load_model
from dcat_ros.teach.kept import today
from dcat_ros.teach.lessons import load_lessons
from dcat_ros.teach.student import Student
from dcat_ros.teach.teach import Desk

TRUTH = '/activity_truth'
WHO = ('anna', today())


def desk_of(model, who=WHO, out=None):
    desk = Desk(who, out)
    desk.open(str(model))
    return desk


def taught_by(model, bag, truth=TRUTH, labels=None):
    desk = desk_of(model)
    desk.learn_bag(bag, truth, BagSource(), labels)
    ((path, _),) = desk.write()
    return path


@pytest.fixture(scope='module')
def other(base, tmp_path_factory):
    """The same network, which has another name, and calls `nod` what the base calls `circle`."""
    path = tmp_path_factory.mktemp('other') / 'other.safetensors'
    labels = tuple('nod' if label == 'circle' else label for label in load_card(base).labels)
    return save_renamed(base, path, labels)


@pytest.fixture
def bag(tmp_path):
    return takes_bag(tmp_path / 'mine', 'nod', 'circle', 'nod', 'nod', 'twist', 'twist')


def test_what_is_new_in_a_bag_is_taught(base, bag, taught):
    path = taught_by(base, bag)
    lessons = {one.label: one.n_takes for one in load_card(Path(path)).taught.lessons}
    assert lessons == {'nod': 3, 'twist': 2}
    scores = evaluate_bag(bag, load_model(path)).scores
    assert scores.macro_f1 > 0.75


def test_only_what_is_asked_for_is_taught(base, bag, taught):
    path = taught_by(base, bag, labels=['twist'])
    assert load_card(Path(path)).taught.labels == ('twist',)


def test_what_is_kept_teaches_the_same_again(base, bag, taught, tmp_path):
    first = Path(taught_by(base, bag))
    again = Desk(WHO, tmp_path / 'again.safetensors', anew=True)
    again.open(str(base))
    again.learn_kept()
    ((path, card),) = again.write()
    assert card.taught == load_card(first).taught
    before, after = (safetensors.numpy.load(Path(p).read_bytes()) for p in (first, path))
    assert before.keys() == after.keys()
    for name, tensor in before.items():
        np.testing.assert_array_equal(tensor, after[name])


def test_what_is_kept_is_a_data_set_of_bags(base, bag, taught):
    taught_by(base, bag)
    (line,) = bag_lines(taught / 'bags' / 'bags.csv')
    assert (line.bag, line.subject) == (str(bag), 'anna')
    dataset = load(taught, ['imu'])
    assert sorted(t.label for t in dataset.trials) == ['nod'] * 3 + ['twist'] * 2


def test_a_bag_that_is_taught_twice_is_kept_once(base, bag, taught):
    taught_by(base, bag, labels=['twist'])
    taught_by(base, bag, labels=['nod'])
    dataset = load(taught, ['imu'])
    assert sorted(t.label for t in dataset.trials) == ['nod'] * 3 + ['twist'] * 2


def test_a_forgotten_label_is_gone_from_model_and_folder(base, bag, taught):
    path = taught_by(base, bag)
    desk = desk_of(path)
    assert desk.forget(['twist']) == {'twist': 2}
    desk.write()
    assert load_card(Path(path)).taught.labels == ('nod',)
    assert {t.label for t in load(taught, ['imu']).trials} == {'nod'}
    assert desk_of(base).students[0].lessons.taught == ('nod',)


def test_when_all_is_forgotten_the_base_is_left(base, bag, taught):
    path = Path(taught_by(base, bag, labels=['twist']))
    desk = desk_of(base)
    desk.forget(['twist'])
    assert desk.write()[0][0] == str(base)
    assert not path.exists()
    assert not list((taught / 'bags').iterdir())


def test_nothing_is_forgotten_where_nobody_knows_what_would_be_left(base, bag, taught):
    path = Path(taught_by(base, bag, labels=['twist']))
    before = path.read_bytes()
    with pytest.raises(ConfigError, match='does not say where its base, made, lies'):
        desk_of(path).forget(['twist'])
    assert path.read_bytes() == before
    assert [t.label for t in load(taught, ['imu']).trials] == ['twist'] * 2
    # as the sentence says
    desk = desk_of(base, out=path)
    desk.forget(['twist'])
    assert desk.write()[0][0] == str(base)
    assert not path.exists()


def test_of_a_model_that_ships_its_name_is_left(tmp_path):
    lessons = load_lessons('imu_utd_mhad')
    student = Student(str(tmp_path / 'taught.safetensors'), lessons, tmp_path, is_taught=True)
    assert student.base_left() == 'imu_utd_mhad'


def test_of_several_labels_none_is_forgotten_if_one_cannot_be(base, bag, taught):
    path = taught_by(base, bag)
    with pytest.raises(ConfigError, match="'wink' was not taught"):
        desk_of(path).forget(['twist', 'wink'])
    assert {t.label for t in load(taught, ['imu']).trials} == {'nod', 'twist'}


def test_what_another_file_was_taught_is_not_written_over(base, bag, taught, tmp_path):
    elsewhere = desk_of(base, out=tmp_path / 'elsewhere.safetensors')
    elsewhere.learn_bag(bag, TRUTH, BagSource(), ['nod'])
    ((path, _),) = elsewhere.write()
    taught_by(base, bag, labels=['twist'])
    with pytest.raises(InputError, match=r'made_taught.* was taught what .*elsewhere.* was not'):
        desk_of(path)


@pytest.mark.parametrize('person', [' ', 'anna\n', 'a' * 201, ''])
def test_a_name_that_no_table_gives_back_is_refused_at_once(taught, person):
    with pytest.raises(ConfigError, match='can be no name of a person'):
        Desk((person, today()))


def test_takes_that_are_none_are_refused_with_their_place(base, taught, tmp_path):
    def spoil(i, values):
        return still(len(values), np.random.default_rng(0)) if i == 1 else values

    bag = takes_bag(tmp_path / 'spoilt', 'nod', 'nod', 'nod', change=spoil)
    desk = desk_of(base)
    desk.learn_bag(bag, TRUTH, BagSource())
    (refused,) = desk.refused
    assert (refused.label, refused.why) == ('nod', 'nothing moved')
    assert ' s' in refused.where
    assert len(desk.students[0].lessons.takes) == 2


def test_a_take_of_something_else_is_unlike_the_others(base, taught, tmp_path):
    def other(i, values):
        return movement('shake', seed=3) if i == 2 else values

    bag = takes_bag(tmp_path / 'mixed', 'nod', 'nod', 'nod', change=other)
    desk = desk_of(base)
    desk.learn_bag(bag, TRUTH, BagSource())
    (refused,) = desk.refused
    assert refused.why == 'unlike the others'


def test_two_models_learn_the_same_takes(base, other, bag, taught):
    desk = desk_of(base)
    desk.open(str(other))
    desk.learn_bag(bag, TRUTH, BagSource(), ['twist'])
    written = desk.write()
    assert [card.taught.labels for _, card in written] == [('twist',), ('twist',)]
    assert len({path for path, _ in written}) == 2


def test_two_models_are_not_written_to_one_file(base, taught):
    with pytest.raises(ConfigError, match=r'Two that learn .*made_taught'):
        desk_of(base).open(str(base))


def test_of_a_bag_that_one_of_two_cannot_learn_the_other_learns(base, other, taught, tmp_path):
    def spoil(i, values):
        return still(len(values), np.random.default_rng(0)) if i == 1 else values

    bag = takes_bag(tmp_path / 'spoilt', 'twist', 'twist', 'twist', change=spoil)
    taught_by(other, bag)
    desk = desk_of(other)
    desk.open('camera_utd_mhad')
    desk.open(str(base))
    desk.learn_bag(bag, TRUTH, BagSource())
    whys = {refused.where: refused.why for refused in desk.refused if not refused.label}
    assert list(whys) == [str(other), 'camera_utd_mhad']
    assert 'it was taught before' in whys[str(other)]
    assert 'no topic' in whys['camera_utd_mhad']
    assert [refused.why for refused in desk.refused if refused.label] == ['nothing moved']
    # and nobody is written, or said to have forgotten anything, who learned nothing
    ((path, card),) = desk.write()
    assert (card.name, card.taught.lessons[0].n_takes) == ('made_taught', 2)
    assert [student.used_by for student in desk.students] == ['', '', path]


def test_of_a_bag_that_nobody_can_learn_nothing_is_left(base, bag, taught):
    desk = desk_of(base)
    desk.open('camera_utd_mhad')
    with pytest.raises(InputError, match=r'nobody can learn from it.*made.*wink.*camera_utd_mhad:'):
        desk.learn_bag(bag, TRUTH, BagSource(), ['wink'])
    assert not desk.refused
    assert not desk.write()
    assert not taught.exists()


def test_all_that_one_of_two_learned_is_kept(base, other, bag, taught):
    desk = desk_of(other)
    desk.open(str(base))
    desk.learn_bag(bag, TRUTH, BagSource())
    assert [student.lessons.taught for student in desk.students] == [
        ('circle', 'twist'),
        ('nod', 'twist'),
    ]
    assert {t.label for t in load(taught, ['imu']).trials} == {'circle', 'nod', 'twist'}


def test_what_is_kept_is_taught_again_to_those_whose_sensor_is_in_it(base, bag, taught):
    before = load_card(Path(taught_by(base, bag))).taught
    again = Desk(WHO, anew=True)
    again.open('camera_utd_mhad')
    again.open(str(base))
    again.learn_kept()
    assert 'camera_utd_mhad' in {refused.where for refused in again.refused}
    ((_, card),) = again.write()
    assert card.taught == before


@pytest.mark.parametrize(
    ('labels', 'why'),
    [
        (['wink'], 'does not name wink'),
        (['circle'], 'is a label of made already'),
    ],
)
def test_what_cannot_be_taught_is_said(base, bag, taught, labels, why):
    with pytest.raises(InputError, match=why):
        desk_of(base).learn_bag(bag, TRUTH, BagSource(), labels)
    assert not taught.exists()


def test_the_same_take_teaches_once(base, bag, taught):
    taught_by(base, bag)
    with pytest.raises(InputError, match='it was taught before'):
        taught_by(base, bag)


def test_no_other_file_is_written_over(base, bag, taught, tmp_path):
    weights = tmp_path / 'mine.safetensors'
    weights.write_bytes(base.read_bytes())
    for out in (weights, bag / 'metadata.yaml'):
        with pytest.raises(InputError, match='nothing that was taught'):
            desk_of(base, out=out)
    assert weights.read_bytes() == base.read_bytes()


def test_nothing_kept_nothing_taught_again(base, taught):
    with pytest.raises(ConfigError, match='nothing was taught yet'):
        desk_of(base).learn_kept()


def test_sound_is_not_taught():
    with pytest.raises(ConfigError, match='takes teach too little'):
        Desk(WHO).open('audio_kitchen20')

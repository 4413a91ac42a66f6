"""dcat teach: from bags in this process, and what it says."""

import sys
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from teach_helpers import takes_bag

from dcat_ros.cli.teach import command
from dcat_ros.errors import ConfigError, DcatError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.model.find import load_card
from dcat_ros.segment import Segment


@pytest.fixture
def bag(tmp_path):
    return takes_bag(tmp_path / 'mine', 'nod', 'nod', 'twist')


def teach(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_a_bag_with_a_file_of_truth(base, bag, taught, tmp_path):
    truth = tmp_path / 'labels.csv'
    truth.write_text('start,end,label\n2.0,4.4,bow\n6.4,8.8,bow\n')
    out = tmp_path / 'mine.safetensors'
    done = teach('--model', base, '--bag', bag, '--truth', truth, '--person', 'eva', '--out', out)
    assert done.exit_code == 0, done.output
    assert '4 labels, taught: bow (2 takes by eva)' in done.output
    (lesson,) = load_card(out).taught.lessons
    assert (lesson.label, lesson.person, lesson.n_takes) == ('bow', 'eva', 2)


def test_a_folder_of_bags_with_a_folder_of_truth(base, taught, tmp_path):
    for name in ('first', 'second', 'third'):
        takes_bag(tmp_path / 'all' / name, 'nod')
    for name, label in (('first', 'bow'), ('third', 'circle')):
        (tmp_path / 'all' / f'{name}.csv').write_text(f'start,end,label\n2.0,4.4,{label}\n')
    folder = tmp_path / 'all'
    done = teach('--model', base, '--bag', folder, '--truth', folder)
    assert done.exit_code == 0, done.output
    assert 'taught: bow (1 take by' in done.output
    said = ' '.join(done.output.split())
    assert f'not learned: {folder}/second: There is no {folder}/second.csv; "dcat label' in said
    assert f'not learned: {folder}/third: its truth, {folder}/third.csv, does not name' in said
    # one file is no truth of three
    done = teach('--model', base, '--bag', folder, '--truth', folder / 'first.csv')
    assert done.exit_code == 2
    assert 'a folder with BAG.csv of each' in done.output


def test_of_several_bags_one_must_teach(base, taught, tmp_path):
    for name in ('first', 'second'):
        takes_bag(tmp_path / 'all' / name, 'circle')
    done = teach('--model', base, '--bag', tmp_path / 'all')
    assert isinstance(done.exception, DcatError)
    assert 'Nothing can be learned from 2 bags. The first: ' in str(done.exception)
    assert not taught.exists()


def test_a_bag_without_truth_is_told_where_labels_come_from(base, tmp_path):
    bag = takes_bag(tmp_path / 'mine', 'nod')
    done = teach('--model', base, '--bag', bag, '--truth-topic', '/none')
    assert f'(--truth labels.csv); "dcat label {bag}" writes one.' in str(done.exception)


def test_forget_and_again(base, bag, taught):
    assert teach('--model', base, '--bag', bag).exit_code == 0
    done = teach('--model', base, '--forget', 'twist')
    assert (
        'Forgotten: 1 take of twist; what was kept is deleted, your own bags stay.' in done.output
    )
    assert bag.is_dir()
    done = teach('--model', base, '--again')
    assert done.exit_code == 0, done.output
    assert load_card(taught / 'made_taught.safetensors').taught.labels == ('nod',)


@pytest.mark.parametrize(
    ('arguments', 'why'),
    [
        ([], 'Say who learns'),
        (['--model', 'imu_watch'], 'learns from --bag'),
        (['--model', 'imu_watch', '--bag', 'a', '--use'], '--use is for a --node'),
        (['--model', 'a', '--model', 'b', '--again', '--out', 'x'], '--out is for one model'),
        (['--model', 'a', '--bag', 'b', '--takes', '0'], 'is not in the range'),
        (['--model', 'a', '--bag', 'b', '--again'], '--again goes by itself'),
        (['--node', '/imu_node', '--use'], '--label says what is taught'),
        (['--node', '/imu_node', '--model', 'a', '--bag', 'b'], 'both say who learns'),
        (['--model', 'a', '--again', '--forget', 'b'], '--again goes by itself'),
        (['--model', 'a', '--bag', 'b', '--takes', '3'], 'of a --bag each stretch is a take'),
        (['--model', 'a', '--forget', 'b', '--takes', '3'], '--takes is for a --node'),
        (['--model', 'a', '--again', '--person', 'eva'], '--person says who does takes'),
        (['--node', 'a', '--label', 'b', '--truth', 'c'], '--truth says how a --bag is read'),
        (['--model', 'a', '--again', '--imu', '/imu'], '--imu says how a --bag is read'),
    ],
)
def test_misuse_is_exit_code_2(arguments, why):
    done = teach(*arguments)
    assert done.exit_code == 2
    assert why in done.output


@pytest.mark.parametrize(
    ('truth', 'why'),
    [
        ('start,end,label\n1,2\n', 'label must not be empty'),
        ('start,end,label\n900,902,bow\n', 'no take of it can be learned from'),
        ('start,end,label\n0,40,bow\n', 'label a few single ones in it'),
        ('start,end,label\n2,2.3,bow\n', 'shorter than 0.5 s'),
    ],
)
def test_a_truth_that_makes_no_take_is_refused(base, bag, taught, tmp_path, truth, why):
    path = tmp_path / 'labels.csv'
    path.write_text(truth)
    done = teach('--model', base, '--bag', bag, '--truth', path)
    assert isinstance(done.exception, DcatError)
    assert why in str(done.exception)
    assert not taught.exists()


def test_a_person_of_no_name_is_refused_before_anything_is_read(base, taught):
    done = teach('--model', base, '--bag', 'nowhere', '--person', ' ')
    assert isinstance(done.exception, ConfigError)
    assert "' ' can be no name of a person (--person)" in str(done.exception)


def test_what_was_taught_before_somebody_stopped_is_written_and_used(
    base, bag, taught, monkeypatch
):
    def taught_one_of_two(names, labels, n_takes, desk, show, stop):
        for model in (base, 'camera_utd_mhad'):
            desk.open(str(model))
        desk.learn_bag(bag, '/activity_truth', BagSource(), labels[:1])
        raise DcatError('It was stopped.')

    used = []
    live = SimpleNamespace(teach_live=taught_one_of_two)
    pupils = SimpleNamespace(use_model=lambda *given: used.append(given))
    monkeypatch.setitem(sys.modules, 'dcat_ros.nodes.teach_live', live)
    monkeypatch.setitem(sys.modules, 'dcat_ros.nodes.pupils', pupils)
    nodes = ['--node', '/imu_node', '--node', '/image_node']
    done = teach(*nodes, '--label', 'nod', '--label', 'twist', '--use')
    assert str(done.exception) == 'It was stopped.'
    assert 'taught: nod (2 takes by' in done.output
    # of the camera's node, which learned nothing, nothing is said, nor is it set to anything
    assert 'forgotten' not in done.output
    assert used == [('/imu_node', str(taught / 'made_taught.safetensors'))]


def test_a_model_of_sound_is_refused(bag):
    done = teach('--model', 'audio_kitchen20', '--bag', bag)
    assert isinstance(done.exception, ConfigError)
    assert 'takes teach too little: label recordings of it' in str(done.exception)


def test_the_view_says_what_became_of_a_take(capsys):
    from dcat_ros.cli.teach_view import TeachView
    from dcat_ros.teach.live import Verdict

    with TeachView(3) as view:
        view.show('nod', 1, 'ready 2', None)
        view.show('nod', 1, 'now', None)
        view.show('nod', 1, 'ready 2', Verdict(None, {}, {'/imu_node': 'nothing moved'}))
        view.show('nod', 3, '', Verdict(Segment(0, 2_100_000_000, 'nod'), {'/imu_node': None}, {}))
    said = capsys.readouterr().out
    assert 'nod: /imu_node: nothing moved — once more' in said
    assert 'nod: a take of 2.1 s for /imu_node' in said

"""dcat evaluate on several bags, with its outputs and exit codes."""

import json
from collections import Counter
from pathlib import Path

import pytest
from helpers import made_dataset, make_card, make_net

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.write import make_bag
from dcat_ros.model.weights import save_weights


@pytest.fixture
def other_file(tmp_path):
    card = make_card(name='other')
    save_weights(tmp_path / 'other.safetensors', make_net(card, seed=1), card)
    return tmp_path / 'other.safetensors'


@pytest.fixture
def bags(tmp_path):
    for subject in ('1', '2', '3'):
        make_bag(made_dataset([subject], n=150, noise=0.01), tmp_path / 'bags' / f'p{subject}_x')
    return tmp_path / 'bags'


def test_many_bags_with_intervals_comparison_and_json(dcat, bags, weights_file, other_file):
    code, out, err = dcat(
        'evaluate', bags, '--model', weights_file, '--baseline', other_file,
        '--group-by', r'p(\d)_', '--json', 's.json', '--workers', '1',
    )  # fmt: skip
    assert code == 0, err
    assert '3 bags, model small' in out
    assert 'in brackets: 95 % by bootstrap over 3 subjects' in out
    assert 'small less other, on 3 bags that both score:' in out
    assert "McNemar's exact p" in out
    report = json.loads(Path('s.json').read_text())
    assert [model['model'] for model in report['models']] == ['small', 'other']
    small = report['models'][0]
    assert [bag['input'] for bag in small['bags']] == [str(p) for p in sorted(bags.iterdir())]
    assert small['scores']['n_windows'] == sum(bag['n_windows'] for bag in small['bags'])
    assert set(small['comparison']['differences']) >= {'macro_f1', 'event_f1', 'aurc'}


def test_bad_bag_among_good_ones_is_exit_code_1(dcat, bags, weights_file):
    (bags / 'broken.mcap').write_bytes(b'nothing')
    code, out, _ = dcat('evaluate', bags, '--model', weights_file, '--workers', '1')
    assert code == 1
    assert '3 bags, model small' in out
    assert '1 could not be scored:' in out
    assert 'broken.mcap is neither an MCAP nor an SQLite bag file' in out


@pytest.mark.parametrize(
    ('required', 'code'),
    [(['accuracy=0'], 0), (['accuracy=1.01'], 1), (['accuracy=0', 'aurc=-1'], 1), (['f2=1'], 2)],
)
def test_requirement_sets_the_exit_code(dcat, bags, weights_file, required, code):
    options = [word for text in required for word in ('--require', text)]
    found, _, err = dcat('evaluate', bags / 'p1_x', '--model', weights_file, *options)
    assert found == code
    assert ('must be at' in err) == (code == 1)


def test_use_receive_time_says_so(dcat, bags, weights_file):
    code, out, _ = dcat('evaluate', bags / 'p1_x', '--model', weights_file, '--use-receive-time')
    assert code == 0
    assert 'times: time of receipt, as asked for' in out


@pytest.mark.parametrize(
    ('options', 'text'),
    [
        (['--group-by', '('], 'is no regular expression'),
        (['--plot', 'p.png'], '--plot draws one model on one bag'),
        (['--truth', 'pyproject.toml'], 'cannot be the truth of 3 bags'),
    ],
)
def test_unusable_option_of_many_is_exit_code_2(dcat, bags, weights_file, options, text):
    code, _, err = dcat('evaluate', bags, '--model', weights_file, '--workers', '1', *options)
    assert code == 2
    assert text in ' '.join(err.split())


@pytest.mark.parametrize('option', ['--baseline', '--html', '--write-bag'])
def test_data_set_takes_no_option_of_bags(dcat, weights_file, option):
    code, _, err = dcat('evaluate', '--dataset', 'made', '--model', weights_file, option, 'x')
    assert code == 2
    assert 'need BAGs' in err


@pytest.mark.slow
def test_processes_and_ray_give_what_one_process_gives(dcat, bags, weights_file, monkeypatch):
    pytest.importorskip('ray')
    # of itself 15: beside other tests its workers would hardly run
    monkeypatch.setenv('RAY_worker_niceness', '5')
    scored = {}
    ways = {'one': ('--workers', 1), 'two': ('--workers', 2), 'ray': ('--ray', 'local')}
    for name, way in ways.items():
        code, _, err = dcat('evaluate', bags, '--model', weights_file, '--json', name, *way)
        assert code == 0, err
        assert '3 of 3' in err
        scored[name] = json.loads(Path(name).read_text())
    assert scored['one'] == scored['two'] == scored['ray']


def test_html_shows_every_model_on_every_bag(dcat, bags, weights_file, other_file):
    pytest.importorskip('plotly')
    code, _, err = dcat(
        'evaluate', bags, '--model', weights_file, '--model', other_file,
        '--html', 'r.html', '--workers', '1',
    )  # fmt: skip
    assert code == 0, err
    page = Path('r.html').read_text()
    for name in ('p1_x', 'p2_x', 'p3_x', 'small', 'other', 'acceleration'):
        assert name in page


def topics_of(path):
    with BagReader(Path(path)) as bag:
        return Counter(message.topic for message in bag.messages())


def test_written_bag_holds_the_predictions_of_all_models(dcat, bags, weights_file, other_file):
    code, _, err = dcat(
        'evaluate', bags / 'p1_x', '--model', weights_file, '--model', other_file,
        '--write-bag', 'out', '--json', 's.json', '--workers', '1',
    )  # fmt: skip
    assert code == 0, err
    n = json.loads(Path('s.json').read_text())['models'][0]['scores']['n_windows']
    before, after = topics_of(bags / 'p1_x'), topics_of('out')
    assert {topic: after[topic] for topic in before} == before
    said = {t: k for t, k in after.items() if t not in before}
    assert said == {
        f'/dcat/{m}/{t}': n for m in ('small', 'other') for t in ('label', 'activity', 'markers')
    }


def test_written_bags_lie_in_a_folder(dcat, bags, weights_file):
    command = ['evaluate', bags, '--model', weights_file, '--workers', '1', '--write-bag', 'out']
    code, _, err = dcat(*command)
    assert code == 0, err
    assert sorted(path.name for path in Path('out').iterdir()) == ['p1_x', 'p2_x', 'p3_x']
    code, _, err = dcat(*command)
    assert code == 2
    assert 'exists already' in err

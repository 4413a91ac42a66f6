"""dcat experiment: a small grid from the command line, its report, and what is refused."""

import pytest
import yaml

pytest.importorskip('seglearn')

FIELDS = {
    'name': 'small',
    'title': 'Small',
    'dataset': 'watch',
    'window_s': 2.5,
    'subjects': ['1', '2', '3', '9', '10'],
    'tune_subjects': ['9', '10'],
    'factors': [1.0],
    'optimiser': {'steps': 3, 'batch_size': 8},
    'blocks': [
        {
            'directions': ['gyroscope>accelerometer'],
            'regimes': ['ood_1'],
            'methods': ['none', 'kd', 'kd+dcat_centred'],
            'rotations': [0],
        }
    ],
}


@pytest.fixture
def write(tmp_path):
    def write(**changes):
        (tmp_path / 'small.yaml').write_text(yaml.safe_dump(FIELDS | changes))

    return write


def test_experiment_run_then_report(dcat, tmp_path, write):
    write()
    code, _, err = dcat('experiment', 'run', 'small.yaml', '--workers', '1')
    assert code == 0, err
    assert len(list((tmp_path / 'results' / 'small').rglob('*.json'))) == 3
    code, out, err = dcat('experiment', 'report', 'small.yaml', '--out', 'd/r.md')
    assert code == 0, err
    assert out.split() == ['wrote', 'd/r.md', 'wrote', 'd/images/gains_small.png']
    assert '| gyroscope → accelerometer, ood_1 |' in (tmp_path / 'd' / 'r.md').read_text()


def test_experiment_report_before_a_run_is_exit_code_2(dcat, write):
    write()
    code, _, err = dcat('experiment', 'report', 'small.yaml')
    assert code == 2
    assert 'run "dcat experiment run" first' in ' '.join(err.split())


@pytest.mark.parametrize(
    ('changes', 'text'),
    [
        ({'dataset': 'watsch'}, "Did you mean 'watch'"),
        ({'blocks': []}, 'at least 1 item'),
        ({'stepz': 1}, "'stepz'"),
        ({'subjects': ['1', '99', '9', '10']}, 'subject 99 is not in'),
    ],
    ids=['data set', 'no block', 'unknown field', 'subject'],
)
def test_experiment_run_unusable_configuration_is_exit_code_2(dcat, tmp_path, write, changes, text):
    write(**changes)
    code, _, err = dcat('experiment', 'run', 'small.yaml')
    assert code == 2
    assert text in ' '.join(err.split())
    assert not (tmp_path / 'results').exists()


def test_experiment_configuration_that_is_not_there_is_exit_code_2(dcat):
    code, _, err = dcat('experiment', 'run', 'nowhere.yaml')
    assert code == 2
    assert 'nowhere.yaml' in err

"""Hostile YAML is a sentence and exit code 2, whichever verb reads it."""

import pytest

from dcat_ros.texts import parse_yaml

HOSTILE = {
    'date': b'name: 2020-99-99',
    'int': b'name: !!int abc',
    'digits': b'seed: ' + b'9' * 5000,
    'base 60': b'seed: ' + b'1:' * 20_000 + b'1',
    'nested': b'{a: ' * 1500,
    'NUL': b'name: a\0b',
    'UTF-16': b'\xff\xfen\0a\0',
}


@pytest.mark.parametrize('text', HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(
    'verb', [('train', '--config'), ('experiment', 'run'), ('experiment', 'report')]
)
def test_hostile_yaml_is_exit_code_2(dcat, tmp_path, verb, text):
    (tmp_path / 'c.yaml').write_bytes(text)
    more = ['--out', str(tmp_path / 'o.md')] if verb[1] == 'report' else []
    code, _, err = dcat(*verb, str(tmp_path / 'c.yaml'), *more)
    assert code == 2
    assert 'c.yaml' in err
    assert len(err.strip().splitlines()) == 1


def test_long_text_and_ordinary_numbers_are_taken():
    text = 'a: 1:59:59\nb: ' + 'x' * 5000 + '\nc: "' + '-' * 300 + '"'
    assert parse_yaml(text) == {'a': 7199, 'b': 'x' * 5000, 'c': '-' * 300}


def test_experiment_of_millions_of_cells_is_exit_code_2(dcat, tmp_path):
    many = ', '.join(str(i) for i in range(100))
    regimes = ', '.join(['id_1'] * 100)
    blocks = (
        f'{{directions: [accelerometer>gyroscope], regimes: [{regimes}], methods: [none], '
        f'seeds: [{many}]}}'
    )
    text = (
        'name: x\ntitle: x\ndataset: watch\nwindow_s: 2\ntune_subjects: ["1", "2"]\nfactors: [1]\n'
        f'blocks: [{", ".join([blocks] * 20)}]\n'
    )
    (tmp_path / 'c.yaml').write_text(text)
    code, _, err = dcat('experiment', 'run', str(tmp_path / 'c.yaml'))
    assert code == 2
    assert 'have 200000 cells; up to 100000 are taken' in err

"""Files of text from anybody: what is taken, and the one sentence for all else."""

import csv
import json
import pickle
from pathlib import Path

import pytest

from dcat_ros.bags.labelled import load
from dcat_ros.datasets import kitchen20
from dcat_ros.errors import ConfigError, DatasetError, InputError, MessageError, ResultsError
from dcat_ros.experiment.cells import load_cell
from dcat_ros.experiment.config import read_experiment
from dcat_ros.texts import MOST_BYTES, one_line, parse_json, parse_yaml, read_text
from dcat_ros.training.config import read_config
from dcat_ros.truth import read_csv

LAUGHS = '\n'.join(
    ['a0: &a0 [lol]'] + [f'a{i}: &a{i} [{", ".join([f"*a{i - 1}"] * 9)}]' for i in range(1, 10)]
)
HOSTILE_YAML = {
    'a date that is none': (b'name: 2020-99-99', 'month must be in 1..12'),
    'a number that is none': (b'name: !!int abc', 'invalid literal'),
    'a number without digits': (b'name: 0b_', 'invalid literal'),
    'a number of 5000 digits': (b'seed: ' + b'9' * 5000, '999… has 5000 letters'),
    'a number of 100 digits': (b'seed: ' + b'9' * 100, 'a number of over 18 digits'),
    'a number to base 60': (b'seed: ' + b'1:' * 20_000 + b'1', 'has 40001 letters'),
    'one with a point': (b'seed: 1' + b':1' * 20_000 + b'.5', 'has 40003 letters'),
    'one in quotes': (b'seed: !!int "1' + b': 1' * 20_000 + b'"', 'has 60001 letters'),
    'a long number elsewhere': (b'a: {b: [{c: 0x' + b'f' * 3000 + b'}]}', 'over 18 digits'),
    'nested maps': (b'{a: ' * 1500 + b'}' * 1500, 'nested more than 50 deep'),
    'nested lists': (b'[' * 100_000, 'maximum nesting depth|more than 50 deep'),
    'aliases of aliases': (LAUGHS.encode(), 'holds more than 200000 values'),
    'what is in itself': (b'a: &a [*a]', r'\*a stands for what it is in'),
    'no such alias': (b'a: *b', 'undefined alias'),
    'too many values': (b'[' + b'1,' * 250_000 + b']', 'holds more than 200000 values'),
    'a list as a name': (b'? [a]\n: b', 'unhashable'),
    'a program': (b'!!python/object/apply:os.system [ls]', 'could not determine a constructor'),
    'not printable': (b'a: \x07', 'control characters'),
    'bytes that are none': (b'a: !!binary "*"', None),
}
NO_TEXT = {
    'NUL': (b'a: b\0', 'has NUL bytes'),
    'Latin-1': ('name: Zoë'.encode('latin-1'), 'no text in UTF-8'),
    'UTF-16': ('name: x'.encode('utf-16'), 'no text in UTF-8|has NUL'),
    'too large': (b'# ' + b'x' * MOST_BYTES, 'is larger than 8 MiB'),
}


@pytest.mark.parametrize(('text', 'match'), HOSTILE_YAML.values(), ids=HOSTILE_YAML)
def test_parse_yaml_that_is_hostile_is_a_sentence(text, match):
    if match is None:
        parse_yaml(text.decode())
        return
    with pytest.raises(ValueError, match=match) as caught:
        parse_yaml(text.decode())
    assert '\n' not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize('read', [read_config, read_experiment])
@pytest.mark.parametrize('what', [*HOSTILE_YAML, *NO_TEXT])
def test_recipe_and_experiment_that_are_hostile_are_refused(tmp_path, read, what):
    path = tmp_path / 'c.yaml'
    path.write_bytes({**HOSTILE_YAML, **NO_TEXT}[what][0])
    with pytest.raises(ConfigError) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize(('data', 'match'), NO_TEXT.values(), ids=NO_TEXT)
def test_read_text_that_is_none_is_refused(tmp_path, data, match):
    (tmp_path / 't').write_bytes(data)
    with pytest.raises(ConfigError, match=match):
        read_text(tmp_path / 't', ConfigError)


def test_read_text_of_a_device_without_end_ends():
    with pytest.raises(InputError, match=r'is larger than 8 MiB|has NUL'):
        read_text(Path('/dev/zero'), InputError)


def test_yaml_within_bounds_is_what_it_was():
    text = '\ufeffa: &x [1, 2.5, yes]\nb: *x\nc: {<<: {d: 2020-01-02}, e: "é"}'.lstrip('\ufeff')
    found = parse_yaml(text)
    assert found['a'] == found['b'] == [1, 2.5, True]
    assert found['c']['e'] == 'é'


@pytest.mark.parametrize(
    ('text', 'match'),
    [
        ('[' * 100_000, 'nested too deeply'),
        ('{"a": ' + '9' * 5000 + '}', 'too large'),
        ('[9223372036854775808]', 'too large'),
        ('{', 'Expecting'),
        ('', 'Expecting'),
    ],
)
def test_parse_json_that_is_hostile_is_a_sentence(text, match):
    with pytest.raises(ValueError, match=match):
        parse_json(text)


def test_parse_json_of_the_largest_numbers_is_exact():
    assert parse_json(json.dumps([2**63 - 1, -(2**63)])) == [2**63 - 1, -(2**63)]


@pytest.mark.parametrize(
    'data', [b'\0', b'\xff\xfe', b'[' * 100_000, b'{"result": 1e999}', b'9' * 5000, b'[]', b'null']
)
def test_cell_that_is_hostile_is_refused(tmp_path, data):
    (tmp_path / 'c.json').write_bytes(data)
    with pytest.raises(ResultsError, match='delete it'):
        load_cell(tmp_path / 'c.json')


HOSTILE_CSV = {
    'NUL': b'start,end,label,bag,subject,file,source\n0,1,a\0b,a,b,c,d\n',
    'Latin-1': 'start,end,label,bag,subject,file,source\n0,1,ö,a,b,c,d\n'.encode('latin-1'),
    'UTF-16': 'start,end,label\n0,1,a\n'.encode('utf-16'),
    'a field over the limit': b'start,end,label,bag,subject,file,source\n0,1,' + b'x' * 140_000,
    'a header over the limit': b'x' * 140_000,
    'one giant line': b'start,end,label' + b',' * MOST_BYTES,
    'an open quote': b'start,end,label,bag,subject,file,source\n0,1,"' + b'\n' * 140_000,
}


@pytest.mark.parametrize('data', HOSTILE_CSV.values(), ids=HOSTILE_CSV)
def test_tables_that_are_hostile_are_refused(tmp_path, data):
    for name in ('bags/bags.csv', 'kitchen20/clips.csv', 'truth.csv'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=r'truth\.csv'):
        read_csv(tmp_path / 'truth.csv')
    with pytest.raises(DatasetError, match=r'bags\.csv'):
        load(tmp_path)
    with pytest.raises(DatasetError, match=r'clips\.csv'):
        kitchen20.load(tmp_path)
    assert csv.field_size_limit() == 131_072


@pytest.mark.parametrize('time', ['9' * 30, '9' * 4000, '1e300', 'nan', 'inf', '²', '-1e19', '٣x'])
def test_truth_of_a_time_that_is_none_is_refused(tmp_path, time):
    (tmp_path / 't.csv').write_text(f'start,end,label\n0,{time},a\n')
    with pytest.raises(InputError, match='line 2: start and end must be seconds'):
        read_csv(tmp_path / 't.csv')


def test_one_line_is_one_and_short():
    assert one_line(ValueError('a\n  b.')) == 'a b'
    assert one_line(KeyError()) == 'KeyError'
    assert len(one_line('x' * 9999)) == 301


def test_sentence_is_one_printable_line_whatever_it_repeats(tmp_path):
    """A label of 140 000 letters, of which a terminal would clear itself, stood in a sentence."""
    label = 'x' * 130_000 + '\x1b[2J'
    (tmp_path / 't.csv').write_text(f'start,end,label\n0,2,"a\nb"\n1,3,{label}\n')
    with pytest.raises(InputError, match='overlap at') as caught:
        read_csv(tmp_path / 't.csv')
    assert len(str(caught.value)) < 4000
    assert str(caught.value).isprintable()
    assert str(caught.value).startswith(f'{tmp_path}/t.csv: a b and xxx')
    (tmp_path / 'r.yaml').write_text(f'name: {"y" * 9000}!\nseed: 1')
    with pytest.raises(ConfigError) as caught:
        read_config(tmp_path / 'r.yaml')
    assert len(str(caught.value)) < 4000


def test_errors_pickle_with_their_whole_text():
    problem = pickle.loads(pickle.dumps(InputError('a\n' * 5000)))
    assert problem.args == ('a\n' * 5000,)
    assert str(MessageError('why', 'size')) == 'why'
    assert str(InputError()) == ''

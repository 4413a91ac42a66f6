"""README is short, its first forty lines are enough, and its figures are those of the cards."""

import re

import pytest
from doc_pages import read
from helpers import REPO

README = REPO / 'README.md'
MODELS = sorted(path.stem for path in (REPO / 'models').glob('*.safetensors'))
#: A figure with its interval, such as 0.923 (0.894 – 0.949).
_FIGURE = re.compile(r'(\d\.\d{3}) \((\d\.\d{3} – \d\.\d{3})\)')


def test_readme_is_read_in_a_few_minutes():
    assert len(read(README).splitlines()) < 150


@pytest.mark.parametrize('said', ['make demo', 'make test', 'ros2 launch dcat_ros', '![', *MODELS])
def test_first_forty_lines_say_what_a_roboticist_needs(said):
    assert said in '\n'.join(read(README).splitlines()[:40])


@pytest.mark.parametrize('model', MODELS)
def test_figures_of_a_model_stand_in_its_card(model):
    card = read(REPO / 'models' / f'{model}.md')
    rows = [row for row in read(README).splitlines() if row.startswith(f'| `{model}` |')]
    figures = [figure for row in rows for figure in _FIGURE.findall(row)]
    assert len(figures) == 2  # of whole trials, and of events in streams
    for value, interval in figures:
        assert f'| {value} | {interval} |' in card

"""The HTML report without a browser: what stands in it, and that nothing in it can do harm."""

import base64
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from report_pages import HOSTILE, S, make_page, window

from dcat_ros.evaluation.html.figures import confusion, reliability_plot, risk_coverage_plot
from dcat_ros.evaluation.html.judged import Mistake
from dcat_ros.evaluation.html.report import Page, html_report
from dcat_ros.evaluation.html.tables import mistakes_table
from dcat_ros.evaluation.html.text import escaped, label_colours, plot_text, safe_json


class Reader(HTMLParser):
    """Tags with their attributes, and the text of each script."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.scripts, self.ids = [], [], []
        self.text = ''
        self._inside = ''
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == 'script':
            self.scripts.append('')
        self.ids += [value for name, value in attrs if name == 'id']

    def handle_endtag(self, tag):
        self._inside = ''

    def handle_data(self, data):
        if self._inside == 'script':
            self.scripts[-1] += data
        elif self._inside != 'style':
            self.text += data

    def json(self, name):
        """What plotly.js is given for an element."""
        scripts = [attrs for tag, attrs in self.tags if tag == 'script']
        place = next(i for i, attrs in enumerate(scripts) if attrs.get('id') == f'{name}-json')
        return json.loads(self.scripts[place])


@pytest.fixture(scope='module')
def page(tmp_path_factory):
    return make_page(tmp_path_factory.mktemp('page') / 'bag')


@pytest.fixture(scope='module')
def hostile(tmp_path_factory):
    page = make_page(tmp_path_factory.mktemp('hostile') / 'bag', HOSTILE)
    page.evaluation.scores.notes.append(HOSTILE[1])
    page.evaluation.scores.input = '/tmp/' + HOSTILE[0] + '\udcff'
    return Page(HOSTILE[2], page.evaluation, page.trace, 0.4)


def test_mistakes_table_tells_place_stamp_and_length():
    text = mistakes_table([Mistake(1012 * S, 1013 * S, 'a', 'b', 0.75, 2)], 1000 * S)
    words = Reader(text)
    assert '12.00 s' in words.text
    assert '1012.000' in words.text
    assert '2 windows' in words.text
    assert ('tr', {'data-from': '12.0000', 'data-to': '13.0000'}) in words.tags
    assert 'No window' in mistakes_table([], 0)


def test_report_loads_nothing(page):
    found = Reader(html_report([page]))
    for tag, attrs in found.tags:
        assert tag not in ('link', 'iframe', 'object', 'embed', 'base', 'img')
        assert not {'src', 'srcset', 'data', 'action'} & set(attrs), (tag, attrs)
        assert attrs.get('href', '#').startswith('#')
        assert not any(name.startswith('on') for name in attrs)
    text = html_report([page])
    assert 'src="http' not in text
    style = text[text.index('<style>') : text.index('</style>')]
    assert 'url(' not in style
    assert '@import' not in style


def test_report_policy_allows_its_two_scripts_and_no_other(page):
    found = Reader(html_report([page]))
    policy = next(a['content'] for t, a in found.tags if t == 'meta' and 'http-equiv' in a)
    rules = dict(rule.split(' ', 1) for rule in policy.split('; '))
    assert rules['default-src'] == "'none'"
    scripts = [
        script
        for script, attrs in zip(
            found.scripts, [a for t, a in found.tags if t == 'script'], strict=True
        )
        if 'type' not in attrs
    ]
    sums = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    assert rules['script-src'] == ' '.join(f"'sha256-{s}'" for s in sums)
    assert len(sums) == 2


def test_report_with_hostile_labels_has_the_tags_of_a_tame_one(hostile, tmp_path):
    tame = make_page(tmp_path / 'bag', ('a', 'b', 'c', 'd', 'e', 'rest'))
    tame.evaluation.scores.notes.append('note')
    tags = [tag for tag, _ in Reader(html_report([tame])).tags]
    text = html_report([hostile])
    text.encode()
    found = Reader(text)
    assert [tag for tag, _ in found.tags] == tags
    for label in HOSTILE:
        assert label in found.text


def test_report_gives_plotly_no_tags_of_labels(hostile):
    found = Reader(html_report([hostile]))
    for name in ('timeline-0', 'confusion-0', 'risk-0', 'reliability-0'):
        flat = json.dumps(found.json(name))
        assert '<script' not in flat
        assert '<img' not in flat
        assert '<a ' not in flat
    truth = found.json('timeline-0')['data'][0]
    assert truth['text'][0] == '&lt;script&gt;window.hacked = 1&lt;/…'


def test_report_of_several_has_one_plotly_and_links_to_each(page):
    other = replace(page, title='another bag')
    text = html_report([page, other, page])
    found = Reader(text)
    assert text.count('Licensed under the MIT license') == html_report([page]).count(
        'Licensed under the MIT license'
    )
    assert len(found.ids) == len(set(found.ids))
    links = [attrs['href'] for tag, attrs in found.tags if tag == 'a']
    # by input: both pages of the first bag stand together
    assert links == ['#page-0', '#page-2', '#page-1']
    assert {'page-0', 'page-1', 'page-2'} <= set(found.ids)
    assert not any(tag == 'nav' for tag, _ in Reader(html_report([page])).tags)


def test_report_tells_the_main_scores(page):
    text = Reader(html_report([page])).text
    scores = page.evaluation.scores
    for name in ('macro-F1', 'accuracy', 'balanced accuracy', 'coverage', 'AURC', 'ECE'):
        assert name in text
    for name in ('event-F1, IoU 0.25', 'false alarms / h', 'onset delay'):
        assert name in text
    assert f'{scores.macro_f1:.3f}' in text
    assert f'{scores.aurc:.3f}' in text


def test_report_of_nothing_scored(page):
    evaluation = replace(page.evaluation, predictions=[])
    scores = page.evaluation.scores.model_copy(
        update={'confusion': [], 'macro_f1': None, 'aurc': None, 'per_class': {}}
    )
    empty = Page('empty', replace(evaluation, scores=scores, truth=[]))
    text = Reader(html_report([empty])).text
    assert 'No window was scored.' in text
    with pytest.raises(ValueError, match='a page'):
        html_report([])


def test_plots_are_what_plotly_knows(page):
    go = pytest.importorskip('plotly.graph_objects')
    found = Reader(html_report([page]))
    for name in ('timeline-0', 'confusion-0', 'risk-0', 'reliability-0'):
        spec = found.json(name)
        go.Figure(data=spec['data'], layout=spec['layout'])  # raises for a property unknown
        assert spec['height'] > 200


def test_confusion_counts_stand_in_its_cells(page):
    scores = page.evaluation.scores
    cells = confusion(scores)['data'][0]
    assert cells['text'] == scores.confusion
    assert np.sum(cells['z'], axis=1) == pytest.approx(np.ones(3))
    many = scores.model_copy(
        update={
            'confusion': np.eye(30, dtype=int).tolist(),
            'confusion_labels': [f'l{i}' for i in range(30)],
        }
    )
    assert 'text' not in confusion(many)['data'][0]


def test_risk_and_reliability_by_hand():
    windows = [window(0, confidence=0.9), window(1, best='jog', confidence=0.5), window(2, '?')]
    line = risk_coverage_plot(windows)['data'][0]
    assert (line['x'], line['y']) == ([0.5, 1], [0, 0.5])
    bars = reliability_plot(windows)['data'][0]
    assert bars['x'] == [pytest.approx(0.5, abs=1e-3), pytest.approx(0.9, abs=1e-3)]
    assert bars['y'] == [0, 1]
    assert risk_coverage_plot([window(2, '?')]) is None
    assert reliability_plot([]) is None


def test_colours_are_those_of_the_label_in_any_order():
    names = [f'l{i}' for i in range(36)]
    colours = label_colours(names)
    assert label_colours(reversed(names)) == colours
    assert len(set(colours.values())) == 37  # with rest


def test_text_is_made_harmless():
    assert escaped('<b a="1">&\'\x00\udcff') == '&lt;b a=&quot;1&quot;&gt;&amp;&#x27;\ufffd?'
    assert plot_text('<b>\n x') == '&lt;b&gt; x'
    assert plot_text('x' * 40, 10) == 'x' * 9 + '…'
    value = {'a': ['</script>', float('nan'), 1.5, (None, float('inf'))], 'b': '<!--'}
    text = safe_json(value)
    assert '<' not in text
    assert json.loads(text) == {'a': ['</script>', None, 1.5, [None, None]], 'b': '<!--'}


def test_plotly_is_imported_for_a_report_alone():
    code = (
        'import sys, dcat_ros.evaluation.html.report, dcat_ros.cli.main;'
        "print(any(name.split('.')[0] == 'plotly' for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == 'False', done.stderr

"""The documentation in a real browser: it builds, fetches nothing, and fits a telephone."""

import re
import subprocess
import sys

import pytest
from helpers import REPO

pytest.importorskip('playwright', reason='needs playwright')
pytest.importorskip('material', reason='needs mkdocs-material: pip install mkdocs-material')
pytestmark = pytest.mark.slow

WIDTHS = (1400, 400)
#: Of each kind one, and those with the widest tables.
PAGES = (
    'index.html',
    'tutorials/first_ten_minutes.html',
    'howto/use_labels.html',
    'howto/sensors.html',
    'reference/ros_api.html',
    'reference/command_line.html',
    'reference/python_api.html',
    'explanation/dcat.html',
    'results.html',
    'audio.html',
)


@pytest.fixture(scope='module')
def site(tmp_path_factory):
    """The site, built as `make docs` does."""
    folder = tmp_path_factory.mktemp('site')
    command = [sys.executable, '-m', 'mkdocs', 'build', '--strict', '--site-dir', str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=REPO)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def opened(open_page, site):
    """Opens a page of the site, once its theme has begun its work and its letters are there."""

    def at(name, width):
        page, wrong, asked = open_page(site / name, width)
        # the theme says so by the class; that nothing is asked for any more is no event of a page
        page.wait_for_selector('html.js')
        page.evaluate('document.fonts.ready.then(() => null)')
        return page, wrong, asked

    return at


@pytest.mark.parametrize('width', WIDTHS)
@pytest.mark.parametrize('name', PAGES)
def test_page_opens_from_a_folder_without_a_complaint_and_never_scrolls_sideways(
    opened, site, name, width
):
    page, wrong, asked = opened(name, width)
    assert wrong == []
    # data: and blob: stand in the page itself
    foreign = [url for url in asked if not url.startswith((site.as_uri(), 'data:', 'blob:'))]
    assert foreign == []
    assert page.evaluate('document.documentElement.scrollWidth') <= width
    assert page.query_selector('article h1') is not None


def test_wide_table_scrolls_in_its_box(opened):
    page, _, _ = opened('reference/ros_api.html', 400)
    box = page.wait_for_selector('.md-typeset__scrollwrap', state='attached')
    assert box.evaluate('box => box.scrollWidth > box.clientWidth')
    assert box.evaluate('box => getComputedStyle(box).overflowX') == 'auto'


def test_search_finds_a_parameter_without_a_server(opened):
    page, wrong, _ = opened('index.html', 1400)
    # key by key: the theme looks at what is there when a key goes up
    page.locator('input.md-search__input').press_sequentially('label_hold')
    first = page.wait_for_selector('.md-search-result__link').get_attribute('href')
    assert '.html' in first
    assert wrong == []


def test_links_of_the_site_lead_to_files_in_it(site):
    assert not (site / 'generate').exists()
    for path in site.rglob('*.html'):
        for target in re.findall(r'(?:href|src)="([^":?#]+)', path.read_text(encoding='utf-8')):
            # the page of errors stands for any path of a server
            if path.name != '404.html' and target not in ('https', 'data'):
                found = (path.parent / target).resolve()
                assert found.is_relative_to(site.resolve()), f'{path}: {target}'
                assert found.exists(), f'{path}: {target}'

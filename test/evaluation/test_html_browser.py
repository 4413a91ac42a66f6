"""The HTML report in a real browser: it draws, loads nothing, runs nothing foreign, and zooms."""

import pytest
from report_pages import HOSTILE, make_page

from dcat_ros.evaluation.html.report import Page, html_report

WIDTHS = (1400, 400)


@pytest.fixture(scope='module')
def report(tmp_path_factory):
    """A file with a tame and a hostile page."""
    folder = tmp_path_factory.mktemp('report')
    tame = make_page(folder / 'tame')
    bad = make_page(folder / 'bad', HOSTILE)
    pages = [tame, Page(HOSTILE[1] + 'x' * 300, bad.evaluation, bad.trace, 0.4)]
    path = folder / 'report.html'
    path.write_text(html_report(pages), encoding='utf-8')
    return path


@pytest.fixture
def opened(open_page, report):
    """Opens the file in a window of some width, with its first plot drawn."""

    def at(width):
        page, wrong, asked = open_page(report, width)
        page.wait_for_selector('#timeline-0 .main-svg')
        return page, wrong, asked

    return at


def draw_all(page):
    for plot in page.query_selector_all('.plot'):
        plot.scroll_into_view_if_needed()
        page.wait_for_function('plot => plot.querySelector(".main-svg") !== null', arg=plot)


def x_range(page, axis='xaxis', plot='timeline-0'):
    found = page.evaluate(f'document.getElementById("{plot}")._fullLayout.{axis}.range')
    return [round(float(edge), 3) for edge in found]


def wait_for_range(page, other, plot='timeline-0'):
    """Wait until the first axis shows something else than before."""
    page.wait_for_function(
        'before => Math.abs(document.getElementById("' + plot + '")._fullLayout.xaxis.range[0]'
        ' - before) > 1e-3',
        arg=other[0],
    )


@pytest.mark.parametrize('width', WIDTHS)
def test_report_draws_without_a_complaint_and_loads_nothing(opened, report, width):
    page, wrong, asked = opened(width)
    draw_all(page)
    assert len(page.query_selector_all('.plot')) == 8
    assert wrong == []
    # pictures that stand in the file itself are none of the network's
    assert {url for url in asked if not url.startswith(('data:', 'blob:'))} == {report.as_uri()}
    assert page.evaluate('window.hacked') is None
    assert page.query_selector('img') is None


@pytest.mark.parametrize('width', WIDTHS)
def test_report_never_scrolls_sideways(opened, width):
    page, _, _ = opened(width)
    draw_all(page)
    assert page.evaluate('document.documentElement.scrollWidth') <= width
    for plot in page.query_selector_all('.plot'):
        box = plot.bounding_box()
        svg = plot.query_selector('.main-svg').bounding_box()
        assert box['x'] >= 0
        assert box['x'] + box['width'] <= width
        assert svg['width'] <= box['width'] + 1
        assert box['width'] > 0.8 * width or width > 1000


def test_report_follows_a_window_that_becomes_narrow(opened):
    page, wrong, _ = opened(1400)
    draw_all(page)
    page.set_viewport_size({'width': 400, 'height': 800})
    page.wait_for_function(
        '() => document.querySelector("#timeline-0 .main-svg").getBoundingClientRect().width < 400'
    )
    page.wait_for_function('() => document.documentElement.scrollWidth <= 400')
    assert wrong == []


def test_zooming_one_row_zooms_all(opened):
    page, _, _ = opened(1400)
    before = x_range(page)
    assert x_range(page, 'xaxis4') == before
    plot = page.query_selector('#timeline-0')
    plot.scroll_into_view_if_needed()
    box = plot.query_selector('.nsewdrag[data-subplot="x3y3"]').bounding_box()
    y = box['y'] + box['height'] / 2
    page.mouse.move(box['x'] + 0.25 * box['width'], y)
    page.mouse.down()
    page.mouse.move(box['x'] + 0.5 * box['width'], y, steps=5)
    page.mouse.up()
    wait_for_range(page, before)
    after = x_range(page)
    length = before[1] - before[0]
    assert after[0] == pytest.approx(before[0] + 0.25 * length, abs=0.02 * length)
    assert after[1] == pytest.approx(before[0] + 0.5 * length, abs=0.02 * length)
    for axis in ('xaxis2', 'xaxis3', 'xaxis4', 'xaxis5'):
        assert x_range(page, axis) == after
    page.click('[data-all="timeline-0"]')
    wait_for_range(page, after)
    assert x_range(page) == before


@pytest.mark.parametrize('width', WIDTHS)
def test_click_on_a_mistake_takes_the_timeline_there(opened, width):
    page, wrong, _ = opened(width)
    before = x_range(page)
    row = page.query_selector_all('#page-0 .mistakes tbody tr')[1]
    start, end = (float(row.get_attribute(name)) for name in ('data-from', 'data-to'))
    row.query_selector('button').click()
    wait_for_range(page, before)
    low, high = x_range(page)
    assert low < start < end < high
    assert high - low < before[1] - before[0]
    assert 'chosen' in row.get_attribute('class')
    page.wait_for_function(
        '() => { const y = document.getElementById("timeline-0").getBoundingClientRect().top;'
        ' return y >= 0 && y < innerHeight; }'
    )
    assert wrong == []


def test_hovering_over_a_bar_tells_label_time_and_probability(opened):
    page, _, _ = opened(1400)
    plot = page.query_selector('#timeline-0')
    plot.scroll_into_view_if_needed()
    bar = plot.query_selector('.x2y2 .point').bounding_box()
    page.mouse.move(bar['x'] + bar['width'] / 2, bar['y'] + bar['height'] / 2)
    page.wait_for_selector('#timeline-0 .hovertext')
    text = page.query_selector('#timeline-0 .hovertext').text_content()
    assert 'jog' in text
    assert 'probability 0.80' in text
    assert ' s, ' in text


def test_links_lead_to_pages(opened):
    page, _, _ = opened(400)
    page.click('nav a[href="#page-1"]')
    page.wait_for_function(
        '() => document.getElementById("page-1").getBoundingClientRect().top < innerHeight'
    )
    page.wait_for_selector('#timeline-1 .main-svg')

"""The page in a real browser: labels by mouse and keys, and what becomes of them."""

import pytest
from label_helpers import BEGIN_NS, S, make_bag, served, when_ready

from dcat_ros.truth import read_csv

pytest.importorskip('starlette', reason='needs starlette: pip install "dcat_ros[label]"')
pytest.importorskip('uvicorn', reason='needs uvicorn: pip install "dcat_ros[label]"')
pytestmark = pytest.mark.slow

WIDTHS = (1400, 400)
#: Of the rows: where time begins and where it ends.
LEFT, RIGHT = 56, 6


@pytest.fixture(scope='module')
def bags(tmp_path_factory):
    folder = tmp_path_factory.mktemp('bags')
    make_bag(folder / 'a', 20, sensors=('imu', 'sound', 'picture'))
    make_bag(folder / 'b', 20, truth=[(1, 'wave'), (3, 'bow'), (4, '')])
    return folder


@pytest.fixture(scope='module')
def address(bags):
    with served(bags) as (address, _):
        yield address


@pytest.fixture
def opened(open_page, address, bags):
    """Opens a recording without labels in a window of some width, with its rows drawn."""

    def at(width, number=0):
        (bags / 'a.csv').unlink(missing_ok=True)
        when_ready(address, number)
        page, wrong, asked = open_page(f'{address}#{number}', width)
        page.wait_for_selector('.row .uplot')
        return page, wrong, asked

    return at


def add_label(page, name):
    page.fill('#label-name', name)
    page.press('#label-name', 'Enter')


def across(page, low, high, row='#rows', y=40):
    """Drag over a share of the time in view."""
    page.locator(row).scroll_into_view_if_needed()
    box = page.locator(row).bounding_box()
    x = [box['x'] + LEFT + share * (box['width'] - LEFT - RIGHT) for share in (low, high)]
    page.mouse.move(x[0], box['y'] + y)
    page.mouse.down()
    page.mouse.move(x[1], box['y'] + y, steps=4)
    page.mouse.up()


def is_saved(page, n):
    """Wait until so many intervals are there and saved."""
    page.wait_for_function(
        'n => document.querySelectorAll("#intervals li").length === n'
        ' && document.getElementById("status").textContent === "saved"',
        arg=n,
    )


def shows(page, where, text):
    """Wait until something shows a text; by a function, for the page lets nobody evaluate one."""
    page.wait_for_function(
        '([where, text]) => document.querySelector(where)?.textContent.includes(text)',
        arg=[where, text],
    )


def intervals(page):
    return page.locator('#intervals li button:first-child').all_text_contents()


@pytest.mark.parametrize('width', WIDTHS)
def test_three_intervals_are_there_after_a_reload(opened, bags, width):
    page, wrong, asked = opened(width)
    add_label(page, 'wave, then "bow"')
    across(page, 0.1, 0.2)
    add_label(page, '挥手')
    across(page, 0.4, 0.5)
    across(page, 0.7, 0.8, '#lane', 10)
    is_saved(page, 3)
    before = intervals(page)
    page.reload()
    page.wait_for_selector('#intervals li')
    assert intervals(page) == before
    said = read_csv(bags / 'a.csv')
    assert sorted(segment.label for segment in said) == sorted(['wave, then "bow"', '挥手', '挥手'])
    for segment, low in zip(said, (0.1, 0.4, 0.7), strict=True):
        assert (segment.start_ns - BEGIN_NS) / S == pytest.approx(20 * low, abs=0.3)
        assert (segment.end_ns - segment.start_ns) / S == pytest.approx(2, abs=0.3)
    assert wrong == []
    assert page.evaluate('document.documentElement.scrollWidth') <= width
    root = page.url.partition('#')[0]
    assert {url for url in asked if not url.startswith((root, 'data:'))} == set()


def test_keys_begin_end_rename_undo_and_delete(opened):
    page, wrong, _ = opened(1400)
    add_label(page, 'wave')
    add_label(page, 'bow')
    # the labels stand in the order of the alphabet: 1 is bow
    for key in ('2', '[', *['Shift+ArrowRight'] * 3, ']'):
        page.keyboard.press(key)
    is_saved(page, 1)
    assert intervals(page) == ['0:00.00 – 0:03.00 wave']
    page.keyboard.press('1')
    page.wait_for_function(
        '() => document.querySelector("#intervals li").textContent.includes("bow")'
    )
    page.keyboard.press('Control+z')
    page.wait_for_function(
        '() => document.querySelector("#intervals li").textContent.includes("wave")'
    )
    page.keyboard.press('Control+Shift+Z')
    page.wait_for_function(
        '() => document.querySelector("#intervals li").textContent.includes("bow")'
    )
    page.keyboard.press('k')
    page.keyboard.press('Delete')
    is_saved(page, 0)
    page.keyboard.press('Control+z')
    is_saved(page, 1)
    assert wrong == []


def test_an_edge_is_dragged_and_never_over_another_interval(opened, bags):
    page, _, _ = opened(1400)
    add_label(page, 'wave')
    across(page, 0.1, 0.2)
    page.keyboard.press('Escape')
    across(page, 0.4, 0.5)
    page.keyboard.press('Escape')
    across(page, 0.2, 0.3, '#lane', 10)
    is_saved(page, 2)
    across(page, 0.3, 0.9, '#lane', 10)
    is_saved(page, 2)
    first, second = read_csv(bags / 'a.csv')
    assert first.end_ns == second.start_ns
    # what is drawn inside of another one is refused
    page.keyboard.press('Escape')
    across(page, 0.15, 0.18)
    page.wait_for_function(
        '() => document.getElementById("status").textContent.includes("already")'
    )
    assert len(read_csv(bags / 'a.csv')) == 2


@pytest.mark.parametrize('width', WIDTHS)
def test_zoom_goes_in_and_out_and_along(opened, width):
    page, _, _ = opened(width)
    add_label(page, 'wave')
    page.click('#in')
    page.click('#in')
    across(page, 0.0, 1.0)  # the first quarter
    is_saved(page, 1)
    text = intervals(page)[0]
    assert text.startswith('0:00.00 – 0:0')
    end_s = float(text.split('0:0')[-1].split()[0])
    assert end_s == pytest.approx(5, abs=0.4)
    page.click('#later')
    page.click('#later')
    page.keyboard.press('Escape')
    across(page, 0.5, 0.9)
    is_saved(page, 2)
    assert intervals(page)[1].startswith('0:07')
    page.click('#all')


def test_two_windows_keep_the_work_of_both(opened, open_page, address, bags):
    one, _, _ = opened(1400)
    other, _, _ = open_page(f'{address}#0', 1400)
    other.wait_for_selector('.row .uplot')
    add_label(one, 'wave')
    add_label(other, 'bow')
    across(one, 0.1, 0.2)
    is_saved(one, 1)
    across(other, 0.4, 0.5)
    is_saved(other, 2)
    one.wait_for_function('() => document.querySelectorAll("#intervals li").length === 2')
    assert [segment.label for segment in read_csv(bags / 'a.csv')] == ['wave', 'bow']


def test_several_recordings_share_their_labels(opened):
    page, wrong, _ = opened(1400, 1)
    page.wait_for_selector('#intervals li')
    assert len(intervals(page)) == 2
    assert 'until you change one' in page.text_content('#notes')
    page.keyboard.press('PageUp')
    page.wait_for_selector('canvas.spectrum')
    assert page.locator('#labels button').all_text_contents() == ['1bow', '2wave']
    assert wrong == []


def test_it_plays(opened):
    page, wrong, _ = opened(1400)
    page.wait_for_selector('#pictures canvas[data-picture]')
    first = page.get_attribute('#pictures canvas', 'data-picture')
    page.keyboard.press(' ')
    page.wait_for_function(
        'first => document.querySelector("#pictures canvas").dataset.picture !== first', arg=first
    )
    assert page.text_content('#play') == 'Pause'
    page.keyboard.press(' ')
    shows(page, '#play', 'Play')  # with the next frame
    assert wrong == []


def test_the_wrong_token_opens_nothing(browser, address):
    page = browser.new_context().new_page()
    answer = page.goto(address[:-2] + '/')
    assert answer.status == 403
    assert page.query_selector('#stack') is None
    page.context.close()


def test_an_unanswered_save_is_tried_until_it_is_answered(opened, bags):
    page, _, _ = opened(1400)
    add_label(page, 'wave')
    page.route('**/labels', lambda route: route.abort())
    across(page, 0.1, 0.2)
    page.wait_for_function(
        '() => document.getElementById("status").textContent.includes("not saved")'
    )
    page.unroute('**/labels')
    is_saved(page, 1)
    assert len(read_csv(bags / 'a.csv')) == 1

"""Labels in files of others: what is written is read again, and what makes no sense is refused."""

import contextlib
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.errors import InputError
from dcat_ros.label.audacity import audacity_text, read_audacity
from dcat_ros.label.elan import elan_text, read_elan
from dcat_ros.label.exchange import read_as
from dcat_ros.label.intervals import checked, moved, united
from dcat_ros.segment import Segment
from dcat_ros.truth import csv_text, parse_csv

HOSTILE = (
    'wave, then "bow"',
    "it's",
    '<b>&amp;</b>',
    '挥手',
    'é\u0301',
    '=1+1',
    '\\',
    '🙂',
    '--',
    ']]>',
    '"',
)

labels = (
    st.text(st.characters(exclude_categories=('C', 'Z'), include_characters=' '), min_size=1)
    .map(str.strip)
    .filter(lambda text: text and text.isprintable())
    .map(lambda text: text[:200].strip())
)


@st.composite
def interval_lists(draw, unit_ns=1, most_ns=10**15):
    """Intervals of some length, apart, whose times are multiples of a unit."""
    times = draw(st.lists(st.integers(0, most_ns // unit_ns), unique=True, max_size=16))
    times = sorted(time * unit_ns for time in times)
    return [
        Segment(start, end, draw(labels | st.sampled_from(HOSTILE)))
        for start, end in zip(times[::2], times[1::2], strict=False)
    ]


def in_one_line(label):
    """As a file of ELAN has it: XML knows no runs of blanks that matter here."""
    return ' '.join(label.split())


@given(interval_lists())
def test_csv_gives_back_every_nanosecond_and_letter(segments):
    assert parse_csv(csv_text(segments), 'it') == segments


@given(interval_lists(unit_ns=1000, most_ns=10**14))
def test_audacity_gives_back_every_microsecond(segments):
    assert read_audacity(audacity_text(segments), 'it') == (segments, 0)


@given(interval_lists(unit_ns=1_000_000))
def test_elan_gives_back_every_millisecond(segments):
    wanted = [Segment(s.start_ns, s.end_ns, in_one_line(s.label)) for s in segments]
    assert read_elan(elan_text(segments).encode(), 'it') == (wanted, 0)


@given(interval_lists(), st.integers(-(10**15), 10**15))
def test_moved_there_and_back_is_the_same(segments, by_ns):
    assert moved(moved(segments, by_ns), -by_ns) == segments


@given(interval_lists(), interval_lists())
def test_united_holds_all_old_ones_and_never_overlaps(old, new):
    both, n_left = united(old, new)
    assert checked(both, 'both') == both
    assert set(old) <= set(both)
    assert len(both) + n_left == len(old) + len([s for s in new if s not in old])


def test_united_with_itself_changes_nothing():
    old = [Segment(0, 5, 'wave'), Segment(5, 9, 'bow')]
    assert united(old, old) == (old, 0)


@pytest.mark.parametrize(
    ('segments', 'what'),
    [
        ([Segment(5, 5, 'wave')], 'ends before it begins'),
        ([Segment(5, 3, 'wave')], 'ends before it begins'),
        ([Segment(0, 5, 'wave'), Segment(4, 9, 'bow')], "'wave' and 'bow' overlap"),
        ([Segment(0, 5, '')], 'can be no label'),
        ([Segment(0, 5, ' wave')], 'no blank at its ends'),
        ([Segment(0, 5, 'wave\nbow')], 'cannot be printed'),
        ([Segment(0, 5, 'wave\x00')], 'cannot be printed'),
        ([Segment(0, 5, 'w' * 201)], 'can be no label'),
        ([Segment(0, 2**63, 'wave')], 'at no time'),
        ([Segment(2 * i, 2 * i + 1, 'wave') for i in range(100_001)], 'too many'),
    ],
)
def test_intervals_that_make_no_sense_are_refused(segments, what):
    with pytest.raises(InputError, match=what):
        checked(segments, 'labels.csv')


def test_audacity_as_audacity_writes_it():
    text = '1.500000\t2.000000\twave\n\\\t100.0\t2000.0\n2.5\t2.5\ta moment\n3,25\t4\tbow, twice\n'
    found, n_left = read_audacity(text, 'it')
    assert found == [
        Segment(1_500_000_000, 2_000_000_000, 'wave'),
        Segment(3_250_000_000, 4_000_000_000, 'bow, twice'),
    ]
    assert n_left == 1


@pytest.mark.parametrize(
    'text',
    ['1 2 wave\n', 'a\tb\tc\n', '1\t\twave\n', 'nan\t2\twave\n', '1\tinf\twave\n', '1\t1e99\tx'],
)
def test_damaged_label_track_is_refused_with_its_line(text):
    with pytest.raises(InputError, match=r'it\.txt, line 2'):
        read_audacity('0\t1\tbow\n' + text, 'it.txt')


def eaf(body, slots=((1, 1500), (2, 2000), (3, None))):
    order = ''.join(
        f'<TIME_SLOT TIME_SLOT_ID="ts{i}"' + (f' TIME_VALUE="{v}"/>' if v is not None else '/>')
        for i, v in slots
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ANNOTATION_DOCUMENT><HEADER/>'
        f'<TIME_ORDER>{order}</TIME_ORDER>{body}</ANNOTATION_DOCUMENT>'
    ).encode()


def tier(name, *annotations):
    inside = ''.join(
        f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a" TIME_SLOT_REF1="{a}" '
        f'TIME_SLOT_REF2="{b}"><ANNOTATION_VALUE>{v}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION>'
        '</ANNOTATION>'
        for a, b, v in annotations
    )
    return f'<TIER TIER_ID="{name}">{inside}</TIER>'


def test_elan_leaves_out_what_has_no_time_or_text_and_says_how_many():
    own = tier('hands', ('ts1', 'ts2', 'wave &amp;\n bow'), ('ts1', 'ts3', 'x'), ('ts1', 'ts2', ''))
    found = read_elan(eaf(own), 'it.eaf')
    assert found == ([Segment(1_500_000_000, 2_000_000_000, 'wave & bow')], 2)


LENGTHS = {
    'elan': eaf(tier('hands', ('ts1', 'ts2', 'wave'), ('ts2', 'ts2', 'now'))),
    'audacity': b'1.5\t2\twave\n2\t2\tnow\n',
    'csv': b'start,end,label\n1.5,2,wave\n2,2,now\n',
}


@pytest.mark.parametrize('name', LENGTHS)
def test_what_has_no_length_is_left_out_and_counted(name):
    found = read_as(name, LENGTHS[name], 'it', 0)
    assert found == ([Segment(1_500_000_000, 2_000_000_000, 'wave')], 1)


def test_csv_without_text_is_left_out_and_what_ends_before_it_begins_refused():
    found = read_as('csv', b'start,end,label\n0,1,wave\n2,3,\n', 'it', 0)
    assert found == ([Segment(0, 1_000_000_000, 'wave')], 1)
    with pytest.raises(InputError, match='it, line 2: end must not come before start'):
        read_as('csv', b'start,end,label\n1,0,wave\n', 'it', 0)


def test_elan_of_two_tiers_that_overlap_names_them():
    both = tier('left', ('ts1', 'ts2', 'wave')) + tier('right', ('ts1', 'ts2', 'bow'))
    with pytest.raises(InputError, match='It has the tiers left, right; keep one'):
        read_elan(eaf(both), 'it.eaf')


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
    b'<ANNOTATION_DOCUMENT>&c;</ANNOTATION_DOCUMENT>'
)


@pytest.mark.parametrize(
    ('data', 'what'),
    [
        (BOMB, 'DOCTYPE'),
        (b'', 'no whole file'),
        (b'\x00\xff', 'no whole file'),
        (b'<html/>', "begins with 'html'"),
        (eaf('<TIER>')[:-5], 'no whole file'),
        (eaf('', slots=((1, '-5'),)), 'no number of milliseconds'),
        (eaf('', slots=((1, '9' * 40),)), 'no number of milliseconds'),
        (eaf(tier('a', ('ts2', 'ts1', 'wave'))), 'ends before it begins'),
        (b'<?xml version="1.0" encoding="nothing"?><a/>', 'no whole file'),
        (b'<a>' * 5000, 'too deeply'),
    ],
)
def test_damaged_elan_is_refused_in_one_sentence(data, what):
    with pytest.raises(InputError, match=what):
        read_elan(data, 'it.eaf')


@given(st.binary(max_size=300))
def test_elan_of_any_bytes_is_refused_or_read(data):
    with contextlib.suppress(InputError):
        read_elan(data, 'it.eaf')


@given(st.text(max_size=100))
def test_audacity_of_any_text_is_refused_or_read(text):
    with contextlib.suppress(InputError):
        read_audacity(text, 'it.txt')


def test_elan_has_what_its_schema_asks_for():
    root = ElementTree.fromstring(elan_text([Segment(0, 10**9, 'wave')]))
    assert [child.tag for child in root] == ['HEADER', 'TIME_ORDER', 'TIER', 'LINGUISTIC_TYPE']
    assert root.find('TIER').get('LINGUISTIC_TYPE_REF') == 'default-lt'
    assert root.find('HEADER').get('TIME_UNITS') == 'milliseconds'

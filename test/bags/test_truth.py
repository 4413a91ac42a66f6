import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.errors import InputError
from dcat_ros.segment import Segment
from dcat_ros.truth import from_changes, label_at, read_csv

S = 10**9


@pytest.mark.parametrize(
    ('changes', 'expected'),
    [
        ([], []),
        ([(5, '')], []),
        ([(5, 'walk')], [(5, 100, 'walk')]),
        ([(5, 'walk'), (9, '')], [(5, 9, 'walk')]),
        ([(5, 'walk'), (9, 'jog')], [(5, 9, 'walk'), (9, 100, 'jog')]),
        ([(5, 'walk'), (9, 'walk')], [(5, 9, 'walk'), (9, 100, 'walk')]),
        ([(5, 'walk'), (5, 'jog')], [(5, 100, 'jog')]),
        ([(5, ' walk '), (100, '')], [(5, 100, 'walk')]),
        ([(100, 'walk')], []),
    ],
)
def test_from_changes_by_hand(changes, expected):
    assert from_changes(changes, 100) == [Segment(*e) for e in expected]


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 3)), max_size=8),
    st.lists(st.integers(-2, 60), max_size=20),
)
def test_label_at_is_a_search_through_all(steps, stamps):
    segments, at = [], 0
    for i, (length, hole) in enumerate(steps):
        segments.append(Segment(at, at + length, f'l{i}'))
        at += length + hole
    expected = []
    for stamp in stamps:
        inside = [s.label for s in segments if s.start_ns <= stamp < s.end_ns]
        expected.append(inside[0] if inside else '')
    assert label_at(segments, stamps) == expected


def csv(tmp_path, text):
    path = tmp_path / 'truth.csv'
    path.write_text(text, encoding='utf-8')
    return path


def test_read_csv_sorts_and_ignores_other_columns(tmp_path):
    path = csv(tmp_path, 'label,who,end,start\n jog ,a,3,2.5\nwalk,b,2,0.5\n')
    assert read_csv(path) == [
        Segment(S // 2, 2 * S, 'walk'),
        Segment(5 * S // 2, 3 * S, 'jog'),
    ]


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('1700000000.123456789', 1_700_000_000_123_456_789),
        ('1700000000', 1_700_000_000 * S),
        ('0.1', 100_000_000),
        ('.25', 250_000_000),
        (' 2. ', 2 * S),
        ('0.1234567899', 123_456_789),
        ('1e1', 10 * S),
        ('-1.5', -1_500_000_000),
    ],
)
def test_read_csv_seconds_are_exact(tmp_path, text, expected):
    (segment,) = read_csv(csv(tmp_path, f'start,end,label\n{text},1800000000,walk\n'))
    assert segment.start_ns == expected


def test_read_csv_touching_segments_are_no_overlap(tmp_path):
    assert len(read_csv(csv(tmp_path, 'start,end,label\n0,1,a\n1,2,b\n'))) == 2


def test_read_csv_header_alone_is_no_truth(tmp_path):
    assert read_csv(csv(tmp_path, 'start,end,label\n')) == []


@pytest.mark.parametrize(
    ('text', 'match'),
    [
        ('', 'lacks the column end'),
        ('start,end\n0,1\n', 'lacks the column label; its first line must name'),
        ('begin,end,label\n0,1,a\n', 'lacks the column start'),
        ('start,end,label\n0,1,a\nx,2,b\n', 'line 3: start and end must be seconds'),
        ('start,end,label\n0,,a\n', 'line 2: start and end must be seconds'),
        ('start,end,label\nnan,1,a\n', 'line 2: start and end must be seconds'),
        ('start,end,label\n0,inf,a\n', 'line 2: start and end must be seconds'),
        ('start,end,label\n1,1,a\n', 'line 2: end must come after start'),
        ('start,end,label\n2,1,a\n', 'line 2: end must come after start'),
        ('start,end,label\n0,1, \n', 'line 2: end must come after start, and label must not'),
        ('start,end,label\n0,1\n', 'line 2: .* label must not be empty'),
        ('start,end,label\n0,2,a\n1,3,b\n', r'a and b overlap at 1.0 s'),
        ('start,end,label\n0,1,"' + 'x' * 200_000 + '"\n', 'cannot be read'),
    ],
)
def test_read_csv_wrong_file_is_refused(tmp_path, text, match):
    path = csv(tmp_path, text)
    with pytest.raises(InputError, match=match) as caught:
        read_csv(path)
    assert str(caught.value).startswith(str(path))


def test_read_csv_line_without_end_is_refused(tmp_path):
    with pytest.raises(InputError, match='line 2'):
        read_csv(csv(tmp_path, 'start,end,label\n0\n'))


def test_read_csv_of_a_spreadsheet_with_a_mark_at_its_start(tmp_path):
    path = csv(tmp_path, '\ufeffstart,end,label\n0,1,walk\n')
    assert read_csv(path) == [Segment(0, S, 'walk')]


def test_read_csv_missing_file(tmp_path):
    with pytest.raises(InputError, match=r'no\.csv cannot be read'):
        read_csv(tmp_path / 'no.csv')


def test_read_csv_that_is_no_text(tmp_path):
    (tmp_path / 'a.csv').write_bytes(b'\xff\xfe\x00start')
    with pytest.raises(InputError, match='cannot be read'):
        read_csv(tmp_path / 'a.csv')

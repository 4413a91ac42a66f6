"""Ward's error categories, by hand and against the package ward-metrics."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dcat_ros.evaluation.events import Event
from dcat_ros.evaluation.ward import Ward, ward_of
from dcat_ros.segment import Segment

wardmetrics = pytest.importorskip('wardmetrics.core_methods')


def segments(*spans, label='walk'):
    return [Segment(a, b, label) for a, b in spans]


def events(*spans, label='walk'):
    return [Event(label, a, b, ()) for a, b in spans]


@pytest.mark.parametrize(
    ('true', 'found', 'expected'),
    [
        ([(0, 10)], [(2, 8)], Ward(correct=1)),
        ([(0, 10)], [], Ward(deleted=1)),
        ([], [(0, 10)], Ward(inserted=1)),
        ([(0, 10)], [(10, 20)], Ward(deleted=1, inserted=1)),  # touching is no overlap
        ([(0, 10)], [(0, 2), (4, 6)], Ward(fragmented=1, fragmenting=2)),
        ([(0, 4), (6, 9)], [(0, 9)], Ward(merged=2, merging=1)),
        (
            [(0, 10), (20, 30)],
            [(1, 2), (5, 25)],
            Ward(fragmented_and_merged=1, merged=1, fragmenting=1, fragmenting_and_merging=1),
        ),
    ],
)
def test_ward_by_hand(true, found, expected):
    assert ward_of(segments(*true), events(*found)) == expected


def test_ward_scores_every_label_by_itself_and_rest_is_no_event():
    truth = segments((0, 10)) + segments((10, 20), label='rest')
    assert ward_of(truth, events((0, 10), label='jog')) == Ward(deleted=1, inserted=1)


@st.composite
def spans(draw, least=0):
    """Intervals one after another, with gaps between them, for merging is the source's business."""
    lengths = draw(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9)), min_size=least))
    out, now = [], 0
    for gap, length in lengths[:12]:
        out.append((now + gap, now + gap + length))
        now += gap + length
    return out


def overlap(a, b):
    return a[0] < b[1] and b[0] < a[1]


@given(spans(least=1), spans(least=1))
def test_ward_is_that_of_ward_metrics(true, found):
    # the package loses count ('FMM') of what two merging events fragment, and then forgets one
    merging = [f for f in found if sum(overlap(t, f) for t in true) > 1]
    assume(all(sum(overlap(t, m) for m in merging) < 2 for t in true))
    _, _, theirs, _ = wardmetrics.eval_events(list(true), list(found))
    ours = ward_of(segments(*true), events(*found))
    assert theirs == {
        'total_gt': len(true),
        'total_det': len(found),
        'C': ours.correct,
        'D': ours.deleted,
        'F': ours.fragmented,
        'M': ours.merged,
        'FM': ours.fragmented_and_merged,
        "I'": ours.inserted,
        "F'": ours.fragmenting,
        "M'": ours.merging,
        "FM'": ours.fragmenting_and_merging,
    }


@given(spans(), spans())
def test_ward_counts_every_event_once(true, found):
    ward = ward_of(segments(*true), events(*found))
    fates = (ward.correct, ward.deleted, ward.fragmented, ward.merged, ward.fragmented_and_merged)
    assert sum(fates) == len(true)
    causes = (ward.inserted, ward.fragmenting, ward.merging, ward.fragmenting_and_merging)
    assert ward.correct + sum(causes) == len(found)

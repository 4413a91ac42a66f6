"""What a model proposes for a recording."""

import numpy as np
import pytest
from label_helpers import BEGIN_NS, S, make_bag

from dcat_ros.errors import BagError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.label.stopped import Stopped
from dcat_ros.label.suggest import Proposal, Proposals, Suggest
from dcat_ros.segment import Segment


@pytest.fixture(scope='module')
def suggest():
    return Suggest('imu_utd_mhad')


def test_stretches_of_movement_are_proposed_and_those_with_a_label_are_not(suggest, tmp_path):
    bag = make_bag(tmp_path / 'walk', 40)
    proposals = suggest.proposals_of(bag, BagSource(), lambda: True)
    found = sorted(proposals.ranked)
    # it moves from second 4 to 8, 12 to 16 and so on, the last until the end
    assert len(found) == 5
    for one in found:
        middle_s = ((one.start_ns + one.end_ns) / 2 - BEGIN_NS) / S
        assert middle_s % 8 > 3.5
        assert one.label in suggest.labels
        assert 0 < one.probability <= 1
    first = found[0]
    proposals.order([Segment(first.start_ns, first.end_ns, 'wave')])
    assert sorted(proposals.ranked) == found[1:]
    proposals.order([])
    assert sorted(proposals.ranked) == found


def test_they_are_ranked_anew_only_where_labels_are_others(monkeypatch):
    ranked = []

    def order(doubt, features, known):
        ranked.append(known.tolist())
        return [0] if not known.any() else []

    monkeypatch.setattr('dcat_ros.label.suggest.teaching_order', order)
    proposals = Proposals([Proposal(0, 10, 'wave', 0.5, True)], np.zeros((1, 2), np.float32))
    for labelled in ([], [], [Segment(0, 10, 'bow')], [Segment(0, 10, 'bow')], []):
        proposals.order(list(labelled))
        assert len(proposals.ranked) == (not labelled)
    assert ranked == [[False], [True], [False]]


def test_it_stops_when_nobody_wants_it(suggest, tmp_path):
    bag = make_bag(tmp_path / 'walk', 4)
    with pytest.raises(Stopped):
        suggest.proposals_of(bag, BagSource(), lambda: False)


def test_a_bag_without_the_sensor_of_the_model_is_said(suggest, tmp_path):
    bag = make_bag(tmp_path / 'heard', 2, sensors=('sound',))
    with pytest.raises(BagError, match='has no topic'):
        suggest.proposals_of(bag, BagSource(), lambda: True)


def test_a_bag_of_one_moment_has_no_proposals(suggest, tmp_path):
    bag = make_bag(tmp_path / 'short', 0.5)
    assert suggest.proposals_of(bag, BagSource(), lambda: True).ranked == []

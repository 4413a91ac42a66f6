"""What a page gets to know of a recording, as JSON; times in nanoseconds from its first reading."""

from collections.abc import Sequence
from typing import Any

from dcat_ros.errors import InputError
from dcat_ros.label.desk import Desk, Place
from dcat_ros.label.intervals import moved
from dcat_ros.label.opened import OpenedTrack
from dcat_ros.label.suggest import Proposals
from dcat_ros.label.tracks import HeardTrack, PictureTrack, SignalTrack
from dcat_ros.segment import Segment

__all__ = ['labels_told', 'list_told', 'place_told']

#: Proposals that a page shows in its list; further ones come as these get a label.
_MOST_PROPOSALS = 200
Told = dict[str, Any]


def list_told(desk: Desk) -> Told:
    """The list of recordings."""
    return {
        'bags': [{'name': place.path.name, 'problem': place.problem} for place in desk.places],
        'model': desk.model_name,
    }


def place_told(desk: Desk, number: int, known: str) -> Told:
    """Everything of one recording.

    Args:
        desk: that has it.
        number: of the recording.
        known: the state of its labels that the page has: those are not told again.
    """
    place = desk.look(number)
    told: Told = {
        'name': place.path.name,
        'file': str(place.csv),
        'problem': place.problem,
        'vocabulary': desk.labels,
        'notes': [],
        'tracks': [],
        'span': None,
        'ready': False,
    }
    opened = place.opened
    if opened is None:
        return told
    told |= {
        'notes': opened.notes,
        'origin_s': opened.origin_ns / 1e9,
        'tracks': [_track_told(one) for one in opened.tracks],
        'span': opened.span_ns,
        'ready': opened.is_ready,
    }
    try:
        segments, state = desk.labels_of(number)
    except InputError as problem:
        return told | {'labels_problem': str(problem)}
    told['state'] = state
    if state != known:
        told['intervals'] = labels_told(segments, opened.origin_ns)
    if desk.model_name:
        told['proposals'] = _proposals_told(place, opened.origin_ns)
    return told


def labels_told(segments: Sequence[Segment], origin_ns: int) -> list[Any]:
    """Intervals: start, end, label."""
    return [[s.start_ns, s.end_ns, s.label] for s in moved(segments, -origin_ns)]


def _track_told(one: OpenedTrack) -> Told:
    told: Told = {
        'name': one.name,
        'sensor': one.sensor,
        'share': one.share,
        'why_none': one.why_none,
        'kind': '',
        'span': None,
    }
    track = one.track
    if track is None:
        return told
    told['span'] = track.span_ns
    if isinstance(track, SignalTrack):
        rows = [{'name': r.name, 'unit': r.unit, 'columns': r.columns} for r in track.rows]
        told |= {'kind': 'signal', 'rows': rows, 'width_ns': track.levels.width_ns}
    elif isinstance(track, HeardTrack):
        widths = {'width_ns': track.wave.width_ns, 'spectrum_ns': track.spectrum.width_ns}
        told |= {'kind': 'heard', **widths}
    elif isinstance(track, PictureTrack):
        told |= {'kind': 'pictures', 'joints': track.has_joints, 'no_joints': track.why_no_joints}
    return told


def _proposals_told(place: Place, origin_ns: int) -> Told:
    proposals: Proposals | None = place.proposals
    if proposals is None:
        return {'ready': False, 'why_none': place.why_no_proposals, 'ranked': [], 'n': 0}
    ranked = proposals.ranked
    return {
        'ready': True,
        'why_none': '',
        'n': len(ranked),
        'ranked': [
            [
                one.start_ns - origin_ns,
                one.end_ns - origin_ns,
                one.label,
                round(one.probability, 3),
                one.is_sure,
            ]
            for one in ranked[:_MOST_PROPOSALS]
        ],
    }

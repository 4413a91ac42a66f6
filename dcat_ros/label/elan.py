"""ELAN's annotation files (.eaf): time slots in milliseconds, and tiers of annotations.

Source: "EAF annotation format 3.0", Max Planck Institute for Psycholinguistics. By hand: the
library pympi-ling reads a file with whatever its parser expands, and of a damaged one raises
whatever it stumbles over. Here a file with a DOCTYPE is refused, so that nothing can be expanded:
no file of ELAN has one.
"""

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from dcat_ros.errors import InputError
from dcat_ros.label.intervals import checked
from dcat_ros.segment import Segment

__all__ = ['elan_text', 'read_elan']

_MS = 1_000_000
_DEEPEST = 20
_TIER = 'activity'
_SCHEMA = 'http://www.mpi.nl/tools/elan/EAFv3.0.xsd'
_XSI = 'http://www.w3.org/2001/XMLSchema-instance'


def read_elan(data: bytes, where: str) -> tuple[list[Segment], int]:
    """Intervals of all tiers, in nanoseconds from the beginning of the media.

    Args:
        data: of the file.
        where: its name, for the error.

    Returns:
        The intervals, and how many annotations were left out since they have no times of their
        own, no length, or no text.

    Raises:
        InputError: it is no such file, or its annotations overlap.
    """
    root = _parsed(data, where)
    if root.tag != 'ANNOTATION_DOCUMENT':
        raise InputError(
            f'{where} is no file of ELAN: it begins with {root.tag[:40]!r}, and not with '
            'ANNOTATION_DOCUMENT.'
        )
    slots = _slots(root, where)
    segments, n_left = [], 0
    for annotation in root.iter('ALIGNABLE_ANNOTATION'):
        times = [slots.get(annotation.get(f'TIME_SLOT_REF{i}', '')) for i in (1, 2)]
        label = ' '.join((annotation.findtext('ANNOTATION_VALUE') or '').split())
        start_ns, end_ns = times
        if start_ns is None or end_ns is None or start_ns == end_ns or not label:
            n_left += 1
        else:
            segments.append(Segment(start_ns, end_ns, label))
    n_left += sum(1 for _ in root.iter('REF_ANNOTATION'))
    try:
        return checked(segments, where), n_left
    except InputError as problem:
        tiers = [tier.get('TIER_ID', '') for tier in root.iter('TIER')]
        if len(tiers) < 2 or 'overlap' not in str(problem):
            raise
        raise InputError(
            f'{problem} It has the tiers {", ".join(tiers[:8])}; keep one of them in the file.'
        ) from None


def elan_text(segments: Sequence[Segment]) -> str:
    """The text of a file with one tier, of format 3.0; to the millisecond.

    Args:
        segments: checked; in nanoseconds from the beginning of the media.
    """
    root = ElementTree.Element(
        'ANNOTATION_DOCUMENT',
        {
            'AUTHOR': '',
            'DATE': datetime.now(timezone.utc).isoformat(timespec='seconds'),
            'FORMAT': '3.0',
            'VERSION': '3.0',
            'xmlns:xsi': _XSI,
            'xsi:noNamespaceSchemaLocation': _SCHEMA,
        },
    )
    ElementTree.SubElement(root, 'HEADER', {'MEDIA_FILE': '', 'TIME_UNITS': 'milliseconds'})
    order = ElementTree.SubElement(root, 'TIME_ORDER')
    tier = ElementTree.SubElement(
        root, 'TIER', {'LINGUISTIC_TYPE_REF': 'default-lt', 'TIER_ID': _TIER}
    )
    for i, segment in enumerate(segments, start=1):
        names = [f'ts{2 * i - 1}', f'ts{2 * i}']
        for name, time_ns in zip(names, _ends_ms(segment), strict=True):
            slot = {'TIME_SLOT_ID': name, 'TIME_VALUE': str(time_ns)}
            ElementTree.SubElement(order, 'TIME_SLOT', slot)
        one = ElementTree.SubElement(
            ElementTree.SubElement(tier, 'ANNOTATION'),
            'ALIGNABLE_ANNOTATION',
            {'ANNOTATION_ID': f'a{i}', 'TIME_SLOT_REF1': names[0], 'TIME_SLOT_REF2': names[1]},
        )
        ElementTree.SubElement(one, 'ANNOTATION_VALUE').text = segment.label
    ElementTree.SubElement(
        root,
        'LINGUISTIC_TYPE',
        {
            'GRAPHIC_REFERENCES': 'false',
            'LINGUISTIC_TYPE_ID': 'default-lt',
            'TIME_ALIGNABLE': 'true',
        },
    )
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, 'unicode') + '\n'


def _ends_ms(segment: Segment) -> tuple[int, int]:
    """Both in whole milliseconds, the end behind the start."""
    start_ms = round(segment.start_ns / _MS)
    return start_ms, max(round(segment.end_ns / _MS), start_ms + 1)


def _slots(root: ElementTree.Element, where: str) -> dict[str, int | None]:
    """Time slot -> its time in ns; None of one that has none."""
    found: dict[str, int | None] = {}
    for slot in root.iter('TIME_SLOT'):
        value = slot.get('TIME_VALUE')
        if value is not None and not (value.isascii() and value.isdecimal() and len(value) < 13):
            raise InputError(f'{where}: the time {value[:40]!r} is no number of milliseconds.')
        found[slot.get('TIME_SLOT_ID', '')] = None if value is None else int(value) * _MS
    return found


def _parsed(data: bytes, where: str) -> ElementTree.Element:
    """The document, built by a parser that refuses whatever could be expanded or fetched."""
    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise InputError(f'{where} is no file of ELAN: it is nested too deeply.')
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refuse(*_: Any) -> None:
        raise InputError(f'{where} has a DOCTYPE, which no file of ELAN has; it is not read.')

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
        return builder.close()
    # an encoding that is none is a LookupError
    except (expat.ExpatError, ValueError, LookupError, AssertionError) as problem:
        raise InputError(f'{where} is no whole file of ELAN: {problem}.') from None

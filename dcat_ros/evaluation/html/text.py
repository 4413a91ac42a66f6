"""Hostile text made harmless for each place of a report, and colours of labels."""

import html
import json
from collections.abc import Iterable
from math import isfinite
from typing import Any

from dcat_ros.segment import REST

__all__ = ['GREY', 'RIGHT', 'WRONG', 'escaped', 'label_colours', 'number', 'plot_text', 'safe_json']

GREY = '#a3abb5'
RIGHT = '#3b6ea5'
WRONG = '#c8463c'
_REST = '#dfe4ea'
_BASE = (
    '#4e79a7',
    '#f28e2b',
    '#59a14f',
    '#e15759',
    '#76b7b2',
    '#b07aa1',
    '#edc948',
    '#9c755f',
    '#ff9da7',
    '#2f7f86',
    '#8cb369',
    '#6b5b95',
)
#: What the base colours are mixed with when they are used up, and how much of it.
_MIXED_WITH = (((0, 0, 0), 0.0), ((255, 255, 255), 0.45), ((0, 0, 0), 0.35))
_LONGEST = 28


def escaped(text: str) -> str:
    """For HTML, between tags or in a quoted attribute."""
    return html.escape(_clean(text))


def plot_text(text: str, longest: int = _LONGEST) -> str:
    """For plotly.js, which reads some tags; a long text is cut."""
    line = ' '.join(_clean(text).split())
    if len(line) > longest:
        line = line[: longest - 1] + '…'
    return html.escape(line, quote=False)


def _clean(text: str) -> str:
    """Without what UTF-8 cannot hold and without control characters."""
    valid = text.encode('utf-8', 'replace').decode('utf-8')
    return ''.join(c if c.isprintable() or c in '\n\t' else '\ufffd' for c in valid)


def safe_json(value: Any) -> str:
    """JSON that may stand inside a script element, whatever its strings hold.

    NaN and infinity, which JSON lacks, become null.
    """
    text = json.dumps(_finite(value), separators=(',', ':'), allow_nan=False)
    for sign in '<>&':
        text = text.replace(sign, f'\\u{ord(sign):04x}')
    return text


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def label_colours(labels: Iterable[str]) -> dict[str, str]:
    """A colour for each label; `rest` is pale, for it is the ground that activities stand out of.

    The same labels get the same colours in any order; from the 37th label on they repeat.
    """
    colours = {REST: _REST}
    for i, label in enumerate(sorted(set(labels) - {REST})):
        other, share = _MIXED_WITH[i // len(_BASE) % len(_MIXED_WITH)]
        base = bytes.fromhex(_BASE[i % len(_BASE)][1:])
        mixed = [round(b + share * (o - b)) for b, o in zip(base, other, strict=True)]
        colours[label] = '#' + bytes(mixed).hex()
    return colours


def number(value: float | None, digits: int = 3) -> str:
    """A figure for people; a dash for none."""
    return '–' if value is None or not isfinite(value) else f'{value:.{digits}f}'

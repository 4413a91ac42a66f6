"""Draws docs/architecture.svg: the folders of the package and what they import, from the source.

Run as `python -m tools.draw_architecture`. The same source gives the same bytes, and a test holds
the committed picture against it.
"""

import ast
import graphlib
import textwrap
from collections.abc import Callable
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tools.imports import PACKAGE, REPO, TOP, folder_of, folders, imports, sources

__all__ = ['OUT', 'draw', 'reduced']

OUT = REPO / 'docs' / 'architecture.svg'
_BOX_W, _BOX_H = 198, 62
_STEP_Y = 98
_MARGIN = 20
_GAP = 26  # between two boxes of a layer
_BEND_W = 20  # room that an arrow takes where it passes a layer
_WIDTH = 880
_ROUNDS = 12
_FILL = {'rclpy': '#fde2c8', 'torch': '#d9e8fb', '': '#f2f2f2'}
_SAYS = {'rclpy': 'imports rclpy', 'torch': 'imports torch', '': 'neither'}

Graph = dict[str, set[str]]


class _Spot(NamedTuple):
    """Something that takes room in a layer: a folder, or an arrow that passes."""

    name: str
    layer: int


def reduced(graph: Graph) -> Graph:
    """Without the arrows that a longer way says as well."""

    def reach(start: str) -> set[str]:
        found: set[str] = set()
        todo = list(graph[start])
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += graph[name]
        return found

    return {
        name: {t for t in targets if not any(t in reach(o) for o in targets - {t})}
        for name, targets in graph.items()
    }


def _layers(graph: Graph) -> dict[str, int]:
    """Layer of each folder, 0 the lowest: above all that it imports, right below who imports it."""
    order = list(graphlib.TopologicalSorter(graph).static_order())
    layer: dict[str, int] = {}
    for name in order:
        layer[name] = max((layer[target] + 1 for target in graph[name]), default=0)
    for name in reversed(order):
        above = [layer[other] for other in graph if name in graph[other]]
        if above:
            layer[name] = min(above) - 1
    return layer


def _places(
    graph: Graph, layer: dict[str, int]
) -> tuple[dict[_Spot, float], dict[tuple[str, str], list[_Spot]]]:
    """Middle of everything, and what each arrow goes through.

    Layered drawing after K. Sugiyama, S. Tagawa, M. Toda, 1981: arrows over several layers get a
    spot in each, layers are ordered by the mean place of their neighbours, to and fro.
    """
    ways = {}
    for name in sorted(graph):
        for target in sorted(graph[name]):
            between = range(layer[name] - 1, layer[target], -1)
            passing = [_Spot(f'{name} > {target}', height) for height in between]
            ends = _Spot(name, layer[name]), _Spot(target, layer[target])
            ways[name, target] = [ends[0], *passing, ends[1]]
    spots = {_Spot(name, height) for name, height in layer.items()}
    spots |= {spot for way in ways.values() for spot in way}
    rows = [sorted(s for s in spots if s.layer == i) for i in range(max(layer.values()) + 1)]
    near: dict[_Spot, set[_Spot]] = {spot: set() for spot in spots}
    for way in ways.values():
        for upper, lower in pairwise(way):
            near[upper].add(lower)
            near[lower].add(upper)
    x: dict[_Spot, float] = {}
    for row in rows:
        x |= _spread(row, dict.fromkeys(row, _WIDTH / 2))
    for i in range(_ROUNDS):
        for row in rows if i % 2 else reversed(rows):
            step = 1 if i % 2 == 0 else -1
            wanted = {}
            for spot in row:
                others = [s for s in near[spot] if s.layer == spot.layer + step]
                others = (others or list(near[spot])) if i < _ROUNDS - 2 else list(near[spot])
                wanted[spot] = sum(x[s] for s in others) / len(others) if others else x[spot]
            x |= _spread(sorted(row, key=lambda s: (wanted[s], s)), wanted)
    return x, ways


def _spread(row: list[_Spot], wanted: dict[_Spot, float]) -> dict[_Spot, float]:
    """Places in this order, as near to the wanted ones as the widths let them be."""
    widths = [_BEND_W if '>' in spot.name else _BOX_W + _GAP for spot in row]
    at = [wanted[spot] for spot in row]
    for _ in range(200):
        for i in range(len(row) - 1):
            lack = (widths[i] + widths[i + 1]) / 2 - (at[i + 1] - at[i])
            if lack > 0:
                at[i] -= lack / 2
                at[i + 1] += lack / 2
    left = max(0.0, _MARGIN + widths[0] / 2 - at[0])
    at = [place + left for place in at]
    right = max(0.0, at[-1] + widths[-1] / 2 + _MARGIN - _WIDTH)
    return {spot: round(place - right, 1) for spot, place in zip(row, at, strict=True)}


def _kinds() -> dict[str, str]:
    """'rclpy' or 'torch' for the folders that import it."""
    found: dict[str, str] = {}
    for library in ('torch', 'rclpy'):  # the second one counts
        for one in imports():
            if one.target.split('.')[0] == library:
                found[folder_of(one.module)] = library
    return found


def _about(folder: str) -> list[str]:
    """The first sentence of the folder's docstring, in lines that fit the box."""
    path = REPO / PACKAGE / folder / '__init__.py'
    text = (ast.get_docstring(ast.parse(path.read_text(encoding='utf-8'))) or '').split('\n\n')[0]
    return textwrap.wrap(' '.join(text.split()).rstrip('.'), 35, max_lines=3, placeholder=' …')


def draw() -> str:
    """The picture as SVG."""
    graph = {name: targets - {TOP} for name, targets in folders().items() if name != TOP}
    graph = reduced(graph)
    layer = _layers(graph)
    x, ways = _places(graph, layer)
    top = max(layer.values())
    kinds = _kinds()

    def y(height: int) -> float:
        return _MARGIN + (top - height) * _STEP_Y

    bottom = y(0) + _BOX_H
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {bottom + 86:g}" '
        f'width="{_WIDTH}" font-family="sans-serif">',
        '<title>Folders of dcat_ros and what they import</title>',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>',
        f'<rect width="{_WIDTH}" height="{bottom + 86:g}" fill="#fff"/>',
    ]
    parts += [_arrow(way, x, y) for way in ways.values()]
    for name, height in sorted(layer.items()):
        parts += _box(name, kinds.get(name, ''), x[_Spot(name, height)] - _BOX_W / 2, y(height))
    parts += _foot(bottom + 18)
    return '\n'.join([*parts, '</svg>', ''])


def _arrow(way: list[_Spot], x: dict[_Spot, float], y: Callable[[int], float]) -> str:
    steps = [f'M{x[way[0]]:g} {y(way[0].layer) + _BOX_H:g}']
    for upper, lower in pairwise(way):
        begin, end = y(upper.layer) + _BOX_H, y(lower.layer)
        half = (begin + end) / 2
        steps.append(f'C{x[upper]:g} {half:g} {x[lower]:g} {half:g} {x[lower]:g} {end:g}')
        if lower is not way[-1]:
            steps.append(f'V{end + _BOX_H:g}')
    return (
        f'<path d="{"".join(steps)}" fill="none" stroke="#555" stroke-width="1.2" '
        'marker-end="url(#tip)"/>'
    )


def _box(name: str, kind: str, left: float, top: float) -> list[str]:
    middle = left + _BOX_W / 2
    lines = [
        f'<rect x="{left:g}" y="{top:g}" width="{_BOX_W}" height="{_BOX_H}" rx="6" '
        f'fill="{_FILL[kind]}" stroke="#555"/>',
        f'<text x="{middle:g}" y="{top + 16:g}" text-anchor="middle" font-size="13" '
        f'font-weight="bold">{name}</text>',
    ]
    for i, text in enumerate(_about(name)):
        lines.append(
            f'<text x="{middle:g}" y="{top + 30 + 12 * i:g}" text-anchor="middle" '
            f'font-size="10">{escape(text)}</text>'
        )
    return lines


def _foot(top: float) -> list[str]:
    modules = [module.split('.')[1] for module in sources() if _is_beside(module)]
    named = f'below them all, for every folder: {", ".join(modules)}'
    lines = [
        f'<rect x="{_MARGIN}" y="{top:g}" width="{_WIDTH - 2 * _MARGIN}" height="24" rx="6" '
        'fill="#f2f2f2" stroke="#555"/>',
        f'<text x="{_WIDTH / 2:g}" y="{top + 16:g}" text-anchor="middle" font-size="11">'
        f'{named}</text>',
    ]
    left = _MARGIN
    for kind, says in _SAYS.items():
        lines += [
            f'<rect x="{left}" y="{top + 36:g}" width="14" height="14" fill="{_FILL[kind]}" '
            'stroke="#555"/>',
            f'<text x="{left + 20}" y="{top + 47:g}" font-size="11">{says}</text>',
        ]
        left += 120
    lines.append(
        f'<text x="{left}" y="{top + 47:g}" font-size="11">an arrow: imports; left out where a '
        'longer way of arrows says the same</text>'
    )
    return lines


def _is_beside(module: str) -> bool:
    return folder_of(module) == TOP and module not in (PACKAGE, f'{PACKAGE}.launching')


def main(out: Path = OUT) -> None:
    """Write the picture."""
    out.write_text(draw(), encoding='utf-8')


if __name__ == '__main__':
    main()

"""What each method gained, as a picture."""

import io
from collections.abc import Sequence

from matplotlib.figure import Figure

from dcat_ros.experiment.table import Row

__all__ = ['gains_png', 'row_name']

_LARGEST = 40  # rows of a picture


def row_name(row: Row) -> str:
    """Direction, regime and what was done to the source, for people."""
    direction, regime, source, shuffled = row.key
    extra = {'all_labels': ', source knows all labels', 'overfitted': ', overfitted source'}
    torn = ', torn pairs' if shuffled else ''
    return f'{direction.replace(">", " → ")}, {regime}{extra.get(source, "")}{torn}'


def gains_png(rows: Sequence[Row], methods: Sequence[str]) -> bytes:
    """Gain over labels alone with its 95 % interval, one line a row, one colour a method."""
    rows = rows[:_LARGEST]
    figure = Figure(figsize=(9, 1.2 + 0.42 * len(rows)), layout='constrained')
    axes = figure.subplots()
    for j, method in enumerate(methods):
        places = [(i, row.entries.get(method)) for i, row in enumerate(rows)]
        points = [(i, entry.gain) for i, entry in places if entry is not None]
        if not points:
            continue
        y = [i + 0.7 * (j / max(1, len(methods) - 1) - 0.5) for i, _ in points]
        x = [100 * gain.value for _, gain in points]
        errors = [
            [100 * max(0.0, gain.value - gain.low) for _, gain in points],
            [100 * max(0.0, gain.high - gain.value) for _, gain in points],
        ]
        axes.errorbar(x, y, xerr=errors, fmt='o', markersize=4, elinewidth=1, label=method)
    axes.axvline(0, color='0.5', linewidth=1)
    axes.set(xlabel='points of macro-F1 over labels alone', ylim=(len(rows) - 0.4, -0.6))
    axes.set_yticks(range(len(rows)), [row_name(row) for row in rows], fontsize=8)
    axes.legend(fontsize='small', loc='lower right')
    out = io.BytesIO()
    figure.savefig(out, format='png', dpi=100)
    return out.getvalue()

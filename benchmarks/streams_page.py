"""docs/streams.md and its picture, from results/streams.json.

python -m benchmarks.streams_page
"""

import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

ROOT = Path(__file__).resolve().parents[1]
HEAD = (Path(__file__).parent / 'streams_head.md').read_text()
#: model -> how the tables call it
NAMES = {
    'imu_utd_mhad': 'IMU, 27 actions (`imu_utd_mhad`)',
    'image_depth_utd_mhad': 'depth, 27 actions (`image_depth_utd_mhad`)',
    'imu_watch': 'IMU, 7 exercises (`imu_watch`)',
    'audio_kitchen20': 'sound, 20 kitchen activities (`audio_kitchen20`)',
}


def number(triple: list[float], digits: int = 3) -> str:
    value, low, high = triple
    return f'{value:.{digits}f} ({low:.{digits}f} – {high:.{digits}f})'


def table(head: str, rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    n = head.count('|') - 1
    lines = [head, '|---' * n + '|', *(f'| {" | ".join(row)} |' for row in rows)]
    return '\n'.join(lines)


def models(found: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Title and results of each model that was studied, in the order of the tables."""
    return [(title, found[name]) for name, title in NAMES.items() if name in found]


def events_table(found: dict[str, Any]) -> str:
    def row(title: str, model: dict[str, Any]) -> list[str]:
        events, ward = model['events'], model['events']['ward']
        return [
            title,
            f'{len(model["streams"])}, {events["hours"]:.1f} h',
            f'{events["n_true"]}',
            number(events['f1']),
            number(events['false_alarms_per_hour'], 1),
            number(events['onset_delay_s'], 2),
            f'{ward["deleted"]}',
            f'{ward["inserted"]}',
            f'{ward["fragmented"] + ward["fragmented_and_merged"]}',
            f'{ward["merged"] + ward["fragmented_and_merged"]}',
        ]

    head = (
        '| model | streams | true activities | event-F1 | false alarms / h | onset delay (s) | '
        'deleted | inserted | fragmented | merged |'
    )
    return table(head, (row(*model) for model in models(found)))


def at(model: dict[str, Any], hold_s: float, margin: float) -> dict[str, Any]:
    return next(r for r in model['runs'] if (r['hold_s'], r['margin']) == (hold_s, margin))


def steady_table(found: dict[str, Any]) -> str:
    def row(title: str, model: dict[str, Any]) -> list[str]:
        hold_s, margin = model['chosen_on_all']
        without, chosen = (
            [
                number(runs['f1']),
                f'{runs["onset_delay_s"][0]:.2f}',
                f'{runs["false_alarms_per_hour"][0]:.1f}',
            ]
            for runs in (at(model, 0.0, 0.0), model['chosen_on_others'])
        )
        return [title, *without, f'{hold_s:g}, {margin:g}', *chosen]

    head = (
        '| model | without: label-run F1 | delay (s) | false alarms / h | hold (s), margin | '
        'with: label-run F1 | delay (s) | false alarms / h |'
    )
    return table(head, (row(*model) for model in models(found)))


def picture(found: dict[str, Any]) -> bytes:
    figure = Figure(figsize=(9, 4.5), layout='constrained')
    axes = figure.subplots()
    for title, model in models(found):
        rows = [r for r in model['runs'] if not r['margin']]
        rows = [r for r in rows if r['onset_delay_s'][0] is not None]
        x, y = [r['onset_delay_s'][0] for r in rows], [r['f1'][0] for r in rows]
        axes.plot(x, y, 'o-', label=title.replace('`', ''))
        for row, x_, y_ in zip(rows, x, y, strict=True):
            axes.annotate(f'{row["hold_s"]:g} s', (x_, y_), fontsize=7, textcoords='offset points',
                          xytext=(3, 4))  # fmt: skip
    axes.set(xlabel='median onset delay of the published label (s)', ylabel='label-run F1',
             ylim=(0, 1), title='label_hold: steadiness against delay')  # fmt: skip
    axes.legend(fontsize='small')
    axes.grid(alpha=0.3)
    out = io.BytesIO()
    figure.savefig(out, format='png', dpi=100)
    return out.getvalue()


def main() -> None:
    found = json.loads((ROOT / 'results' / 'streams.json').read_text())
    text = HEAD.replace('{events}', events_table(found))
    text = text.replace('{steady}', steady_table(found))
    (ROOT / 'docs' / 'streams.md').write_text(text)
    (ROOT / 'docs' / 'images' / 'streams.png').write_bytes(picture(found))


if __name__ == '__main__':
    main()

"""The page on sound, from the raw results that `dcat train` leaves in its working folder.

python -m benchmarks.audio --results results/audio_kitchen20.json --out docs/audio.md
"""

import argparse
from collections import Counter
from pathlib import Path

from dcat_ros.card.card import Result
from dcat_ros.training.sound_record import WHOLE, SoundRecord
from dcat_ros.training.sound_results import NEW_HOME, results_of_sound

HEAD = Path(__file__).with_name('audio_head.md')
#: The worst pairs of labels that are shown.
_N_PAIRS = 12


def page(record: SoundRecord, head: str) -> str:
    results = results_of_sound(record)
    parts = [
        head,
        '## By fold\n',
        *by_fold(results),
        '\n## What a new kitchen gets, noise, a telephone, distance, shorter windows\n',
        *by_condition(results),
        '\n## In a stream\n',
        *of_streams(record, results),
        '\n## By label\n',
        *by_label(record),
        '\n## Taken for one another\n',
        *pairs(record),
    ]
    return '\n'.join(parts) + '\n'


def by_fold(results: tuple[Result, ...]) -> list[str]:
    rows = [r for r in results if r.split.startswith(WHOLE)]
    return accuracy_rows(rows, 'fold', lambda split: split.removeprefix(f'{WHOLE}, '))


def by_condition(results: tuple[Result, ...]) -> list[str]:
    streams_and_cost = ('streams', 'network', 'a window')
    rows = [r for r in results if not r.split.startswith((f'{WHOLE}, fold', *streams_and_cost))]
    rows.sort(key=lambda r: not r.split.startswith((WHOLE, NEW_HOME, 'the same')))
    return accuracy_rows(rows, 'clips', lambda split: split)


def accuracy_rows(rows: list[Result], what: str, name_of) -> list[str]:
    lines = [f'| {what} | clips | accuracy | macro-F1 |', '|---|---|---|---|']
    for accuracy, f1 in zip(rows[::2], rows[1::2], strict=True):
        lines.append(
            f'| {name_of(accuracy.split)} | {accuracy.n} | {figure(accuracy)} | {figure(f1)} |'
        )
    return lines


def of_streams(record: SoundRecord, results: tuple[Result, ...]) -> list[str]:
    rows = [r for r in results if r.split.startswith('streams')]
    lines = ['| figure | value | n |', '|---|---|---|']
    lines += [f'| {r.metric} | {figure(r)} | {r.n} |' for r in rows]
    lines += [
        '',
        f'{record.n_parameters:,} parameters; a window of {record.window_s:g} s takes '
        f'{record.window_ms:.1f} ms with its log-mel (median, one thread), '
        f'{record.window_ms / (10 * record.stride_s):.1f} % of the stride of '
        f'{record.stride_s:g} s.',
    ]
    return lines


def by_label(record: SoundRecord) -> list[str]:
    truth = Counter(clip.label for clip in record.clips)
    found = Counter(clip.found[WHOLE] for clip in record.clips)
    right = Counter(clip.label for clip in record.clips if clip.found[WHOLE] == clip.label)
    lines = ['| label | clips | sources | precision | recall |', '|---|---|---|---|---|']
    for label in record.labels:
        sources = len({clip.source for clip in record.clips if clip.label == label})
        precision, recall = right[label] / max(1, found[label]), right[label] / truth[label]
        lines.append(f'| {label} | {truth[label]} | {sources} | {precision:.2f} | {recall:.2f} |')
    return lines


def pairs(record: SoundRecord) -> list[str]:
    wrong = Counter(
        (clip.label, clip.found[WHOLE]) for clip in record.clips if clip.found[WHOLE] != clip.label
    )
    lines = ['| is | taken for | clips |', '|---|---|---|']
    lines += [f'| {a} | {b} | {n} |' for (a, b), n in wrong.most_common(_N_PAIRS)]
    return lines


def figure(result: Result) -> str:
    return f'{result.value:.3f} ({result.low:.3f} – {result.high:.3f})'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--results', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    arguments = parser.parse_args()
    record = SoundRecord.model_validate_json(arguments.results.read_text())
    arguments.out.write_text(page(record, HEAD.read_text()))
    print(f'wrote {arguments.out}')


if __name__ == '__main__':
    main()

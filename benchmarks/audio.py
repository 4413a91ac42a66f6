r"""The page on sound, from the raw results that `dcat train` leaves in its working folder.

python -m benchmarks.audio --results results/audio_kitchen20.json \
    --ear results/audio_kitchen20_ear.json --out docs/audio.md
"""

import argparse
from collections import Counter
from pathlib import Path

from dcat_ros.card.card import Result
from dcat_ros.training.measured import WHOLE, Measured
from dcat_ros.training.results import of_trials, results_of

HEAD = Path(__file__).with_name('audio_head.md')
EAR = Path(__file__).with_name('audio_ear.md')
#: The worst pairs of labels that are shown.
_N_PAIRS = 12


def page(measured: Measured, behind: Measured, head: str, ear: str) -> str:
    results = results_of(measured)
    parts = [
        head,
        ear.replace('TABLE', '\n'.join(both(results, results_of(behind)))),
        '## By fold\n',
        *by_fold(measured),
        '\n## What a new kitchen gets, noise, a telephone, distance, shorter parts\n',
        *accuracy_rows([r for r in results if r.metric.startswith('trial')]),
        '\n## In a stream\n',
        *of_streams(results),
        '\n## By label\n',
        *by_label(measured),
        '\n## Taken for one another\n',
        *pairs(measured),
    ]
    return '\n'.join(parts) + '\n'


def both(own: tuple[Result, ...], behind: tuple[Result, ...]) -> list[str]:
    """What both models are worth on the same recordings, side by side."""
    other = {(r.split, r.metric): r for r in behind}
    lines = ['| figure | `audio_kitchen20` | `audio_kitchen20_ear` |', '|---|---|---|']
    for result in own:
        if result.metric == 'trial macro-F1':
            continue
        split = result.split.split(', each source')[0].removesuffix(' (synthetic joining)')
        if 'households, each' in result.split:
            split = 'whole trials of households, of others of which it learned'
        beside = other[result.split, result.metric]
        lines.append(
            f'| {split}: {result.metric.removeprefix("trial ")} | {figure(result)} | '
            f'{figure(beside)} |'
        )
    return lines


def by_fold(measured: Measured) -> list[str]:
    results: list[Result] = []
    for fold in range(measured.n_folds):
        trials = [trial for trial in measured.trials if trial.fold == fold]
        found = [trial.found[WHOLE] for trial in trials]
        n = len({trial.source for trial in trials})
        results += of_trials(measured, trials, found, f'fold {fold + 1} ({n} sources)')
    return accuracy_rows(results)


def accuracy_rows(results: list[Result]) -> list[str]:
    lines = ['| what | clips | accuracy | macro-F1 |', '|---|---|---|---|']
    for f1, accuracy in zip(results[::2], results[1::2], strict=True):
        lines.append(f'| {f1.split} | {f1.n} | {figure(accuracy)} | {figure(f1)} |')
    return lines


def of_streams(results: tuple[Result, ...]) -> list[str]:
    lines = ['| figure | value | n |', '|---|---|---|']
    rows = [r for r in results if r.split.startswith('continuous')]
    return lines + [f'| {r.metric} | {figure(r)} | {r.n} |' for r in rows]


def by_label(measured: Measured) -> list[str]:
    trials = measured.trials
    truth = Counter(trial.label for trial in trials)
    found = Counter(trial.found[WHOLE] for trial in trials)
    right = Counter(trial.label for trial in trials if trial.found[WHOLE] == trial.label)
    lines = ['| label | clips | sources | precision | recall |', '|---|---|---|---|---|']
    for label in measured.labels:
        sources = len({trial.source for trial in trials if trial.label == label})
        precision, recall = right[label] / max(1, found[label]), right[label] / truth[label]
        lines.append(f'| {label} | {truth[label]} | {sources} | {precision:.2f} | {recall:.2f} |')
    return lines


def pairs(measured: Measured) -> list[str]:
    wrong = Counter(
        (trial.label, trial.found[WHOLE])
        for trial in measured.trials
        if trial.found[WHOLE] != trial.label
    )
    lines = ['| is | taken for | clips |', '|---|---|---|']
    lines += [f'| {a} | {b} | {n} |' for (a, b), n in wrong.most_common(_N_PAIRS)]
    return lines


def figure(result: Result) -> str:
    return f'{result.value:.3f} ({result.low:.3f} – {result.high:.3f})'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--results', type=Path, required=True)
    parser.add_argument('--ear', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    arguments = parser.parse_args()
    measured, behind = (
        Measured.model_validate_json(path.read_text())
        for path in (arguments.results, arguments.ear)
    )
    arguments.out.write_text(page(measured, behind, HEAD.read_text(), EAR.read_text()))
    print(f'wrote {arguments.out}')


if __name__ == '__main__':
    main()

"""The report: Markdown and pictures, made from the files of the results and from nothing else."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

from dcat_ros.errors import ResultsError
from dcat_ros.experiment.config import Cell, Claim, ExperimentConfig
from dcat_ros.experiment.plot import gains_png, row_name
from dcat_ros.experiment.statistics import Interval
from dcat_ros.experiment.table import Entry, Row, load_results, make_rows
from dcat_ros.experiment.tuning import tuning_scores
from dcat_ros.files import write_whole
from dcat_ros.training.transfer import NONE

__all__ = ['write_report']

_HEAD = """# What transfer gains

Made by `dcat experiment report` from the files in `results/`; every number can be recomputed with
`dcat experiment run`. **Continuous streams of every sensor**, with event scores
and false alarms an hour: [streams.md](streams.md); the recogniser itself:
[recognition.md](recognition.md).

**How to read it.** *Gain* is macro-F1 of the target with transfer minus that of the same network
trained by the same labels alone (`none`), in points, on recordings that training never saw; the
target runs alone in both. In brackets the 95 % interval: bootstrap over subjects, and over each
one's trials, the same draws for both (with four tested subjects it is as wide as their differences
make it). **Bold**: the interval is clear of zero. *id*: held-out repetitions of known subjects;
*ood*: unseen subjects. `_1` and `_2`: that many labelled recordings a class (id) or labelled
subjects (ood), and all the others paired but without labels; `_alone`: without those others;
`_full`: all labels. The source learned from the target's labels, unless *source knows all labels*:
then from those of all recordings that are not tested, as a sensor would that others labelled long
ago. Weights of the losses were tuned on subjects of their own with the same number of tries for
each method; networks, steps and augmentation are the same for all.
"""


def write_report(configs: Sequence[ExperimentConfig], results: Path, out: Path) -> list[Path]:
    """Write the Markdown file, and a picture for each experiment.

    Args:
        configs: the experiments.
        results: folder that holds one folder per experiment.
        out: the Markdown file; pictures go into `images` beside it.

    Returns:
        The files written.

    Raises:
        ResultsError: there is no result, or a file is damaged.
        OutputError: a file cannot be written.
    """
    parts, written = [_HEAD], []
    for config in configs:
        found, missing = load_results(config, results / config.name)
        rows = make_rows(found)
        if not rows:
            raise ResultsError(
                f'{results / config.name} holds no result of {config.name} that can be compared; '
                'run "dcat experiment run" first.'
            )
        picture = out.parent / 'images' / f'gains_{config.name}.png'
        write_whole(picture, gains_png(_without_controls(rows), _main_methods(rows)))
        written.append(picture)
        seconds = sum(result.seconds for result in found)
        n_runs = sum(len(result.runs) for result in found)
        parts += [
            f'## {config.title}\n',
            f'{n_runs} trainings of targets, {seconds / 3600:.1f} h of one core'
            + (f'; {missing} cells of the grid have not been run.' if missing else '.')
            + f'\n\n![Gains of {config.name}](images/{picture.name})\n',
            _note(config),
            _claims(config, rows),
            _main_table(rows),
            _all_methods(rows),
            _by_class(config, rows),
            _controls(rows),
            _rivals(rows),
            _tuning(config, results / config.name, rows),
        ]
    write_whole(out, '\n'.join(part for part in parts if part).encode())
    return [out, *written]


def _note(config: ExperimentConfig) -> str:
    return f'{textwrap.fill(config.note, 100)}\n' if config.note else ''


def _without_controls(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if not _is_control(row)]


def _is_control(row: Row) -> bool:
    direction, _, source, shuffled = row.key
    own, target = direction.split('>')
    return shuffled or source == 'overfitted' or own == target


def _main_methods(rows: Sequence[Row]) -> list[str]:
    """The methods that more than half as many rows have as the commonest."""
    counts: dict[str, int] = {}
    for row in _without_controls(rows):
        for method in row.entries:
            counts[method] = counts.get(method, 0) + 1
    return [method for method, n in counts.items() if 2 * n > max(counts.values())]


def _claims(config: ExperimentConfig, rows: Sequence[Row]) -> str:
    if not config.claims:
        return ''
    lines = ['### Claims, one by one\n', '| claim | cells | found | answer |', '|---|---|---|---|']
    by_key = {row.key: row for row in rows}
    for claim in config.claims:
        row = by_key.get((claim.direction, claim.regime, claim.source, False))
        lines.append(_claim(claim, row))
    return '\n'.join(lines) + '\n'


def _claim(claim: Claim, row: Row | None) -> str:
    every = row.entries if row else {}
    entries = {m: e for m, e in every.items() if not claim.methods or m in claim.methods}
    cells = f'`{Cell(claim.direction, claim.regime, "", 0, claim.source).file.parent}`'
    if not entries:
        return f'| {claim.text} | {cells} | not run | – |'
    method = max(entries, key=lambda m: entries[m].gain.value)
    gain = entries[method].gain
    if 100 * gain.value < claim.at_least or gain.value <= 0:
        answer = 'no'
    else:
        answer = 'yes' if gain.low > 0 else 'not told apart from nothing'
    n = entries[method].n_runs
    return f'| {claim.text} | {cells} | {method}: {_points(gain)}, {n} trainings | **{answer}** |'


def _main_table(rows: Sequence[Row]) -> str:
    methods = _main_methods(rows)
    lines = [
        '### Gains\n',
        '| regime | source | none | ' + ' | '.join(methods) + ' |',
        '|---|---|---|' + '---|' * len(methods),
    ]
    for row in _without_controls(rows):
        cells = [_gain(row.entries.get(method)) for method in methods]
        lines.append(
            f'| {row_name(row)} | {row.source:.3f} | {row.none.value:.3f} | {" | ".join(cells)} |'
        )
    return '\n'.join(lines) + '\n'


def _all_methods(rows: Sequence[Row]) -> str:
    """The rows in which every method was tried, with McNemar's p and the time of a training."""
    most = max(len(row.entries) for row in rows)
    parts = []
    for row in _without_controls(rows):
        if len(row.entries) < most or most <= len(_main_methods(rows)):
            continue
        lines = [
            f'#### {row_name(row)}: every method\n',
            f'none {row.none.value:.3f} ({row.none.low:.3f} – {row.none.high:.3f}), '
            f'source {row.source:.3f}, {row.n_trials} trials tested\n',
            "| method | macro-F1 | gain | McNemar's p | over the better of kd and rkd | "
            "McNemar's p | trainings | s a training |",
            '|---|---|---|---|---|---|---|---|',
        ]
        for method, entry in sorted(row.entries.items(), key=lambda item: -item[1].score.value):
            over = '' if entry.over_rival is None else _points(entry.over_rival)
            p_over = '' if entry.p_over_rival is None else _p(entry.p_over_rival)
            lines.append(
                f'| {method} | {entry.score.value:.3f} | {_gain(entry)} | {_p(entry.p)} | {over} | '
                f'{p_over} | {entry.n_runs} | {entry.seconds:.1f} |'
            )
        parts.append('\n'.join(lines) + '\n')
    return '\n'.join(parts)


def _by_class(config: ExperimentConfig, rows: Sequence[Row]) -> str:
    if not config.classes:
        return ''
    lines = [
        '### F1 by class\n',
        '| regime | method | ' + ' | '.join(config.classes) + ' |',
        '|---|---|' + '---|' * len(config.classes),
    ]
    for row in _without_controls(rows):
        for method, scores in row.by_class.items():
            values = ' | '.join(f'{score:.3f}' for score in scores)
            lines.append(f'| {row_name(row)} | {method} | {values} |')
    return '\n'.join(lines) + '\n'


def _controls(rows: Sequence[Row]) -> str:
    controls = [row for row in rows if _is_control(row)]
    if not controls:
        return ''
    methods = list(dict.fromkeys(method for row in controls for method in row.entries))
    lines = [
        '### Controls\n',
        'Torn pairs: each recording is paired with a random other one. The same sensor on both '
        'sides: self-distillation. Overfitted: a source trained without dropout, augmentation, '
        'weight decay and label smoothing, for twice the steps.\n',
        '| regime | source | none | ' + ' | '.join(methods) + ' |',
        '|---|---|---|' + '---|' * len(methods),
    ]
    for row in controls:
        cells = [_gain(row.entries.get(method)) for method in methods]
        lines.append(
            f'| {row_name(row)} | {row.source:.3f} | {row.none.value:.3f} | {" | ".join(cells)} |'
        )
    return '\n'.join(lines) + '\n'


def _rivals(rows: Sequence[Row]) -> str:
    """In how many regimes a method is better than both KD and RKD."""
    lines = []
    for method in _main_methods(rows):
        over = [
            row.entries[method].over_rival
            for row in _without_controls(rows)
            if method in row.entries and {'kd', 'rkd'} <= row.entries.keys()
        ]
        known = [interval for interval in over if interval is not None]
        if known:
            better = sum(interval.value > 0 for interval in known)
            clear = sum(interval.low > 0 for interval in known)
            worse = sum(interval.high < 0 for interval in known)
            lines.append(f'| {method} | {better} of {len(known)} | {clear} | {worse} |')
    if not lines:
        return ''
    head = [
        '### Against KD and RKD\n',
        'Regimes in which a method is better than the better of the two (chosen after the fact, '
        'which favours them).\n',
        '| method | better | clearly better | clearly worse |',
        '|---|---|---|---|',
    ]
    return '\n'.join(head + lines) + '\n'


def _tuning(config: ExperimentConfig, folder: Path, rows: Sequence[Row]) -> str:
    if len(config.factors) < 2:
        return ''
    scores = tuning_scores(config, folder)
    best = max(scores, key=lambda method: max(scores[method]))
    lines = [
        '### Tuning\n',
        f'Macro-F1 on subjects {" and ".join(config.tune_subjects)} alone, mean over '
        f'{", ".join(d.replace(">", " → ") for d in config.tune_directions)} and '
        f'{len(config.tune_regimes)} regimes, by the factor on the default weights (for none, its '
        f'square root on the learning rate). Chosen in this way among all methods: **{best}**.\n',
        '| method | ' + ' | '.join(f'x {factor:g}' for factor in config.factors) + ' |',
        '|---|' + '---|' * len(config.factors),
    ]
    for method in sorted(scores, key=lambda m: (m != NONE, -max(scores[m]))):
        cells = [
            f'**{value:.3f}**' if value == max(scores[method]) else f'{value:.3f}'
            for value in scores[method]
        ]
        lines.append(f'| {method} | {" | ".join(cells)} |')
    return '\n'.join([*lines, '', _choice(best, rows)])


def _choice(method: str, rows: Sequence[Row]) -> str:
    """Where the chosen method does harm."""
    tried = [row for row in _without_controls(rows) if method in row.entries]
    below = [row for row in tried if row.entries[method].gain.high < 0]
    names = '; '.join(row_name(row) for row in below)
    where = f'in {len(below)}: {names}' if below else 'in none'
    return f'Of the {len(tried)} regimes with {method}, it is clearly below labels alone {where}.\n'


def _gain(entry: Entry | None) -> str:
    return '–' if entry is None else _points(entry.gain)


def _points(interval: Interval) -> str:
    value = f'{100 * interval.value:+.1f}'
    text = f'**{value}**' if interval.clear else value
    return f'{text} ({100 * interval.low:+.1f} – {100 * interval.high:+.1f})'


def _p(p: float) -> str:
    return '< 0.001' if p < 0.001 else f'{p:.3f}'

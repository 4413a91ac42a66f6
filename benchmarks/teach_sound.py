"""What takes of a sound would teach, if `dcat teach` took any: new labels and old ones.

    python -m benchmarks.teach_sound --data DIR --out results/teach_sound.json

Kitchen20. In each draw four of its 20 classes are new. A base is trained by the recipe (with fewer
steps, see `STEPS`) on the other sixteen and two thirds of the sources. Then a place teaches it all
four: of each new class one source is drawn that the base never heard, and k of its clips are the
takes, each a whole clip, by the code of `dcat teach`. Asked are the other clips of these sources,
clips of the new classes from other sources that the base never heard, and the sixteen old classes
of the last third. A clip is named by its windows of 3 s, as live. Three amounts for takes
are tried: the usual ones, without what is taken from a new label's score, and more. The ear needs
'dcat models get tagger'. What is done stays in the results, and the rest is gone on with.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from benchmarks.teach import macro
from benchmarks.teach_bases import NetModel, Shown, windows_shown
from benchmarks.unknown_sounds import windows_of
from dcat_ros.card.card import Card
from dcat_ros.datasets import Dataset, load
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.datasets.trial import Trial
from dcat_ros.files import write_whole
from dcat_ros.model.taught import Layer, together
from dcat_ros.sensors.amounts import TakeAmounts
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.teach.fit import fit_layer
from dcat_ros.teach.memory import Memory
from dcat_ros.teach.remember import remember
from dcat_ros.teach.study import Studied, Take, study
from dcat_ros.training.config import TrainConfig, read_config
from dcat_ros.training.networks import fit_network
from dcat_ros.training.record import make_card

FOLDER = Path(__file__).resolve().parents[1] / 'config' / 'train'
#: Recipe -> steps, and windows that go through the encoder once.
STEPS = {'audio_kitchen20': (600, 0), 'audio_kitchen20_ear': (1200, 3000)}
TAKES = (1, 2, 3)
N_NEW, N_PLACES = 4, 4
#: What is tried: the amounts of a sensor that says nothing of takes, and more for the takes.
AMOUNTS = {
    'usual': TakeAmounts(),
    'no margin': TakeAmounts(margin=0.0, most_margin=0.0),
    'four times the weight, no margin': TakeAmounts(weight=4.0, margin=0.0, most_margin=0.0),
}
#: A class may be new if so many sources have a take more than is taught.
_LEAST_SOURCES = 3


def drawn(dataset: Dataset, draw: int) -> tuple[tuple[str, ...], set[str]]:
    """The new classes of a draw, and the sources that no base of it hears."""
    rng = np.random.default_rng(draw)
    fit = [label for label in dataset.info.labels if len(_long(dataset, label)) >= _LEAST_SOURCES]
    new = tuple(sorted(rng.permutation(fit)[:N_NEW].tolist()))
    sources = sorted({trial.source for trial in dataset.trials})
    order = rng.permutation(len(sources))
    return new, {sources[i] for i in order[: len(sources) // 3]}


def _long(dataset: Dataset, label: str) -> list[str]:
    """Sources that have enough clips of a class to teach by them and to ask for another."""
    n: dict[str, int] = defaultdict(int)
    for trial in dataset.trials:
        n[trial.source] += trial.label == label
    return sorted(source for source, count in n.items() if count > max(TAKES))


def base_of(
    config: TrainConfig, raw: Dataset, new: Sequence[str], tested: set[str], draw: int
) -> tuple[NetModel, Memory, set[str]]:
    """A network that heard neither some classes nor some sources; and whom it heard."""
    old = tuple(label for label in raw.info.labels if label not in new)
    seen = replace(
        raw.where(lambda trial: trial.label in old and trial.source not in tested),
        info=replace(raw.info, labels=old),
    )
    card = make_card(config, seen, command='', git_commit='')
    with TemporaryDirectory() as folder:
        net = fit_network(config, seen, card, (draw, 0), Path(folder) / 'net', []).net
    model: Any = NetModel(net.eval(), card)
    return model, remember(model, config, seen), {trial.source for trial in seen.trials}


class Heard:
    """What a base makes of clips, each asked once."""

    def __init__(self, model: Any, trials: Sequence[Trial]):
        self.model, self.card = model, model.card
        self._trials = {trial.name: trial for trial in trials}
        self._shown: dict[str, Shown] = {}
        self._takes: dict[str, Studied] = {}

    def shown(self, name: str) -> Shown:
        if name not in self._shown:
            self._shown[name] = windows_shown(self.model, windows_of(self.card, self._trials[name]))
        return self._shown[name]

    def take(self, name: str) -> Studied:
        if name not in self._takes:
            trial = self._trials[name]
            rows = trial.signals[sensor_of(self.card).name].values
            self._takes[name] = study(
                self.model, Take(trial.label, trial.source, '', name, rows.astype(np.float64))
            )
        return self._takes[name]


def said(shown: Shown, layer: Layer | None, labels: Sequence[str]) -> str:
    log_p = shown.log_p if layer is None else together(shown.log_p, layer.log_q(shown.features))
    return labels[int(np.maximum(log_p, np.log(1e-12)).mean(axis=0).argmax())]


def one_place(
    heard: Heard,
    memory: Memory,
    dataset: Dataset,
    new: tuple[str, ...],
    unheard: set[str],
    tested: set[str],
    seed: tuple[int, int],
) -> list[dict[str, Any]]:
    """Figures of one place, by number of takes and amounts."""
    rng = np.random.default_rng(seed)
    labels = (*heard.card.labels, *new)
    own: dict[str, list[str]] = {}
    for label in new:
        source = rng.choice([s for s in _long(dataset, label) if s in unheard])
        names = [t.name for t in dataset.trials if (t.label, t.source) == (label, source)]
        own[label] = [str(name) for name in rng.permutation(names)]
    taught = {name for names in own.values() for name in names}
    truth = {trial.name: trial.label for trial in dataset.trials}
    old = [t.name for t in dataset.trials if t.label not in new and t.source in tested]
    others = [
        t.name
        for t in dataset.trials
        if t.label in new and t.source in unheard and t.name not in taught
    ]
    before = np.array([said(heard.shown(name), None, labels) for name in old])
    y_old = np.array([truth[name] for name in old])
    known = [label for label in heard.card.labels if label in y_old]
    rows = []
    for k in TAKES:
        takes = [heard.take(name) for names in own.values() for name in names[:k]]
        asked = [name for names in own.values() for name in names[k:]]
        examples = [take.examples(labels) for take in takes]
        for name, amounts in AMOUNTS.items():
            layer = fit_layer(memory.windows, examples, len(labels), amounts)
            after = np.array([said(heard.shown(n), layer, labels) for n in old])
            mine = np.array([said(heard.shown(n), layer, labels) for n in asked])
            theirs = np.array([said(heard.shown(n), layer, labels) for n in others])
            y_mine, y_theirs = (np.array([truth[n] for n in names]) for names in (asked, others))
            both, y_both = np.concatenate([mine, after]), np.concatenate([y_mine, y_old])
            rows.append(
                {
                    'takes': k,
                    'amounts': name,
                    'new_f1': macro(y_both, both, new),
                    'new_recall': float((mine == y_mine).mean()),
                    'new_recall_of_other_sources': float((theirs == y_theirs).mean()),
                    'old_taken_for_new': float(np.isin(after, new).mean()),
                    'old_f1_before': macro(y_old, before, known),
                    'old_f1_after': macro(y_old, after, known),
                    'n_new': len(mine),
                    'n_old': len(old),
                }
            )
    return rows


def run(config: TrainConfig, raw: Dataset, draw: int) -> list[dict[str, Any]]:
    """All places of a draw."""
    new, tested = drawn(raw, draw)
    model, memory, seen = base_of(config, raw, new, tested, draw)
    card: Card = model.card
    rows = as_sensor(raw, sensor_of(card), card.input.rate_hz)
    unheard = {trial.source for trial in raw.trials} - seen
    heard = Heard(model, rows.trials)
    return [
        {'draw': draw, 'place': place, 'new': new} | row
        for place in range(N_PLACES)
        for row in one_place(heard, memory, rows, new, unheard, tested, (draw, place))
    ]


def table(told: dict[str, Any]) -> str:
    """The figures as Markdown: means over places, with the worst one's in brackets."""
    lines = [
        '| model | amounts | takes | new labels, macro-F1 | found, same source | found, other '
        'sources | old taken for new | old labels before → after |',
        '|---|---|---|---|---|---|---|---|',
    ]
    for model, own in told.items():
        groups = {(row['amounts'], row['takes']): [] for row in own['rows']}
        for row in own['rows']:
            groups[row['amounts'], row['takes']].append(row)
        for (amounts, k), rows in sorted(groups.items()):
            mean = {
                name: np.mean([r[name] for r in rows])
                for name, value in rows[0].items()
                if isinstance(value, float)
            }
            lines.append(
                f'| {model} | {amounts} | {k} | {mean["new_f1"]:.3f} '
                f'({min(r["new_f1"] for r in rows):.2f}) | {mean["new_recall"]:.3f} '
                f'| {mean["new_recall_of_other_sources"]:.3f} | {mean["old_taken_for_new"]:.3f} '
                f'| {mean["old_f1_before"]:.3f} → {mean["old_f1_after"]:.3f} |'
            )
    return '\n'.join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=Path)
    parser.add_argument('--out', type=Path, default=Path('results/teach_sound.json'))
    parser.add_argument('--models', default=','.join(STEPS))
    parser.add_argument('--draws', type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    raw = load('kitchen20', arguments.data)
    told = json.loads(arguments.out.read_text()) if arguments.out.is_file() else {}
    for draw in range(arguments.draws):
        for name in arguments.models.split(','):
            steps, windows = STEPS[name]
            own = told.setdefault(name, {'steps': steps, 'rows': []})
            if any(row['draw'] == draw for row in own['rows']):
                continue
            config = read_config(FOLDER / f'{name}.yaml')
            optimiser = config.optimiser.model_copy(update={'steps': steps, 'precision': 'float32'})
            changes = {'optimiser': optimiser} | ({'encoder_windows': windows} if windows else {})
            own['rows'] += run(config.model_copy(update=changes), raw, draw)
            write_whole(arguments.out, json.dumps(told, indent=1).encode() + b'\n')
            print(table(told), flush=True)


if __name__ == '__main__':
    main()

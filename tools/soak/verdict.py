"""What a soak found: the account, the states, the times, and what the processes took."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tools.soak.faults import Fault
from tools.soak.hearing import Ear, Word
from tools.soak.processes import SENSORS, NodeProcess, Use

__all__ = ['Spell', 'accounts', 'left_behind', 'slope_of', 'wrong_states']

#: The machine let a process wait for so long: silence is then no fault of a node. Sound knows its
#: time by its arrival, and takes what comes 0.25 s late for a gap.
_LATE_S = 0.1
#: Memory is judged after so much of the time, and over so many minutes at least.
_WARM, _LEAST_MIN = 1 / 3, 15.0
MOST_MB_PER_HOUR = 1.0
#: Of a picture it may turn out late that it is none.
_LATER = ('corrupt', 'kind', 'intrinsics', 'inference')


@dataclass
class Spell:
    """A fault as it was.

    Attributes:
        fault: what it was.
        begun_s: monotonic time at which it began.
        ended_s: at which its mending began.
        mended_s: by sensor, when good data came again.
        back_s: by node, when a label came again; missing where none did.
        over_s: when all was well again.
        calm_until_s: until when it was.
        machine_late_s: by so much the machine let a process wait in all that time: the soak's own,
            or that of a sensor.
    """

    fault: Fault
    begun_s: float
    ended_s: float = 0.0
    mended_s: dict[str, float] = field(default_factory=dict)
    back_s: dict[str, float] = field(default_factory=dict)
    over_s: float = 0.0
    calm_until_s: float = 0.0
    machine_late_s: float = 0.0

    @property
    def is_judged(self) -> bool:
        """Whether silence is judged: the machine let everybody work."""
        return self.machine_late_s < _LATE_S


def wrong_states(spells: Iterable[Spell], ear: Ear) -> list[str]:
    """Everything that a node said and should not have, or should have and did not.

    Where the machine stood still, only a label after `stale`, and one that never comes again, are
    wrong.
    """
    return [sentence for spell in spells for sentence in _wrong(spell, ear)]


def _wrong(spell: Spell, ear: Ear) -> list[str]:
    fault, found = spell.fault, []
    hit = {SENSORS[kind] for kind in fault.kinds} | set(fault.stops)
    for kind, node in SENSORS.items():
        mended_s = spell.mended_s.get(kind, spell.ended_s)
        during = _between(ear.words[node], spell.begun_s, mended_s)
        if node not in spell.back_s:
            found.append(f'{fault.name}: {node} gave no label afterwards')
        if fault.silent and node in hit:
            stale = [word.time_s for word in during if not word.is_label]
            if not stale and spell.is_judged:
                found.append(f'{fault.name}: {node} did not say stale')
            elif stale and any(w.is_label and w.time_s > stale[0] for w in during):
                found.append(f'{fault.name}: {node} gave a label after it had said stale')
        elif node not in fault.stops and spell.is_judged:
            found += [
                f'{fault.name}: {node} said stale ({word.reason or "no data"}) '
                f'{word.time_s - spell.begun_s:.1f} s after it began, while good data came'
                for word in during
                if not word.is_label
            ]
        calm = _between(ear.words[node], spell.over_s, spell.calm_until_s)
        if not spell.is_judged:
            continue
        found += [
            f'after {fault.name}: {node} said stale ({word.reason or "no data"}) '
            f'{word.time_s - spell.over_s:.1f} s after all was well'
            for word in calm
            if not word.is_label
        ]
        if not any(word.is_label for word in calm):
            found.append(f'after {fault.name}: {node} gave no label while all was well')
    if not spell.is_judged:
        return found
    everything = fault.silent and hit >= set(SENSORS.values())
    said = _between(ear.words['presence_node'], spell.begun_s, spell.ended_s)
    if everything and not any(not word.source for word in said):
        found.append(f'{fault.name}: presence_node still named a sensor')
    calm = _between(ear.words['presence_node'], spell.over_s, spell.calm_until_s)
    if not any(word.source and word.is_label for word in calm):
        found.append(f'after {fault.name}: presence_node gave no label while all was well')
    return found


def _between(words: list[Word], begin_s: float, end_s: float) -> list[Word]:
    return [word for word in words if begin_s < word.time_s < end_s]


@dataclass(frozen=True)
class Account:
    """One recogniser's numbers, and what does not add up in them."""

    row: dict[str, int | str]
    wrong: list[str]


def accounts(sent: dict[str, tuple[int, int]], ear: Ear) -> dict[str, Account]:
    """Everything counted, by node; called when nothing is sent any more and nothing waits.

    Args:
        sent: by sensor, whole messages and cut ones.
        ear: with the last diagnostics.
    """
    found = {}
    for kind, node in SENSORS.items():
        values = ear.accounts[node]
        n = {key: int(value) for key, value in values.items() if value.isdecimal()}
        rejected = {
            key.removeprefix('rejected: '): value
            for key, value in n.items()
            if key.startswith('rejected: ')
        }
        later = sum(rejected.get(reason, 0) for reason in _LATER)
        heard = sum(word.of_window for word in ear.words[node])
        whole, cut = sent[kind]
        windows = n.get('stream: windows', 0)
        checks = {
            'received = taken + rejected': (
                n['messages received'],
                n['messages taken'] + n['messages rejected'] - later,
            ),
            'handed over = done + dropped + waiting': (
                n['queue: handed over'],
                n['queue: done'] + n['windows dropped'] + n['queue: waiting'],
            ),
            'waiting = 0': (n['queue: waiting'], 0),
            'labels heard = predictions': (heard, n['predictions']),
            'cut messages rejected <= sent': (
                max(rejected.get('truncated', 0) - cut, 0),
                0,
            ),
        }
        if kind == 'image':  # its jobs are pictures
            checks['windows = predictions'] = (windows, n['predictions'])
        else:
            checks['windows = predictions + dropped'] = (
                windows,
                n['predictions'] + n['windows dropped'] + rejected.get('inference', 0),
            )
        wrong = [f'{node}: {what}: {a} and {b}' for what, (a, b) in checks.items() if a != b]
        if n['messages received'] > whole + cut:
            wrong.append(f'{node} received more than was sent')
        row: dict[str, int | str] = {
            'sent': whole,
            'cut': cut,
            'received': n['messages received'],
            'not received': whole + cut - n['messages received'],
            'taken': n['messages taken'],
            'rejected': ', '.join(f'{k} {v}' for k, v in sorted(rejected.items())) or '0',
            'windows': windows,
            'handed over': n['queue: handed over'],
            'dropped': n['windows dropped'],
            'predictions': n['predictions'],
            'heard': heard,
        }
        found[node] = Account(row, wrong)
    return found


def slope_of(use: Use, memory_mb: list[float]) -> tuple[float, float]:
    """MB an hour after warm-up, and over how many minutes; NaN where they are too few.

    Args:
        use: with the times.
        memory_mb: that it had then.
    """
    times_s, rss_mb = np.array(use.times_s), np.array(memory_mb)
    if len(times_s) < 3:
        return float('nan'), 0.0
    warm = times_s >= times_s[0] + _WARM * (times_s[-1] - times_s[0])
    minutes = (times_s[warm][-1] - times_s[warm][0]) / 60
    if minutes < _LEAST_MIN:
        return float('nan'), minutes
    return float(np.polyfit(times_s[warm] / 3600, rss_mb[warm], 1)[0]), minutes


def left_behind(nodes: Iterable[NodeProcess], others: set[str]) -> list[str]:
    """Shared memory of nodes that is still there after they ended.

    Args:
        nodes: that have ended.
        others: segments that sensors and this process had open.
    """
    had = set().union(*(node.use.segments for node in nodes)) - others
    # a port is a name that processes share, and take over from each other
    return sorted(path for path in had if Path(path).exists() and '_port' not in Path(path).name)

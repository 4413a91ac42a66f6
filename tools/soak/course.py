"""The course of a soak: start, fault after fault, and the end."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event, Thread

from tools.soak.faults import Bench, Fault, common_faults, faults_of
from tools.soak.hearing import Ear
from tools.soak.machine import Pulse
from tools.soak.processes import NODES, SENSORS, NodeProcess, SensorProcess, segments_of
from tools.soak.verdict import Account, Spell, accounts, left_behind, wrong_states

__all__ = ['Course', 'run']

#: All is well for so long between two faults.
_CALM_S = 3.0
_SAMPLE_S = 5.0
_PATIENCE_S = 120.0
#: After a change of stamps so much of a label may still be on its way.
_ON_ITS_WAY_S = 0.3

Say = Callable[[str], None]


@dataclass(frozen=True)
class Course:
    """What a soak saw.

    Attributes:
        ear: with everything that was said.
        nodes: that have ended.
        codes: exit codes by node.
        spells: the faults.
        accounts: by recogniser.
        wrong: wrong states, in sentences.
        crashes: nodes that ended by themselves, or whose output has a traceback.
        left: shared memory that nodes left behind.
        full_disk: whether the disk of the logs could be filled.
    """

    ear: Ear
    nodes: dict[str, NodeProcess]
    codes: dict[str, int]
    spells: list[Spell]
    accounts: dict[str, Account]
    wrong: list[str]
    crashes: list[str]
    left: list[str]
    full_disk: bool


def run(minutes: float, folder: Path, disk: Path | None, say: Say) -> Course:
    """Run it.

    Args:
        minutes: no fault begins after them, but each comes once at least.
        folder: for its files.
        disk: folder of the logs, if it can be filled.
        say: is told what goes on.
    """
    end_s = time.monotonic() + 60 * minutes
    ear, pulse = Ear(), Pulse()
    bench = Bench(
        {kind: SensorProcess(kind, folder) for kind in SENSORS},
        {name: NodeProcess(name, folder) for name in NODES},
        disk,
    )
    over = Event()
    others: set[str] = set()
    sampler = Thread(target=_sample, args=(bench, others, over), daemon=True)
    spells: list[Spell] = []
    try:
        sampler.start()
        for sensor in bench.sensors.values():
            sensor.start()
        _until(lambda: all(ear.labels_after(n, 0.0) for n in ear.words), 'labels of all nodes')
        say('labels come')
        todo = [*faults_of(bench, tuple(SENSORS)), *common_faults(bench)]
        singles = 0
        while todo:
            for sensor in bench.sensors.values():
                sensor.page['spell'] = len(spells) + 1.0
            spells.append(_spell(todo.pop(0), bench, ear))
            spells[-1].machine_late_s = max(
                pulse.greatest_s(spells[-1].begun_s, time.monotonic()),
                *(sensor.page['late_s'] for sensor in bench.sensors.values()),
            )
            say(_line(spells[-1]))
            if not todo and time.monotonic() < end_s:
                kind = tuple(SENSORS)[singles % len(SENSORS)]
                todo = [*faults_of(bench, (kind,)), *common_faults(bench)]
                singles += 1
            if len(spells) > len(NODES) * 4 and time.monotonic() >= end_s:
                break
        for sensor in bench.sensors.values():
            sensor.page['quiet'] = 1.0
        _until(lambda: _settled(ear), 'the accounts to settle')
        sent = {
            kind: (int(s.page['sent']), int(s.page['broken'])) for kind, s in bench.sensors.items()
        }
        crashes = [name for name, node in bench.nodes.items() if node.process.poll() is not None]
        found = accounts(sent, ear)
    finally:
        over.set()
        sampler.join()
        for sensor in bench.sensors.values():
            sensor.kill()
        codes = {name: node.end() for name, node in bench.nodes.items()}
    ear.close()
    pulse.close()
    for sensor in bench.sensors.values():
        others |= sensor.segments
    crashes += [
        f'{name}: {node.said.read_text()[-300:]}'
        for name, node in bench.nodes.items()
        if codes[name] or 'Traceback' in node.said.read_text()
    ]
    left = left_behind(bench.nodes.values(), others)
    wrong = wrong_states(spells, ear)
    return Course(ear, bench.nodes, codes, spells, found, wrong, crashes, left, disk is not None)


def _spell(fault: Fault, bench: Bench, ear: Ear) -> Spell:
    """Let all be well for a while, then let it go wrong and mend it."""
    spell = Spell(fault, time.monotonic())
    fault.begin()
    time.sleep(fault.seconds)
    spell.ended_s = time.monotonic()
    fault.end()
    for kind, sensor in bench.sensors.items():
        if not sensor.page['first_s']:
            _until(partial(_has_begun, sensor), f'the sensor {kind}')
        spell.mended_s[kind] = max(spell.ended_s, sensor.page['first_s'])
    waited_until_s = time.monotonic() + _PATIENCE_S
    while len(spell.back_s) < len(SENSORS) and time.monotonic() < waited_until_s:
        for kind, node in SENSORS.items():
            after_s = spell.mended_s[kind]
            if kind in fault.kinds and not fault.stops:
                after_s += _ON_ITS_WAY_S
            labels = ear.labels_after(node, after_s)
            if labels and node not in spell.back_s:
                spell.back_s[node] = labels[0].time_s
        time.sleep(0.05)
    # presence_node needs its hold and margin to come back to the better one
    _until(lambda: _believed(ear, max(spell.mended_s.values())), 'presence_node', may_fail=True)
    spell.over_s = time.monotonic() + 0.5
    time.sleep(0.5 + _CALM_S)
    spell.calm_until_s = time.monotonic()
    return spell


def _has_begun(sensor: SensorProcess) -> bool:
    return sensor.page['first_s'] > 0


def _believed(ear: Ear, after_s: float) -> bool:
    return any(word.source for word in ear.labels_after('presence_node', after_s))


def _line(spell: Spell) -> str:
    times = [
        f'{node.removesuffix("_node")} {spell.back_s[node] - spell.mended_s[kind]:.1f} s'
        for kind, node in SENSORS.items()
        if kind in spell.fault.kinds and node in spell.back_s
    ]
    about = ', '.join(spell.fault.kinds) or ', '.join(spell.fault.stops)
    return f'{spell.fault.name} ({about}): labels again after {", ".join(times) or "–"}'


def _settled(ear: Ear) -> bool:
    """Whether two diagnostics in a row say the same, and nothing waits."""
    keys = ('messages received', 'predictions', 'queue: waiting')
    before = {node: [ear.accounts[node][key] for key in keys] for node in SENSORS.values()}
    time.sleep(2.5)
    now = {node: [ear.accounts[node][key] for key in keys] for node in SENSORS.values()}
    return before == now and all(values[-1] == '0' for values in now.values())


def _sample(bench: Bench, others: set[str], over: Event) -> None:
    while not over.wait(_SAMPLE_S if others else 0.5):
        for node in bench.nodes.values():
            node.sample()
        others |= segments_of(os.getpid())


def _until(condition: Callable[[], bool], what: str, may_fail: bool = False) -> None:
    end_s = time.monotonic() + _PATIENCE_S
    while not condition():
        if time.monotonic() > end_s:
            if may_fail:
                return
            raise SystemExit(f'soak: waited {_PATIENCE_S:.0f} s for {what}')
        time.sleep(0.05)

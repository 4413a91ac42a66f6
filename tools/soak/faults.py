"""What goes wrong in a soak, one thing after another."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tools.soak.processes import NodeProcess, SensorProcess

__all__ = ['Bench', 'Fault', 'common_faults', 'faults_of']

_DAY_S = 86_400.0
#: Sensors whose messages have a stamp.
_STAMPED = ('imu', 'image')


@dataclass
class Bench:
    """What faults may touch.

    Attributes:
        sensors: by kind.
        nodes: by name.
        small_disk: folder of the logs, on a file system of its own that can be filled; None where
            none could be mounted.
    """

    sensors: dict[str, SensorProcess]
    nodes: dict[str, NodeProcess]
    small_disk: Path | None


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong, and is mended.

    Attributes:
        name: for the table.
        kinds: the sensors that it is about.
        begin: makes it go wrong.
        end: mends it.
        silent: no usable data come while it lasts: the state must be `stale`.
        seconds: how long it lasts.
        stops: processes that can say nothing while it lasts.
    """

    name: str
    kinds: tuple[str, ...]
    begin: Callable[[], None]
    end: Callable[[], None]
    silent: bool = False
    seconds: float = 6.0
    stops: tuple[str, ...] = ()


def faults_of(bench: Bench, kinds: tuple[str, ...]) -> list[Fault]:
    """Every fault, of these sensors at once.

    Args:
        bench: what they touch.
        kinds: of sensors.
    """
    sensors = [bench.sensors[kind] for kind in kinds]
    stamped = tuple(kind for kind in kinds if kind in _STAMPED)
    found = [
        Fault(
            'sensor killed, started again',
            kinds,
            lambda: _kill(sensors),
            lambda: _start(sensors),
            silent=True,
        ),
        Fault(
            'QoS that does not fit',
            kinds,
            lambda: _start(sensors, 'best_effort'),
            lambda: _start(sensors),
            silent=True,
            seconds=10.0,
        ),
        _knob('cut messages', kinds, sensors, 'breaking', 1.0),
        *(_stopped(bench, f'{kind}_node', (kind,)) for kind in kinds),
    ]
    if stamped:
        clocks = [bench.sensors[kind] for kind in stamped]
        found += [
            _knob('stamps +1 s', stamped, clocks, 'offset_s', 1.0),
            _knob('stamps -1 s', stamped, clocks, 'offset_s', -1.0),
            _knob('stamps +1 day', stamped, clocks, 'offset_s', _DAY_S, silent=True),
            _knob('stamps -1 day', stamped, clocks, 'offset_s', -_DAY_S),
            _knob('stamps stand still', stamped, clocks, 'standing', 1.0, silent=True),
        ]
    return found


def common_faults(bench: Bench) -> list[Fault]:
    """Those that are about the machine, or about presence_node."""
    kinds = tuple(bench.sensors)
    load = Load()
    found = [
        _stopped(bench, 'presence_node', ()),
        Fault('two busy loops', kinds, load.begin, load.end, seconds=12.0),
    ]
    if bench.small_disk is not None:
        full = FullDisk(bench.small_disk, [*bench.sensors.values()])
        found.append(Fault('disk of the logs full', kinds, full.begin, full.end))
    return found


class Load:
    """One process a core that computes without end, no nicer than others."""

    def __init__(self) -> None:
        self._loops: list[subprocess.Popen[bytes]] = []

    def begin(self) -> None:
        """Start them."""
        command = [sys.executable, '-c', 'while True: pass']
        self._loops = [subprocess.Popen(command) for _ in range(os.cpu_count() or 1)]

    def end(self) -> None:
        """End them."""
        for loop in self._loops:
            loop.kill()
            loop.wait()


class FullDisk:
    """Not a byte is left where the nodes log, while cut messages give them something to say."""

    def __init__(self, folder: Path, sensors: list[SensorProcess]):
        self._filler = folder / 'filler'
        self._sensors = sensors

    def begin(self) -> None:
        """Fill it."""
        file = os.open(self._filler, os.O_WRONLY | os.O_CREAT)
        try:
            for piece in (bytes(4096), bytes(1)):
                with suppress(OSError):
                    while os.write(file, piece):
                        pass
        finally:
            os.close(file)
        _set(self._sensors, 'breaking', 1.0)

    def end(self) -> None:
        """Make room again."""
        _set(self._sensors, 'breaking', 0.0)
        self._filler.unlink()


def _kill(sensors: list[SensorProcess]) -> None:
    for sensor in sensors:
        sensor.kill()


def _start(sensors: list[SensorProcess], reliability: str = 'reliable') -> None:
    _kill(sensors)
    for sensor in sensors:
        sensor.start(reliability)


def _set(sensors: list[SensorProcess], name: str, value: float) -> None:
    for sensor in sensors:
        sensor.page[name] = value


def _knob(
    title: str,
    kinds: tuple[str, ...],
    sensors: list[SensorProcess],
    name: str,
    value: float,
    silent: bool = False,
) -> Fault:
    """A number of the sensors' pages that is another one for a while."""
    return Fault(
        title,
        kinds,
        lambda: _set(sensors, name, value),
        lambda: _set(sensors, name, 0.0),
        silent=silent,
    )


def _stopped(bench: Bench, name: str, kinds: tuple[str, ...]) -> Fault:
    node = bench.nodes[name]
    title = f'{name} stopped for 4 s'
    return Fault(title, kinds, node.stop, node.go_on, seconds=4.0, stops=(name,))

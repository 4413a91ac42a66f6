"""The nodes and the sensors of a soak as processes, and what they take of the machine."""

import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from dcat_ros.nodes.programs import program
from tools.soak.page import Page

__all__ = ['NODES', 'SENSORS', 'NodeProcess', 'SensorProcess', 'Use', 'segments_of']

#: sensor -> the recogniser that hears it
SENSORS = {'imu': 'imu_node', 'image': 'image_node', 'audio': 'audio_node'}
_RELIABLE = ['qos_reliability:=reliable']
#: node -> its parameters; what a second of stopping would lose is queued
NODES = {
    'imu_node': [*_RELIABLE, 'model:=imu_watch', 'autostart:=false', 'qos_depth:=2000'],
    'image_node': [*_RELIABLE, 'autostart:=false', 'focal_px:=570.0', 'qos_depth:=50'],
    'audio_node': [*_RELIABLE, 'autostart:=false', 'sample_rate:=48000', 'qos_depth:=100'],
    'presence_node': ['stale_after:=2.0'],
}


@dataclass
class Use:
    """What a process took, sample by sample.

    Attributes:
        times_s: monotonic.
        rss_mb: resident memory in MB, with what it shares: libraries, and segments of DDS.
        private_mb: of it its own.
        fds: file descriptors.
        threads: their number.
        segments: files of shared memory that it had open at any time.
    """

    times_s: list[float] = field(default_factory=list)
    rss_mb: list[float] = field(default_factory=list)
    private_mb: list[float] = field(default_factory=list)
    fds: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)
    segments: set[str] = field(default_factory=set)


class NodeProcess:
    """One of our nodes.

    Args:
        name: its program.
        folder: for what it says; its log goes where ROS_LOG_DIR says.
    """

    def __init__(self, name: str, folder: Path):
        self.name = name
        self.use = Use()
        self.said = folder / f'{name}.txt'
        command = [*program(name), '--ros-args', '--log-level', 'warn']
        for parameter in NODES[name]:
            command += ['-p', parameter]
        with self.said.open('w') as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        self._psutil = psutil.Process(self.process.pid)

    def sample(self) -> None:
        """Note what it takes now."""
        if self.process.poll() is not None:
            return
        use = self.use
        memory = self._psutil.memory_info()
        use.times_s.append(time.monotonic())
        use.rss_mb.append(memory.rss / 1e6)
        use.private_mb.append((memory.rss - memory.shared) / 1e6)
        use.fds.append(self._psutil.num_fds())
        use.threads.append(self._psutil.num_threads())
        use.segments |= segments_of(self.process.pid)

    def stop(self) -> None:
        """Stop it where it stands."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    def end(self) -> int:
        """End it as Ctrl-C does; gives the exit code."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class SensorProcess:
    """A sensor that can be killed and started again.

    Args:
        kind: of the sensor.
        folder: for the page that is shared with it.

    Attributes:
        segments: shared memory that it had open when it was killed.
    """

    def __init__(self, kind: str, folder: Path):
        self.kind = kind
        self._path = folder / f'{kind}.page'
        self.page = Page(self._path)
        self.process: subprocess.Popen[bytes] | None = None
        self.segments: set[str] = set()

    def start(self, reliability: str = 'reliable') -> None:
        """Start it; its first message comes a second or two later."""
        self.page['first_s'] = 0.0
        self.process = subprocess.Popen(
            [sys.executable, '-m', 'tools.soak.sensor', self.kind, str(self._path), reliability]
        )

    def kill(self) -> None:
        """End it with SIGKILL."""
        if self.process is not None:
            self.segments |= segments_of(self.process.pid)
            self.process.kill()
            self.process.wait()
            self.process = None


def segments_of(pid: int) -> set[str]:
    """Files of shared memory that a process has open; none if it is gone."""
    try:
        lines = Path(f'/proc/{pid}/maps').read_text().splitlines()
    except OSError:
        return set()
    paths = (line.split(maxsplit=5)[-1] for line in lines if '/dev/shm/' in line)
    return {path.removesuffix(' (deleted)') for path in paths}

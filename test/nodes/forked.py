"""Node processes without the two seconds in which Python imports torch and rclpy.

A server imports them once and forks a process for each node, which then is what the program of the
node is: a process with arguments, environment, signals and exit code of its own. Only the start
and the very end of the interpreter are not the program's; tests of those take `subprocess`.
"""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

__all__ = ['CONTEXT', 'ForkedNode']

#: Its processes begin with everything imported.
CONTEXT = multiprocessing.get_context('forkserver')
CONTEXT.set_forkserver_preload(
    [
        'dcat_ros.nodes.spin',
        # what runs weights that a test makes
        'dcat_ros.model.torch_model',
        'dcat_ros.model.weights',
        *(f'dcat_ros.nodes.{kind}_node' for kind in ('imu', 'image', 'audio', 'presence')),
        'sensor_process',
    ]
)


class ForkedNode:
    """A node process, to be used as `subprocess.Popen` with a pipe for stderr.

    Args:
        program: name of the node's program, such as imu_node.
        arguments: its command line.
    """

    def __init__(self, program: str, arguments: list[str]):
        self._folder = tempfile.TemporaryDirectory()
        errors = Path(self._folder.name) / 'stderr'
        errors.touch()
        self.stderr = errors.open()
        self._process = CONTEXT.Process(
            target=_run, args=(program, arguments, dict(os.environ), str(errors)), daemon=True
        )
        self._process.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[None, str]:
        self.wait(timeout)
        return None, self.stderr.read()


def _run(program: str, arguments: list[str], environment: dict[str, str], errors: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(errors, os.O_WRONLY | os.O_APPEND), sys.stderr.fileno())
    sys.argv = [program, *arguments]
    try:
        getattr(import_module('dcat_ros.nodes.entry'), program)()
    finally:
        # as the interpreter's end does: what is left of rclpy holds shared memory of 17 MB
        gc.collect()

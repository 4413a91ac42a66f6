"""A microphone that is a pipe: PulseAudio without a sound card, and PortAudio on top of it."""

import os
import shutil
import subprocess
import time
from ctypes.util import find_library
from pathlib import Path
from threading import Event, Thread

import pytest

RATE_HZ = 16000


def require_sound_server():
    """Skip where PortAudio or PulseAudio is missing."""
    if find_library('portaudio') is None:
        pytest.skip('needs PortAudio: sudo apt install libportaudio2')
    for program in ('pulseaudio', 'pactl'):
        if shutil.which(program) is None:
            pytest.skip(f'needs {program}: sudo apt install pulseaudio')


class VirtualMicrophone:
    """A sound server whose one source is fed by `play`.

    Args:
        folder: for its files.
    """

    def __init__(self, folder: Path):
        self.pipe = folder / 'microphone'
        # the path of a socket may have some hundred characters only
        runtime = Path('/tmp') / f'dcat-pulse-{os.getpid()}'
        runtime.mkdir(mode=0o700, exist_ok=True)
        self.environment = {
            'HOME': str(folder),
            'XDG_RUNTIME_DIR': str(runtime),
            'PULSE_RUNTIME_PATH': str(runtime),
            'PULSE_SERVER': f'unix:{runtime}/native',
            'PULSE_SOURCE': 'microphone',
        }
        self._runtime = runtime
        self._env = {**os.environ, **self.environment}
        self._module = ''
        self._writing = Event()
        self._writer: Thread | None = None
        command = ['pulseaudio', '-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no']
        command += ['-L', f'module-native-protocol-unix socket={runtime}/native auth-anonymous=1']
        self._server = subprocess.Popen(
            command, env=self._env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 120
        while self._pactl('info', check=False).returncode:
            assert time.monotonic() < end, 'PulseAudio does not start'
            assert self._server.poll() is None, 'PulseAudio ended'
            time.sleep(0.05)
        self.plug_in()

    def plug_in(self):
        """Add the source."""
        arguments = f'source_name=microphone file={self.pipe} format=s16le rate={RATE_HZ}'.split()
        done = self._pactl('load-module', 'module-pipe-source', *arguments, 'channels=1')
        self._module = done.stdout.strip()

    def unplug(self):
        """Take the source away, as pulling the plug does."""
        self.stop()
        self._pactl('unload-module', self._module)

    def play(self, samples, pace=1.0):
        """Feed samples of 16 bits in real time, in a thread; silence comes after them."""
        self._writing.set()
        self._writer = Thread(target=self._write, args=(samples.tobytes(), pace), daemon=True)
        self._writer.start()

    def stop(self):
        """Feed no more."""
        self._writing.clear()
        if self._writer is not None:
            self._writer.join()
            self._writer = None

    def close(self):
        """End everything."""
        self.stop()
        self._server.terminate()
        self._server.wait(timeout=120)
        shutil.rmtree(self._runtime, ignore_errors=True)

    def _write(self, data, pace):
        step = RATE_HZ // 50 * 2  # 20 ms
        pipe = os.open(self.pipe, os.O_WRONLY)
        try:
            begin = time.monotonic()
            sent = 0
            while self._writing.is_set():
                block = data[sent : sent + step] or bytes(step)
                os.write(pipe, block.ljust(step, b'\0'))
                sent += step
                ahead = sent / 2 / RATE_HZ / pace - (time.monotonic() - begin)
                if ahead > 0:
                    time.sleep(ahead)
        except BrokenPipeError:  # unplugged
            pass
        finally:
            os.close(pipe)

    def _pactl(self, *arguments, check=True):
        return subprocess.run(
            ['pactl', *arguments], env=self._env, capture_output=True, text=True, check=check
        )

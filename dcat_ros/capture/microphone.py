"""A microphone that comes and goes, through PortAudio."""

from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, Full, Queue
from threading import Event, Thread
from time import monotonic
from types import ModuleType
from typing import Any

from dcat_ros.errors import ConfigError

__all__ = ['Microphone', 'MicrophoneSettings', 'devices']

#: Blocks that may wait for whoever takes them; a further one is lost, and counted.
_WAITING = 256
_RETRY_S = 1.0
#: A device that gives nothing for so long is gone.
_SILENT_S = 1.0
_POLL_S = 0.2


@dataclass(frozen=True)
class MicrophoneSettings:
    """How to record.

    Attributes:
        device: name or a part of it, or index; empty for the default one.
        rate_hz: samples a second.
        channels: channels.
        block: samples of each channel that come at once.
    """

    device: str
    rate_hz: int
    channels: int
    block: int


class Microphone:
    """Records 16-bit blocks in threads of its own until it is closed.

    A device that is not there, or goes away, is looked for again every second.

    Args:
        settings: how to record.
        deliver: called with every block (interleaved samples of 16 bits, the machine's byte order)
            in the order of time, in one thread.
        retry_s: time between two looks for the device.

    Attributes:
        blocks: number delivered.
        overruns: number of times that samples were lost: by PortAudio, or for `deliver` was slow.
        opened: how often the device was taken up.
        problem: why there is no sound now; empty if there is.

    Raises:
        ConfigError: PortAudio is not installed.
    """

    def __init__(
        self,
        settings: MicrophoneSettings,
        deliver: Callable[[bytes], None],
        retry_s: float = _RETRY_S,
    ):
        self.blocks = 0
        self.overruns = 0
        self.opened = 0
        self.problem = 'not open yet'
        self._sd = _sounddevice()
        self._settings = settings
        self._deliver = deliver
        self._retry_s = retry_s
        self._queue: Queue[bytes] = Queue(_WAITING)
        self._stop = Event()
        self._thread = Thread(target=self._run, name='microphone', daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop recording."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                stream = self._open()
            except (self._sd.PortAudioError, ValueError, OSError) as problem:
                self.problem = (
                    f'{self._name()} cannot be opened: {_one_line(problem)} '
                    '(list_devices:=true shows which there are)'
                )
            else:
                self.opened += 1
                self._record()
                stream.abort(ignore_errors=True)
                stream.close(ignore_errors=True)
            if not self._stop.wait(self._retry_s):
                self._look_again()

    def _open(self) -> Any:
        s = self._settings
        device = int(s.device) if s.device.isdigit() else s.device or None
        stream = self._sd.RawInputStream(
            samplerate=s.rate_hz,
            blocksize=s.block,
            device=device,
            channels=s.channels,
            dtype='int16',
            callback=self._take,
        )
        stream.start()
        return stream

    def _take(self, data: Any, n: int, when: Any, status: Any) -> None:
        """In PortAudio's thread: must not wait."""
        if status.input_overflow:
            self.overruns += 1
        try:
            self._queue.put_nowait(bytes(data))
        except Full:
            self.overruns += 1

    def _record(self) -> None:
        """Hand blocks over until the device is silent or the end."""
        last = monotonic()
        patience_s = _SILENT_S + 2 * self._settings.block / self._settings.rate_hz
        while not self._stop.is_set():
            try:
                block = self._queue.get(timeout=_POLL_S)
            except Empty:
                if monotonic() - last > patience_s:
                    self.problem = f'{self._name()} gives no sound any more; is it unplugged?'
                    return
                continue
            last = monotonic()
            self.problem = ''
            self.blocks += 1
            self._deliver(block)

    def _look_again(self) -> None:
        """PortAudio lists its devices once, at the start."""
        try:
            self._sd._terminate()
            self._sd._initialize()
        except self._sd.PortAudioError as problem:
            self.problem = f'PortAudio does not start: {_one_line(problem)}'

    def _name(self) -> str:
        device = self._settings.device
        return f'microphone {device!r}' if device else 'the default microphone'


def devices() -> str:
    """The recording devices, a line each with index and name.

    Raises:
        ConfigError: PortAudio is not installed.
    """
    sd = _sounddevice()
    found = [
        f'{i}  {d["name"]}  ({d["max_input_channels"]} channels, {d["default_samplerate"]:.0f} Hz)'
        for i, d in enumerate(sd.query_devices())
        if d['max_input_channels'] > 0
    ]
    return '\n'.join(found) or 'There is no recording device.'


def _sounddevice() -> ModuleType:
    """The library; importing it fails where PortAudio is missing."""
    try:
        import sounddevice
    except (ImportError, OSError):
        raise ConfigError(
            'A microphone needs PortAudio and the Python package sounddevice: '
            'sudo apt install libportaudio2 && pip install sounddevice.'
        ) from None
    module: ModuleType = sounddevice
    return module


def _one_line(problem: Exception) -> str:
    return ' '.join(str(problem).split())

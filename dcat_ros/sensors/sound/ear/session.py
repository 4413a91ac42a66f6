"""The tagger in onnxruntime: from rows to tokens."""

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from dcat_ros.errors import ConfigError
from dcat_ros.pretrained.known import TAGGER
from dcat_ros.pretrained.store import how_to_get, ready
from dcat_ros.pretrained.tensors import read_tensors
from dcat_ros.sensors.sound.ear.tagger import KINDS, ROWS, TOKENS, tagger

__all__ = ['Tagger']

Array = NDArray[np.float32]

#: Windows at once: more are no faster, and take memory.
_BATCH = 16


class Tagger:
    """What the tagger makes of rows.

    Args:
        network: see `tagger.tagger`.
    """

    def __init__(self, network: bytes):
        options = onnxruntime.SessionOptions()
        # as for our own networks: a second thread waits for work by spinning
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(
            network, options, providers=['CPUExecutionProvider'], enable_fallback=0
        )

    @classmethod
    def ready(cls) -> 'Tagger':
        """The one that `dcat models get tagger` brought.

        Raises:
            ConfigError: it is not there, or damaged; the sentence has the command for it.
        """
        path = ready(TAGGER.name)
        try:
            return cls(tagger(read_tensors(path.read_bytes())))
        except (OSError, ValueError, KeyError) as problem:
            raise ConfigError(f'{path} cannot be read ({problem}); {how_to_get(TAGGER)}.') from None

    def tokens(self, windows: Array) -> Array:
        """Tokens (N, ceil(T / 32), 1536) of windows (N, T, 128) in dB."""
        return self._run(TOKENS, windows)

    def kinds(self, windows: Array) -> Array:
        """Logits (N, 527) of the sounds that it knows, of windows (N, T, 128) in dB."""
        return self._run(KINDS, windows)

    def _run(self, output: str, windows: Array) -> Array:
        parts = [
            self._session.run([output], {ROWS: windows[i : i + _BATCH]})[0]
            for i in range(0, len(windows), _BATCH)
        ]
        return np.concatenate(parts)

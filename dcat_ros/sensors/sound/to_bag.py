"""Messages of sound, made of what was recorded."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.setting import Given
from dcat_ros.sensors.sound.messages import AUDIO_TYPES
from dcat_ros.sensors.sound.named import NAMED
from dcat_ros.sensors.to_bag import Gap, Message, ToBag, Types
from dcat_ros.signals import Signal

__all__ = ['TO_BAG', 'sound']

_TYPE = AUDIO_TYPES[0]
_CHUNK_S = 0.05  # of sound in a message
_ROOM = 1e-4  # standard deviation of a silent room's noise: -80 dB


def sound(types: Types, samples: NDArray[np.floating]) -> Any:
    """std_msgs/Int16MultiArray of samples (n,) in [-1, 1]."""
    n = len(samples)
    dimension = types['std_msgs/msg/MultiArrayDimension']
    layout = types['std_msgs/msg/MultiArrayLayout'](
        dim=[
            dimension(label='samples', size=n, stride=n),
            dimension(label='channels', size=1, stride=1),
        ],
        data_offset=0,
    )
    values = np.clip(np.round(samples * 32768), -32768, 32767).astype(np.int16)
    return types[_TYPE](layout=layout, data=values)


def _messages(types: Types, signal: Signal, given: Given, begin_ns: int) -> Iterator[Message]:
    """Of samples (n, 1) in [-1, 1]."""
    samples, stamps = signal.values[:, 0], signal.stamps_ns
    period_ns = (stamps[-1] - stamps[0]) / (len(stamps) - 1)
    step = round(_CHUNK_S * 1e9 / period_ns)
    for start in range(0, len(samples), step):
        chunk = samples[start : start + step]
        # a message without a header counts as heard when it came: at the chunk's end
        stamp = begin_ns + round((start + len(chunk)) * period_ns)
        yield stamp, NAMED.topic, sound(types, chunk)


def _pause(gap: Gap, rng: np.random.Generator) -> NDArray[Any]:
    """A room that is nearly silent."""
    return rng.normal(scale=_ROOM, size=(len(gap.stamps_ns), 1)).astype(np.float32)


TO_BAG = ToBag({NAMED.topic: _TYPE}, _messages, _pause, rests=False)

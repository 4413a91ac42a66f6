"""Whether a take can be learned from; if not, why, so that it is done once more."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.sensor import Sensor
from dcat_ros.teach.memory import Examples, Memory
from dcat_ros.teach.movement import strength
from dcat_ros.teach.study import Studied

__all__ = ['LEAST_MOVEMENT', 'LONGEST_S', 'SHORTEST_S', 'why_no_take', 'why_unlike']

SHORTEST_S = 0.5
LONGEST_S = 30.0
#: In units of the sensor's scale: what moves less does not move.
LEAST_MOVEMENT = 0.03


def why_no_take(sensor: Sensor, samples: NDArray[np.floating], rate_hz: float) -> str:
    """Why samples (n, C) are no take; empty if they are one.

    Args:
        sensor: whose samples they are.
        samples: of the take.
        rate_hz: of them.
    """
    length_s = len(samples) / rate_hz
    if length_s < SHORTEST_S:
        return f'too short, {length_s:.1f} s: {SHORTEST_S:g} s are the least'
    if length_s > LONGEST_S:
        return f'too long, {length_s:.0f} s: {LONGEST_S:g} s are the most'
    if float(np.quantile(strength(sensor, samples, rate_hz), 0.95)) < LEAST_MOVEMENT:
        return 'nothing moved'
    return ''


def why_unlike(take: Studied, others: Sequence[Studied], memory: Memory) -> str:
    """Why a take is not like others of its label; empty if it is, or if there are none.

    It is where it lies nearer to one of them than to most of what the base remembers: in the
    angle between features, of the whole take or else of its windows' mean.

    Args:
        take: the newest.
        others: of the same label and person.
        memory: of the base.
    """
    if not others:
        return ''
    own = _place(take)
    near = max(_likeness(own, _place(other)[None])[0] for other in others)
    if near >= float(np.quantile(_likeness(own, _places(take, memory)), _NEARER_THAN)):
        return ''
    return 'unlike the others'


#: Share of what is remembered.
_NEARER_THAN = 0.95


def _place(take: Studied) -> NDArray[np.float32]:
    if take.whole is not None:
        return take.whole
    out: NDArray[np.float32] = take.windows[~take.at_rest].mean(axis=0)
    return out


def _places(take: Studied, memory: Memory) -> NDArray[np.float32]:
    found: Examples | None = memory.wholes if take.whole is not None else memory.windows
    assert found is not None
    return found.features


def _likeness(one: NDArray[np.float32], many: NDArray[np.float32]) -> NDArray[np.float64]:
    """Cosines (N,) of the angles between features (F,) and (N, F)."""
    lengths = np.linalg.norm(many, axis=1) * np.linalg.norm(one)
    out: NDArray[np.float64] = (many @ one) / np.maximum(lengths, 1e-9)
    return out

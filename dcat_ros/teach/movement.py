"""When somebody moved: a take is cut out of what was recorded around it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.sensor import Sensor

__all__ = ['Moved', 'moved', 'strength']

_SMOOTH_S = 0.2
#: Of the greatest motion: less is stillness.
_SHARE = 0.15
#: Times the motion at rest: less is stillness, too.
_ABOVE_REST = 3.0
#: of the sensor's scale: less is no motion at all
_LEAST = 0.03
#: So long somebody may stand still within a take.
_PAUSE_S = 0.6
#: So much belongs to a take before it is seen to move, and after.
_MARGIN_S = 0.15


class Moved(NamedTuple):
    """When somebody moved, in samples.

    Attributes:
        begin: of the first.
        end: behind the last.
    """

    begin: int
    end: int


def strength(sensor: Sensor, samples: NDArray[np.floating], rate_hz: float) -> NDArray[np.float64]:
    """How much moves at each sample (n,), in units of the sensor's scale.

    Angular rates are motion themselves; of all else what changes within a fifth of a second is.

    Args:
        sensor: whose samples they are.
        samples: (n, C).
        rate_hz: of them.
    """
    scale = np.repeat(np.array(sensor.scale), (sensor.size or 1) ** 2)
    units = np.repeat(np.array(sensor.units), (sensor.size or 1) ** 2)
    x = np.asarray(samples, np.float64) / scale
    reach = max(1, round(_SMOOTH_S * rate_hz / 2))
    later, sooner = np.minimum(np.arange(len(x)) + reach, len(x) - 1), np.arange(len(x)) - reach
    change = x[later] - x[np.maximum(sooner, 0)]
    change = np.where(units == 'rad/s', x, change)
    found = np.sqrt((change**2).mean(axis=1))
    width = 2 * reach + 1
    padded = np.pad(found, reach, mode='edge')
    out: NDArray[np.float64] = np.convolve(padded, np.ones(width) / width, mode='valid')
    return out


def moved(
    sensor: Sensor, samples: NDArray[np.floating], rate_hz: float, at_rest: float
) -> Moved | None:
    """The longest stretch in which somebody moved; None if nobody did, or a single sample is there.

    Args:
        sensor: whose samples they are.
        samples: (n, C).
        rate_hz: of them.
        at_rest: motion while nothing was done, as `strength` gives it.
    """
    if len(samples) < 2:  # the sensor fell silent
        return None
    found = strength(sensor, samples, rate_hz)
    most = float(np.quantile(found, 0.95))
    least = max(_LEAST, _ABOVE_REST * at_rest)
    if most < least:
        return None
    places = np.flatnonzero(found >= max(least, _SHARE * most))
    runs = np.split(places, np.flatnonzero(np.diff(places) > _PAUSE_S * rate_hz) + 1)
    longest = max(runs, key=lambda run: float(found[run].sum()))
    margin = round(_MARGIN_S * rate_hz)
    begin = max(0, int(longest[0]) - margin)
    return Moved(begin, min(len(found), int(longest[-1]) + 1 + margin))

"""Whether values that can be decoded are what a person's inertial sensor gives."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.doubt import SENSELESS, Doubt
from dcat_ros.sensors.inertial.samples import CHANNELS, GRAVITY

__all__ = ['Measured', 'doubts', 'doubts_by', 'measured', 'unit_doubt']

#: Over a window a person's sensor feels about g, whatever they do; in units of g it is one.
_LEAST_MEAN = 0.35 * GRAVITY
#: A fall or a blow lasts less than a window: 10 g on average are milli-g, cm/s² or raw counts.
_GREATEST_MEAN = 10 * GRAVITY
#: Gyroscopes of wearables end at 2000 degrees/s.
_GREATEST_RATE = 40.0


#: What a value may vary by rounding alone on its way to the model's grid.
_ROUNDING = 1e-6


class Measured(NamedTuple):
    """What windows (..., T, 6) are judged by.

    Attributes:
        lowest, highest: value of each channel, shape (..., 6).
        stands: which channels have one value, but for rounding, shape (..., 6).
        mean: length of the acceleration on average, shape (...).
        fastest: greatest angular rate, shape (...).
    """

    lowest: NDArray[np.float32]
    highest: NDArray[np.float32]
    stands: NDArray[np.bool_]
    mean: NDArray[np.float32]
    fastest: NDArray[np.float32]

    @property
    def odd(self) -> NDArray[np.bool_]:
        """Where `doubts` may find something, shape (...)."""
        usual = (self.mean >= _LEAST_MEAN) & (self.mean <= _GREATEST_MEAN)
        odd: NDArray[np.bool_] = self.stands.any(axis=-1) | ~usual | (self.fastest > _GREATEST_RATE)
        return odd

    def of(self, place: int) -> 'Measured':
        """Those of one of (n, T, 6)."""
        return Measured(*(numbers[place] for numbers in self))


def measured(samples: NDArray[np.float32]) -> Measured:
    """The numbers of windows (..., T, 6); those of one do not depend on the others."""
    lowest, highest = samples.min(axis=-2), samples.max(axis=-2)
    return Measured(
        lowest,
        highest,
        highest - lowest <= _ROUNDING * np.maximum(1, np.abs(highest)),
        np.linalg.norm(samples[..., :3], axis=-1).mean(axis=-1),
        np.maximum(np.abs(lowest), np.abs(highest))[..., 3:].max(axis=-1),
    )


def unit_doubt(window: Measured) -> str:
    """What speaks against one window being in m/s² with gravity and in rad/s, or empty."""
    mean, fastest = float(window.mean), float(window.fastest)
    if mean < _LEAST_MEAN:
        return (
            f'acceleration is {mean:.1f} m/s² on average, and gravity alone is 9.8: it must come '
            'in m/s² (not in g) and with gravity'
        )
    if mean > _GREATEST_MEAN:
        return (
            f'acceleration is {mean:.0f} m/s² on average, and gravity alone is 9.8: it must come '
            f'in m/s², not {_unit_of(mean)}; see to the driver, or scale it on the way'
        )
    if fastest > _GREATEST_RATE:
        return (
            f'the angular rate reaches {fastest:.0f} rad/s, which no person does: it must come in '
            'rad/s, not in degrees/s'
        )
    return ''


#: half of the sensor -> its channels
_HALVES = {'acceleration': slice(0, 3), 'angular rate': slice(3, 6)}


def doubts(samples: NDArray[np.float32], alive: NDArray[np.bool_] | None = None) -> list[Doubt]:
    """What speaks against a window of samples; the worst first.

    Args:
        samples: shape (T, 6), on the model's grid, in the units of sensor_msgs/Imu.
        alive: shape (6,), channels that varied a short while ago: of those some may stand still, as
            a coarse sensor's do while nothing moves, but not all six.
    """
    return doubts_by(measured(samples), alive)


def doubts_by(window: Measured, alive: NDArray[np.bool_] | None = None) -> list[Doubt]:
    """`doubts` by the numbers of one window."""
    lowest, highest, stands, *_ = window
    found: list[Doubt] = []
    is_zero = stands & (highest == 0) & (lowest == 0)
    if is_zero.all():
        return [_senseless('zero', 'every value is exactly 0: the sensor is off, or its driver ')]
    if stands.all():
        sentence = 'all six values stand still while the stamps go on: the sensor or its driver '
        return [_senseless('frozen', sentence)]
    if alive is not None:
        stands, is_zero = stands & ~alive, is_zero & ~alive
    for half, channels in _HALVES.items() if stands.any() else ():
        if is_zero[channels].all():
            found.append(Doubt('half', _half_is_zero(half), SENSELESS))
        elif stands[channels].all():
            sentence = f'the {half} stands still in all axes: the sensor or its driver '
            found.append(_senseless('frozen', sentence))
        elif stands[channels].any():
            found.append(Doubt('axis', _axis_stands(channels, stands, highest)))
    unit = '' if any(one.level == SENSELESS for one in found) else unit_doubt(window)
    if unit:
        # nobody turns so fast, so that one window tells it of all
        too_fast = bool(window.fastest > _GREATEST_RATE)
        found.append(Doubt('unit', unit, share=0.0 if too_fast else 0.5))
    return found


def _senseless(reason: str, sentence: str) -> Doubt:
    return Doubt(reason, f'{sentence}hangs; restart it', SENSELESS)


def _half_is_zero(half: str) -> str:
    return (
        f'the {half} is exactly 0 in all axes, as where a driver publishes the halves of a sensor '
        'on two topics; join them: accel_topic and gyro_topic of imu_node, --accel and --gyro of '
        'dcat evaluate, or the driver itself (unite_imu_method:=2 of realsense2_camera)'
    )


def _axis_stands(channels: slice, stands: NDArray[np.bool_], values: NDArray[np.float32]) -> str:
    names = [CHANNELS[i] for i in range(6)[channels] if stands[i]]
    first = float(values[CHANNELS.index(names[0])]) + 0.0  # -0 is 0
    return (
        f'{" and ".join(names)} {"is" if len(names) == 1 else "are"} exactly {first:g} throughout '
        'a window: the driver does not fill it, or the sensor is broken'
    )


def _unit_of(mean: float) -> str:
    """The unit in which gravity alone would be so large."""
    if mean < 1500:
        return 'in milli-g or cm/s²'
    return "in the sensor's raw counts"

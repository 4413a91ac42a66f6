"""Fixed-kernel features of an inertial sensor's window, gravity and lengths among its channels."""

from dcat_ros.blocks.kernels import PpvFeatures
from dcat_ros.sensors.inertial.derived import N_DERIVED, DerivedChannels

__all__ = ['InertialFeatures']

_DILATIONS = (1, 2, 4, 8, 16)


class InertialFeatures(PpvFeatures):
    """Proportions of positive values of the sensor's 11 channels."""

    def __init__(self) -> None:
        super().__init__(DerivedChannels(), N_DERIVED, _DILATIONS)

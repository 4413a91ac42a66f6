"""Fixed-kernel features of a camera's window: of the joints' places and the hips' way."""

from torch import Tensor, nn

from dcat_ros.blocks.kernels import PpvFeatures
from dcat_ros.sensors.camera.front import N_PLACED, Placed

__all__ = ['PoseFeatures']

#: A window has 30 samples, and a whole trial more.
_DILATIONS = (1, 2, 4, 8)
#: Of a torso length: 4 mm of a grown-up.
_STEPS = 128.0


class _Channels(nn.Module):
    """Places (N, 28, T) of windows (N, T, 39), in steps of 1/128 torso length."""

    def __init__(self) -> None:
        super().__init__()
        self.placed = Placed()

    def forward(self, windows: Tensor) -> Tensor:
        # whole steps, whose sums are exact: a response next to a threshold would else count with
        # one library and not with the other, and a joint that stands still is next to many
        places: Tensor = (self.placed(windows)[0] * _STEPS).round() / _STEPS
        return places.transpose(1, 2)


class PoseFeatures(PpvFeatures):
    """Proportions of positive values of the places."""

    def __init__(self) -> None:
        super().__init__(_Channels(), N_PLACED, _DILATIONS)

"""Fixed-kernel features of a camera's window: of the joints' places and the hips' way."""

from torch import Tensor, nn

from dcat_ros.blocks.kernels import PpvFeatures
from dcat_ros.sensors.camera.front import N_PLACED, Placed

__all__ = ['PoseFeatures']

#: A window has 30 samples, and a whole trial more.
_DILATIONS = (1, 2, 4, 8)
#: Of a torso length, 4 mm of a grown-up: a joint that stands still stays on its step.
_STEPS = 128.0


class _Channels(nn.Module):
    """Places (N, 28, T) of windows (N, T, 39)."""

    def __init__(self) -> None:
        super().__init__()
        self.placed = Placed()

    def forward(self, windows: Tensor) -> Tensor:
        places: Tensor = self.placed(windows)[0]
        return places.transpose(1, 2)


class PoseFeatures(PpvFeatures):
    """Proportions of positive values of the places."""

    def __init__(self) -> None:
        super().__init__(_Channels(), N_PLACED, _DILATIONS, _STEPS)

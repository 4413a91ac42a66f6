"""The front of a camera's network: from joints to tokens."""

import torch
from torch import Tensor, nn

from dcat_ros.blocks.conv import ConvBlock
from dcat_ros.blocks.kernels import on_grid
from dcat_ros.sensors.camera.joints import HIPS, N_JOINTS, SHOULDERS

__all__ = ['N_PLACED', 'Placed', 'PoseFront']

#: x and y of each joint about the hips, and of the hips' own way.
N_PLACED = 2 * N_JOINTS + 2
_VELOCITY = 4.0  # makes a step between two frames of about the size of a place
#: Of samples that are torso lengths: nobody's torso.
_LEAST = 0.05
#: Between two frames of which one has a joint.
_HALF = 0.5
#: Of what is a mean over a window, see `on_grid`.
_STEPS = 1024.0


class Placed(nn.Module):
    """Joints about the hips in torso lengths, and the hips' way about its middle.

    Wherever a window's samples have their origin, and whatever length they were divided by, the
    same comes out, but for a thousandth of a torso length: so it does not matter whether they were
    told of a window or of a whole recording.
    """

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        """Places (N, T, 28) and what is seen (N, T, 13) of windows (N, T, 39)."""
        joints = windows.unflatten(2, (N_JOINTS, 3))
        places = joints[..., :2]  # (N, T, 13, 2)
        seen = (joints[..., 2:] > _HALF).to(windows.dtype)  # (N, T, 13, 1)
        hips = places[:, :, HIPS].mean(dim=2)  # (N, T, 2)
        known = seen[:, :, SHOULDERS]
        weight = known.sum(dim=2)  # (N, T, 1)
        shoulders = (places[:, :, SHOULDERS] * known).sum(dim=2) / weight.clamp_min(1)
        spine = (shoulders - hips).pow(2).sum(dim=2, keepdim=True).clamp_min(_LEAST**2).sqrt()
        counts = (weight > 0).to(windows.dtype)
        length = (spine * counts).sum(dim=1) / counts.sum(dim=1).clamp_min(1)  # (N, 1)
        length = on_grid(length.clamp_min(_LEAST), _STEPS)[:, None]  # (N, 1, 1)
        way = (hips - on_grid(hips.mean(dim=1, keepdim=True), _STEPS)) / length
        about = (places - hips[:, :, None]) / length[..., None] * seen
        return torch.cat([about.flatten(2), way], dim=2), seen.flatten(2)


class PoseFront(nn.Module):
    """Places, how they change, and what is seen; then three convolutions along time.

    Args:
        width: D, channels of a token.
    """

    def __init__(self, width: int):
        super().__init__()
        self.placed = Placed()
        self.first = ConvBlock(2 * N_PLACED + N_JOINTS, 96, 5, stride=2)
        self.second = ConvBlock(96, 96, 3)
        self.third = ConvBlock(96, 96, 3, dilation=2)
        self.to_tokens = nn.Conv1d(96, width, 1)

    def forward(self, windows: Tensor) -> Tensor:
        """Tokens (N, T / 2, D) of windows (N, T, 39), see `samples`."""
        places, seen = self.placed(windows)
        change = torch.diff(places, dim=1, prepend=places[:, :1])
        x = torch.cat([places, _VELOCITY * change, seen], dim=2).transpose(1, 2)  # (N, C, T)
        x = self.first(x)
        x = x + self.second(x)
        x = x + self.third(x)
        tokens: Tensor = self.to_tokens(x)
        return tokens.transpose(1, 2)

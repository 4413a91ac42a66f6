"""A convolution along time with what goes around it."""

from torch import nn

__all__ = ['ConvBlock']


class ConvBlock(nn.Sequential):
    """Convolution, batch normalisation, GELU."""

    def __init__(self, n_in: int, n_out: int, kernel: int, *, stride: int = 1, dilation: int = 1):
        super().__init__(
            nn.Conv1d(
                n_in,
                n_out,
                kernel,
                stride=stride,
                dilation=dilation,
                padding=dilation * (kernel // 2),
                bias=False,
            ),
            nn.BatchNorm1d(n_out),
            nn.GELU(),
        )

"""What the network of sound sees of a window of log-mel rows: frames without level, statistics."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ['N_STATISTICS', 'Statistics', 'between', 'front']

#: Power under which nothing is told apart: relative to the window's mean, and whatever that is.
_FLOOR_RELATIVE, _FLOOR = 10**-4.5, 1e-9
_SCALE_DB = 20.0
_MIDDLE_DB = -35.0  # about the level of the recordings that this was made with
_SHORTEST = 8  # rows
_FRAMES_HZ = 50.0

_N_BANDS = 64
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_N_CEPSTRA = 24
_CEPSTRAL_QUANTILES = (0.1, 0.9)
_GROUP = 8  # bands whose common rhythm is looked at
_RHYTHM_HZ = (0.2, 0.6, 1.2, 2.3, 4.7, 9.4, 25.1)
_LEAST_SPECTRUM = 256  # frames: shorter windows are padded
_LAGS = (1, 2, 4, 8, 16, 32)  # of the envelope, in frames of 20 ms

N_STATISTICS = (
    _N_BANDS * (4 + len(_QUANTILES))
    + _N_CEPSTRA * (2 + len(_CEPSTRAL_QUANTILES))
    + _N_BANDS // _GROUP * (len(_RHYTHM_HZ) - 1)
    + 5
    + len(_QUANTILES)
    + len(_LAGS)
    + 1
)


def between(windows: Tensor, steps: int, rows: int) -> Tensor:
    """Read rows (N, T, 64) in dB at another speed, by straight lines through their powers.

    Args:
        windows: what is read.
        steps: so many of its rows become `rows`.
        rows: see there.

    Returns:
        Shape (N, ceil((T - 1) rows / steps), 64); a single row stays as it is.
    """
    if windows.shape[1] < 2:
        return windows
    n = ((windows.shape[1] - 1) * rows + steps - 1) // steps
    at = torch.arange(n, dtype=torch.float64, device=windows.device) * (steps / rows)
    left = at.long()
    part = (at - left).to(windows.dtype)[:, None]
    power = torch.pow(10.0, windows / 10)
    return 10 * torch.log10((1 - part) * power[:, left] + part * power[:, left + 1])


def front(windows: Tensor) -> tuple[Tensor, Tensor]:
    """Rows of 10 ms in pairs, without the window's level.

    The level tells the distance of the microphone and its gain, so that the frames are what
    remains without it. It also tells silence: hence it is given beside.

    Args:
        windows: (N, T, 64) in dB, any T.

    Returns:
        Frames (N, T / 2, 64) of order one and mean zero, and the level (N,), of order one.
    """
    lacking = _SHORTEST - windows.shape[1]
    if lacking > 0:
        windows = torch.cat([windows, windows[:, -1:].expand(-1, lacking, -1)], dim=1)
    power = torch.pow(10.0, windows / 10)
    power = functional.avg_pool2d(power[:, None], (2, 1))[:, 0]
    mean = power.mean(dim=(1, 2), keepdim=True)
    frames = 10 * torch.log10(power + _FLOOR_RELATIVE * mean + _FLOOR)
    frames = (frames - frames.mean(dim=(1, 2), keepdim=True)) / _SCALE_DB
    level = (10 * torch.log10(mean.flatten() + _FLOOR) - _MIDDLE_DB) / _SCALE_DB
    return frames, level


class Statistics(nn.Module):
    """Figures of a window that know nothing of order beyond its rhythm.

    Per band the deviation, skewness, greatest value, change and quantiles; of the cepstrum the
    deviation, change and quantiles; of groups of bands the spectrum of their envelopes; of the
    whole envelope its moments, change, quantiles and autocorrelation; the level.
    """

    cosines: Tensor

    def __init__(self) -> None:
        super().__init__()
        bands = (torch.arange(_N_BANDS) + 0.5) * math.pi / _N_BANDS
        cosines = torch.cos(bands[:, None] * torch.arange(1, _N_CEPSTRA + 1))
        self.register_buffer('cosines', cosines * math.sqrt(2 / _N_BANDS), persistent=False)

    @torch.no_grad()
    def forward(self, frames: Tensor, level: Tensor) -> Tensor:
        """Statistics (N, N_STATISTICS) of frames (N, L, 64) and levels (N,) from `front`."""
        cepstra = frames @ self.cosines  # (N, L, 24)
        envelope = torch.pow(10.0, 2 * frames).mean(dim=2).log10()[..., None] * 10 / _SCALE_DB
        parts = [
            *_moments(frames, _QUANTILES),
            frames.amax(dim=1),
            *_moments(cepstra, _CEPSTRAL_QUANTILES)[1:],
            _rhythm(frames),
            *_moments(envelope, _QUANTILES),
            _fourth(envelope),
            (envelope[:, 1:] - envelope[:, :-1]).amax(dim=1),
            *_autocorrelation(envelope),
            level[:, None],
        ]
        return torch.cat(parts, dim=1)


def _moments(x: Tensor, quantiles: tuple[float, ...]) -> list[Tensor]:
    """Skewness, deviation, mean change and quantiles, (N, C) each, of (N, L, C)."""
    centred = x - x.mean(dim=1, keepdim=True)
    deviation = centred.square().mean(dim=1).sqrt()
    skewness = centred.pow(3).mean(dim=1) / (deviation + 0.05).pow(3)
    change = (x[:, 1:] - x[:, :-1]).abs().mean(dim=1)
    return [skewness, deviation, change, *_quantiles(x, quantiles)]


def _quantiles(x: Tensor, quantiles: tuple[float, ...]) -> list[Tensor]:
    """Of (N, L, C) along L, by straight lines; torch.quantile cannot be exported."""
    ordered = x.sort(dim=1).values
    at = torch.tensor(quantiles, dtype=torch.float64, device=x.device) * (x.shape[1] - 1)
    left = at.long()
    right = (left + 1).clamp(max=x.shape[1] - 1)
    part = (at - left).to(x.dtype)[:, None]
    values = (1 - part) * ordered[:, left] + part * ordered[:, right]
    return list(values.unbind(dim=1))


def _fourth(x: Tensor) -> Tensor:
    """Kurtosis (N, C) of (N, L, C): how much of it are clicks."""
    centred = x - x.mean(dim=1, keepdim=True)
    variance = centred.square().mean(dim=1)
    return (centred.pow(4).mean(dim=1) / (variance + 0.0025).square()).log1p()


def _rhythm(frames: Tensor) -> Tensor:
    """Logarithm of the power (N, 48) of the envelopes of 8 groups of bands, in 6 octaves."""
    groups = frames.unflatten(2, (-1, _GROUP)).mean(dim=3)  # (N, L, 8)
    groups = groups - groups.mean(dim=1, keepdim=True)
    length = groups.shape[1]
    time = torch.arange(length, dtype=torch.float64, device=frames.device)
    hann = 0.5 - 0.5 * torch.cos(2 * math.pi / (length - 1) * time)
    groups = groups * hann.to(groups.dtype)[:, None]
    # of the lengths that occur a product of matrices is as quick as a Fourier transform, and it can
    # be exported
    size = torch.sym_max(_LEAST_SPECTRUM, length)
    bins = torch.arange(size // 2 + 1, dtype=torch.float64, device=frames.device)
    angles = 2 * math.pi / size * bins[:, None] * time  # (bins, L)
    real, imaginary = angles.cos().to(groups.dtype) @ groups, angles.sin().to(groups.dtype) @ groups
    power = (real.square() + imaginary.square()) / length  # (N, bins, 8)
    edges = torch.tensor(_RHYTHM_HZ, dtype=torch.float64, device=frames.device)
    hz = bins * (_FRAMES_HZ / size)
    inside = ((hz >= edges[:-1, None]) & (hz < edges[1:, None])).to(power.dtype)  # (6, bins)
    octaves = (inside / inside.sum(dim=1, keepdim=True)) @ power  # (N, 6, 8)
    out: Tensor = (octaves.flatten(1) + 1e-5).log()
    return out


def _autocorrelation(envelope: Tensor) -> list[Tensor]:
    """At each lag, (N, 1) of (N, L, 1); 0 where the window is shorter than the lag."""
    length = envelope.shape[1]
    centred = envelope - envelope.mean(dim=1, keepdim=True)
    energy = centred.square().mean(dim=1) + 1e-4
    later = functional.pad(centred, (0, 0, 0, _LAGS[-1]))
    return [
        (later[:, lag : lag + length] * centred).sum(dim=1)
        / (torch.sym_max(length - lag, 1) * energy)
        for lag in _LAGS
    ]

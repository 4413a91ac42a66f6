"""What a network of sound says of clips."""

from collections import defaultdict

import numpy as np
import torch
from numpy.typing import NDArray

from dcat_ros.datasets.trial import Dataset
from dcat_ros.sensors.sound.network import SoundNet

__all__ = ['clip_log_p']

_BATCH = 32


def clip_log_p(net: SoundNet, clips: Dataset, rows: int | None = None) -> NDArray[np.float32]:
    """Log-probabilities (clips, classes) of whole clips, or of their middles.

    Args:
        net: in eval mode.
        clips: with log-mel rows (n, 64) as signal 'audio'.
        rows: how many of the middle the network is given; all without it, or where there are less.
    """
    windows = [_middle(trial.signals['audio'].values, rows) for trial in clips.trials]
    by_length: dict[int, list[int]] = defaultdict(list)
    for i, window in enumerate(windows):
        by_length[len(window)].append(i)
    parts: dict[int, NDArray[np.float32]] = {}
    with torch.inference_mode():
        for members in by_length.values():
            for start in range(0, len(members), _BATCH):
                some = members[start : start + _BATCH]
                log_p = net(torch.from_numpy(np.stack([windows[i] for i in some]))).numpy()
                parts |= dict(zip(some, log_p, strict=True))
    return np.stack([parts[i] for i in range(len(windows))])


def _middle(values: NDArray[np.float32], rows: int | None) -> NDArray[np.float32]:
    start = max(0, (len(values) - rows) // 2) if rows is not None else 0
    return values[start : start + rows] if rows is not None else values

"""Which of an encoder's kinds training hardly had, and how much they count: for `unknown`.

An encoder of others knows more kinds of things than a model has labels. One that hardly ever
occurred with what was learned speaks for something that was not. Nothing is learned here from
things that are not in the labels: there are no recordings of all that may happen.
"""

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import ForeignKinds
from dcat_ros.sensors.encoder import EncodeAndName

__all__ = ['Naming', 'fit_foreign']

#: A kind is foreign that is less likely than this in all but a hundredth of the known windows.
_UNLIKELY, _SHARE = 0.1, 0.99
#: See `ForeignKinds.slope`; chosen once, on the sets of docs/audio.md.
_SLOPE = 0.5


class Naming:
    """An encoder that keeps what it knows by itself of all windows that it is given.

    Args:
        encode: the encoder.
    """

    def __init__(self, encode: EncodeAndName):
        self._encode = encode
        self._kept: list[NDArray[np.float32]] = []

    def __call__(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `Encode`."""
        encoded, kinds = self._encode(windows)
        self._kept.append(kinds)
        return encoded

    @property
    def kinds(self) -> NDArray[np.float32]:
        """Log odds (N, kinds) of all windows so far."""
        return np.concatenate(self._kept)


def fit_foreign(
    kinds: NDArray[np.float32], right: NDArray[np.bool_], streams: NDArray[np.int64]
) -> tuple[ForeignKinds | None, NDArray[np.float64]]:
    """What is foreign to held-out windows of known labels.

    A kind that no window here has may well occur in the next recording of a known label. So what
    is told of a window's foreign kinds is told by those that are foreign to the other streams.

    Args:
        kinds: log odds (N, kinds).
        right: (N,), which of them get the right label.
        streams: (N,), the number of each one's stream; one stream alone is parted in two.

    Returns:
        None where every kind occurs, or no window is right. And log odds (N,) of the likeliest
        foreign kind, as a new recording would have them.
    """
    whole = _foreign(kinds)
    odds = np.full(len(kinds), -np.inf)
    if len(np.unique(streams)) < 2:
        streams = (np.arange(len(kinds)) >= len(kinds) // 2).astype(np.int64)
    for stream in np.unique(streams):
        own = streams == stream
        if len(foreign := _foreign(kinds[~own])) and own.any():
            odds[own] = kinds[own][:, foreign].max(axis=1)
    if not len(whole) or not right.any():
        return None, odds
    usual = float(np.median(odds[right]))
    if not np.isfinite(usual):
        return None, odds
    kind = ForeignKinds(kinds=tuple(whole.tolist()), usual=round(usual, 4), slope=_SLOPE)
    return kind, odds


def _foreign(kinds: NDArray[np.float32]) -> NDArray[np.int64]:
    if not len(kinds):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.quantile(kinds, _SHARE, axis=0) < np.log(_UNLIKELY / (1 - _UNLIKELY)))

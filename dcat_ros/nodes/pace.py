"""How far a player may be ahead of the labels: a busy machine would drop what comes too fast."""

import time
from collections.abc import Callable, Sequence

from dcat_ros.card.card import Card
from dcat_ros.nodes.monitor import Heard

__all__ = ['Pace']

_NS = 1_000_000_000
#: Fewer strides than a recogniser lets windows wait before it drops the oldest.
_STRIDES = 2
#: Beyond the first window: filters need some samples, too.
_SPARE_S = 1.0
#: Then no label is taken to come, as where the bag has a gap.
_PATIENCE_S = 10.0


class Pace:
    """Keeps a player back while labels are missing.

    Args:
        card: of the model that labels.
        heard: its labels, in the order of arrival; grows.
        going: whether there is anything to wait for.
    """

    def __init__(self, card: Card, heard: Sequence[Heard], going: Callable[[], bool]):
        self._stride_ns = round(card.input.stride_s * _NS)
        self._window_ns = round((card.input.window_s + _SPARE_S) * _NS)
        self._heard = heard
        self._going = going
        self._free_ns: int | None = None

    def wait(self, time_ns: int) -> None:
        """Return once the labels are near enough to a message of this time, which was sent."""
        if self._free_ns is None:
            self._free_ns = time_ns + self._window_ns
        end = time.monotonic() + _PATIENCE_S
        while time_ns > self._until_ns(self._free_ns) and self._going():
            if time.monotonic() > end:
                self._free_ns = time_ns + self._window_ns
            time.sleep(0.002)

    def _until_ns(self, free_ns: int) -> int:
        if not self._heard:
            return free_ns
        return max(free_ns, self._heard[-1].prediction.end_ns + _STRIDES * self._stride_ns)

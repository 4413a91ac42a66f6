"""A page of memory that the soak and a sensor's process share; it outlives a SIGKILL."""

from pathlib import Path

import numpy as np

__all__ = ['Page']


class Page:
    """Numbers by name, each written by one process alone.

    Args:
        path: of the file behind it; made if it is not there.
    """

    _NAMES = (
        # written by the sensor
        'sent',  # messages since the soak began, whole ones
        'broken',  # messages cut off on purpose
        'first_s',  # monotonic time of the first message after its last start
        'late_s',  # by so much one of its messages was late, at most, in the spell that is on
        # written by the soak
        'offset_s',  # added to the stamps
        'standing',  # 1: the stamps stand still
        'breaking',  # 1: every tenth message is followed by one that is cut off
        'quiet',  # 1: nothing is sent
        'spell',  # number of the spell that is on
    )

    def __init__(self, path: Path):
        size = 8 * len(self._NAMES)
        if not path.exists():
            path.write_bytes(bytes(size))
        self._values = np.memmap(path, np.float64, 'r+', shape=(len(self._NAMES),))

    def __getitem__(self, name: str) -> float:
        return float(self._values[self._NAMES.index(name)])

    def __setitem__(self, name: str, value: float) -> None:
        self._values[self._NAMES.index(name)] = value

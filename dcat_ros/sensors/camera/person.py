"""One person among those in view: chosen, and kept as long as he is there.

A network that looks for several people must look at the whole picture each time, which takes twice
as long. So it is asked only while nobody is watched; whom it finds is followed by another one that
looks for one person alone. Where several are in view, that one is first shown the chosen alone.
"""

from collections.abc import Callable
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.camera.joints import HIPS, IN_VIEW, from_landmarks, torso_of

__all__ = ['Finder', 'Person', 'Preference']

Preference = Literal['middle', 'nearest']
Landmarks = NDArray[np.float32]

MOST_PEOPLE = 4
#: More is no use to the network, and takes time.
_LONGEST_PX = 1280
#: In torso lengths: nobody's hips are that far away in the next picture.
_JUMP = 1.5
#: Around the chosen person's landmarks, as a share of their extent.
_MARGIN = 0.3
_GREY = 128
#: Head and shoulders of somebody who is there.
_UPPER = slice(0, 3)


class Finder(Protocol):
    """What finds landmarks; `landmarks.Landmarker` is one."""

    def find(self, rgb: NDArray[np.uint8], stamp_ns: int = 0) -> Landmarks:
        """Landmarks (people, 33, 7) of a picture (H, W, 3)."""
        ...


class Person:
    """Finds the landmarks of one person, picture by picture.

    Args:
        make: makes a finder, of at most so many people, which follows or does not.
        prefers: whom it takes where several are in view.
    """

    def __init__(self, make: Callable[[int, bool], Finder], prefers: Preference = 'middle'):
        self._chooser = make(MOST_PEOPLE, False)
        self._follower = make(1, True)
        self._prefers = prefers
        self._last: Landmarks | None = None

    def forget(self) -> None:
        """Whoever comes next is chosen anew."""
        self._last = None

    def find(self, rgb: NDArray[np.uint8], stamp_ns: int) -> Landmarks | None:
        """Landmarks (33, 7) of the person, see `Landmarker.find`; None if nobody is there.

        Args:
            rgb: shape (H, W, 3), red first.
            stamp_ns: when it was taken; later than the one before.
        """
        rgb = _shrunk(rgb)
        if self._last is not None:
            found = _those_there(self._follower.find(rgb, stamp_ns))
            if len(found) and _apart(found[0], self._last) < _JUMP:
                self._last = found[0]
                return self._last
        people = _those_there(self._chooser.find(rgb, stamp_ns))
        if not len(people):
            self._last = None
            return None
        chosen = self._chosen(people, rgb.shape[1] / rgb.shape[0])
        self._last = self._begun(chosen, rgb if len(people) == 1 else _alone(rgb, chosen), stamp_ns)
        return self._last

    def _chosen(self, people: Landmarks, wide: float) -> Landmarks:
        if self._last is not None:
            apart = [_apart(one, self._last) for one in people]
            if min(apart) < _JUMP:  # he was lost for a picture
                chosen: Landmarks = people[int(np.argmin(apart))]
                return chosen
        joints = from_landmarks(people)
        if self._prefers == 'middle':
            chosen = people[int(np.abs(joints[:, HIPS, 0].mean(axis=1) - wide / 2).argmin())]
        else:
            chosen = people[int(torso_of(joints).argmax())]
        return chosen

    def _begun(self, chosen: Landmarks, rgb: NDArray[np.uint8], stamp_ns: int) -> Landmarks:
        """Make the follower follow him; the first look may still be at somebody else."""
        for _ in range(2):
            found = _those_there(self._follower.find(rgb, stamp_ns))
            if len(found) and _apart(found[0], chosen) < _JUMP:
                first: Landmarks = found[0]
                return first
        return chosen


def _those_there(people: Landmarks) -> Landmarks:
    """Those of whom head and shoulders can be seen: others are furniture."""
    seen = from_landmarks(people)[:, _UPPER, 2].mean(axis=1) if len(people) else np.zeros(0)
    return people[seen >= IN_VIEW]


def _apart(one: Landmarks, other: Landmarks) -> float:
    """How far apart the hips of two are, in torso lengths of the second."""
    joints = from_landmarks(np.stack([one, other]))
    hips = joints[:, HIPS, :2].mean(axis=1)
    return float(np.linalg.norm(hips[0] - hips[1]) / max(torso_of(joints)[1], 1e-3))


def _alone(rgb: NDArray[np.uint8], person: Landmarks) -> NDArray[np.uint8]:
    """The picture with nothing but one person in it."""
    height, width = rgb.shape[:2]
    low, high = person[:, :2].min(axis=0), person[:, :2].max(axis=0)
    room = _MARGIN * (high - low)
    left, top = np.maximum((low - room) * height, 0).astype(int)
    right, bottom = np.maximum((high + room) * height, 0).astype(int)
    alone = np.full_like(rgb, _GREY)
    rows, columns = slice(top, min(bottom, height)), slice(left, min(right, width))
    alone[rows, columns] = rgb[rows, columns]
    return alone


def _shrunk(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    longest = max(rgb.shape[:2])
    if longest <= _LONGEST_PX:
        return np.ascontiguousarray(rgb)
    import cv2  # nodes of other sensors import this file, too

    size = [max(1, round(n * _LONGEST_PX / longest)) for n in (rgb.shape[1], rgb.shape[0])]
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)

"""The pose network: from a picture to the landmarks of the people in it.

The library is `mediapipe`, imported when a network is made. Nothing of a picture leaves this file
but landmarks.
"""

import contextlib
import os
import sys
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import ConfigError
from dcat_ros.pretrained.store import ready

__all__ = ['N_LANDMARKS', 'Landmarker', 'as_rgb', 'finders', 'ready_network']

N_LANDMARKS = 33
_MS = 1_000_000
_NOT_NEEDED = ('matplotlib', 'matplotlib.pyplot', 'sounddevice')
#: Networks of landmarkers that are gone. The library closes one where Python collects it, and that
#: may be in the middle of a call of another one, whose lock it then waits for without end.
_left: list[Any] = []


def ready_network(name: str = 'pose') -> Path:
    """The checked file of a pose network.

    Raises:
        ConfigError: it is not there, or damaged; the sentence has the command that gets it.
    """
    return ready(name)


def as_rgb(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Colour (H, W, 3) as it is, grey (H, W) as three times the same."""
    if pixels.ndim == 2:
        import cv2  # nodes of other sensors import this file, too

        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), np.uint8)
    return np.ascontiguousarray(pixels, dtype=np.uint8)


class Landmarker:
    """Finds the landmarks of people.

    Args:
        path: of the network's bundle, checked.
        most: people that are looked for.
        follows: pictures come in their order of time, and a person who was found is followed, which
            takes half of the time; of one person only. Otherwise each picture is looked at anew.

    Raises:
        ConfigError: `mediapipe` is missing, or refuses the bundle.
    """

    def __init__(self, path: Path, *, most: int = 1, follows: bool = True):
        _close_those_left()
        with _silent():
            try:
                with _without_what_it_never_needs():
                    import mediapipe
                from mediapipe.tasks.python import BaseOptions, vision
            except ImportError as problem:
                raise ConfigError(
                    f'A model for an ordinary camera needs the library mediapipe ({problem}): '
                    'pip install "dcat_ros[camera]".'
                ) from None
            mode = vision.RunningMode.VIDEO if follows else vision.RunningMode.IMAGE
            options = vision.PoseLandmarkerOptions(
                base_options=BaseOptions(model_asset_path=str(path)),
                running_mode=mode,
                num_poses=most,
            )
            try:
                self._network = vision.PoseLandmarker.create_from_options(options)
            except (RuntimeError, ValueError, OSError) as problem:
                first = str(problem).splitlines()[0][:200] if str(problem) else 'no reason'
                raise ConfigError(f'mediapipe cannot use {path}: {first}.') from None
        weakref.finalize(self, _left.append, self._network).atexit = False
        self._library = mediapipe
        self._follows = follows
        self._time_ms = -1
        self._ahead_ms = 0

    def find(self, rgb: NDArray[np.uint8], stamp_ns: int = 0) -> NDArray[np.float32]:
        """The landmarks of all people found.

        Args:
            rgb: shape (H, W, 3), red first, contiguous.
            stamp_ns: when it was taken; matters where people are followed.

        Returns:
            Shape (people, 33, 7): x to the right and y down in the picture, both in its heights,
            from its left upper corner; z, away from the camera, likewise but poor; visibility from
            0 to 1; and x, y, z in metres about the middle of the hips, poor as well.
        """
        _close_those_left()
        image = self._library.Image(
            image_format=self._library.ImageFormat.SRGB, data=np.ascontiguousarray(rgb)
        )
        if self._follows:
            # the library wants times that ascend: where a clock jumped back, they go on from there
            behind = self._time_ms + 1 - (stamp_ns // _MS + self._ahead_ms)
            self._ahead_ms += max(0, behind)
            self._time_ms = stamp_ns // _MS + self._ahead_ms
            result = self._network.detect_for_video(image, self._time_ms)
        else:
            result = self._network.detect(image)
        wide = rgb.shape[1] / rgb.shape[0]
        people = [
            [
                (p.x * wide, p.y, p.z * wide, p.visibility, w.x, w.y, w.z)
                for p, w in zip(seen, world, strict=True)
            ]
            for seen, world in zip(result.pose_landmarks, result.pose_world_landmarks, strict=True)
        ]
        return np.array(people, np.float32).reshape(len(people), N_LANDMARKS, 7)

    def close(self) -> None:
        """Let go of the network."""
        self._network.close()


def _close_those_left() -> None:
    """Close what was left, where nothing of the library is at work in this thread."""
    while _left:
        _left.pop().close()


def finders(network: str = 'pose') -> Callable[[int, bool], Landmarker]:
    """Makes landmarkers of a pose network, of at most so many people, that follow or do not.

    Raises:
        ConfigError: the network is not there, or damaged; the sentence has the command for it.
    """
    path = ready_network(network)
    return lambda most, follows: Landmarker(path, most=most, follows=follows)


@contextlib.contextmanager
def _without_what_it_never_needs() -> Iterator[None]:
    """The library imports a plotting library and, of all that hears, PortAudio, for other tasks.

    The first takes a second and writes a cache, the second opens the machine's sound system: not in
    a program that only looks.
    """
    absent = [name for name in _NOT_NEEDED if name not in sys.modules]
    sys.modules.update({name: ModuleType(name) for name in absent})
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """The library writes a page to the standard error at every start, past Python's own."""
    try:
        kept = os.dup(2)
    except OSError:  # no standard error at all
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)

"""Poses of UTD-MHAD's people, of their depth frames shaded into pictures.

Each trial is rendered twice, with another light, size and place, and looked at by two pose
networks, so that no one rendering is learned; the second time as in a mirror for half of the
trials, where the label allows it. Made once, and kept in the cache: a file for each person and
rendering, with an array `TRIAL` for each trial, float32 (frames, 33, 7), of what
`sensors.camera.landmarks.Landmarker.find` says of each frame's person, NaN where it found none.
"""

import contextlib
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.cache import Arrays, Progress, cached
from dcat_ros.datasets.raw import read_depth
from dcat_ros.datasets.shading import Look, look_of, shaded
from dcat_ros.datasets.utd_mhad_files import FOCAL_PX, file_state
from dcat_ros.errors import DatasetError
from dcat_ros.parallel import spread
from dcat_ros.sensors.camera.joints import from_landmarks
from dcat_ros.sensors.camera.landmarks import Landmarker, as_rgb, ready_network

__all__ = ['RENDERINGS', 'PoseStore', 'Rendering', 'is_mirrored', 'look_for']

_VERSION = 2  # of what is rendered: raise it with every change of its results
#: Actions that are another one in a mirror: swipes and circles.
_HANDED = {1, 2, 9, 10}
_NS = 1_000_000_000
#: Between two trials the network shall forget the person.
_APART_NS = 10 * _NS
_FRAME_NS = round(_NS / 19)  # about what inertial samples per frame say
_MOST_EMPTY = 0.5  # of a trial's pictures
_AT_ONCE = 12  # trials of one piece of work
_PERSON = re.compile(r'a(\d{1,2})_s(\d{1,3})_t')


@dataclass(frozen=True)
class Rendering:
    """One way in which all trials are made into pictures and looked at.

    Attributes:
        name: goes behind the names of its trials; the first has none.
        network: that looks at them.
        may_mirror: half of the trials are mirrored, where the label allows it.
    """

    name: str
    network: str
    may_mirror: bool


RENDERINGS = (Rendering('', 'pose', False), Rendering('full', 'pose_full', True))


def is_mirrored(trial: str, rendering: Rendering) -> bool:
    """Whether a trial is rendered as in a mirror: always the same."""
    match = _PERSON.match(trial)
    if not rendering.may_mirror or match is None or int(match[1]) in _HANDED:
        return False
    return hashlib.sha256(trial.encode()).digest()[0] % 2 == 1


def look_for(trial: str, rendering: Rendering, frames: NDArray[np.uint16]) -> Look:
    """How a trial is rendered: always the same."""
    digest = hashlib.sha256(f'{trial} {rendering.name}'.encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], 'little'))
    return look_of(frames, rng, mirrored=is_mirrored(trial, rendering))


class PoseStore:
    """The poses of trials, by depth file and rendering, from the cache.

    Making them takes about ten minutes on two cores, so that it is done for all of a person's files
    at once and kept.

    Args:
        paths: depth files; those that are missing are ignored here.
        renderings: which.
        progress: is told how many files of how many are done.
        workers: processes; as many as cores without it.

    Raises:
        ConfigError: a pose network is missing; the sentence has the command that gets it.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        renderings: Sequence[Rendering] = RENDERINGS,
        progress: Progress | None = None,
        workers: int | None = None,
    ):
        there = {path: state for path in paths if (state := file_state(path))}
        people: dict[str, dict[Path, str]] = {}
        for path, state in there.items():
            match = _PERSON.match(path.name)
            people.setdefault(match[2] if match else '', {})[path] = state
        done, total = 0, len(renderings) * len(there)
        self._arrays: dict[str, Arrays] = {one.name: {} for one in renderings}
        for rendering in renderings:
            for files in people.values():

                def tell(n: int, of: int, before: int = done) -> None:
                    if progress:
                        progress(before + n, total)

                build = _Build(tuple(files), rendering, workers)
                self._arrays[rendering.name] |= cached(_key(files, rendering), build, tell)
                done += len(files)

    def read(self, path: Path, rendering: Rendering) -> NDArray[np.float32]:
        """Landmarks of each frame's person, shape (frames, 33, 7), NaN where there is none.

        Raises:
            DatasetError: the file is missing, unreadable, or holds something else.
        """
        array = self._arrays[rendering.name].get(path.name)
        if array is None:
            read_depth(path)  # says why
            raise DatasetError(f'{path.name} has too few frames')
        return array.astype(np.float32)

    def joints(self, path: Path, rendering: Rendering) -> NDArray[np.float32]:
        """Joints of each frame's person, shape (frames, 13, 3), see `joints.from_landmarks`.

        Raises:
            DatasetError: as `read`, or nobody was found in most frames.
        """
        landmarks = self.read(path, rendering)
        if np.isnan(landmarks[:, 0, 0]).mean() > _MOST_EMPTY:
            raise DatasetError(f'{path.name}: nobody is found in most of its pictures')
        return from_landmarks(landmarks).astype(np.float32)


class _Build:
    """Makes the poses of one person's files."""

    def __init__(self, paths: tuple[Path, ...], rendering: Rendering, workers: int | None):
        self._paths, self._rendering, self._workers = paths, rendering, workers

    def __call__(self, progress: Progress | None) -> Arrays:
        ready_network(self._rendering.network)  # said once, not by each worker
        pieces = [
            (self._paths[i : i + _AT_ONCE], self._rendering)
            for i in range(0, len(self._paths), _AT_ONCE)
        ]
        arrays: Arrays = {}
        done = 0
        for number, found in spread(poses_of, pieces, workers=self._workers):
            arrays |= found
            done += len(pieces[number][0])
            if progress:
                progress(done, len(self._paths))
        return arrays


def poses_of(paths: Sequence[Path], rendering: Rendering) -> dict[str, NDArray[np.float32]]:
    """Poses by the name of the depth file; without those that cannot be used."""
    network = Landmarker(ready_network(rendering.network))
    found: dict[str, NDArray[np.float32]] = {}
    now_ns = 0
    for path in paths:
        # an unusable file: `PoseStore.read` says it to whoever asks for it
        with contextlib.suppress(DatasetError):
            frames = read_depth(path)
            look = look_for(path.name.removesuffix('_depth.mat'), rendering, frames)
            focal_px = FOCAL_PX * frames.shape[2] / 320
            now_ns += _APART_NS
            empty = shaded(np.zeros_like(frames[0]), look, focal_px)
            network.find(as_rgb(empty), now_ns)
            poses = np.full((len(frames), 33, 7), np.nan, np.float32)
            for i, frame in enumerate(frames):
                now_ns += _FRAME_NS
                people = network.find(as_rgb(shaded(frame, look, focal_px)), now_ns)
                if len(people):
                    poses[i] = people[0]
            found[path.name] = poses
    network.close()
    return found


def _key(files: dict[Path, str], rendering: Rendering) -> str:
    settings = f'utd_mhad poses, version {_VERSION}, {FOCAL_PX} px, {rendering}'
    listing = [f'{path.name} {state}' for path, state in files.items()]
    return hashlib.sha256('\n'.join([settings, *listing]).encode()).hexdigest()

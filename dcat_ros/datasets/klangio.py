"""Guitar strumming: the motion of the strumming hand and its sound, as short labelled windows.

Source: S. Murgul, M. Heizmann, KLANGIO-GST-MM-T, ISMIR 2022 late-breaking. Takes of half a minute,
one player. Each take is three files: `NAME_phone.wav`, `NAME.csv` (time in s, slope of the wrist)
and `NAME.strums` (time in s, D or U, and more that is not used; separated by tabs).

A trial is a window of 0.6 s: one centred on every strum, and 'none' in the middle between two
strums that lie at least 0.5 s apart. The gaps of the takes have a median of about 0.4 s, so the
window shows a whole stroke and the flanks of its neighbours; in a 'none' window no strum lies
within 0.25 s of the centre. A longer least gap would leave few (0.6 s: 96 of 166), and those from
slow playing alone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets import klangio_files as files
from dcat_ros.datasets.cache import Progress
from dcat_ros.datasets.trial import Dataset, DatasetInfo, Signal, Skipped, Trial, chosen_modalities
from dcat_ros.errors import DatasetError

__all__ = ['INFO', 'MODALITIES', 'load']

INFO = DatasetInfo(
    name='klangio',
    title='KLANGIO-GST-MM-T, guitar strumming (Murgul, Heizmann, ISMIR 2022 late-breaking)',
    source='the repository Klangio/KLANGIO-GST-MM-T',
    licence='Apache-2.0',
    labels=('down', 'up', 'none'),
    rate_hz=18.75,
    stamps='those of the recordings; motion interpolated to 50 Hz',
)
MODALITIES = ('motion', 'audio')

WINDOW_S = 0.6
NONE_GAP_S = 0.5
MOTION_HZ = 50
_LARGEST_HOLE_S = 0.25  # without a motion sample: beyond it, a stroke may be lost


@dataclass(frozen=True)
class _Take:
    name: str
    motion: files.Motion
    audio: NDArray[np.float64]


def load(
    data_dir: Path | None,
    modalities: Collection[str] = MODALITIES,
    progress: Progress | None = None,
) -> Dataset:
    """Read the takes in `data_dir/klangio`.

    Args:
        data_dir: the folder of all data sets.
        modalities: signals that the trials shall have: 'motion' of shape (30, 1), in the unit of
            the recording, at 50 Hz; 'audio' of shape (9600, 1), in [-1, 1], at 16 kHz. The
            windows are the same whichever are asked for.
        progress: is told how many takes of how many are read.

    Returns:
        A window a trial, its take as subject and as source. Takes that cannot be read, and
        windows that leave the recording, are among the skipped.

    Raises:
        DatasetError: no folder is given, it is not there, or there is no such modality.
    """
    modalities = chosen_modalities(INFO.name, modalities, MODALITIES)
    if data_dir is None:
        raise DatasetError(
            'klangio needs the folder that holds the data sets: give --data DIR (with '
            'DIR/klangio inside) or set DCAT_DATA.'
        )
    folder = data_dir / 'klangio'
    if not folder.is_dir():
        raise DatasetError(f'{folder} is not there; --data is the folder that holds klangio.')
    trials: list[Trial] = []
    skipped: list[Skipped] = []
    names = files.takes(folder)
    for done, name in enumerate(names, start=1):
        try:
            strums = files.read_strums(folder / f'{name}.strums')
            motion = files.read_motion(folder / f'{name}.csv')
            take = _Take(name, motion, files.read_audio(folder / f'{name}_phone.wav'))
        except DatasetError as problem:
            skipped.append(Skipped(name, str(problem)))
        else:
            for centre, label in _centres(strums):
                window = f'{name}@{centre:.4f}'
                try:
                    signals = _signals(take, centre, modalities)
                except DatasetError as problem:
                    skipped.append(Skipped(window, str(problem)))
                else:
                    trials.append(Trial(window, label, name, name, signals))
        if progress:
            progress(done, len(names))
    return Dataset(INFO, tuple(trials), tuple(skipped))


def _centres(strums: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Centres of the windows, in s, and their labels, in order of time."""
    times = np.array([time for time, _ in strums])
    gaps = np.diff(times)
    # times have four decimals: a gap of 0.5 s is one although binary fractions make it less
    wide = gaps >= NONE_GAP_S - 1e-6
    middles = (times[:-1] + gaps / 2)[wide]
    return sorted(strums + [(float(middle), 'none') for middle in middles])


def _signals(take: _Take, centre: float, modalities: Collection[str]) -> dict[str, Signal]:
    start = centre - WINDOW_S / 2
    times = start + np.arange(round(WINDOW_S * MOTION_HZ)) / MOTION_HZ
    stamps = take.motion.times_s
    if times[0] < stamps[0] or times[-1] > stamps[-1]:
        raise DatasetError('the window leaves the recording of the motion')
    low, high = np.searchsorted(stamps, times[0], 'right') - 1, np.searchsorted(stamps, times[-1])
    if np.diff(stamps[low : high + 1]).max() > _LARGEST_HOLE_S:
        raise DatasetError(f'motion is missing for over {_LARGEST_HOLE_S} s of the window')
    slope = np.interp(times, stamps, take.motion.values)
    n = round(WINDOW_S * files.AUDIO_HZ)
    first = round(start * files.AUDIO_HZ)
    if first < 0 or first + n > len(take.audio):
        raise DatasetError('the window leaves the recording of the sound')
    every = {
        'motion': Signal.at_rate(slope[:, None], MOTION_HZ),
        'audio': Signal(_AUDIO_STAMPS, take.audio[first : first + n, None]),
    }
    return {name: every[name] for name in modalities}


# one array for all windows: they are as large as the sound itself
_AUDIO_STAMPS = np.round(np.arange(round(WINDOW_S * files.AUDIO_HZ)) * 1e9 / files.AUDIO_HZ).astype(
    np.int64
)
_AUDIO_STAMPS.flags.writeable = False

"""`kitchen20`: sounds of 20 kitchen activities and appliances, clips of a few seconds.

Source: M. Moreaux, M. Garcia Ortiz, I. Ferrané, F. Lerasle, "Benchmark for Kitchen20, a daily life
dataset for audio-based human action recognition", CBMI 2019. A folder with `clips.csv` (columns
file, label, source and more that is not used) and the FLAC files of 16 kHz that it names.
"""

import csv
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from dcat_ros.datasets.trial import Dataset, DatasetInfo, Signal, Skipped, Trial
from dcat_ros.errors import DatasetError
from dcat_ros.files import exists
from dcat_ros.sensors.sound.log_mel import RATE_HZ
from dcat_ros.texts import read_table

__all__ = ['INFO', 'MODALITIES', 'is_home', 'load']

MODALITIES = ('audio',)

INFO = DatasetInfo(
    name='kitchen20',
    title='Kitchen20, sounds of 20 kitchen activities (Moreaux et al., CBMI 2019)',
    source='the repository marc-moreaux/kitchen20, from Freesound and the authors',
    licence='Apache-2.0',
    labels=(
        'blender',
        'boiling-water',
        'book',
        'chopping',
        'clean-dishes',
        'cupboard',
        'cutlery',
        'dishwasher',
        'drawer',
        'eat',
        'fridge',
        'frying-pan',
        'juicer',
        'microwave',
        'peel',
        'plates',
        'stove-burner',
        'stove-fan',
        'sweep',
        'water-flowing',
    ),
    rate_hz=float(RATE_HZ),
    stamps='synthetic, by counting samples at 16 kHz',
)

_LONGEST_S = 60  # far more than any clip: a file of hours is a mistake
_SHORTEST_S = 0.1


def is_home(source: str) -> bool:
    """Whether a source is a recording of a household, by its name.

    Freesound's have numbers, and other people's films have titles of several words. Each
    household made several sources: they share rooms and appliances.
    """
    return not source.isdigit() and ' ' not in source


def load(data_dir: Path | None) -> Dataset:
    """Read the clips in `data_dir/kitchen20`.

    Args:
        data_dir: the folder of all data sets.

    Returns:
        A clip a trial, with the signal 'audio' of shape (n, 1) in [-1, 1] at 16 kHz. Its subject
        is its source, the recording that it was cut from, so that whoever splits by subject has
        no source on both sides. Clips that cannot be used are among the skipped.

    Raises:
        DatasetError: no folder is given, or it or a usable `clips.csv` is not there.
    """
    if data_dir is None:
        raise DatasetError(
            'kitchen20 needs the folder that holds the data sets: give --data DIR (with '
            'DIR/kitchen20 inside) or set DCAT_DATA.'
        )
    folder = data_dir / 'kitchen20'
    if not folder.is_dir():
        raise DatasetError(f'{folder} is not there; --data is the folder that holds kitchen20.')
    trials: list[Trial] = []
    skipped: list[Skipped] = []
    seen: set[str] = set()
    for number, row in enumerate(_rows(folder / 'clips.csv'), start=2):
        name = (row['file'] or '').strip()
        try:
            if name in seen:
                raise DatasetError('a line above names the same file')
            trials.append(_trial(folder, name, row))
            seen.add(name)
        except DatasetError as problem:
            skipped.append(Skipped(name or f'line {number} of clips.csv', str(problem)))
    homes = frozenset(trial.source for trial in trials if is_home(trial.source))
    return Dataset(INFO, tuple(trials), tuple(skipped), apart={'households': homes})


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with read_table(path, DatasetError) as file:
            reader = csv.DictReader(file)
            missing = {'file', 'label', 'source'} - set(reader.fieldnames or ())
            if missing:
                raise DatasetError(
                    f'{path} lacks the column {sorted(missing)[0]}; its first line must name '
                    'file, label and source.'
                )
            return list(reader)
    except csv.Error as problem:
        raise DatasetError(f'{path} cannot be read: {problem}') from None


def _trial(folder: Path, name: str, row: dict[str, str]) -> Trial:
    label, source = (row['label'] or '').strip(), (row['source'] or '').strip()
    if not name:
        raise DatasetError('it names no file')
    if label not in INFO.labels:
        raise DatasetError(f'its label {label[:40]!r} is none of the {len(INFO.labels)}')
    if not source:
        raise DatasetError('it has no source, so that it cannot be kept on one side of a split')
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise DatasetError('it lies outside of the folder')
    if not exists(path):  # or of a name that no file can have
        raise DatasetError('the file is missing')
    samples = _read(path)
    return Trial(name, label, source, source, {'audio': Signal(_stamps(len(samples)), samples)})


def _read(path: Path) -> NDArray[np.float32]:
    """Samples (n, 1) in [-1, 1]."""
    if not path.is_file():
        raise DatasetError('the file is missing')
    try:
        with soundfile.SoundFile(path) as file:
            rate_hz, channels, n = file.samplerate, file.channels, file.frames
            if rate_hz != RATE_HZ:
                raise DatasetError(f'it has {rate_hz} Hz, not {RATE_HZ}')
            if channels != 1:
                raise DatasetError(f'it has {channels} channels, not 1')
            if not _SHORTEST_S * RATE_HZ <= n <= _LONGEST_S * RATE_HZ:
                raise DatasetError(
                    f'it is {n / RATE_HZ:g} s long, {_SHORTEST_S} to {_LONGEST_S} s are usable'
                )
            samples = file.read(dtype='float32', always_2d=True)
    except (soundfile.SoundFileError, OSError, ValueError) as problem:
        raise DatasetError(f'it is no readable sound file ({problem})') from None
    if len(samples) != n:
        raise DatasetError(f'it breaks off after {len(samples)} of {n} samples')
    return np.asarray(samples, np.float32)


# the clips share one array: stamps of their own would be twice as large as the sound
_STAMPS = np.round(np.arange(_LONGEST_S * RATE_HZ) * 1e9 / RATE_HZ).astype(np.int64)
_STAMPS.flags.writeable = False


def _stamps(n: int) -> NDArray[np.int64]:
    return _STAMPS[:n]

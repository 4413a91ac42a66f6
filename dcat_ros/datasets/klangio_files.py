"""The three files of a strumming take, read and checked line by line."""

import math
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile
from scipy.signal import resample_poly

from dcat_ros.errors import DatasetError
from dcat_ros.texts import read_text

__all__ = ['AUDIO_HZ', 'Motion', 'read_audio', 'read_motion', 'read_strums', 'takes']

AUDIO_HZ = 16000

_SUFFIXES = ('_phone.wav', '.csv', '.strums')
_LABELS = {'D': 'down', 'U': 'up'}
_CLOSEST_S = 0.001  # of two strums: the windows are named by their times


@dataclass(frozen=True)
class Motion:
    """Slope of the wrist.

    Attributes:
        times_s: ascending, shape (n,), n at least 2.
        values: shape (n,), in the unit of the recording.
    """

    times_s: NDArray[np.float64]
    values: NDArray[np.float64]


def takes(folder: Path) -> list[str]:
    """Names of the takes of which any file is there, in order."""
    found = {
        path.name.removesuffix(suffix)
        for path in folder.iterdir()
        for suffix in _SUFFIXES
        if path.name.endswith(suffix) and path.name != suffix
    }
    return sorted(found)


def read_strums(path: Path) -> list[tuple[float, str]]:
    """Times in s and labels ('down', 'up') of the strums, ascending.

    Raises:
        DatasetError: the file is unreadable, a row is none, or times do not ascend.
    """
    strums: list[tuple[float, str]] = []
    for number, row in _rows(path, '\t'):
        if len(row) < 2 or row[1] not in _LABELS:
            raise DatasetError(f'line {number} of {path.name} is no time and D or U')
        strums.append((_number(row[0], number, path), _LABELS[row[1]]))
    if np.any(np.diff([time for time, _ in strums]) < _CLOSEST_S):
        raise DatasetError(f'the times in {path.name} do not ascend by at least {_CLOSEST_S} s')
    return strums


def read_motion(path: Path) -> Motion:
    """Read the motion of a take.

    Raises:
        DatasetError: the file is unreadable, a row is none, times do not ascend, or there are
            fewer than two.
    """
    rows: list[tuple[float, float]] = []
    for number, row in _rows(path, ','):
        if len(row) != 2:
            raise DatasetError(f'line {number} of {path.name} is no time and slope')
        rows.append((_number(row[0], number, path), _number(row[1], number, path)))
    if len(rows) < 2:
        raise DatasetError(f'{len(rows)} samples in {path.name} are too few')
    times, values = np.array(rows).T
    if not np.all(np.diff(times) > 0):
        raise DatasetError(f'the times in {path.name} do not ascend')
    return Motion(times, values)


def read_audio(path: Path) -> NDArray[np.float64]:
    """Sound of one channel (the mean of more) at 16 kHz, shape (n,), in [-1, 1].

    Raises:
        DatasetError: the file is unreadable, empty, not of 8 to 192 kHz, or holds no numbers.
    """
    if not path.is_file():
        raise DatasetError(f'the partner {path.name} is missing')
    try:
        with warnings.catch_warnings():
            # a cut file: its windows are reported as leaving the recording
            warnings.simplefilter('ignore', wavfile.WavFileWarning)
            rate_hz, samples = wavfile.read(path)
    except Exception as problem:  # a damaged file makes the reader raise almost anything
        raise DatasetError(f'{path.name} is not a readable WAV file ({problem})') from None
    if not 8000 <= rate_hz <= 192000:
        raise DatasetError(f'{path.name} has {rate_hz} Hz, 8000 to 192000 are usable')
    if samples.size == 0:
        raise DatasetError(f'{path.name} has no samples')
    mono = _unit(samples).reshape(len(samples), -1).mean(axis=1)
    if not np.isfinite(mono).all():
        raise DatasetError(f'a sample of {path.name} is NaN or infinite')
    common = math.gcd(rate_hz, AUDIO_HZ)
    resampled = resample_poly(mono, AUDIO_HZ // common, rate_hz // common)
    # the low-pass overshoots where the recording is at its limit
    return np.asarray(np.clip(resampled, -1.0, 1.0))


def _unit(samples: NDArray[np.generic]) -> NDArray[np.float64]:
    """Samples of any WAV type in [-1, 1]."""
    values = samples.astype(np.float64)
    if samples.dtype.kind == 'f':
        return values
    half = 2.0 ** (8 * samples.dtype.itemsize - 1)
    return values / half - (samples.dtype.kind == 'u')  # unsigned ones are centred on the half


def _rows(path: Path, separator: str) -> list[tuple[int, list[str]]]:
    """Line numbers and fields of the lines that are not empty."""
    if not path.is_file():
        raise DatasetError(f'the partner {path.name} is missing')
    try:
        lines = read_text(path, DatasetError).splitlines()
    except DatasetError as problem:
        raise DatasetError(f'{path.name} is not a readable text file ({problem})') from None
    return [
        (number, [field.strip() for field in line.split(separator)])
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def _number(text: str, number: int, path: Path) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DatasetError(f'line {number} of {path.name}: {text[:40]!r} is not a number')
    return value

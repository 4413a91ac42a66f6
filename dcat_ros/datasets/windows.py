"""Long trials cut into windows."""

import math

import numpy as np

from dcat_ros.datasets.trial import Dataset, Signal, Skipped, Trial
from dcat_ros.errors import DatasetError

__all__ = ['cut']

_SHORTEST_S = 0.02  # of a stride: the windows' names have two decimals and must differ


def cut(dataset: Dataset, window_s: float, stride_s: float) -> Dataset:
    """Cut every trial into windows of one length, the same span of time in each of its signals.

    Windows start where the last of the signals starts, and every `stride_s` from there as long as
    all signals last; a signal's last sample lasts as long as the median distance of two. A window
    holds the samples from its start, inclusive, to its end, exclusive; stamps count from its start.

    Args:
        dataset: any; its trials may have any signals.
        window_s: length of a window, in s.
        stride_s: from one start to the next, in s; at least 0.02.

    Returns:
        Trials `{name}@{start:.2f}` with the label, subject and source of the trial that they are
        cut from. Trials shorter than a window, and windows in which a signal has under two samples,
        are among the skipped.

    Raises:
        DatasetError: a length is not positive, or the stride is too small.
    """
    if not (math.isfinite(window_s) and window_s > 0):
        raise DatasetError(f'a window of {window_s} s is not positive')
    if not (math.isfinite(stride_s) and stride_s >= _SHORTEST_S):
        raise DatasetError(f'a stride of {stride_s} s is too small, {_SHORTEST_S} s are needed')
    trials: list[Trial] = []
    skipped = list(dataset.skipped)
    window_ns = round(window_s * 1e9)
    for trial in dataset.trials:
        start, end = _span(trial)
        n = int((end - start - window_ns) // round(stride_s * 1e9)) + 1
        if n < 1:
            why = f'{(end - start) / 1e9:.2f} s are shorter than a window of {window_s} s'
            skipped.append(Skipped(trial.name, why))
        for i in range(n):
            first = start + i * round(stride_s * 1e9)
            name = f'{trial.name}@{first / 1e9:.2f}'
            try:
                signals = {
                    modality: _part(signal, first, first + window_ns)
                    for modality, signal in trial.signals.items()
                }
            except DatasetError as problem:
                skipped.append(Skipped(name, str(problem)))
                continue
            trials.append(Trial(name, trial.label, trial.subject, trial.source, signals))
    return Dataset(dataset.info, tuple(trials), tuple(skipped))


def _span(trial: Trial) -> tuple[int, int]:
    """First and last ns that all signals have."""
    stamps = [signal.stamps_ns for signal in trial.signals.values()]
    if not stamps:
        return 0, 0
    start = max(int(times[0]) for times in stamps)
    end = min(int(times[-1]) + int(np.median(np.diff(times))) for times in stamps)
    return start, end


def _part(signal: Signal, start: int, end: int) -> Signal:
    low, high = np.searchsorted(signal.stamps_ns, [start, end])
    return Signal(signal.stamps_ns[low:high] - start, signal.values[low:high])

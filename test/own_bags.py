"""Bags of two sensors as somebody records them at home: an inertial one and a depth camera."""

import numpy as np
from helpers import train_fields

from dcat_ros.bags.takes import write_takes
from dcat_ros.datasets.takes import Take
from dcat_ros.datasets.trial import Signal

FOCAL = 70.0
LABELS = ('nod', 'shake')


def take(label, rng, seconds=4.0, ahead_s=0.0):
    """One performance: a nod turns about y and goes nearer, a shake about x and goes aside.

    With `ahead_s` the depth pictures show everything so much later.
    """
    i = LABELS.index(label)
    phase = rng.uniform(0, 2 * np.pi)

    def way(time_s):
        return np.sin(2 * np.pi * (0.8 + 0.4 * i) * time_s + phase)

    time_s = np.arange(round(50 * seconds)) / 50
    values = rng.normal(scale=0.1, size=(len(time_s), 6))
    values[:, 2] += 9.81
    values[:, 3 + i] += 3 * way(time_s)
    frames_s = np.arange(round(10 * seconds)) / 10
    film = np.zeros((len(frames_s), 60, 80), np.uint16)
    for frame, at in zip(film, way(frames_s - ahead_s), strict=True):
        aside, nearer = (round(12 * at), 0) if i else (0, round(300 * at))
        frame[10:50, 28 + aside : 52 + aside] = 2500 + nearer
        frame[15:25, 36 + aside : 44 + aside] = 2400 + nearer
    stamps = np.round(frames_s * 1e9).astype(np.int64)
    signals = {'imu': Signal.at_rate(values, 50.0), 'image': Signal(stamps, film)}
    return Take(label, seconds, signals, {'focal': FOCAL})


def record(path, seed=0, repetitions=3, labels=LABELS, ahead_s=0.0):
    """A bag of takes of all labels, with their truth on /activity_truth."""
    rng = np.random.default_rng(seed)
    takes = [take(label, rng, ahead_s=ahead_s) for _ in range(repetitions) for label in labels]
    write_takes(takes, path, seed=seed)


def tiny(sensor):
    """The fields of a recipe that takes seconds, in place of the one that ships."""
    fields = train_fields(
        dataset='bags', modality=sensor, window_s=2.0, lag_s=0.6, optimiser={'steps': 120}
    )
    rate = {'rate_hz': 8} if sensor == 'depth' else {}
    return {k: v for k, v in fields.items() if k not in ('name', 'description', 'frame')} | rate

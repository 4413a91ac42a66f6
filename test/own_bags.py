"""Bags of two sensors as somebody records them at home: an inertial one and a depth camera."""

import shutil

import numpy as np
from helpers import train_fields, write_raw_bag

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.takes import write_takes
from dcat_ros.datasets.takes import Take
from dcat_ros.datasets.trial import Signal

FOCAL = 70.0
LABELS = ('nod', 'shake')


def take(label, rng, seconds=4.0):
    """One performance: a nod turns about x and goes nearer, a shake about y and goes aside."""
    i = LABELS.index(label)
    phase = rng.uniform(0, 2 * np.pi)

    def turned(time_s):
        return 2 * np.pi * (0.8 + 0.4 * i) * time_s + phase

    time_s = np.arange(round(50 * seconds)) / 50
    values = rng.normal(scale=0.1, size=(len(time_s), 6))
    values[:, 2] += 9.81
    values[:, 3 + i] += 3 * np.cos(turned(time_s))  # the rate of what the camera sees
    frames_s = np.arange(round(10 * seconds)) / 10
    film = np.zeros((len(frames_s), 60, 80), np.uint16)
    for frame, at in zip(film, np.sin(turned(frames_s)), strict=True):
        aside, nearer = (round(12 * at), 0) if i else (0, round(300 * at))
        frame[10:50, 28 + aside : 52 + aside] = 2500 + nearer
        frame[15:25, 36 + aside : 44 + aside] = 2400 + nearer
    stamps = np.round(frames_s * 1e9).astype(np.int64)
    signals = {'imu': Signal.at_rate(values, 50.0), 'image': Signal(stamps, film)}
    return Take(label, seconds, signals, {'focal': FOCAL})


def record(path, seed=0, repetitions=3, labels=LABELS):
    """A bag of takes of all labels, with their truth on /activity_truth."""
    rng = np.random.default_rng(seed)
    takes = [take(label, rng) for _ in range(repetitions) for label in labels]
    write_takes(takes, path, seed=seed)


def tiny(sensor):
    """The fields of a recipe that takes seconds, in place of the one that ships."""
    fields = train_fields(
        dataset='bags', modality=sensor, window_s=2.0, lag_s=0.6, optimiser={'steps': 120}
    )
    rate = {'rate_hz': 8} if sensor == 'depth' else {}
    return {k: v for k, v in fields.items() if k not in ('name', 'description', 'frame')} | rate


def shift_pictures(bag, seconds):
    """The same bag, its pictures later by so much, as a camera with a clock of its own gives."""
    with BagReader(bag) as reader:
        messages = list(reader.messages())
    shutil.rmtree(bag)
    later = round(seconds * 1e9)
    moved = []
    for message in messages:
        data = bytearray(message.data)
        if message.topic in ('/image_raw', '/camera_info'):
            at = 4
            sec, nano = (int.from_bytes(data[at + i : at + i + 4], 'little') for i in (0, 4))
            stamp = sec * 10**9 + nano + later
            data[at : at + 8] = b''.join(
                part.to_bytes(4, 'little') for part in divmod(stamp, 10**9)
            )
        moved.append((message.topic, message.type_name, message.log_time_ns, bytes(data)))
    write_raw_bag(bag, moved)

"""The depth model behind other cameras than the one it learned from.

    python -m benchmarks.cameras --data DIR

The same recordings, changed as another camera would show them, go through the live way: frames
chosen for the grid, the person cut out window by window. The model has seen these people, so only
the differences say something.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets import Trial, load
from dcat_ros.datasets.as_sensor import signal_for
from dcat_ros.datasets.raw import depth_frames, focal_length
from dcat_ros.evaluation.evaluate_dataset import trial_label
from dcat_ros.model.model import Model
from dcat_ros.model.runtime import load_model
from dcat_ros.sensors.depth.windows import DepthWindows
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.streaming.decision import Prediction
from dcat_ros.streaming.frames import FrameGrid
from dcat_ros.streaming.recogniser import Recogniser

Frame = NDArray[np.uint16]
_EVERY = 6  # trial


def _finer(frame: Frame) -> tuple[Frame, float]:
    return np.repeat(np.repeat(frame, 2, 0), 2, 1), 2.0


def _wider(frame: Frame) -> tuple[Frame, float]:
    height, width = frame.shape
    small = cv2.resize(
        frame, (int(0.7 * width), int(0.7 * height)), interpolation=cv2.INTER_NEAREST
    )
    whole = np.zeros_like(frame)
    whole[20 : 20 + small.shape[0], 60 : 60 + small.shape[1]] = small
    return whole, 0.7


def _with_holes(frame: Frame) -> tuple[Frame, float]:
    holes = np.random.default_rng(int(frame.sum())).random(frame.shape) < 0.4
    return np.where(holes, 0, frame).astype(np.uint16), 1.0


def _noisy(frame: Frame) -> tuple[Frame, float]:
    rng = np.random.default_rng(int(frame.sum()))
    noise = rng.normal(scale=20.0, size=frame.shape)
    return np.where(frame > 0, frame + noise, 0).clip(0, 65535).astype(np.uint16), 1.0


CAMERAS: dict[str, Callable[[Frame], tuple[Frame, float]]] = {
    'the same camera': lambda frame: (frame, 1.0),
    '640 x 480 pixels': _finer,
    'a lens of 0.7 times the focal length, person off the middle': _wider,
    '40 % of the pixels missing': _with_holes,
    'noise of 20 mm': _noisy,
}


def live(model: Model, trial: Trial, frames: Frame, camera: str) -> list[Prediction]:
    """Predictions of a trial whose frames another camera took."""
    spec = model.card.input
    recogniser = Recogniser(model)
    grid: FrameGrid[Frame] = FrameGrid(spec.rate_hz, 0.5, 0.1)
    cut = DepthWindows(spec.size, spec.rate_hz, spec.window_s, spec.stride_s)
    found = []
    for stamp, frame in zip(trial.signals['depth'].stamps_ns, frames, strict=True):
        for chosen in grid.push(int(stamp), 'camera', frame):
            changed, times = CAMERAS[camera](chosen.item)
            focal = times * focal_length(frames.shape[2])
            windows = cut.push(chosen.place, chosen.stamp_ns, 'camera', changed, focal, (0.3, 10.0))
            found += [recogniser.classify(window) for window in windows]
    return found


def by_trial(model: Model, trial: Trial, frames: Frame) -> list[Prediction]:
    """Predictions of a trial cut out as in training: with one centre for the whole of it."""
    recogniser = Recogniser(model)
    signal = signal_for(trial, sensor_of(model.card), model.card.input.rate_hz)
    return recogniser.classify_many(recogniser.stream.push_many(signal.stamps_ns, signal.values))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--data', type=Path, required=True)
    data = parser.parse_args().data
    model = load_model('image_depth_utd_mhad')
    trials = load('utd_mhad', data, modalities=['imu', 'depth']).trials[::_EVERY]
    counts = {name: [0, 0, 0, 0] for name in ('cut out by trial, as in training', *CAMERAS)}
    for trial in trials:
        frames = depth_frames(data, trial)
        for name, count in counts.items():
            found = live(model, trial, frames, name) if name in CAMERAS else None
            found = by_trial(model, trial, frames) if found is None else found
            if not found:
                continue
            count[0] += 1
            count[1] += trial_label(model, trial, found) == trial.label
            count[2] += len(found)
            count[3] += sum(p.label == trial.label for p in found)
    print('| camera | trials right | windows right |\n|---|---|---|')
    for name, (n, right, windows, labels) in counts.items():
        print(f'| {name} | {right / n:.3f} of {n} | {labels / windows:.3f} of {windows} |')


if __name__ == '__main__':
    main()

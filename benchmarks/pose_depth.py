"""What a landmark's depth is worth: joints in the picture, in space, and both, the same folds.

    python -m benchmarks.pose_depth [--data DIR] [--seeds 5]

Whole trials of UTD-MHAD, poses of its rendered depth, each subject held out once; MiniRocket and a
ridge (aeon, scikit-learn) on trials stretched to 48 frames, so that only what is told of the joints
differs. In the picture: places about the hips in torso lengths, and the hips' own way. In space:
the pose network's metres about the hips, divided by the torso's length.
"""

import argparse
from pathlib import Path

import numpy as np
from aeon.transformations.collection.convolution_based import MiniRocket
from numpy.typing import NDArray
from sklearn.linear_model import RidgeClassifierCV
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dcat_ros.datasets import utd_mhad
from dcat_ros.datasets.utd_mhad_poses import RENDERINGS, PoseStore
from dcat_ros.errors import DatasetError
from dcat_ros.sensors.camera.joints import HIPS, SHOULDERS, from_landmarks, torso_of

_FRAMES = 48

Values = NDArray[np.float64]


def in_picture(landmarks: Values) -> Values:
    """Places (n, 28): joints about the hips, and the hips about where they mostly are."""
    joints = from_landmarks(landmarks)
    length = np.median(torso_of(joints))
    hips = joints[:, HIPS, :2].mean(axis=1)
    about = (joints[:, :, :2] - hips[:, None]) / length
    way = (hips - np.median(hips, axis=0)) / length
    return np.concatenate([about.reshape(len(joints), -1), way], axis=1)


def in_space(landmarks: Values) -> Values:
    """Places (n, 13, 3) in torso lengths about the hips, depth last."""
    # the same joints: x and y in the place of those in the picture, then z in theirs
    flat = np.concatenate([landmarks[:, :, [4, 5]], landmarks[:, :, [2, 3]]], axis=2)
    deep = np.concatenate([landmarks[:, :, [6, 6]], landmarks[:, :, [2, 3]]], axis=2)
    xyz = np.concatenate([from_landmarks(flat)[..., :2], from_landmarks(deep)[..., :1]], axis=2)
    spine = xyz[:, SHOULDERS].mean(axis=1) - xyz[:, HIPS].mean(axis=1)
    return np.asarray(xyz / np.median(np.linalg.norm(spine, axis=-1)))


def variants(landmarks: Values) -> dict[str, Values]:
    """Channels (n, C) by what they tell."""
    picture, space = in_picture(landmarks), in_space(landmarks)
    n = len(landmarks)
    return {
        'in the picture (as shipped)': picture,
        'in the picture, and depth': np.concatenate([picture, space[:, :, 2]], axis=1),
        'in space': space.reshape(n, -1),
        'in space, without depth': space[:, :, :2].reshape(n, -1),
        'in the picture and in space': np.concatenate([picture, space.reshape(n, -1)], axis=1),
    }


def stretched(values: Values) -> Values:
    """(C, 48) of (n, C), NaN of empty frames filled from their neighbours."""
    good = np.isfinite(values).all(axis=1)
    at = np.linspace(0, len(values) - 1, _FRAMES)
    there = np.flatnonzero(good)
    return np.stack([np.interp(at, there, column[good]) for column in values.T])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--seeds', type=int, default=5)
    args = parser.parse_args()
    folder = args.data / 'utd_mhad' / 'Inertial'
    trials = utd_mhad.load(args.data).trials
    store = PoseStore(utd_mhad.depth_files(folder), RENDERINGS[:1])
    told: dict[str, list[Values]] = {}
    labels, subjects = [], []
    for trial in trials:
        try:
            landmarks = store.read(utd_mhad.depth_of(folder / trial.source), RENDERINGS[0])
        except DatasetError:
            continue
        found = landmarks[np.isfinite(landmarks[:, 0, 0])].astype(np.float64)
        if len(found) < len(landmarks) / 2:
            continue
        for name, values in variants(found).items():
            told.setdefault(name, []).append(stretched(values))
        labels.append(trial.label)
        subjects.append(trial.subject)
    y, who = np.array(labels), np.array(subjects)
    print(f'{len(y)} trials of {len(set(subjects))} people')
    for name, values in told.items():
        x = np.stack(values).astype(np.float32)
        scores = []
        for seed in range(args.seeds):
            features = MiniRocket(random_state=seed).fit(x).transform(x)
            said = np.empty_like(y)
            for subject in sorted(set(subjects)):
                out = who == subject
                ridge = RidgeClassifierCV(np.logspace(-3, 3, 10))
                model = make_pipeline(StandardScaler(with_mean=False), ridge)
                said[out] = model.fit(features[~out], y[~out]).predict(features[out])
            scores.append(f1_score(y, said, average='macro'))
        print(f'{name:<30} {np.mean(scores):.3f} ({min(scores):.3f} to {max(scores):.3f})')


if __name__ == '__main__':
    main()

"""What a camera's model says of real colour films, window by window; nothing is tuned on them.

python -m benchmarks.camera_clips FOLDER_OF_FILMS [--model NAME] [--columns 853 --rows 640]

The films' activities are mostly none of the model's labels: what `unknown` does with them is the
question. `--columns` and `--rows` cut the main view out of films that show more than one.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from dcat_ros.messages.image import IMAGE_TYPE
from dcat_ros.model.runtime import load_model
from dcat_ros.sensors.camera.landmarks import finders
from dcat_ros.sensors.camera.receiver import CameraReceiver
from dcat_ros.sensors.camera.to_bag import picture
from dcat_ros.streaming.decision import Prediction
from dcat_ros.streaming.recogniser import Recogniser


def messages(path: Path, columns: int, rows: int) -> Iterator[bytes]:
    """Serialised pictures of a film, stamped by its own rate."""
    from rosbags.typesys import Stores, get_typestore

    store = get_typestore(Stores.ROS2_JAZZY)
    film = cv2.VideoCapture(str(path))
    rate_hz = film.get(cv2.CAP_PROP_FPS)
    n = 0
    while True:
        there, frame = film.read()
        if not there:
            return
        rgb = np.ascontiguousarray(frame[: rows or None, : columns or None, ::-1])
        n += 1
        message = picture(store.types, 10**9 + round(n * 1e9 / rate_hz), rgb)
        yield bytes(store.serialize_cdr(message, IMAGE_TYPE))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folder', type=Path)
    parser.add_argument('--model', default='camera_utd_mhad')
    parser.add_argument('--columns', type=int, default=853)
    parser.add_argument('--rows', type=int, default=640)
    args = parser.parse_args()
    model = load_model(args.model)
    labels = np.array(model.card.labels)
    for path in sorted(args.folder.glob('*.mp4')):
        recogniser = Recogniser(model)
        receiver = CameraReceiver(model.card, finders())
        found: Counter[bool] = Counter()
        predictions: list[Prediction] = []
        for data in messages(path, args.columns, args.rows):
            for job in receiver.accept(data, 0, lambda stamp_ns: stamp_ns):
                predictions += recogniser.classify_many(receiver.windows(job))
                found[receiver.last_landmarks is not None] += 1
        print(f'\n{path.name}: somebody in {found[True]} of {found.total()} pictures looked at')
        said = Counter(one.label for one in predictions)
        counts = ', '.join(f'{n} {label}' for label, n in said.most_common())
        print(f'  {len(predictions)} windows: {counts}')
        for one in predictions:
            p = np.array(one.probabilities)
            best = ', '.join(f'{labels[i]} {p[i]:.2f}' for i in p.argsort()[::-1][:3])
            print(f'  {one.end_ns / 1e9 - 1:5.2f} s  {one.label:<12} {best}')


if __name__ == '__main__':
    main()

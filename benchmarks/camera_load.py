"""CPU time of an ordinary camera's recogniser: 640x480, rgb8, 30 pictures a second, one core.

python -m benchmarks.camera_load [--model camera_utd_mhad] [--data DIR]

Pictures are rendered of recorded depth; what is measured is the CPU time of this process, so that
other programs on the machine change little: receiving, decoding, the pose network, the windows and
the model, without DDS.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np
from rosbags.typesys import Stores, get_typestore

from dcat_ros.datasets.raw import read_depth
from dcat_ros.datasets.shading import plain_look, shaded
from dcat_ros.datasets.utd_mhad_files import FOCAL_PX
from dcat_ros.messages.image import IMAGE_TYPE
from dcat_ros.model.runtime import load_model
from dcat_ros.sensors.camera.landmarks import as_rgb, finders
from dcat_ros.sensors.camera.receiver import CameraReceiver
from dcat_ros.sensors.camera.to_bag import picture
from dcat_ros.streaming.recogniser import Recogniser

RATE_HZ, SECONDS = 30, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--model', default='camera_utd_mhad')
    parser.add_argument('--data', type=Path, default=Path(os.environ.get('DCAT_DATA', '.')))
    parser.add_argument('--network', default='pose')
    args = parser.parse_args()
    people = rendered(args.data)
    empty = np.full_like(people[0], people[0][0, 0])
    model = load_model(args.model)
    for what, pictures in (('one person', people), ('nobody', [empty])):
        measure(what, pictures, Recogniser(model), args.network)


def rendered(data: Path) -> list[np.ndarray]:
    """Pictures (480, 640, 3) of a person, at the 19 a second that the depth was recorded with.

    Raises:
        DatasetError: the recording is not there.
    """
    frames = read_depth(data / 'utd_mhad' / 'Depth' / 'a3_s1_t1_depth.mat')
    look = plain_look(frames)
    return [as_rgb(shaded(frame, look, FOCAL_PX)) for frame in frames]


def measure(what: str, pictures: list[np.ndarray], recogniser: Recogniser, network: str) -> None:
    """Print the share of a core, and the CPU time from a window's last picture to its label."""
    store = get_typestore(Stores.ROS2_JAZZY)
    receiver = CameraReceiver(recogniser.card, finders(network))
    rng = np.random.default_rng(0)
    cpu_s, latency_ms, n = 0.0, [], RATE_HZ * SECONDS
    for i in range(n):
        noisy = pictures[i * 19 // RATE_HZ % len(pictures)].copy()
        noisy[:8] = rng.integers(0, 255, noisy[:8].shape)  # no camera gives the same twice
        message = picture(store.types, 10**9 + i * 10**9 // RATE_HZ, noisy)
        data = bytes(store.serialize_cdr(message, IMAGE_TYPE))
        begun = time.process_time()
        for job in receiver.accept(data, 0, lambda stamp_ns: stamp_ns):
            said = recogniser.classify_many(receiver.windows(job))
            if said:
                latency_ms.append(1000 * (time.process_time() - begun))
        cpu_s += time.process_time() - begun
    counts = receiver.counts
    looked = counts['frames'] - counts['skipped']
    print(
        f'{what}: {100 * cpu_s / SECONDS:.0f} % of a core, '
        f'{1000 * cpu_s / max(1, looked):.1f} ms a picture; '
        f'CPU time from the last picture to the label {np.median(latency_ms):.0f} ms (p99 '
        f'{np.percentile(latency_ms, 99):.0f} ms); {counts["frames"]} pictures came, {looked} '
        f'were looked at, {counts["skipped"]} were not needed'
    )


if __name__ == '__main__':
    main()

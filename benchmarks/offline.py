"""Speed of `dcat evaluate` against raw reading, and the cost of a push.

python -m benchmarks.offline
"""

import time
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rosbags.rosbag2 import Reader

from dcat_ros.bags.write import Piece, write_bag
from dcat_ros.datasets import Signal
from dcat_ros.errors import ConfigError
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.evaluation.many import BagOptions, evaluate_bags
from dcat_ros.model.runtime import load_model
from dcat_ros.segment import Segment
from dcat_ros.sensors.sound.ear.rows import at_its_rate, ear_rows
from dcat_ros.sensors.sound.log_mel import log_mel
from dcat_ros.streaming.window import WindowStream

N_MESSAGES = 200_000


def make_bag(path: Path, rate_hz: float) -> None:
    """A bag of made samples: what is in them does not matter for the speed."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(N_MESSAGES, 6))
    signal = Signal.at_rate(values, rate_hz)
    end_ns = int(signal.stamps_ns[-1]) + 1
    write_bag([Piece(signal, (Segment(0, end_ns, 'rest'),))], path)


def evaluation_rows(model: str) -> list[tuple[str, str]]:
    rows = []
    loaded = load_model(model)
    for rate_hz in (50, 200):
        with TemporaryDirectory() as folder:
            path = Path(folder) / 'bag'
            make_bag(path, rate_hz)
            began = time.perf_counter()
            with Reader(path) as reader:
                n = sum(1 for _ in reader.messages())
            raw = n / (time.perf_counter() - began)
            began = time.perf_counter()
            evaluate_bag(path, loaded)
            ours = n / (time.perf_counter() - began)
        rows.append(
            (
                f'evaluation of a bag at {rate_hz} Hz / raw reading by rosbags',
                f'{ours / raw:.3f}   ({ours / 1e3:.0f}k / {raw / 1e3:.0f}k messages/s)',
            )
        )
        print(*rows[-1], flush=True)
    return rows


def many_rows(model: str) -> list[tuple[str, str]]:
    """Four bags on two cores and on one, with the start of the processes."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / f'bag_{i}' for i in range(4)]
        for path in paths:
            make_bag(path, 200)
        seconds = {}
        for workers in (1, 2):
            began = time.perf_counter()
            evaluate_bags(paths, [model], BagOptions(), workers=workers)
            seconds[workers] = time.perf_counter() - began
    row = (
        'time of four bags with two workers / with one',
        f'{seconds[2] / seconds[1]:.2f}   ({seconds[2]:.1f} / {seconds[1]:.1f} s)',
    )
    print(*row, flush=True)
    return [row]


def push_rows() -> list[tuple[str, str]]:
    """The time of a push must not grow with the window, nor allocate anything of its size."""
    rows = []
    micros = {}
    for window_s in (2.0, 20.0):
        stream = WindowStream(n_channels=6, rate_hz=50, window_s=window_s, stride_s=0.25)
        samples = [tuple(row) for row in np.random.default_rng(0).normal(size=(50_000, 6)).tolist()]
        began = time.perf_counter()
        for i, values in enumerate(samples):
            stream.push(i * 20_000_000, values)
        micros[window_s] = 1e6 * (time.perf_counter() - began) / len(samples)
    rows.append(
        (
            'time of a push, window of 20 s / window of 2 s',
            f'{micros[20.0] / micros[2.0]:.2f}   ({micros[20.0]:.1f} / {micros[2.0]:.1f} us)',
        )
    )
    stream = WindowStream(n_channels=6, rate_hz=50, window_s=20.0, stride_s=20.0)
    values = (0.0,) * 6
    for i in range(1001):
        stream.push(i * 20_000_000, values)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    for i in range(1001, 1901):
        stream.push(i * 20_000_000, values)
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    window = 1000 * 6 * 8
    rows.append(
        (
            'greatest allocation in 900 pushes that complete no window / size of a window',
            f'{peak / window:.3f}   ({peak} / {window} bytes)',
        )
    )
    for row in rows:
        print(*row, flush=True)
    return rows


def sound_rows() -> list[tuple[str, str]]:
    """A window of each shipped sound model, front end included, as a share of the stride."""
    rows = []
    for name, front in (
        ('audio_kitchen20', log_mel),
        ('audio_kitchen20_ear', lambda sound: ear_rows(at_its_rate(sound))),
    ):
        model = load_model(name)
        spec = model.card.input
        sound = np.random.default_rng(0).normal(scale=0.1, size=round(spec.window_s * 16000))
        try:
            model.warm_up()
        except ConfigError as problem:
            print(problem)
            continue
        times = []
        for _ in range(20):
            began = time.perf_counter()
            model.log_probabilities(front(sound)[None])
            times.append(time.perf_counter() - began)
        took_s = float(np.median(times))
        row = (
            f'time of a window of {name} / its stride',
            f'{took_s / spec.stride_s:.3f}   ({1e3 * took_s:.1f} / {1e3 * spec.stride_s:.0f} ms)',
        )
        print(*row, flush=True)
        rows.append(row)
    return rows


def run(model: str = 'imu_utd_mhad') -> list[tuple[str, str]]:
    """All rows of this benchmark."""
    return [*push_rows(), *evaluation_rows(model), *many_rows(model), *sound_rows()]


if __name__ == '__main__':
    run()

"""Writing labelled recordings as a rosbag2 bag: `imu/data_raw` and `activity_truth`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from dcat_ros.bags.topics import IMU_TOPIC, STRING_TYPE, TRUTH_TOPIC
from dcat_ros.datasets import Dataset, Signal
from dcat_ros.datasets.continuous import join
from dcat_ros.errors import BagError, OutputError
from dcat_ros.files import exists
from dcat_ros.messages.imu import IMU_TYPE
from dcat_ros.segment import Segment

__all__ = ['NO_LABEL', 'STORAGES', 'make_bag', 'write_bag']

#: What `activity_truth` says where there is no truth.
NO_LABEL = ''
STORAGES = {'mcap': StoragePlugin.MCAP, 'sqlite3': StoragePlugin.SQLITE3}
#: Bags begin at this time: synthetic, but plausible to every tool. 2026-01-01 00:00:00 UTC.
_BEGIN_NS = 1_767_225_600 * 1_000_000_000
#: Silence between two pieces: longer than any `max_gap`, so that no window spans both.
_PAUSE_NS = 5_000_000_000


@dataclass(frozen=True)
class Piece:
    """A stretch without a hole: a signal and its truth, both with stamps from 0."""

    signal: Signal
    segments: tuple[Segment, ...]


def make_bag(
    dataset: Dataset,
    out: Path,
    *,
    continuous: bool = False,
    storage: str = 'mcap',
    seed: int = 0,
) -> None:
    """Write a data set's trials to a new bag.

    Args:
        dataset: what to write.
        out: the bag's folder, which must not exist.
        continuous: join each subject's trials with 1 to 3 s of stillness (a synthetic joining,
            see `datasets.continuous`); otherwise 5 s of silence lie between two trials.
        storage: 'mcap' or 'sqlite3'.
        seed: draws order and pauses of the joining.

    Raises:
        OutputError: `out` exists or cannot be written.
        BagError: the storage is not known.
    """
    pieces: list[Piece] = []
    if continuous:
        rng = np.random.default_rng(seed)
        for subject in dataset.subjects:
            whole = join([t for t in dataset.trials if t.subject == subject], rng)
            pieces.append(Piece(whole.signal, whole.segments))
    else:
        for trial in dataset.trials:
            signal = trial.signals['imu']
            end_ns = int(signal.stamps_ns[-1]) + 1
            pieces.append(Piece(signal, (Segment(0, end_ns, trial.label),)))
    write_bag(pieces, out, storage=storage)


def write_bag(
    pieces: Iterable[Piece], out: Path, *, storage: str = 'mcap', frame_id: str = 'imu_link'
) -> None:
    """Write pieces one after another, 5 s apart, to a new bag.

    The stamp of a message is also its log time. `activity_truth` gets the label at the start of
    every segment and an empty string at the end of a piece.

    Raises:
        OutputError: `out` exists or cannot be written.
        BagError: the storage is not known.
    """
    if storage not in STORAGES:
        raise BagError(f'storage {storage!r} is not known; choose {" or ".join(STORAGES)}.')
    if exists(out):
        raise OutputError(f'{out} exists already; choose another name or remove it.')
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        # written aside under its final name, which stands in its metadata too
        with TemporaryDirectory(prefix=f'.{out.name}-', dir=out.parent) as aside:
            part = Path(aside) / out.name
            with Writer(part, version=9, storage_plugin=STORAGES[storage]) as writer:
                _write(writer, pieces, frame_id)
            part.rename(out)
    except OSError as problem:
        raise OutputError(f'{out} cannot be written: {problem}') from None


def _write(writer: Writer, pieces: Iterable[Piece], frame_id: str) -> None:
    store = get_typestore(Stores.ROS2_JAZZY)
    imu = writer.add_connection(IMU_TOPIC, IMU_TYPE, typestore=store)
    truth = writer.add_connection(TRUTH_TOPIC, STRING_TYPE, typestore=store)
    string = store.types[STRING_TYPE]
    begin_ns = _BEGIN_NS

    def label(stamp_ns: int, text: str) -> None:
        writer.write(truth, stamp_ns, store.serialize_cdr(string(data=text), STRING_TYPE))

    for piece in pieces:
        waiting = list(piece.segments)
        for stamp, values in zip(piece.signal.stamps_ns.tolist(), piece.signal.values, strict=True):
            while waiting and waiting[0].start_ns <= stamp:
                segment = waiting.pop(0)
                label(begin_ns + segment.start_ns, segment.label)
            stamp_ns = begin_ns + stamp
            message = _imu_message(store.types, stamp_ns, values, frame_id)
            writer.write(imu, stamp_ns, store.serialize_cdr(message, IMU_TYPE))
        end_ns = begin_ns + piece.segments[-1].end_ns
        label(end_ns, NO_LABEL)
        begin_ns = end_ns + _PAUSE_NS


def _imu_message(
    types: Mapping[str, Any], stamp_ns: int, values: NDArray[np.float64], frame_id: str
) -> object:
    sec, nanosec = divmod(stamp_ns, 1_000_000_000)
    vector = types['geometry_msgs/msg/Vector3']
    unknown = np.zeros(9)  # REP-145: all zeros is "covariance unknown"
    no_orientation = np.array([-1.0] + [0.0] * 8)
    ax, ay, az, wx, wy, wz = values.tolist()
    return types[IMU_TYPE](
        header=types['std_msgs/msg/Header'](
            stamp=types['builtin_interfaces/msg/Time'](sec=sec, nanosec=nanosec),
            frame_id=frame_id,
        ),
        orientation=types['geometry_msgs/msg/Quaternion'](x=0.0, y=0.0, z=0.0, w=1.0),
        orientation_covariance=no_orientation,
        angular_velocity=vector(x=wx, y=wy, z=wz),
        angular_velocity_covariance=unknown,
        linear_acceleration=vector(x=ax, y=ay, z=az),
        linear_acceleration_covariance=unknown,
    )

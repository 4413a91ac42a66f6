"""Bags of several sensors at once: takes one after another on one clock, pauses between them.

The pauses are made, as in `datasets.continuous`: an inertial sensor at rest, a picture that stands
still, a room that is nearly silent. They are called synthetic wherever they are used.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.bags.messages import Messages
from dcat_ros.bags.topics import (
    AUDIO_TOPIC,
    CAMERA_INFO_TOPIC,
    IMAGE_TOPIC,
    IMU_TOPIC,
    TRUTH_TOPIC,
)
from dcat_ros.bags.write import BEGIN_NS, NO_LABEL, new_bag
from dcat_ros.datasets.trial import Signal
from dcat_ros.segment import REST
from dcat_ros.sensors.inertial.pause import stillness

__all__ = ['Film', 'Take', 'write_takes']

_NS = 1_000_000_000
_CHUNK_S = 0.05  # of sound in a message
_ENDS = 5  # samples at a take's end that tell the sensor's attitude there
_ROOM = 1e-4  # standard deviation of a silent room's noise: -80 dB


class Film(NamedTuple):
    """What a depth camera recorded.

    Attributes:
        stamps_ns: ascending, shape (n,), from the take's start.
        frames: shape (n, H, W), mm, uint16.
        focal_px: focal length in pixels.
    """

    stamps_ns: NDArray[np.int64]
    frames: NDArray[np.uint16]
    focal_px: float


@dataclass(frozen=True)
class Take:
    """One activity, as one or more sensors recorded it.

    Attributes:
        label: the activity.
        duration_s: how long it lasts.
        imu: acceleration and angular rate, (n, 6).
        film: depth pictures.
        sound: samples (n,) in [-1, 1] at `rate_hz`.
        rate_hz: of the sound.
    """

    label: str
    duration_s: float
    imu: Signal | None = None
    film: Film | None = None
    sound: NDArray[np.float32] | None = None
    rate_hz: int = 16000


class _Written(NamedTuple):
    stamp_ns: int
    topic: str
    message: Any


def write_takes(
    takes: Sequence[Take], out: Path, *, pause_s: float = 1.5, storage: str = 'mcap', seed: int = 0
) -> None:
    """Write takes to a new bag, a pause before, between and after them.

    The truth is `rest` in a pause where motion is recorded, and empty where sound alone is.

    Raises:
        OutputError: `out` exists or cannot be written.
        BagError: the storage is not known.
    """
    rng = np.random.default_rng(seed)
    with new_bag(out, storage) as writer:
        messages = Messages(writer)
        begin_ns = BEGIN_NS
        before: Take | None = None
        for take in [*takes, None]:
            written: list[_Written] = []
            pause_ns = round(pause_s * _NS)
            near = take or before
            if near is None:
                return
            silent = near.imu is None and near.film is None
            pause_label = NO_LABEL if silent else REST
            written.append(_Written(begin_ns, TRUTH_TOPIC, messages.string(pause_label)))
            written += _pause(messages, before, take, begin_ns, pause_ns, rng)
            begin_ns += pause_ns
            if take is not None:
                written.append(_Written(begin_ns, TRUTH_TOPIC, messages.string(take.label)))
                written += _played(messages, take, begin_ns)
                begin_ns += round(take.duration_s * _NS)
            else:
                written.append(_Written(begin_ns, TRUTH_TOPIC, messages.string(NO_LABEL)))
            # sorted by time alone; truth was put first
            for one in sorted(written, key=lambda w: w.stamp_ns):
                messages.write(one.topic, one.stamp_ns, one.message)
            before = take


def _played(messages: Messages, take: Take, begin_ns: int) -> Iterator[_Written]:
    if take.imu is not None:
        yield from _imu(messages, take.imu.stamps_ns, take.imu.values, begin_ns)
    if take.film is not None:
        yield from _film(messages, take.film, begin_ns)
    if take.sound is not None:
        yield from _sound(messages, take.sound, take.rate_hz, begin_ns)


def _pause(
    messages: Messages,
    before: Take | None,
    after: Take | None,
    begin_ns: int,
    pause_ns: int,
    rng: np.random.Generator,
) -> Iterator[_Written]:
    """Between two takes; at the ends of the bag there is one alone."""
    near = after or before
    assert near is not None
    earlier, later = before or near, after or near
    if earlier.imu is not None and later.imu is not None:
        period_ns = int(np.median(np.diff(later.imu.stamps_ns)))
        n = pause_ns // period_ns
        last = earlier.imu.values if before else later.imu.values[:_ENDS]
        first = later.imu.values if after else earlier.imu.values[-_ENDS:]
        values = stillness(last, first, n, rng)
        yield from _imu(messages, np.arange(n) * period_ns, values, begin_ns)
    if earlier.film is not None and later.film is not None:
        period_ns = int(np.median(np.diff(later.film.stamps_ns)))
        stamps = np.arange(pause_ns // period_ns) * period_ns
        first_frame = later.film.frames[0 if after else -1]
        last_frame = earlier.film.frames[-1] if before else first_frame
        frames = np.stack([last_frame if 2 * t < pause_ns else first_frame for t in stamps])
        held = Film(stamps, _noisy(frames, pause_ns), later.film.focal_px)
        yield from _film(messages, held, begin_ns)
    if later.sound is not None:
        room = rng.normal(scale=_ROOM, size=pause_ns * later.rate_hz // _NS)
        yield from _sound(messages, room.astype(np.float32), later.rate_hz, begin_ns)


def _noisy(frames: NDArray[np.uint16], seed: int) -> NDArray[np.uint16]:
    """Readings a millimetre off by chance, but at both ends: a camera that never moves hangs."""
    rng = np.random.default_rng(seed)  # of its own: what else is made of chance stays as it was
    off = rng.integers(-1, 2, frames.shape, np.int8)
    off[[0, -1]] = 0
    return np.where(frames > 1, frames + off, frames).astype(np.uint16)


def _imu(
    messages: Messages, stamps_ns: NDArray[np.int64], values: NDArray[Any], begin_ns: int
) -> Iterator[_Written]:
    for stamp, row in zip((stamps_ns + begin_ns).tolist(), values, strict=True):
        yield _Written(stamp, IMU_TOPIC, messages.imu(stamp, row, 'imu_link'))


def _film(messages: Messages, film: Film, begin_ns: int) -> Iterator[_Written]:
    for stamp, frame in zip((film.stamps_ns + begin_ns).tolist(), film.frames, strict=True):
        info = messages.camera_info(stamp, frame.shape, film.focal_px, 'camera')
        yield _Written(stamp, CAMERA_INFO_TOPIC, info)
        yield _Written(stamp, IMAGE_TOPIC, messages.depth(stamp, frame, 'camera'))


def _sound(
    messages: Messages, samples: NDArray[np.float32], rate_hz: int, begin_ns: int
) -> Iterator[_Written]:
    step = round(_CHUNK_S * rate_hz)
    for start in range(0, len(samples), step):
        chunk = samples[start : start + step]
        # a message without a header counts as heard when it came: at the chunk's end
        stamp = begin_ns + round((start + len(chunk)) * _NS / rate_hz)
        yield _Written(stamp, AUDIO_TOPIC, messages.sound(chunk))

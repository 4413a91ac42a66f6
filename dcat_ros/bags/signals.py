"""What a sensor in a bag recorded during stretches of time, as a data set holds it.

    messages ──► samples, frames or sound with stamps ──► one `Signal` a stretch

Decoded, cleaned and resampled as a node does it, so that a network learns what it will be given.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.bags.inertial import joined_readings, whole_readings
from dcat_ros.bags.read import BagReader
from dcat_ros.bags.sound_runs import GAP_S, heard_by, sound_runs
from dcat_ros.datasets.trial import Signal
from dcat_ros.doubt import SENSELESS, Doubt
from dcat_ros.errors import DatasetError, MessageError
from dcat_ros.messages.image import (
    COMPRESSED_IMAGE_TYPE,
    UnreadPicture,
    read_compressed_image,
    read_image,
)
from dcat_ros.modalities import audio, depth, imu
from dcat_ros.modalities.audio_doubts import SoundJudge
from dcat_ros.modalities.depth_doubts import DepthJudge
from dcat_ros.rejections import Rejections
from dcat_ros.segment import Segment
from dcat_ros.streaming.depth import cleaned
from dcat_ros.streaming.halves import Half
from dcat_ros.streaming.resample import half_width_s, is_oversampled, on_grid

__all__ = ['IMU_RATE_HZ', 'Cut', 'depth_signals', 'imu_signals', 'sound_signals']

#: Rate of the grid that inertial samples are put on.
IMU_RATE_HZ = 50.0
_NS = 1_000_000_000
_SHORTEST_S = 0.5
_IMU_GAP_S, _DEPTH_GAP_S = 0.25, 0.5
#: Frames of faster cameras are left out: a model needs half of these, and they fill the memory.
_DEPTH_RATE_HZ = 15.0
_CHUNK = 4096

#: A stretch's signal, or why there is none.
Cut = Signal | str


def imu_signals(
    bag: BagReader,
    topic: str,
    segments: Sequence[Segment],
    accel_topic: str = '',
    ignore_covariance: bool = False,
    doubts: list[Doubt] | None = None,
    truth_by_receipt: bool = False,
) -> list[Cut]:
    """Samples (n, 6), m/s² and rad/s, on a grid of 50 Hz, low-passed where the sensor is faster.

    Args:
        bag: open.
        topic: of sensor_msgs/Imu; of a sensor in two halves that of the angular rate.
        segments: the stretches.
        accel_topic: of the acceleration, where it comes by itself.
        ignore_covariance: take values that a covariance calls "not reported".
        doubts: gets what speaks against the stretches, one of each reason.
        truth_by_receipt: the stretches have the times at which their labels came.
    """
    rejected = Rejections()
    if accel_topic:
        halves: dict[str, Half] = {accel_topic: 'accel', topic: 'gyro'}
        stamps, values = joined_readings(bag, halves, rejected, ignore_covariance)
    else:
        stamps, values, found = whole_readings(
            bag, topic, rejected, ignore_covariance, truth_by_receipt
        )
        _senseless(found, doubts)
    times, first = np.unique(stamps, return_index=True)
    samples = values[first]
    fast = is_oversampled(times, IMU_RATE_HZ)
    margin_ns = round(half_width_s(IMU_RATE_HZ) * _NS)

    def cut(segment: Segment) -> Cut:
        low, high = np.searchsorted(times, [segment.start_ns, segment.end_ns])
        if why := _unfit(times[low:high], segment, _IMU_GAP_S, rejected):
            return why
        begin, end = int(times[low]), int(times[high - 1])
        near = slice(*np.searchsorted(times, [begin - margin_ns, end + margin_ns + 1]))
        # counted from the first sample: a float of a whole stamp has no microseconds
        seconds = (times[near] - begin) / _NS
        grid = np.arange(int((end - begin) * IMU_RATE_HZ / _NS) + 1) / IMU_RATE_HZ
        rows = on_grid(grid, seconds, samples[near], IMU_RATE_HZ, oversampled=fast)
        if why := _senseless(imu.doubts(rows.astype(np.float32)), doubts):
            return why
        return Signal.at_rate(rows, IMU_RATE_HZ)

    return [cut(segment) for segment in segments]


def depth_signals(
    bag: BagReader,
    topic: str,
    segments: Sequence[Segment],
    camera: tuple[float, int | None],
    max_range_m: float,
    doubts: list[Doubt] | None = None,
) -> list[Cut]:
    """The person cut out of depth pictures, (n, 2, 32, 32), see `modalities.depth.crop`.

    Args:
        bag: open.
        topic: of sensor_msgs/Image or CompressedImage.
        segments: the stretches, in the order of time.
        camera: focal length in pixels, and the width of the pictures that it is of; None: of all.
        max_range_m: readings beyond are none.
        doubts: gets what speaks against the stretches, one of each reason.
    """
    rejected: Counter[str] = Counter()
    cuts: dict[int, Cut] = {}
    frames = _frames(bag, topic, segments, camera, max_range_m, rejected)
    for place, group in groupby(frames, key=lambda frame: frame.place):
        film = list(group)
        stamps = np.array([frame.stamp_ns for frame in film])
        sizes = {(frame.pixels.shape, frame.focal_px) for frame in film}
        if why := _unfit(stamps, segments[place], _DEPTH_GAP_S, rejected):
            cuts[place] = why
        elif len(sizes) > 1:
            cuts[place] = 'the size of the pictures changes in it'
        elif why := _senseless(film[-1].doubts, doubts):
            cuts[place] = why
        else:
            try:
                cut = depth.crop(np.stack([frame.pixels for frame in film]), film[0].focal_px)
                cuts[place] = Signal(stamps - stamps[0], cut)
            except DatasetError as problem:
                cuts[place] = str(problem)
    none = np.zeros(0, np.int64)
    return [
        cuts.get(place) or _unfit(none, segment, _DEPTH_GAP_S, rejected)
        for place, segment in enumerate(segments)
    ]


def sound_signals(
    bag: BagReader,
    topic: str,
    segments: Sequence[Segment],
    sample_rate: int,
    channels: int,
    doubts: list[Doubt] | None = None,
) -> list[Cut]:
    """Sound (n, 1) in [-1, 1] at 16 kHz, the mean of the channels.

    Args:
        bag: open.
        topic: of a type of `messages.audio.AUDIO_TYPES`.
        segments: the stretches, in the order of time.
        sample_rate: in Hz, where neither the messages nor audio_info say it.
        channels: interleaved ones, where neither says it.
        doubts: gets what speaks against the stretches, one of each reason.
    """
    rejected: Counter[str] = Counter()
    judges = [SoundJudge(span_s=float('inf'), least_s=_SHORTEST_S) for _ in segments]
    hear = heard_by(segments, judges)
    runs = list(sound_runs(bag, topic, sample_rate, channels, rejected, hear))

    def cut(segment: Segment, judge: SoundJudge) -> Cut:
        for start_ns, samples in runs:
            low, high = (
                round((t - start_ns) * audio.RATE_HZ / _NS)
                for t in (segment.start_ns, segment.end_ns)
            )
            slack = round(GAP_S * audio.RATE_HZ)
            if low >= -slack and high <= len(samples) + slack:
                part = samples[max(low, 0) : high]
                if len(part) < _SHORTEST_S * audio.RATE_HZ:
                    return f'it is shorter than {_SHORTEST_S} s'
                if why := _senseless(judge.doubts, doubts):
                    return why
                stamps = np.round(np.arange(len(part)) * (_NS / audio.RATE_HZ)).astype(np.int64)
                return Signal(stamps, part[:, None])
        return f'sound is missing in it{_of(rejected)}'

    return [cut(segment, judge) for segment, judge in zip(segments, judges, strict=True)]


def _senseless(found: list[Doubt], doubts: list[Doubt] | None) -> str:
    """Why a stretch means nothing, or empty; what else is odd goes to those who are told of it."""
    for doubt in found:
        if doubt.level == SENSELESS:
            return doubt.sentence
        if doubts is not None and doubt.reason not in {known.reason for known in doubts}:
            doubts.append(doubt)
    return ''


class _Frame(NamedTuple):
    """A picture in the stretch of number `place`: (H, W) in mm, 0 for no reading.

    The doubts are those of the stretch up to here.
    """

    place: int
    stamp_ns: int
    pixels: NDArray[np.uint16]
    focal_px: float
    doubts: list[Doubt]


def _frames(
    bag: BagReader,
    topic: str,
    segments: Sequence[Segment],
    camera: tuple[float, int | None],
    max_range_m: float,
    rejected: Counter[str],
) -> Iterator[_Frame]:
    """The pictures inside of stretches, their stamps ascending."""
    read: Callable[[bytes], UnreadPicture] = (
        read_compressed_image
        if bag.topics[topic] == COMPRESSED_IMAGE_TYPE
        else partial(read_image, wants_depth=True)
    )
    judge, judged = DepthJudge(float('inf')), -1  # and the stretch of its pictures
    starts = [segment.start_ns for segment in segments]
    focal_px, camera_width = camera
    last_ns = -_NS
    for message in bag.messages([topic]):
        try:
            unread = read(message.data)
            stamp_ns = unread.stamp_ns or message.log_time_ns
            place = bisect_right(starts, stamp_ns) - 1
            if place < 0 or stamp_ns >= segments[place].end_ns:
                continue
            if stamp_ns - last_ns < 0.9 * _NS / _DEPTH_RATE_HZ:
                continue
            picture = unread.picture()
            if picture.kind != 'depth':
                raise MessageError(f'the picture is {picture.kind}', 'kind')
        except MessageError as problem:
            rejected[problem.reason] += 1
            continue
        width = picture.pixels.shape[1]
        whole = picture.pixels.astype(np.uint16, copy=False)
        if place != judged:
            judge.reset()
            judged = place
        judge.feed(stamp_ns, picture.raw, whole)
        found = judge.doubts + ([unread.doubt] if unread.doubt else [])
        pixels, thinned_by = cleaned(whole, (0.0, max_range_m))
        focal = focal_px * width / (camera_width or width) / thinned_by
        yield _Frame(place, stamp_ns, pixels, focal, found)
        last_ns = stamp_ns


def _unfit(
    stamps_ns: NDArray[np.int64], segment: Segment, gap_s: float, rejected: Counter[str]
) -> str:
    """Why readings at these times do not fill a stretch; empty if they do."""
    if segment.end_ns - segment.start_ns < _SHORTEST_S * _NS:
        return f'it is shorter than {_SHORTEST_S} s'
    edges = np.concatenate([[segment.start_ns], stamps_ns, [segment.end_ns]])
    hole_s = float(np.diff(edges).max()) / _NS
    if hole_s > gap_s or len(stamps_ns) < 2:
        return f'nothing usable came for {hole_s:.2f} s of it{_of(rejected)}'
    return ''


def _of(rejected: Counter[str]) -> str:
    """How many messages of the bag were refused, and why."""
    if not rejected:
        return ''
    reasons = ', '.join(f'{n} {reason}' for reason, n in rejected.most_common())
    return f' (messages refused: {reasons})'

"""What a depth camera in a recording gave during stretches of time."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.doubt import Doubt
from dcat_ros.errors import DatasetError, MessageError
from dcat_ros.messages.image import (
    COMPRESSED_IMAGE_TYPE,
    UnreadPicture,
    read_compressed_image,
    read_image,
)
from dcat_ros.segment import Segment
from dcat_ros.sensors.cut import Cut, Stretches, senseless, unfit
from dcat_ros.sensors.depth.beside import camera_beside
from dcat_ros.sensors.depth.crop import crop
from dcat_ros.sensors.depth.doubts import DepthJudge
from dcat_ros.sensors.depth.windows import cleaned
from dcat_ros.sensors.recording import Recording
from dcat_ros.signals import Signal

__all__ = ['RATE_HZ', 'cuts']

_NS = 1_000_000_000
_GAP_S = 0.5
#: Frames of faster cameras are left out: a model needs half of these, and they fill the memory.
RATE_HZ = 15.0


def cuts(asked: Stretches) -> list[Cut]:
    """The person cut out of depth pictures, (n, 2, 32, 32), see `crop`.

    Raises:
        BagError: nothing tells the focal length.
    """
    recording, topic, segments, given = asked.recording, asked.topic, asked.segments, asked.given
    focal: tuple[float, int | None] = (given['focal'], None)
    camera = focal if given['focal'] > 0 else camera_beside(recording, topic)
    max_range_m = given['max_range']
    rejected: Counter[str] = Counter()
    made: dict[int, Cut] = {}
    frames = _frames(recording, topic, segments, camera, max_range_m, rejected)
    for place, group in groupby(frames, key=lambda frame: frame.place):
        film = list(group)
        stamps = np.array([frame.stamp_ns for frame in film])
        sizes = {(frame.pixels.shape, frame.focal_px) for frame in film}
        if why := unfit(stamps, segments[place], _GAP_S, rejected):
            made[place] = why
        elif len(sizes) > 1:
            made[place] = 'the size of the pictures changes in it'
        elif why := senseless(film[-1].doubts, asked.doubts):
            made[place] = why
        else:
            try:
                cut = crop(np.stack([frame.pixels for frame in film]), film[0].focal_px)
                made[place] = Signal(stamps - segments[place].start_ns, asked.keep(cut))
            except DatasetError as problem:
                made[place] = str(problem)
    none = np.zeros(0, np.int64)
    return [
        made.get(place) or unfit(none, segment, _GAP_S, rejected)
        for place, segment in enumerate(segments)
    ]


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
    recording: Recording,
    topic: str,
    segments: Sequence[Segment],
    camera: tuple[float, int | None],
    max_range_m: float,
    rejected: Counter[str],
) -> Iterator[_Frame]:
    """The pictures inside of stretches, their stamps ascending."""
    read: Callable[[bytes], UnreadPicture] = (
        read_compressed_image
        if recording.topics[topic] == COMPRESSED_IMAGE_TYPE
        else partial(read_image, wants_depth=True)
    )
    judge, judged = DepthJudge(float('inf')), -1  # and the stretch of its pictures
    starts = [segment.start_ns for segment in segments]
    focal_px, camera_width = camera
    last_ns = -_NS
    for message in recording.messages([topic]):
        try:
            unread = read(message.data)
            stamp_ns = unread.stamp_ns or message.log_time_ns
            place = bisect_right(starts, stamp_ns) - 1
            if place < 0 or stamp_ns >= segments[place].end_ns:
                continue
            if stamp_ns - last_ns < 0.9 * _NS / RATE_HZ:
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

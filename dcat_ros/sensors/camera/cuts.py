"""What a camera in a recording saw during stretches of time: joints, and no picture."""

from bisect import bisect_right
from collections import Counter
from itertools import groupby

import numpy as np

from dcat_ros.errors import MessageError
from dcat_ros.sensors.camera.doubts import PictureJudge
from dcat_ros.sensors.camera.film import FilmFrame, film_of
from dcat_ros.sensors.camera.joints import N_JOINTS
from dcat_ros.sensors.cut import Cut, Stretches, senseless, unfit
from dcat_ros.signals import Signal

__all__ = ['cuts']

_GAP_S = 0.5
#: Somebody is to be seen in so many of a stretch's pictures.
_LEAST_SHARE = 0.5


def cuts(asked: Stretches) -> list[Cut]:
    """Joints of whoever is in view, (n, 13, 3), see `joints.from_landmarks`.

    Raises:
        ConfigError: the pose network is not there.
    """
    segments = asked.segments
    starts = [segment.start_ns for segment in segments]

    def place_of(stamp_ns: int) -> int:
        place = bisect_right(starts, stamp_ns) - 1
        return place if place >= 0 and stamp_ns < segments[place].end_ns else -1

    rejected: Counter[str] = Counter()
    frames: list[tuple[int, FilmFrame]] = []
    made: dict[int, Cut] = {}
    judge = PictureJudge(float('inf'))
    film = film_of(
        asked.recording,
        asked.topic,
        asked.given,
        wanted=lambda stamp_ns: place_of(stamp_ns) >= 0,
    )

    def judged(place: int) -> None:
        """One dark picture, or a second that stands still, says nothing of a whole stretch."""
        if place >= 0 and (why := senseless(judge.doubts, asked.doubts)):
            made[place] = why
        judge.reset()

    last = -1
    for frame in film:
        if isinstance(frame, MessageError):
            rejected[frame.reason] += 1
            continue
        place = place_of(frame.stamp_ns)
        if place != last:
            judged(last)
            last = place
        judge.feed(frame.stamp_ns, frame.pixels)
        # the picture itself is let go of here
        frames.append((place, frame._replace(pixels=np.zeros(0))))
    judged(last)
    for place, group in groupby(frames, key=lambda one: one[0]):
        own = [frame for _, frame in group]
        stamps = np.array([frame.stamp_ns for frame in own])
        if place in made:
            continue
        if why := unfit(stamps, segments[place], _GAP_S, rejected):
            made[place] = why
        elif sum(frame.joints is not None for frame in own) < _LEAST_SHARE * len(own):
            made[place] = 'nobody is seen in most of its pictures'
        else:
            nobody = np.zeros((N_JOINTS, 3))
            joints = np.stack([nobody if f.joints is None else f.joints for f in own])
            made[place] = Signal(stamps - segments[place].start_ns, joints)
    none = np.zeros(0, np.int64)
    return [
        made.get(place) or unfit(none, segment, _GAP_S, rejected)
        for place, segment in enumerate(segments)
    ]

"""One recording on the desk: its labels, and its tracks as they become ready."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.sensor_topic import first_of
from dcat_ros.bags.topics import STRING_TYPE
from dcat_ros.bags.truth import stamp_of, truth_of
from dcat_ros.check.look import sensors_among
from dcat_ros.errors import BagError, ConfigError, InputError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.label.build import FARTHEST_NS, build
from dcat_ros.label.intervals import checked
from dcat_ros.label.label_file import LabelFile
from dcat_ros.label.stopped import Stopped
from dcat_ros.label.tracks import HeardTrack, Track
from dcat_ros.segment import Segment
from dcat_ros.sensors.registry import heard

__all__ = ['Opened', 'OpenedTrack', 'labels_in', 'open_bag']

_NS = 1_000_000_000


@dataclass
class OpenedTrack:
    """A sensor of a recording.

    Attributes:
        name: of its topic.
        sensor: its name.
        share: of its messages that are read, from 0 to 1; None if nobody knows how many there are.
        track: None until it is ready.
        why_none: why there is none, one sentence.
    """

    name: str
    sensor: str
    share: float | None = 0.0
    track: Track | None = None
    why_none: str = ''


@dataclass
class Opened:
    """A recording that is open.

    Attributes:
        path: of the bag.
        origin_ns: stamp of its first reading, time 0 of all that a page gets.
        labels: its file.
        tracks: of its sensors; grows while it is read.
        notes: what a user should know, one sentence each.
        is_ready: all tracks are.
    """

    path: Path
    origin_ns: int
    labels: LabelFile
    tracks: list[OpenedTrack] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_ready: bool = False

    @property
    def span_ns(self) -> tuple[int, int] | None:
        """From the first reading to the last of all tracks that are ready."""
        spans = [one.track.span_ns for one in self.tracks if one.track is not None]
        there = [span for span in spans if span is not None]
        if not there:
            return None
        return min(begin for begin, _ in there), max(end for _, end in there)

    def check_near(self, segments: Sequence[Segment]) -> None:
        """See that labels lie in the time of the recording.

        Raises:
            InputError: one lies so far away that it is on another clock.
        """
        for segment in segments:
            if abs(segment.start_ns - self.origin_ns) > FARTHEST_NS:
                raise InputError(
                    f'{self.labels.path}: {segment.label!r} at {segment.start_ns / 1e9:.1f} s lies '
                    f'over a month from {self.path.name}, which begins at '
                    f'{self.origin_ns / 1e9:.1f} s: it is on another clock.'
                )

    def close(self) -> None:
        """Let go of all tracks."""
        for one in self.tracks:
            if one.track is not None:
                one.track.close()


def open_bag(
    path: Path,
    csv: Path,
    source: BagSource,
    truth_topic: str,
    shown: Callable[[Opened], None],
    go_on: Callable[[], bool],
) -> None:
    """Read a recording, sensor by sensor.

    Args:
        path: of the bag.
        csv: of its labels; while it is not there, the truth that is in the bag holds.
        source: topics and settings, and whether times of receipt count.
        truth_topic: of std_msgs/String.
        shown: gets the recording as soon as its labels are there; its tracks follow.
        go_on: whether somebody wants it still.

    Raises:
        InputError: the bag, or the file of its labels, is unusable.
        Stopped: nobody wants it.
    """
    with BagReader(path) as bag:
        notes: list[str] = []
        labels = labels_in(bag, csv, source, truth_topic, notes)
        found = _sensors(bag, source)
        opened = Opened(path, labels.begin_ns, labels, notes=[*bag.notes, *notes])
        opened.check_near(labels.read()[0])
        opened.tracks += [OpenedTrack(' + '.join(topics), name) for name, topics in found]
        shown(opened)
        for i in sorted(range(len(found)), key=lambda i: _is_slow(found[i][0])):
            _read(bag, opened, opened.tracks[i], found[i], source, go_on)
        opened.notes += [note for note in bag.notes if note not in opened.notes]
        opened.is_ready = True


def _is_slow(sensor: str) -> bool:
    playback = heard()[sensor].playback
    return playback is not None and playback.is_slow


def labels_in(
    bag: BagReader, csv: Path, source: BagSource, truth_topic: str, notes: list[str]
) -> LabelFile:
    """The file of a recording's labels, on the clock of its readings.

    Args:
        bag: open.
        csv: of the labels.
        source: topics and settings, and whether times of receipt count.
        truth_topic: as `open_bag`.
        notes: gets what a user should know.

    Raises:
        BagError: the bag has nothing of a sensor.
    """
    every = [topic for _, topics in _sensors(bag, source) for topic in topics]
    first = next(bag.messages(every), None) if every else None
    if first is None:
        there = ', '.join(f'{t} ({" and ".join(k)})' for t, k in bag.types.items()) or 'nothing'
        raise BagError(f'{bag.path} has no message of a sensor that can be shown; it has {there}.')
    begin_ns = first.log_time_ns if source.receive_time else stamp_of(first)
    return LabelFile(csv, begin_ns, _first_labels(bag, truth_topic, every, csv, notes))


def _sensors(bag: BagReader, source: BagSource) -> list[tuple[str, list[str]]]:
    """The sensors of a bag, each with its topics; of one whose topic is named, that alone."""
    found = []
    for name, topics in sensors_among(bag.types, partial(first_of, bag)):
        live = heard()[name]
        parts = source.parts(live)
        named = list(parts) or [t for t in [source.named(live)] if t]
        if not named or named == topics:
            found.append((name, topics))
    for name, live in heard().items():
        named = list(source.parts(live)) or [t for t in [source.named(live)] if t]
        if named and (name, named) not in found:
            for topic in named:
                bag.require_one_of(topic, live.types)
            found.append((name, named))
    return found


def _first_labels(
    bag: BagReader, truth_topic: str, sensor_topics: list[str], csv: Path, notes: list[str]
) -> list[Segment]:
    """What the bag itself says, where there is no file yet."""
    if csv.exists() or STRING_TYPE not in bag.types.get(truth_topic, ()):
        return []
    try:
        said = checked(truth_of(bag, truth_topic, sensor_topics), truth_topic)
    except InputError as problem:
        notes.append(f'What {truth_topic} says is left out: {problem}')
        return []
    if said:
        notes.append(f'The labels are those of {truth_topic} until you change one.')
    return said


def _read(
    bag: BagReader,
    opened: Opened,
    one: OpenedTrack,
    found: tuple[str, list[str]],
    source: BagSource,
    go_on: Callable[[], bool],
) -> None:
    name, topics = found
    live = heard()[name]
    given = dict(source.given)
    if len(topics) > 1:
        given |= dict(zip(live.parts, topics, strict=True))
    length_ns = None if bag.duration_s is None else bag.duration_s * _NS

    def said(time_ns: int) -> None:
        if not go_on():
            raise Stopped
        one.share = min(max(time_ns / length_ns, 0.0), 1.0) if length_ns else None

    try:
        for topic in topics:
            bag.require_one_of(topic, live.types)
        track, n_left = build(
            live, bag, topics[-1], given, source.receive_time, opened.origin_ns, said
        )
    except ConfigError as problem:  # this machine lacks what the sensor needs
        one.why_none = str(problem)
        return
    if track.span_ns is None:
        one.why_none = f'{one.name} has no reading that can be used.'
        track.close()
        return
    if n_left:
        opened.notes.append(
            f'{one.name}: {n_left} readings lie over a month from the first one and are not shown.'
        )
    if isinstance(track, HeardTrack) and len({run.rate_hz for run in track.runs}) > 1:
        opened.notes.append(f'{one.name} has several rates; only what has the first one is heard.')
    one.share, one.track = 1.0, track

"""One sensor of a recording: its messages looked at as a recogniser would take them."""

from array import array
from collections.abc import Mapping

import numpy as np

from dcat_ros.card.card import Card
from dcat_ros.check.record import Remark, TopicFacts
from dcat_ros.doubt import NOTE
from dcat_ros.errors import MessageError
from dcat_ros.messages.batch import Batch, Recorded
from dcat_ros.messages.cdr import read_head
from dcat_ros.sensors.registry import live_of
from dcat_ros.streaming.reading import Reading
from dcat_ros.streaming.window import Window

__all__ = ['SensorCheck']

_NS = 1_000_000_000
_MOST_FRAMES = 8


class _Times:
    """When the messages of one topic came, by their headers or else by their receipt."""

    def __init__(self) -> None:
        self.stamps = array('q')
        self.frames: dict[str, None] = {}
        self.offset_s: float | None = None

    def see(self, message: Recorded, has_header: bool) -> None:
        stamp_ns = 0
        if has_header:
            try:
                head = read_head(message.data)
            except MessageError:
                return  # said by the reading
            stamp_ns = head.stamp_ns
            if len(self.frames) < _MOST_FRAMES:
                self.frames[head.frame_id] = None
        if stamp_ns:
            self.offset_s = (stamp_ns - message.arrived_ns) / _NS
        self.stamps.append(stamp_ns or message.arrived_ns)

    def steps_s(self) -> np.ndarray:
        return np.diff(np.sort(np.frombuffer(self.stamps, np.int64))) / _NS


class SensorCheck:
    """Takes the messages of a sensor, and says what they are like.

    Args:
        types: its topics, with their types; several of a sensor in parts.
        card: of a model for it, whose windows are cut.
        reading: of its messages.

    Attributes:
        card: as given.
        live: how the sensor's messages come.
        topics: names of its topics.
        reading: as given.
        n_windows: that were completed.
    """

    def __init__(self, types: Mapping[str, str], card: Card, reading: Reading):
        self.card = card
        self.live = live_of(card)
        self.topics = list(types)
        self.reading = reading
        self.n_windows = 0
        self._types = dict(types)
        self._times = {topic: _Times() for topic in types}
        self._counts = dict.fromkeys(types, 0)
        self._levels: list[tuple[float, float]] = []

    def take(self, batch: Batch) -> None:
        """Look at messages, in the order in which they came."""
        for message in batch:
            self._counts[message.topic] += 1
            has_header = self._types[message.topic] not in self.live.headerless
            self._times[message.topic].see(message, has_header)
        for window in self.reading.take(batch):
            self.n_windows += 1
            self._measure(window)

    def span_ns(self) -> tuple[int, int] | None:
        """Times of the first and of the last usable message."""
        begin_ns = self.reading.begin_ns
        return None if begin_ns is None else (begin_ns, self.reading.end_ns)

    def facts(self) -> list[TopicFacts]:
        """Of each topic."""
        return [self._facts(topic) for topic in self.topics]

    def remarks(self, truth_by_receipt: bool) -> list[Remark]:
        """What was found.

        Args:
            truth_by_receipt: the truth has the times at which it came.
        """
        about = ' + '.join(self.topics)
        reading = self.reading
        found = [
            _remark('note' if doubt.level == NOTE else 'fault', about, doubt.sentence)
            for doubt in reading.doubts() + reading.clock_doubts(truth_by_receipt)
        ]
        mostly = reading.rejected.total() > 0.5 * max(1, reading.n_messages)
        level = 'fault' if mostly or not self.n_windows else 'note'
        found += [_remark(level, about, sentence) for sentence in reading.rejected.sentences()]
        if reading.n_without_stamp and any(
            t not in self.live.headerless for t in self._types.values()
        ):
            sentence = 'the headers have no stamp: the times at which messages came count'
            found.append(_remark('note', about, sentence))
        found += self._gaps()
        usable = reading.n_messages > reading.rejected.total()
        if usable and not self.n_windows and not any(one.level == 'fault' for one in found):
            sentence = (
                f'no window of {self.card.input.window_s:g} s was completed: see rate and gaps'
            )
            found.append(_remark('fault', about, sentence))
        return found

    def _gaps(self) -> list[Remark]:
        found = []
        limit_s = self.live.max_gap_s
        for topic, times in self._times.items():
            steps = times.steps_s()
            if n := int((steps > limit_s).sum()):
                sentence = (
                    f'{n} {"gap" if n == 1 else "gaps"} of more than {limit_s:g} s, the longest '
                    f'{steps.max():.2f} s: no window spans one'
                )
                found.append(_remark('note', topic, sentence))
        return found

    def _facts(self, topic: str) -> TopicFacts:
        times = self._times[topic]
        steps = times.steps_s()
        # of stamps in coarse steps the median is none
        mean = float(steps.mean()) if len(steps) else 0.0
        median = float(np.median(steps)) if len(steps) else 0.0
        step_s = median if median > 0.5 * mean else mean
        return TopicFacts(
            topic=topic,
            type=self._types[topic],
            modality=self.card.modality,
            n_messages=self._counts[topic],
            n_refused=dict(self.reading.rejected) if len(self.topics) == 1 else {},
            rate_hz=1 / step_s if step_s > 0 else None,
            longest_gap_s=float(steps.max()) if len(steps) else None,
            frames=list(times.frames),
            offset_s=times.offset_s,
            values=self._values(),
        )

    def _measure(self, window: Window) -> None:
        """Two figures of a window that tell its units to somebody who knows the sensor."""
        samples = window.samples
        if samples is None:
            return
        level = self.live.level(samples, self.reading.receiver)
        if level is not None:
            self._levels.append(level)

    def _values(self) -> str:
        if not self._levels:
            return ''
        first, second = (np.array(column) for column in zip(*self._levels, strict=True))
        return self.live.values(first, second)


def _remark(level: str, about: str, sentence: str) -> Remark:
    text = sentence.removesuffix('.')
    return Remark.model_validate({'level': level, 'about': about, 'sentence': text})

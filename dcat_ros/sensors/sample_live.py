"""How the messages of a sensor come that have one small sample each: all of it from a decoder."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.errors import MessageError
from dcat_ros.rejections import Rejections
from dcat_ros.segment import Segment
from dcat_ros.sensors.cut import Cut, Stretches, senseless, unfit
from dcat_ros.sensors.envelope import Envelope
from dcat_ros.sensors.live import Form, Live
from dcat_ros.sensors.named import Named
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.sample_receiver import Decode, JudgeWindow, SampleReceiver, nothing_odd
from dcat_ros.sensors.setting import Given
from dcat_ros.sensors.shown import MOST_BUCKETS, Span, Trace, banded, time_of
from dcat_ros.signals import Signal
from dcat_ros.streaming.resample import half_width_s, is_oversampled, on_grid
from dcat_ros.streaming.window import WindowStream

__all__ = ['Bands', 'cut_samples', 'sample_live']

_NS = 1_000_000_000
#: Name and unit of a vector -> its channels: a report shows its length over time.
Bands = Mapping[tuple[str, str], slice]


def sample_live(
    named: Named,
    types: tuple[str, ...],
    decode: Decode,
    bands: Bands,
    *,
    rate_hz: float,
    judge: JudgeWindow = nothing_odd,
    defaults: Mapping[str, object] | None = None,
    max_gap_s: float = 0.25,
) -> Live:
    """A sensor whose messages have a std_msgs/Header and one sample.

    Args:
        named: what a user names of it.
        types: ROS types of its messages.
        decode: a message.
        bands: what a report shows, and `dcat check` says.
        rate_hz: of the grid that a bag's samples are put on as a data set.
        judge: what speaks against a window.
        defaults: of its node's parameters; `model` at least.
        max_gap_s: greatest distance of two samples that is bridged.
    """

    def make_receiver(card: Card, stream: WindowStream, form: Form, given: Given) -> SampleReceiver:
        return SampleReceiver(stream, decode, judge)

    def level(samples: NDArray[np.float32], receiver: object) -> tuple[float, float]:
        parts = [*bands.values()][:2]
        lengths = [np.linalg.norm(samples[:, part], axis=1).mean() for part in parts]
        return float(lengths[0]), float(lengths[-1])

    def values(first: NDArray[np.float64], last: NDArray[np.float64]) -> str:
        shown = dict(zip(bands, (first, last), strict=False))
        return ', '.join(
            f'{name} {np.median(column):.2g} {unit} on average'
            for (name, unit), column in shown.items()
        )

    return Live(
        **vars(named),
        types=types,
        make_receiver=make_receiver,
        cuts=partial(_cuts, decode, judge, rate_hz, max_gap_s),
        trace=partial(_trace, decode, bands),
        level=level,
        values=values,
        defaults=defaults or {},
        max_gap_s=max_gap_s,
    )


def _read(
    decode: Decode, recording: Recording, topic: str, receipt: bool, rejected: Rejections
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Stamps (n,) in ns and values (n, C) of all usable messages."""
    stamps: list[int] = []
    values: list[Sequence[float]] = []
    for message in recording.messages([topic]):
        try:
            sample = decode(message.data)
        except MessageError as problem:
            rejected.add(problem)
            continue
        stamps.append(time_of(sample.stamp_ns, message, receipt))
        values.append(sample.values)
    return np.array(stamps, np.int64), np.array(values, np.float64)


def _cuts(
    decode: Decode, judge: JudgeWindow, rate_hz: float, gap_s: float, asked: Stretches
) -> list[Cut]:
    rejected = Rejections()
    stamps, values = _read(decode, asked.recording, asked.topic, False, rejected)
    return cut_samples(stamps, values, asked, rate_hz, gap_s, judge, rejected)


def cut_samples(
    stamps: NDArray[np.int64],
    values: NDArray[np.float64],
    asked: Stretches,
    rate_hz: float,
    gap_s: float,
    judge: JudgeWindow,
    rejected: Rejections,
) -> list[Cut]:
    """Stretches of samples on a grid, low-passed where the sensor is faster.

    Args:
        stamps: shape (n,), in ns, in any order.
        values: shape (n, C).
        asked: the stretches.
        rate_hz: of the grid.
        gap_s: a stretch with a longer hole is refused.
        judge: what speaks against the samples of a stretch.
        rejected: the messages that were refused, for the sentence.
    """
    times, first = np.unique(stamps, return_index=True)
    samples = values[first]
    fast = is_oversampled(times, rate_hz)
    margin_ns = round(half_width_s(rate_hz) * _NS)

    def cut(segment: Segment) -> Cut:
        low, high = np.searchsorted(times, [segment.start_ns, segment.end_ns])
        if why := unfit(times[low:high], segment, gap_s, rejected):
            return why
        begin, end = int(times[low]), int(times[high - 1])
        near = slice(*np.searchsorted(times, [begin - margin_ns, end + margin_ns + 1]))
        # counted from the first sample: a float of a whole stamp has no microseconds
        seconds = (times[near] - begin) / _NS
        grid = np.arange(int((end - begin) * rate_hz / _NS) + 1) / rate_hz
        rows = on_grid(grid, seconds, samples[near], rate_hz, oversampled=fast)
        if why := senseless(judge(rows.astype(np.float32)), asked.doubts):
            return why
        return Signal.at_rate(asked.keep(rows), rate_hz)

    return [cut(segment) for segment in asked.segments]


def _trace(
    decode: Decode, bands: Bands, recording: Recording, topic: str, given: Given, receipt: bool
) -> Trace:
    envelope, span = Envelope(len(bands), max_buckets=MOST_BUCKETS), Span()
    stamps, values = _read(decode, recording, topic, receipt, Rejections())
    if len(stamps):
        lengths = [np.linalg.norm(values[:, part], axis=1) for part in bands.values()]
        envelope.push(stamps, np.stack(lengths, axis=1))
        span.see(int(stamps.min()), int(stamps.max()))
    return banded(span, envelope, (*bands,))

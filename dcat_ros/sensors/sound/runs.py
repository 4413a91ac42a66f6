"""The sound of a bag in stretches without a hole, decoded as a node does it."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import soxr
from numpy.typing import NDArray

from dcat_ros.errors import MessageError
from dcat_ros.segment import Segment
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.sound.beside import audio_definition, audio_info_beside
from dcat_ros.sensors.sound.doubts import SoundJudge
from dcat_ros.sensors.sound.log_mel import RATE_HZ
from dcat_ros.sensors.sound.messages import Sound, SoundDecoder
from dcat_ros.sensors.sound.named import HIGHEST_HZ, LOWEST_HZ

__all__ = ['GAP_S', 'heard_by', 'sound_runs']

#: Lateness of a chunk above which sound is missing before it.
GAP_S = 0.25
_NS = 1_000_000_000
#: Takes the sound of a message.
_Listener = Callable[[Sound], None]


def heard_by(segments: Sequence[Segment], judges: Sequence[SoundJudge]) -> _Listener:
    """Each judge hears what lies in its stretch."""
    ends = [segment.end_ns for segment in segments]

    def hear(sound: Sound) -> None:
        samples, rate_hz = sound.samples, sound.rate_hz
        end_ns = sound.stamp_ns + round(len(samples) * _NS / rate_hz)
        for place in range(bisect_right(ends, sound.stamp_ns), len(segments)):
            if segments[place].start_ns >= end_ns:
                break
            low, high = (
                max(0, round((t - sound.stamp_ns) * rate_hz / _NS))
                for t in (segments[place].start_ns, segments[place].end_ns)
            )
            judges[place].feed(samples[low:high], rate_hz)

    return hear


def sound_runs(
    recording: Recording,
    topic: str,
    sample_rate: int,
    channels: int,
    rejected: Counter[str],
    hear: _Listener,
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield the time of the first sample, and the samples (n,) at 16 kHz, the channels' mean.

    Args:
        recording: open.
        topic: of a type of `messages.audio.AUDIO_TYPES`.
        sample_rate: in Hz, where neither the messages nor audio_info say it.
        channels: interleaved ones, where neither says it.
        rejected: number of refused messages by reason, added to.
        hear: is given each message's sound.
    """
    decoder = SoundDecoder(
        recording.topics[topic],
        audio_definition(recording, topic),
        rate_hz=sample_rate,
        channels=channels,
        max_gap_s=GAP_S,
    )
    decoder.info = audio_info_beside(recording, topic)
    parts: list[NDArray[np.float32]] = []
    begin_ns = n = run_rate = 0

    def whole() -> tuple[int, NDArray[np.float32]]:
        return begin_ns, soxr.resample(np.concatenate(parts), run_rate, RATE_HZ)

    for message in recording.messages([topic]):

        def stamp_of(stamp_ns: int, log_time_ns: int = message.log_time_ns) -> int:
            return stamp_ns or log_time_ns

        try:
            sound = decoder.decode(message.data, message.log_time_ns, stamp_of)
            if not LOWEST_HZ <= sound.rate_hz <= HIGHEST_HZ:
                raise MessageError(f'sound of {sound.rate_hz} Hz cannot be used', 'rate')
        except MessageError as problem:
            rejected[problem.reason] += 1
            continue
        if not len(sound.samples):
            continue  # the chunk ends inside its first frame
        hear(sound)
        late_ns = sound.stamp_ns - begin_ns - round(n * _NS / sound.rate_hz)
        if parts and (abs(late_ns) > GAP_S * _NS or sound.rate_hz != run_rate):
            yield whole()
            parts.clear()
        if not parts:
            begin_ns, n, run_rate = sound.stamp_ns, 0, sound.rate_hz
        parts.append(np.asarray(sound.samples.mean(axis=1), np.float32))
        n += len(sound.samples)
    if parts:
        yield whole()

"""What was heard in a recording during stretches of time."""

from collections import Counter

import numpy as np

from dcat_ros.segment import Segment
from dcat_ros.sensors.cut import SHORTEST_S, Cut, Stretches, refused, senseless
from dcat_ros.sensors.sound.doubts import SoundJudge
from dcat_ros.sensors.sound.log_mel import RATE_HZ
from dcat_ros.sensors.sound.runs import GAP_S, heard_by, sound_runs
from dcat_ros.signals import Signal

__all__ = ['cuts']

_NS = 1_000_000_000


def cuts(asked: Stretches) -> list[Cut]:
    """Sound (n, 1) in [-1, 1] at 16 kHz, the mean of the channels."""
    segments, given = asked.segments, asked.given
    rejected: Counter[str] = Counter()
    judges = [SoundJudge(span_s=float('inf'), least_s=SHORTEST_S) for _ in segments]
    hear = heard_by(segments, judges)
    runs = list(
        sound_runs(
            asked.recording, asked.topic, given['sample_rate'], given['channels'], rejected, hear
        )
    )

    def cut(segment: Segment, judge: SoundJudge) -> Cut:
        for start_ns, samples in runs:
            low, high = (
                round((t - start_ns) * RATE_HZ / _NS) for t in (segment.start_ns, segment.end_ns)
            )
            slack = round(GAP_S * RATE_HZ)
            if low >= -slack and high <= len(samples) + slack:
                part = samples[max(low, 0) : high]
                if len(part) < SHORTEST_S * RATE_HZ:
                    return f'it is shorter than {SHORTEST_S} s'
                if why := senseless(judge.doubts, asked.doubts):
                    return why
                stamps = np.round(np.arange(len(part)) * (_NS / RATE_HZ)).astype(np.int64)
                return Signal(stamps, asked.keep(part[:, None]))
        return f'sound is missing in it{refused(rejected)}'

    return [cut(segment, judge) for segment, judge in zip(segments, judges, strict=True)]

"""Bags of several sensors at once: takes one after another on one clock, pauses between them.

The pauses are made, as in `datasets.continuous`: an inertial sensor at rest, a picture that stands
still, a room that is nearly silent. They are called synthetic wherever they are used.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter
from pathlib import Path

import numpy as np

from dcat_ros.bags.messages import Messages
from dcat_ros.bags.topics import STRING_TYPE, TRUTH_TOPIC
from dcat_ros.bags.write import BEGIN_NS, NO_LABEL, new_bag
from dcat_ros.datasets.takes import Take
from dcat_ros.segment import REST
from dcat_ros.sensors.names import topics_and_settings
from dcat_ros.sensors.registry import live_called, to_bag_of
from dcat_ros.sensors.to_bag import Gap, Message, ToBag
from dcat_ros.signals import Signal

__all__ = ['write_takes']

_NS = 1_000_000_000


def write_takes(
    takes: Sequence[Take],
    out: Path,
    *,
    pause_s: float = 1.5,
    storage: str = 'mcap',
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write takes to a new bag, a pause before, between and after them.

    The truth is `rest` in a pause where motion is recorded, and empty where sound alone is.

    Args:
        takes: in their order.
        out: folder to make.
        pause_s: length of a pause.
        storage: plug-in.
        seed: draws what is random in a pause.
        progress: is told how many takes of how many are written.

    Raises:
        OutputError: `out` exists or cannot be written.
        BagError: the storage is not known.
        ConfigError: there is no such sensor, or no messages of it can be made.
    """
    rng = np.random.default_rng(seed)
    to_bags = {name: to_bag_of(live_called(name)) for take in takes for name in take.signals}
    kinds = {topic: kind for one in to_bags.values() for topic, kind in one.topics.items()}
    kinds[TRUTH_TOPIC] = STRING_TYPE
    begin_ns, pause_ns = BEGIN_NS, round(pause_s * _NS)
    with new_bag(out, storage) as writer:
        messages = Messages(writer)
        for done, (before, after) in enumerate(pairwise([None, *takes, None])):
            progress(done, len(takes))
            near = after or before
            if near is None:
                return
            given = topics_and_settings(near.given)
            rests = any(to_bags[name].rests for name in near.signals)
            pause_label = messages.string(REST if rests else NO_LABEL)
            written: list[Message] = [(begin_ns, TRUTH_TOPIC, pause_label)]
            for name, pause in _pauses(to_bags, before, after, pause_ns, rng):
                written += to_bags[name].messages(messages.types, pause, given, begin_ns)
            begin_ns += pause_ns
            label = messages.string(after.label if after else NO_LABEL)
            written.append((begin_ns, TRUTH_TOPIC, label))
            if after is not None:
                for name, signal in after.signals.items():
                    written += to_bags[name].messages(messages.types, signal, given, begin_ns)
                begin_ns += round(after.duration_s * _NS)
            # sorted by time alone; truth was put first
            for stamp_ns, topic, message in sorted(written, key=itemgetter(0)):
                messages.write(topic, kinds[topic], stamp_ns, message)


def _pauses(
    to_bags: Mapping[str, ToBag],
    before: Take | None,
    after: Take | None,
    pause_ns: int,
    rng: np.random.Generator,
) -> Iterator[tuple[str, Signal]]:
    """What each sensor gives between two takes; at the ends of the bag there is one alone."""
    near = [take.signals for take in (before or after, after or before) if take]
    for name, to_bag in to_bags.items():
        earlier, later = (signals.get(name) for signals in near)
        if earlier is None or later is None:
            continue
        n = to_bag.ends
        last = earlier.values[-n:] if before else later.values[:n]
        first = later.values[:n] if after else earlier.values[-n:]
        period_ns = int(np.median(np.diff(later.stamps_ns)))
        stamps_ns = np.arange(pause_ns // period_ns) * period_ns
        gap = Gap(last, first, stamps_ns, pause_ns)
        yield name, Signal(stamps_ns, to_bag.pause(gap, rng))

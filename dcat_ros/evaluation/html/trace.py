"""What a timeline shows of a bag's raw signal: a second pass, in memory that does not grow."""

from pathlib import Path

from dcat_ros.bags.read import BagReader
from dcat_ros.card.card import Card
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.sensors.registry import live_of
from dcat_ros.sensors.shown import Trace

__all__ = ['trace_of']


def trace_of(path: Path, source: BagSource, card: Card) -> Trace:
    """Go through a bag's messages of a model's sensor once more, for the eye.

    Times are header stamps; the log time counts where they are empty, and where
    `source.receive_time` asks for it. Unusable messages are skipped.

    Args:
        path: the bag.
        source: topic of the model's sensor and how to read it.
        card: of the model.

    Raises:
        BagError: the bag or the topic in it is unusable.
        ConfigError: no messages are known for the model's modality.
    """
    live = live_of(card)
    with BagReader(path) as bag:
        topic = source.topic_for(card, bag)
        return live.trace(bag, topic, source.given, source.receive_time)

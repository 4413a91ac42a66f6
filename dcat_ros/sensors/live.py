"""How a sensor's messages come: from a running robot, and from what was recorded of one."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.sensors.cut import Cut, Stretches
from dcat_ros.sensors.named import Named
from dcat_ros.sensors.playback import Playback
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given, Spec
from dcat_ros.sensors.shown import Trace
from dcat_ros.sensors.to_bag import ToBag
from dcat_ros.streaming.receiver import Receiver
from dcat_ros.streaming.window import WindowStream

__all__ = ['Beside', 'Form', 'Live', 'no_parts']


class Form(NamedTuple):
    """What messages of a topic are.

    Attributes:
        type_name: their ROS type.
        definition: text of the type as a bag holds it; empty where nobody gives it.
        stride_s: distance of two windows that a receiver cuts itself; the model's if None.
    """

    type_name: str
    definition: str = ''
    stride_s: float | None = None


class Beside(NamedTuple):
    """A latched topic that says what a sensor's messages do not say of themselves.

    Attributes:
        topic: its name.
        type_name: its type.
        tell: gives its message to the receiver; raises MessageError.
    """

    topic: str
    type_name: str
    tell: Callable[[Any, bytes], None]


def no_parts(topics: Sequence[str]) -> tuple[str, ...]:
    """Of a sensor that always comes whole."""
    return ()


def _nothing_beside(topic: str, type_name: str, given: Given) -> Beside | None:
    return None


def _all_mine(topic: str, type_name: str, data: bytes | None) -> bool:
    """No other sensor has these types."""
    return True


def _complete(receiver: Any, recording: Recording, topic: str, given: Given) -> None:
    """The messages of most sensors say all of themselves."""


@dataclass(frozen=True, kw_only=True)
class Live(Named):
    """How a sensor's messages come, with what a user names of it.

    Attributes:
        types: their ROS types; the first is what dcat_ros writes.
        is_mine: of a topic, its type and one of its messages (None where none is at hand), whether
            they are this sensor's and not another one's of the same types.
        make_receiver: what takes them, for a model and its stream of windows.
        cuts: what a recording holds of stretches of time, in their order, as a data set has it.
        trace: what a report shows of the raw signal; gets the topic, topics and settings, and
            whether times of receipt count.
        playback: how a page plays it; what `trace` gives is shown without it.
        level: two figures of a window that tell its units to somebody who knows the sensor; None
            if it has none.
        values: says all those figures, each (n,), in words.
        parameters: of the node, beside those of all recognisers.
        defaults: of the node, where they are others than those of all recognisers.
        find_parts: the topics of the parts among topics of its types, by their names.
        headerless: those types that have no header.
        with_definition: those types of which there are several forms.
        stamped: a label has the stamp of a message, so that live and offline have the same.
        in_chunks: a message holds many samples: how often messages come says nothing of their
            rate, and its stamp may lie `chunk_s` before its receipt.
        chunk_s: longest chunk.
        max_gap_s: greatest distance of two samples that is bridged, where nobody says another.
        enough_hz: so many messages a second are enough of a recording; infinite: all count.
        complete: reads what stands beside the messages of a recording into the receiver.
        beside: the latched topic that says it on a running robot, of a topic and its type; None
            where it is not needed.
        assumed: settings that stand in for what nobody tells, so that data can be looked at.
        to_bag: how its messages are made of a recording; None: they are not.
        as_set: parameter of the node -> the setting that says the same of a recording.
        recipe: the one that ships for bags of one's own, in `config/train`; empty where none does.
        only_live: parameters of the node that no setting says: what a recording of it is taken for
            holds where they have their defaults.
    """

    types: tuple[str, ...]
    is_mine: Callable[[str, str, bytes | None], bool] = _all_mine
    make_receiver: Callable[[Card, WindowStream, Form, Given], Receiver[Any]]
    cuts: Callable[[Stretches], list[Cut]]
    trace: Callable[[Recording, str, Given, bool], Trace]
    level: Callable[[NDArray[np.float32], Any], tuple[float, float] | None]
    values: Callable[[NDArray[np.float64], NDArray[np.float64]], str]
    playback: Playback | None = None
    parameters: tuple[Spec, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    find_parts: Callable[[Sequence[str]], tuple[str, ...]] = no_parts
    headerless: tuple[str, ...] = ()
    with_definition: tuple[str, ...] = ()
    stamped: bool = True
    in_chunks: bool = False
    chunk_s: float = 0.0
    max_gap_s: float = 0.25
    enough_hz: float = math.inf
    complete: Callable[[Any, Recording, str, Given], None] = _complete
    beside: Callable[[str, str, Given], Beside | None] = _nothing_beside
    assumed: Mapping[str, Any] = field(default_factory=dict)
    to_bag: ToBag | None = None
    recipe: str = ''
    as_set: Mapping[str, str] = field(default_factory=dict)
    only_live: tuple[str, ...] = ()

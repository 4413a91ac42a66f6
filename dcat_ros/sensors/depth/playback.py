"""What a page plays of a depth camera: its pictures in colours, near ones yellow."""

from collections.abc import Iterator
from functools import partial

from dcat_ros.messages.image import read_image
from dcat_ros.sensors.picture_playback import pictures_of
from dcat_ros.sensors.playback import Playback, Seen
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given

__all__ = ['PLAYBACK']


def _pieces(recording: Recording, topic: str, given: Given, receipt: bool) -> Iterator[Seen]:
    return pictures_of(recording, topic, partial(read_image, wants_depth=True), receipt)


PLAYBACK = Playback(_pieces, is_slow=True)

"""Activities as texts at their sensors: what a picture in 3D shows, whoever draws it."""

from collections.abc import Sequence
from dataclasses import dataclass

from dcat_ros.presence.activity import Activity
from dcat_ros.streaming.decision import OK, STALE

__all__ = ['TEXT_HEIGHT_M', 'TEXT_LIFETIME_S', 'SensorText', 'texts']

#: A text vanishes by itself if no other one follows.
TEXT_LIFETIME_S = 2
TEXT_HEIGHT_M = 0.1
_ABOVE_M = 0.15  # the origin of the sensor's frame
_LINE_M = 0.12
_WHITE = (1.0, 1.0, 1.0, 1.0)
_GREY = (0.6, 0.6, 0.6, 0.8)


@dataclass(frozen=True)
class SensorText:
    """A text above a sensor.

    Attributes:
        number: of the text among those of one message, from 0.
        frame_id: of the sensor.
        text: label and probability.
        z_m: height above the frame's origin.
        rgba: its colour, each in [0, 1].
        gone: take the text away instead.
    """

    number: int
    frame_id: str
    text: str
    z_m: float
    rgba: tuple[float, float, float, float]
    gone: bool


def texts(activities: Sequence[Activity]) -> list[SensorText]:
    """A text for each activity whose sensor has a frame, one above the other; grey if not ok.

    Args:
        activities: from top to bottom.
    """
    shown = [a.prediction for a in activities if a.prediction.frame_id]
    return [
        SensorText(
            number=number,
            frame_id=prediction.frame_id,
            text=f'{prediction.label} {prediction.confidence:.0%}',
            z_m=_ABOVE_M + (len(shown) - 1 - number) * _LINE_M,
            rgba=_WHITE if prediction.state == OK else _GREY,
            gone=prediction.state == STALE,
        )
        for number, prediction in enumerate(shown)
    ]

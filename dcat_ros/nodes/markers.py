"""Predictions as texts in RViz and Foxglove; imported where visualization_msgs is installed."""

from geometry_msgs.msg import Point, Pose, Vector3
from rclpy.duration import Duration
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from dcat_ros.presence.activity import Activity
from dcat_ros.streaming.decision import OK, STALE

__all__ = ['markers']

#: A text vanishes by itself if no other one follows.
_LIFETIME = Duration(seconds=2).to_msg()
_ABOVE_M = 0.15  # the origin of the sensor's frame
_LINE_M = 0.12
_HEIGHT_M = 0.1
_WHITE = ColorRGBA(r=1.0, g=1.0, b=1.0, a=1.0)
_GREY = ColorRGBA(r=0.6, g=0.6, b=0.6, a=0.8)


def markers(activities: list[Activity], node_name: str) -> MarkerArray:
    """A text for each activity whose sensor has a frame, one above the other; grey if not ok.

    A stale one takes its text away.

    Args:
        activities: from top to bottom.
        node_name: who says it; the namespace of the markers.
    """
    shown = [a for a in activities if a.prediction.frame_id]
    return MarkerArray(
        markers=[
            _marker(activity, node_name, number, len(shown) - 1 - number)
            for number, activity in enumerate(shown)
        ]
    )


def _marker(activity: Activity, node_name: str, number: int, lines_below: int) -> Marker:
    prediction = activity.prediction
    return Marker(
        # no stamp is "at the newest transform": a window's end may be older than tf remembers
        header=Header(frame_id=prediction.frame_id),
        ns=node_name,
        id=number,
        type=Marker.TEXT_VIEW_FACING,
        action=Marker.DELETE if prediction.state == STALE else Marker.ADD,
        pose=Pose(position=Point(z=_ABOVE_M + lines_below * _LINE_M)),
        scale=Vector3(z=_HEIGHT_M),
        color=_WHITE if prediction.state == OK else _GREY,
        lifetime=_LIFETIME,
        frame_locked=True,
        text=f'{prediction.label} {prediction.confidence:.0%}',
    )

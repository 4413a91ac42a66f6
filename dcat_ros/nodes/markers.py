"""Predictions as texts in RViz and Foxglove; imported where visualization_msgs is installed."""

from geometry_msgs.msg import Point, Pose, Vector3
from rclpy.duration import Duration
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from dcat_ros.presence.activity import Activity
from dcat_ros.presence.texts import TEXT_HEIGHT_M, TEXT_LIFETIME_S, SensorText, texts

__all__ = ['markers']

_LIFETIME = Duration(seconds=TEXT_LIFETIME_S).to_msg()


def markers(activities: list[Activity], node_name: str) -> MarkerArray:
    """A text for each activity whose sensor has a frame, one above the other; grey if not ok.

    A stale one takes its text away.

    Args:
        activities: from top to bottom.
        node_name: who says it; the namespace of the markers.
    """
    return MarkerArray(markers=[_marker(text, node_name) for text in texts(activities)])


def _marker(text: SensorText, node_name: str) -> Marker:
    r, g, b, a = text.rgba
    return Marker(
        # no stamp is "at the newest transform": a window's end may be older than tf remembers
        header=Header(frame_id=text.frame_id),
        ns=node_name,
        id=text.number,
        type=Marker.TEXT_VIEW_FACING,
        action=Marker.DELETE if text.gone else Marker.ADD,
        pose=Pose(position=Point(z=text.z_m)),
        scale=Vector3(z=TEXT_HEIGHT_M),
        color=ColorRGBA(r=r, g=g, b=b, a=a),
        lifetime=_LIFETIME,
        frame_locked=True,
        text=text.text,
    )

"""What a model said, as serialised messages: those that the live nodes publish, made by rosbags."""

from typing import Any

import numpy as np
from rosbags.typesys import Stores, get_typestore

from dcat_ros.bags.topics import STRING_TYPE
from dcat_ros.presence.activity import Activity, activity_level, activity_values
from dcat_ros.presence.texts import TEXT_HEIGHT_M, TEXT_LIFETIME_S, SensorText, texts
from dcat_ros.streaming.decision import Prediction

__all__ = ['ACTIVITY_TYPE', 'MARKERS_TYPE', 'SaidMessages']

ACTIVITY_TYPE = 'diagnostic_msgs/msg/DiagnosticArray'
MARKERS_TYPE = 'visualization_msgs/msg/MarkerArray'
_NS = 1_000_000_000
_MAX_SEC = 2**31 - 1  # of builtin_interfaces/Time


class SaidMessages:
    """Makes the messages of one recogniser.

    Args:
        node_name: who says it, with its namespace.
    """

    def __init__(self, node_name: str):
        self._node_name = node_name
        self._store = get_typestore(Stores.ROS2_JAZZY)
        self._types: Any = self._store.types
        self._marker: Any = self._types['visualization_msgs/msg/Marker']

    def label(self, prediction: Prediction) -> bytes:
        """std_msgs/String."""
        return self._bytes(self._types[STRING_TYPE](data=prediction.label), STRING_TYPE)

    def activity(self, activity: Activity) -> bytes:
        """diagnostic_msgs/DiagnosticArray with one status."""
        prediction = activity.prediction
        pair = self._types['diagnostic_msgs/msg/KeyValue']
        status = self._types['diagnostic_msgs/msg/DiagnosticStatus'](
            level=activity_level(prediction.state),
            name=f'{self._node_name}: activity',
            message=prediction.label,
            hardware_id=prediction.frame_id,
            values=[pair(key=key, value=value) for key, value in activity_values(activity).items()],
        )
        header = self._header(prediction.end_ns, prediction.frame_id)
        message = self._types[ACTIVITY_TYPE](header=header, status=[status])
        return self._bytes(message, ACTIVITY_TYPE)

    def markers(self, activity: Activity) -> bytes:
        """visualization_msgs/MarkerArray: a text at the sensor; empty if it has no frame."""
        message = self._types[MARKERS_TYPE](markers=[self._text(t) for t in texts([activity])])
        return self._bytes(message, MARKERS_TYPE)

    def _text(self, text: SensorText) -> Any:
        types = self._types
        vector, point = types['geometry_msgs/msg/Vector3'], types['geometry_msgs/msg/Point']
        orientation = types['geometry_msgs/msg/Quaternion'](x=0.0, y=0.0, z=0.0, w=1.0)
        r, g, b, a = text.rgba
        # rosbags has no default values: every field has to be said
        picture = types['sensor_msgs/msg/CompressedImage'](
            header=self._header(0, ''), format='', data=_no_bytes()
        )
        return self._marker(
            header=self._header(0, text.frame_id),
            ns=self._node_name,
            id=text.number,
            type=self._marker.TEXT_VIEW_FACING,
            action=self._marker.DELETE if text.gone else self._marker.ADD,
            pose=types['geometry_msgs/msg/Pose'](
                position=point(x=0.0, y=0.0, z=text.z_m), orientation=orientation
            ),
            scale=vector(x=0.0, y=0.0, z=TEXT_HEIGHT_M),
            color=types['std_msgs/msg/ColorRGBA'](r=r, g=g, b=b, a=a),
            lifetime=types['builtin_interfaces/msg/Duration'](sec=TEXT_LIFETIME_S, nanosec=0),
            frame_locked=True,
            points=[],
            colors=[],
            texture_resource='',
            texture=picture,
            uv_coordinates=[],
            text=text.text,
            mesh_resource='',
            mesh_file=types['visualization_msgs/msg/MeshFile'](filename='', data=_no_bytes()),
            mesh_use_embedded_materials=False,
        )

    def _header(self, stamp_ns: int, frame_id: str) -> Any:
        sec, nanosec = divmod(stamp_ns, _NS)
        time = self._types['builtin_interfaces/msg/Time']
        # a log time, where headers have no stamp, may be any number
        stamp = time(sec=min(sec, _MAX_SEC), nanosec=nanosec)
        return self._types['std_msgs/msg/Header'](stamp=stamp, frame_id=frame_id)

    def _bytes(self, message: Any, type_name: str) -> bytes:
        return bytes(self._store.serialize_cdr(message, type_name))


def _no_bytes() -> Any:
    return np.zeros(0, np.uint8)

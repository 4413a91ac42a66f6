"""What a user names of a depth camera."""

from dcat_ros.sensors.named import Named
from dcat_ros.sensors.setting import LaunchTopic, Setting

__all__ = ['NAMED']

NAMED = Named(
    called='image',
    what='sensor_msgs/Image or CompressedImage',
    topic='/image_raw',
    settings=(
        Setting(
            'focal',
            0.0,
            'Focal length of the pictures in pixels; from the camera_info beside them without it.',
            low=0,
        ),
        Setting(
            'max_range',
            float('inf'),
            'Depth readings beyond so many metres are none.',
            low=0.001,
            is_option=False,
        ),
    ),
    launch=(
        LaunchTopic(
            'image_topic',
            'Topic of the pictures, of whatever transport; image_raw if empty.',
            ('image_raw', 'image_raw/compressed', 'image_raw/compressedDepth'),
        ),
        LaunchTopic(
            'camera_info_topic',
            'Topic of sensor_msgs/CameraInfo; camera_info if empty.',
            ('camera_info',),
        ),
    ),
    # faster than a camera, a busy machine would drop frames, and live would differ from offline
    demo_rate=1.0,
)

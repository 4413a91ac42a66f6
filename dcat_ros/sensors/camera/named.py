"""What a user names of an ordinary camera."""

from dcat_ros.sensors.named import Named
from dcat_ros.sensors.setting import LaunchTopic, Setting

__all__ = ['MODEL', 'NAMED', 'NETWORKS', 'WATCHED']

#: The model that its node has without another, and that other rooms name.
MODEL = 'camera_utd_mhad'

#: Whom it watches of several people, and the networks that find his joints; the usual ones first.
WATCHED = ('middle', 'nearest')
NETWORKS = ('pose', 'pose_full')

NAMED = Named(
    called='camera',
    what='sensor_msgs/Image or CompressedImage, in colour or grey',
    topic='/camera/color/image_raw',
    settings=(
        Setting(
            'watched',
            WATCHED[0],
            'Whom an ordinary camera with several people in view watches.',
            choices=WATCHED,
        ),
        Setting(
            'pose_network',
            NETWORKS[0],
            'What finds the joints in the pictures of an ordinary camera.',
            choices=NETWORKS,
        ),
    ),
    node='image_node',
    node_input='image_raw',
    launch=(
        LaunchTopic(
            'camera_topic',
            "Topic of an ordinary camera's pictures, of whatever transport; no camera_node if "
            'empty.',
            ('image_raw', 'image_raw/compressed'),
        ),
    ),
    # as for a depth camera: faster, a busy machine would drop frames
    demo_rate=1.0,
)

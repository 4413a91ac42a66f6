"""Parameters of the node for an ordinary camera, beside those of all recognisers."""

from dcat_ros.sensors.camera.named import NETWORKS, WATCHED
from dcat_ros.sensors.setting import Spec

__all__ = ['PARAMETERS']

PARAMETERS = (
    Spec(
        'person',
        WATCHED[0],
        'Of an ordinary camera with several people in view: whom it watches, until he leaves. '
        'middle: who is nearest to the middle of the picture; nearest: who is largest in it.',
        choices=WATCHED,
    ),
    Spec(
        'pose_network',
        NETWORKS[0],
        'Of an ordinary camera: the network that finds joints, see dcat models list; pose_full is '
        'larger and slower.',
        choices=NETWORKS,
    ),
)

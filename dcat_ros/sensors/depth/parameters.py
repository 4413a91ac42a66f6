"""Parameters of the node of a depth camera, beside those of all recognisers."""

from dcat_ros.sensors.setting import Spec

__all__ = ['PARAMETERS']

PARAMETERS = (
    Spec(
        'transport',
        'raw',
        'raw: sensor_msgs/Image on image_raw; compressed or compressedDepth: CompressedImage on '
        'image_raw/compressed or image_raw/compressedDepth.',
        choices=('raw', 'compressed', 'compressedDepth'),
    ),
    Spec(
        'focal_px',
        0.0,
        'Focal length in pixels of the pictures that come; 0: from camera_info.',
        unit='pixels',
        low=0.0,
        high=100_000.0,
        live=True,
    ),
    Spec(
        'min_range',
        0.3,
        'Depth readings nearer than so many m are none.',
        unit='m',
        low=0.0,
        high=65.0,
        live=True,
    ),
    Spec(
        'max_range',
        10.0,
        'Depth readings further than so many m are none: keep walls behind the person out.',
        unit='m',
        low=0.1,
        high=65.5,
        live=True,
    ),
)

"""The options of `dcat evaluate` that say what is read of a bag."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from dcat_ros.bags.topics import AUDIO_TOPIC, IMAGE_TOPIC, IMU_TOPIC, TRUTH_TOPIC

__all__ = ['with_bag_options']


def _topic(what: str, usual: str) -> str:
    return f"Topic of {what}; without it {usual}, or the bag's only one of the kind."


_OPTIONS = (
    click.option('--imu', default='', help=_topic('sensor_msgs/Imu', IMU_TOPIC)),
    click.option(
        '--accel', default='', help='With --gyro: topics of a sensor whose driver halves it.'
    ),
    click.option('--gyro', default='', help='With --accel; the two are joined by their stamps.'),
    click.option(
        '--ignore-covariance',
        is_flag=True,
        help='Take inertial values that a covariance of -1 calls not reported (REP-145).',
    ),
    click.option(
        '--image', default='', help=_topic('sensor_msgs/Image or CompressedImage', IMAGE_TOPIC)
    ),
    click.option('--audio', default='', help=_topic('sound', AUDIO_TOPIC)),
    click.option(
        '--focal',
        default=0.0,
        help='Focal length of the pictures in pixels; from the camera_info beside them without it.',
    ),
    click.option(
        '--sample-rate',
        default=16000,
        show_default=True,
        help='Samples of sound a second, where the messages do not say it.',
    ),
    click.option(
        '--channels',
        default=1,
        show_default=True,
        help='Channels of sound, where the messages do not say it.',
    ),
    click.option(
        '--use-receive-time',
        is_flag=True,
        help='Times are those of receipt; header stamps without it.',
    ),
    click.option(
        '--truth-topic', default=TRUTH_TOPIC, show_default=True, help='Topic of std_msgs/String.'
    ),
    click.option(
        '--truth',
        type=click.Path(path_type=Path),
        metavar='CSV|DIR',
        help='Truth from a file with the columns start, end (s) and label instead of a topic; for '
        'several bags a folder with BAG.csv for each.',
    ),
    click.option(
        '--stride', type=float, help="Distance of two windows in s; the model's without it."
    ),
    click.option(
        '--label-hold',
        default=0.0,
        show_default=True,
        help="As the nodes' parameter: so long in s another label must be decided for.",
    ),
    click.option(
        '--label-margin',
        default=0.0,
        show_default=True,
        help="As the nodes' parameter: by so much it must be likelier.",
    ),
)


def with_bag_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options as one argument `options`, a `BagOptions`."""

    @wraps(command)
    def call(
        *,
        imu: str,
        accel: str,
        gyro: str,
        ignore_covariance: bool,
        image: str,
        audio: str,
        focal: float,
        sample_rate: int,
        channels: int,
        use_receive_time: bool,
        truth_topic: str,
        truth: Path | None,
        stride: float | None,
        label_hold: float,
        label_margin: float,
        **rest: Any,
    ) -> None:
        from dcat_ros.evaluation.bag_content import BagSource
        from dcat_ros.evaluation.many import BagOptions

        source = BagSource(
            imu,
            image,
            audio,
            focal,
            sample_rate,
            channels,
            use_receive_time,
            accel,
            gyro,
            ignore_covariance,
        )
        steady = (label_hold, label_margin)
        command(options=BagOptions(source, truth_topic, truth, stride, steady), **rest)

    for option in reversed(_OPTIONS):
        call = option(call)
    return call

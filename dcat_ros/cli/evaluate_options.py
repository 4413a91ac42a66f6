"""The options of `dcat evaluate` that say what is read of a bag."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from dcat_ros.bags.topics import AUDIO_TOPIC, IMAGE_TOPIC, IMU_TOPIC, TRUTH_TOPIC

__all__ = ['with_bag_options', 'with_meaning_options']


def _topic(what: str, usual: str) -> str:
    return f"Topic of {what}; without it {usual}, or the bag's only one of the kind."


#: which topics
_TOPICS = (
    click.option('--imu', default='', help=_topic('sensor_msgs/Imu', IMU_TOPIC)),
    click.option(
        '--accel', default='', help='With --gyro: topics of a sensor whose driver halves it.'
    ),
    click.option('--gyro', default='', help='With --accel; the two are joined by their stamps.'),
    click.option(
        '--image', default='', help=_topic('sensor_msgs/Image or CompressedImage', IMAGE_TOPIC)
    ),
    click.option('--audio', default='', help=_topic('sound', AUDIO_TOPIC)),
)
#: what messages do not say of themselves, and the truth beside them
_MEANING = (
    click.option(
        '--ignore-covariance',
        is_flag=True,
        help='Take inertial values that a covariance of -1 calls not reported (REP-145).',
    ),
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
)
#: how it is scored
_SCORING = (
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


def with_meaning_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options as one argument `options`, a `BagOptions` of all topics."""
    return _given(command, _MEANING)


def with_bag_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options as one argument `options`, a `BagOptions`."""
    return _given(command, _TOPICS + _MEANING + _SCORING)


def _given(command: Callable[..., None], options: tuple[Any, ...]) -> Callable[..., None]:
    @wraps(command)
    def call(
        *,
        focal: float,
        sample_rate: int,
        channels: int,
        use_receive_time: bool,
        ignore_covariance: bool,
        truth_topic: str,
        truth: Path | None,
        imu: str = '',
        accel: str = '',
        gyro: str = '',
        image: str = '',
        audio: str = '',
        stride: float | None = None,
        label_hold: float = 0.0,
        label_margin: float = 0.0,
        **rest: Any,
    ) -> None:
        from dcat_ros.evaluation.bag_content import BagSource
        from dcat_ros.evaluation.many import BagOptions

        source = BagSource(
            imu=imu,
            image=image,
            audio=audio,
            focal_px=focal,
            rate_hz=sample_rate,
            channels=channels,
            receive_time=use_receive_time,
            accel=accel,
            gyro=gyro,
            ignore_covariance=ignore_covariance,
        )
        steady = (label_hold, label_margin)
        command(options=BagOptions(source, truth_topic, truth, stride, steady), **rest)

    for option in reversed(options):
        call = option(call)
    return call

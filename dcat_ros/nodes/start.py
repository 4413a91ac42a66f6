"""Starting rclpy: what is wrong with arguments or environment is said in one sentence."""

from typing import Any

import rclpy
from rclpy.impl.implementation_singleton import rclpy_implementation

from dcat_ros.errors import ConfigError

__all__ = ['init', 'sentence_of']


def init(**options: Any) -> None:
    """Call `rclpy.init`.

    Args:
        options: of rclpy.init.

    Raises:
        ConfigError: the arguments, a file of parameters, or a variable such as ROS_DOMAIN_ID are
            unusable.
    """
    try:
        rclpy.init(**options)
    except (rclpy_implementation.RCLError, rclpy_implementation.UnknownROSArgsError) as problem:
        raise ConfigError(f'ROS does not start: {sentence_of(problem)}') from None


def sentence_of(problem: Exception) -> str:
    """What rcl complains of, without the places in its source."""
    return ' '.join(str(problem).split(', at ')[0].split()).rstrip('.') + '.'

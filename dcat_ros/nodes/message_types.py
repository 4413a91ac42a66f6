"""Names of ROS message types, and the classes behind them."""

import importlib
import re
from typing import Any

__all__ = ['message_class', 'type_name']


def message_class(type_name: str) -> Any | None:
    """The Python class of 'package/msg/Name'; None if it is no such name or not installed."""
    match = re.fullmatch(r'([a-z]\w*)/msg/([A-Z]\w*)', type_name)
    if match is None:
        return None
    try:
        return getattr(importlib.import_module(f'{match[1]}.msg'), match[2], None)
    except ImportError:
        return None


def type_name(message_type: type[Any]) -> str:
    """'sensor_msgs/msg/Imu' for the class sensor_msgs.msg.Imu."""
    return f'{message_type.__module__.split(".")[0]}/msg/{message_type.__name__}'

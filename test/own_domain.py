"""A DDS domain that no other process of these tests has, in this run or in another one."""

import fcntl
import os
import random
import tempfile
from pathlib import Path

__all__ = ['own_domain']

#: Beyond, the ports of DDS may be those that the system gives to anybody; the last one is left out
#: for tests that need another domain than their own.
_DOMAINS = range(1, 101)
_held = []


def own_domain() -> str:
    """A number for ROS_DOMAIN_ID, which this process has to itself as long as it lives.

    If all are taken it is any of them.
    """
    numbers = random.SystemRandom().sample(_DOMAINS, len(_DOMAINS))
    for number in numbers:
        path = Path(tempfile.gettempdir()) / f'dcat_ros_domain_{number}'
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError:  # another user's
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            continue
        _held.append(file)
        return str(number)
    return str(numbers[0])

"""What a recorder wrote of one message, in the form that everybody reads: its type, its bytes."""

import re
from functools import lru_cache

from dcat_ros.bags.zstd import ZSTD_MAGIC, most_of, unzstd

__all__ = ['LARGEST_MESSAGE', 'plain_data', 'plain_type']

#: bytes; what would be larger when decompressed is taken for an attack
LARGEST_MESSAGE = 256 << 20
_OLD_TYPE = re.compile(r'(\w+)/(\w+)')


@lru_cache(maxsize=4096)
def plain_type(name: str) -> str:
    """The name of a message type as ROS 2 has it: `sensor_msgs/Imu` is `sensor_msgs/msg/Imu`.

    Recorders before ROS 2 Eloquent, and converters, wrote the short one. The bytes are the same.
    """
    old = _OLD_TYPE.fullmatch(name)
    return f'{old[1]}/msg/{old[2]}' if old else name


def plain_data(data: bytes) -> bytes:
    """A message without its compression (`ros2 bag record --compression-mode message`).

    A message that starts with zstd's magic is compressed: no CDR starts so. That is looked at, and
    not metadata.yaml, which `ros2 bag reindex` writes without it. What is damaged, or larger than
    `most_of` allows, stays as it is; decoders refuse it.
    """
    if data[:4] != ZSTD_MAGIC:
        return data
    plain, whole = unzstd(data, min(LARGEST_MESSAGE, most_of(len(data))))
    return plain if whole else data

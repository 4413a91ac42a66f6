"""Which topic of a bag a sensor speaks on."""

from collections.abc import Sequence

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.topics import AUDIO_TOPIC, IMAGE_TOPIC, IMU_TOPIC
from dcat_ros.errors import BagError
from dcat_ros.messages.audio import AUDIO_TYPES
from dcat_ros.messages.image import COMPRESSED_IMAGE_TYPE, IMAGE_TYPE
from dcat_ros.messages.imu import IMU_TYPE

__all__ = ['SENSORS', 'halves_of', 'sensor_topic']

#: modality -> what its option and column are called, its usual topic, the types of its messages
SENSORS = {
    'imu': ('imu', IMU_TOPIC, (IMU_TYPE,)),
    'depth': ('image', IMAGE_TOPIC, (IMAGE_TYPE, COMPRESSED_IMAGE_TYPE)),
    'audio': ('audio', AUDIO_TOPIC, AUDIO_TYPES),
}


def sensor_topic(bag: BagReader, modality: str, named: str, how: str) -> str:
    """The topic that is named; without a name the usual one, or else the only one of its types.

    Args:
        bag: open.
        modality: a key of `SENSORS`.
        named: topic, or empty.
        how: stands between "Name one" and what the option or column is called.

    Raises:
        BagError: it is not there, has another type, or there are several to choose from.
    """
    called, usual, types = SENSORS[modality]
    fitting = [topic for topic, kinds in bag.types.items() if not {*types}.isdisjoint(kinds)]
    if not named and usual not in fitting:
        if len(fitting) == 1:
            bag.require_one_of(fitting[0], types)  # it may have others, too
            return fitting[0]
        if pair := halves_of(fitting):
            raise BagError(
                f'{bag.path} has the halves of an inertial sensor on two topics, {pair[0]} and '
                f'{pair[1]}; name both, {how}accel and {how.removeprefix("with ")}gyro.'
            )
        if fitting:
            raise BagError(
                f'{bag.path} has several topics for {modality}: {", ".join(sorted(fitting))}. '
                f'Name one {how}{called}.'
            )
    bag.require_one_of(named or usual, types)
    return named or usual


def halves_of(topics: Sequence[str]) -> tuple[str, str] | None:
    """The one topic of acceleration and the one of angular rate, by their names, as drivers do."""
    accel = [topic for topic in topics if 'accel' in topic.lower()]
    gyro = [topic for topic in topics if 'gyro' in topic.lower()]
    return (accel[0], gyro[0]) if len(accel) == len(gyro) == 1 else None

"""Which topic of a bag a sensor speaks on."""

from dcat_ros.bags.read import BagReader
from dcat_ros.errors import BagError
from dcat_ros.sensors.live import Live

__all__ = ['first_of', 'sensor_topic']


def sensor_topic(bag: BagReader, name: str, live: Live, named: str, how: str) -> str:
    """The topic that is named; without a name the usual one, or else the only one of its types.

    Args:
        bag: open.
        name: of the sensor.
        live: how its messages come.
        named: topic, or empty.
        how: stands between "Name one" and what the option or column is called.

    Raises:
        BagError: it is not there, has another type, or there are several to choose from.
    """
    types, usual = live.types, live.topic
    fitting = [topic for topic, kinds in bag.types.items() if not {*types}.isdisjoint(kinds)]
    if not named:
        # of topics that other sensors may have, too; where none is left, all are named
        own = [t for t in fitting if live.is_mine(t, _type_of(bag, t, types), first_of(bag, t))]
        fitting = own or fitting
    if not named and usual not in fitting:
        if len(fitting) == 1:
            bag.require_one_of(fitting[0], types)  # it may have others, too
            return fitting[0]
        if parts := live.find_parts(fitting):
            columns = f' and {how.removeprefix("with ")}'.join(live.parts)
            raise BagError(
                f'{bag.path} has the {live.parts_are} on {len(parts)} topics, '
                f'{" and ".join(parts)}; name {_all(parts)}, {how}{columns}.'
            )
        if fitting:
            raise BagError(
                f'{bag.path} has several topics for {name}: {", ".join(sorted(fitting))}. '
                f'Name one {how}{live.called}.'
            )
    bag.require_one_of(named or usual, types)
    return named or usual


def _type_of(bag: BagReader, topic: str, types: tuple[str, ...]) -> str:
    return next(kind for kind in bag.types[topic] if kind in types)


def first_of(bag: BagReader, topic: str) -> bytes | None:
    """The data of a topic's first message; None if there is none."""
    message = next(bag.messages([topic]), None)
    return message.data if message else None


def _all(parts: tuple[str, ...]) -> str:
    return 'both' if len(parts) == 2 else 'all'

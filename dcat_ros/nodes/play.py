"""The program behind `dcat replay`."""

from collections.abc import Callable, Collection
from pathlib import Path

import rclpy

from dcat_ros.nodes.replay import Player
from dcat_ros.nodes.start import init

__all__ = ['play']


def play(
    bag: Path,
    rate: float,
    loop: bool,
    topics: Collection[str] = (),
    start_s: float = 0.0,
    say: Callable[[str], None] = lambda line: None,
) -> tuple[int, list[str]]:
    """Publish a bag, or some of its topics, until its end, or until SIGINT or SIGTERM.

    Args:
        bag: its path.
        rate: times real time.
        loop: again from the start, until stopped.
        topics: only these; all without it.
        start_s: begin so far into the bag.
        say: is told topics and length before it begins.

    Returns:
        Number of messages, and notes for the user.

    Raises:
        BagError: the bag is unusable, or none of its topics can be published.
    """
    init()  # its handlers end rclpy.ok() on a signal, and the player looks there
    try:
        node = rclpy.create_node('dcat_replay')
        player = Player(node, bag, rate, topics, start_s)
        say(_beginning(bag, player, rate, loop))
        n = player.play(loop=loop)
        node.destroy_node()
        return n, player.notes
    finally:
        rclpy.try_shutdown()


def _beginning(bag: Path, player: Player, rate: float, loop: bool) -> str:
    if player.duration_s is None:
        length = 'of unknown length'
    else:
        length = f'{player.duration_s:.1f} s'
        if rate != 1:
            length += f', in {player.duration_s / rate:.1f} s'
    return f'{bag}: {", ".join(sorted(player.topics))}; {length}{", again and again" * loop}'

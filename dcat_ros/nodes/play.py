"""The program behind `dcat replay`."""

from collections.abc import Collection
from pathlib import Path

import rclpy

from dcat_ros.nodes.replay import Player
from dcat_ros.nodes.start import init

__all__ = ['play']


def play(
    bag: Path, rate: float, loop: bool, topics: Collection[str] = (), start_s: float = 0.0
) -> tuple[int, list[str]]:
    """Publish a bag, or some of its topics, until its end, or until SIGINT or SIGTERM.

    Returns:
        Number of messages, and notes for the user.

    Raises:
        BagError: the bag is unusable, or none of its topics can be published.
    """
    init()  # its handlers end rclpy.ok() on a signal, and the player looks there
    try:
        node = rclpy.create_node('dcat_replay')
        player = Player(node, bag, rate, topics, start_s)
        n = player.play(loop=loop)
        node.destroy_node()
        return n, player.notes
    finally:
        rclpy.try_shutdown()

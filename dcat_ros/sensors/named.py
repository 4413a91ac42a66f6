"""What a user names of a sensor, known without importing what reads it: the shell completes it."""

from dataclasses import dataclass

from dcat_ros.sensors.setting import LaunchTopic, Setting

__all__ = ['GROUP', 'Named']

#: Of the entry points that bring sensors.
GROUP = 'dcat_ros.sensors'


@dataclass(frozen=True)
class Named:
    """Topics and settings of a sensor, as options, columns of `bags.csv` and messages call them.

    Attributes:
        called: its option, its column, and its demonstration.
        what: its messages, for the help of that option.
        topic: where they usually are.
        settings: what the messages do not say of themselves.
        parts: names of the options of its parts, where a driver may publish them by themselves; the
            last one stands for the whole.
        parts_are: what they are, all together.
        parts_hint: how to name them.
        launch: arguments of launch files that name its topics.
        node: the program that takes them, where it is not called after the option.
        node_input: the relative name that it listens to, where that is not the topic's.
        demo_rate: speed of its demonstration, times real time; 0: it has none.
    """

    called: str
    what: str
    topic: str
    settings: tuple[Setting, ...] = ()
    parts: tuple[str, ...] = ()
    parts_are: str = ''
    parts_hint: str = ''
    launch: tuple[LaunchTopic, ...] = ()
    node: str = ''
    node_input: str = ''
    demo_rate: float = 0.0

    @property
    def program(self) -> str:
        """Of its node."""
        return self.node or f'{self.called}_node'

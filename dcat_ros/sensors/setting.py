"""What a user may say of a sensor: parameters of its node, options and columns for its bags."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ['Given', 'LaunchTopic', 'Setting', 'Spec']

#: Topics and settings of all sensors by name: see `Setting`.
Given = Mapping[str, Any]


@dataclass(frozen=True)
class Spec:
    """One parameter of a node.

    Attributes:
        name: its name.
        default: its default, which gives its type.
        description: what it does, with its unit.
        unit: of a number, for the documentation.
        low: least value of a number; of each element of an array.
        high: greatest value.
        choices: the allowed strings; any if empty.
        live: it takes effect when set; otherwise it is read-only and set at the start.
        or_integer: a text that may be given as an integer, too, as the command line makes of '2'.
    """

    name: str
    default: bool | int | float | str | list[float] | list[str]
    description: str
    unit: str = ''
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    live: bool = False
    or_integer: bool = False


@dataclass(frozen=True)
class Setting:
    """What the messages of a bag do not say of themselves: a column of `bags.csv`, and an option.

    Attributes:
        name: of the column, and with dashes of the option.
        default: its default, which gives its type.
        text: what it does, for the help of the option.
        low: least value of a number.
        high: greatest value.
        choices: the allowed texts; any if empty.
        is_option: whether it is an option of `dcat evaluate`, too.
    """

    name: str
    default: bool | int | float | str
    text: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    is_option: bool = True


@dataclass(frozen=True)
class LaunchTopic:
    """A launch argument that names a topic of the sensor's node.

    Attributes:
        name: of the argument.
        text: what it does.
        replaces: the relative names that the node may subscribe to, or publish, in its place; none
            for one that is a parameter of the node, of the same name.
    """

    name: str
    text: str
    replaces: tuple[str, ...] = ()

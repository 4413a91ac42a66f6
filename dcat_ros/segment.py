"""A stretch of time with a label: how truth is written down."""

from dataclasses import dataclass

__all__ = ['REST', 'Segment']

#: The label of what lies between two activities.
REST = 'rest'


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a recording with one label: from `start_ns` up to, but without, `end_ns`."""

    start_ns: int
    end_ns: int
    label: str

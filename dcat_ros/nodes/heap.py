"""Giving memory back that is no longer used."""

import ctypes
import gc
from contextlib import suppress

__all__ = ['give_back']


def give_back() -> None:
    """Free what only refers to itself, and return whole pages of freed memory to the system.

    Python looks for cycles once hundreds of objects more are made than go, and through old ones
    once tens of thousands are: of a node, in which little stays, that is hours away. Until then
    errors keep the messages that they were raised over. The allocator keeps what was freed between
    blocks that are in use: pictures and messages that piled up once, while the node was stopped,
    stay resident for good otherwise. Takes 2 to 12 ms; the second part does nothing where there is
    no glibc.
    """
    gc.collect()
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)

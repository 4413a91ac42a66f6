"""Giving memory back that is no longer used."""

import ctypes
from contextlib import suppress

__all__ = ['give_back']


def give_back() -> None:
    """Return whole pages of freed memory to the system; does nothing where there is no glibc.

    The allocator keeps what was freed between blocks that are in use: pictures and messages that
    piled up once, while the node was stopped, stay resident for good otherwise. Costs 0.05 ms where
    there is little to return.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)

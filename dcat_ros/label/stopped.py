"""What ends the reading of a recording that nobody wants any more."""

__all__ = ['Stopped']


class Stopped(Exception):  # noqa: N818  it is no error
    """Nobody wants it any more."""

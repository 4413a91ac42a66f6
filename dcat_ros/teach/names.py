"""What labels and people may be called: cards and tables give such a name back as it was given."""

from dcat_ros.errors import ConfigError

__all__ = ['check_name']

_LONGEST = 200


def check_name(name: str, what: str) -> None:
    """See that something may be called so.

    Args:
        name: of it.
        what: it is, for the error.

    Raises:
        ConfigError: it may not.
    """
    if not name or not name.isprintable() or len(name) > _LONGEST or name != name.strip():
        raise ConfigError(
            f'{name[:40]!r} can be no {what}: it has 1 to {_LONGEST} letters that can be printed, '
            'and no blank at its ends.'
        )

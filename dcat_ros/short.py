"""Texts of users in sentences for users."""

__all__ = ['short']


def short(text: str, most: int = 100) -> str:
    """The text itself, or its beginning and how long it is, where it is longer than `most`."""
    if len(text) <= most:
        return text
    return f'{text[:most]}… ({len(text)} characters)'

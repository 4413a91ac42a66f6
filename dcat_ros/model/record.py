"""The record in a weights file, checked: what a file of another version, or anybody's, may say."""

from pathlib import Path

import pydantic

from dcat_ros.card.card import SCHEMA_VERSION, Card
from dcat_ros.errors import WeightsError
from dcat_ros.files import read_at_most
from dcat_ros.sensors.registry import check_card
from dcat_ros.texts import one_line, parse_json

__all__ = ['KEY', 'parse_card', 'read_weights']

#: Of the record, in the metadata of a file.
KEY = 'dcat_ros'
#: bytes; the largest network that a record may ask for has fewer
_LARGEST = 128 << 20


def read_weights(path: Path) -> bytes:
    """The bytes of a weights file.

    Raises:
        WeightsError: it cannot be read, or is too large for one.
    """
    too_large = f'is over {_LARGEST >> 20} MiB: no weights of this package.'
    return read_at_most(path, _LARGEST, WeightsError, too_large)


def parse_card(path: Path, record: str) -> Card:
    """The card of a record.

    Args:
        path: where it is from, for the error.
        record: JSON.

    Raises:
        WeightsError: it is no record, of a newer version, or does not fit its sensor.
    """
    try:
        fields = parse_json(record)
        version = fields.get('schema_version') if isinstance(fields, dict) else None
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise WeightsError(
                f'{path} has record version {version}, this dcat_ros reads up to '
                f'{SCHEMA_VERSION}; update dcat_ros.'
            )
        card = Card.model_validate_json(record)
    except pydantic.ValidationError as problem:
        first = problem.errors()[0]
        place = '.'.join(str(part) for part in first['loc']) or 'record'
        why = one_line(first['msg'].removeprefix('Value error, '))
        raise WeightsError(f"{path}: '{place}' in its record is wrong: {why}.") from None
    except ValueError as problem:
        raise WeightsError(f'{path}: its record is no JSON ({problem}).') from None
    try:
        check_card(card)
    except ValueError as problem:
        raise WeightsError(f'{path}: its record is wrong: {one_line(problem)}.') from None
    return card

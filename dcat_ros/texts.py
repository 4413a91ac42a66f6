"""Files of text that anybody may have written: YAML, JSON, CSV, each read within bounds.

A parser gives back what its own authors thought of, and of a hostile file whatever it leads it to:
ten lines of YAML become a gigabyte, a number of 5000 digits no number. Every file of text is read
here, so that one place knows what is taken.
"""

import io
import json
import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from dcat_ros.errors import InputError
from dcat_ros.files import read_at_most

__all__ = [
    'MOST_BYTES',
    'one_line',
    'parse_json',
    'parse_yaml',
    'read_json',
    'read_table',
    'read_text',
]

#: A longer file is none of ours: a truth of 100 000 lines has 3 MB.
MOST_BYTES = 8 << 20
_DEEPEST = 50
#: Values that a file of YAML may hold, those that an alias stands for included.
_MOST_VALUES = 200_000
#: What 64 bits hold; a library further in may not take more.
_LARGEST_NUMBER = 2**63
#: Letters of a number; PyYAML takes the square of their number to read one to base 60, as 1:59:59.
_LONGEST_NUMBER = 400
_OF_NUMBERS = re.compile(r'[-+0-9_.:]*')
_NUMBER_TAGS = ('tag:yaml.org,2002:int', 'tag:yaml.org,2002:float')
_LOADER: type[yaml.SafeLoader] = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)


def one_line(problem: object) -> str:
    """An exception's text, which may be a page of YAML, as a part of a sentence."""
    text = ' '.join(str(problem).split()).rstrip('.') or type(problem).__name__
    return text if len(text) <= 300 else f'{text[:300]}…'


def read_text(path: Path, error: type[InputError]) -> str:
    """The text of a file, with the ends of its lines as they are, without a byte order mark.

    Args:
        path: of the file.
        error: what is raised.

    Raises:
        InputError: of the kind `error`: it cannot be read, is larger than `MOST_BYTES`, no UTF-8,
            or has NUL bytes.
    """
    too_large = f'is larger than {MOST_BYTES >> 20} MiB; such a file is far smaller.'
    data = read_at_most(path, MOST_BYTES, error, too_large)
    if b'\0' in data:
        raise error(f'{path} cannot be read: it has NUL bytes, and is no text in UTF-8.')
    try:
        return data.decode('utf-8-sig')
    except UnicodeDecodeError as problem:
        raise error(f'{path} cannot be read: it is no text in UTF-8 ({problem}).') from None


def read_table(path: Path, error: type[InputError]) -> io.StringIO:
    """The text of a CSV file as `csv` wants it; raises as `read_text`.

    Fields have at most 131 072 letters, and `csv.Error` tells of a longer one.
    """
    return io.StringIO(read_text(path, error), newline='')


def read_json(path: Path, error: type[InputError]) -> object:
    """What a JSON file holds.

    Raises:
        InputError: of the kind `error`: as `read_text`, or it is no JSON.
    """
    text = read_text(path, error)
    try:
        return parse_json(text)
    except ValueError as problem:
        raise error(f'{path} is no JSON: {problem}.') from None


def parse_json(text: str | bytes) -> object:
    """What a text of JSON holds.

    Raises:
        ValueError: it is no JSON, nested too deeply, or has a number that 64 bits do not hold.
    """
    try:
        return json.loads(text, parse_int=_number)
    except RecursionError:
        raise ValueError('it is nested too deeply') from None


def _number(text: str) -> int:
    if len(text) > 20 or not -_LARGEST_NUMBER <= (number := int(text)) < _LARGEST_NUMBER:
        raise ValueError(f'the number {text[:20]}… is too large')
    return number


def parse_yaml(text: str) -> object:
    """What a text of YAML holds, by its safe types alone.

    Raises:
        ValueError: it is no YAML, or nested too deeply, or too much, or has a number that 64 bits
            do not hold.
    """
    try:
        _check_structure(text)
        value = yaml.load(text, Loader=_LOADER)
    except Exception as problem:  # it raises whatever a value leads it to: 2020-99-99, !!int abc
        raise ValueError(one_line(problem)) from None
    _check_numbers([value])
    return value


def _check_structure(text: str) -> None:
    """Count values before any is made; an alias counts as what it stands for."""
    sizes: dict[str, int | None] = {}  # None: of what is not ended, which would hold itself
    counts, names = [0], ['']
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.NodeEvent):
            name = event.anchor or ''
            if isinstance(event, yaml.CollectionStartEvent):
                counts.append(1)
                names.append(name)
                sizes[name] = None
                if len(counts) > _DEEPEST:
                    raise ValueError(f'it is nested more than {_DEEPEST} deep')
                continue
            size = 1
            if isinstance(event, yaml.AliasEvent):
                found = sizes.get(name, 0)
                if found is None:
                    raise ValueError(f'*{name} stands for what it is in')
                size = found
            else:
                sizes[name] = 1
            if isinstance(event, yaml.ScalarEvent):
                _check_length(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            size = counts.pop()
            sizes[names.pop()] = size
        else:
            continue
        counts[-1] += size
        if counts[-1] > _MOST_VALUES:
            raise ValueError(f'it holds more than {_MOST_VALUES} values')


def _check_length(scalar: yaml.ScalarEvent) -> None:
    """No number is so long, whether it looks like one or is said to be one."""
    text = scalar.value
    if len(text) <= _LONGEST_NUMBER:
        return
    if scalar.tag in _NUMBER_TAGS or (scalar.implicit[0] and _OF_NUMBERS.fullmatch(text)):
        raise ValueError(f'the number {text[:20]}… has {len(text)} letters')


def _check_numbers(values: Iterable[object]) -> None:
    for value in values:
        if isinstance(value, dict):
            _check_numbers(value)
            _check_numbers(value.values())
        elif isinstance(value, list | tuple | set):
            _check_numbers(value)
        elif isinstance(value, int) and not -_LARGEST_NUMBER <= value < _LARGEST_NUMBER:
            raise ValueError('it has a number of over 18 digits')

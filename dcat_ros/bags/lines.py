"""`bags.csv`: a line for each bag of one's own, with what its messages do not say."""

import csv
from functools import cache
from math import isinf
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
from pydantic import Field

from dcat_ros.bags.topics import TRUTH_TOPIC
from dcat_ros.errors import DatasetError
from dcat_ros.sensors.live import Live
from dcat_ros.sensors.names import topics_and_settings
from dcat_ros.sensors.registry import heard
from dcat_ros.texts import read_table

__all__ = ['Line', 'bag_lines', 'line_model']


class Line(pydantic.BaseModel):
    """A line of `bags.csv`; what is empty or has no column has its default."""

    model_config = pydantic.ConfigDict(extra='forbid', frozen=True)

    bag: Annotated[str, Field(min_length=1)]
    subject: Annotated[str, Field(min_length=1)]
    truth: str = TRUTH_TOPIC

    def given(self) -> dict[str, Any]:
        """Topics and settings of all sensors."""
        return {name: getattr(self, name) for name in topics_and_settings({})}

    def topic_of(self, live: Live) -> str:
        """The topic that is named for a sensor, or empty; of parts that of the last one."""
        names = [getattr(self, name) for name in (*live.parts[-1:], live.called)]
        return next((name for name in names if name), '')

    @pydantic.model_validator(mode='after')
    def _all_parts(self) -> 'Line':
        for live in heard().values():
            named = [getattr(self, part) for part in live.parts]
            if any(named) and (not all(named) or getattr(self, live.called)):
                raise ValueError(
                    f'{" and ".join(live.parts)} go together, and without {live.called}'
                )
        return self


@cache
def line_model() -> type[Line]:
    """The columns of `bags.csv`: bag, subject, truth; of each sensor its topics and settings."""
    columns: dict[str, Any] = {}
    for live in heard().values():
        columns |= dict.fromkeys((live.called, *live.parts), (str, ''))
        for one in live.settings:
            number: dict[str, Any] = {}
            if one.low is not None:
                number |= {'ge': one.low, 'le': one.high}
            if isinstance(one.default, float):
                number['allow_inf_nan'] = isinf(one.default)
            limits: Any = Field(one.default, description=one.text, **number)
            kind: Any = Literal[one.choices] if one.choices else type(one.default)
            columns[one.name] = (kind, limits)
    return pydantic.create_model('Line', __base__=Line, **columns)


def bag_lines(path: Path) -> list[Line]:
    """The lines of a `bags.csv`.

    Raises:
        DatasetError: it cannot be read, names no bag, or a line makes no sense.
    """
    lines: list[Line] = []
    seen: set[Path] = set()
    spelled: dict[str, str] = {}
    what = 'It names the bags, with the columns bag and subject; --data is the folder above "bags".'
    try:
        table = read_table(path, DatasetError)
    except DatasetError as problem:
        raise DatasetError(f'{str(problem).rstrip(".")}. {what}') from None
    try:
        with table as file:
            rows = csv.DictReader(file, restkey='')
            columns = {(name or '').strip() for name in rows.fieldnames or ()}
            if lacking := sorted({'bag', 'subject'} - columns):
                raise DatasetError(
                    f'{path}, line 1: there is no column {lacking[0]}; columns are separated by '
                    f'commas, and may be {", ".join(line_model().model_fields)}.'
                )
            for row in rows:
                cells = {
                    (key or '').strip(): value.strip() if isinstance(value, str) else value
                    for key, value in row.items()
                }
                try:
                    line = line_model().model_validate({k: v for k, v in cells.items() if v})
                except pydantic.ValidationError as problem:
                    first = problem.errors()[0]
                    column = '.'.join(str(part) for part in first['loc'])
                    raise DatasetError(
                        f'{path}, line {rows.line_num}: {column or "a value without a column"}: '
                        f'{first["msg"]}; the columns are {", ".join(line_model().model_fields)}.'
                    ) from None
                place = (path.parent / line.bag).resolve()
                if place in seen:
                    raise DatasetError(
                        f'{path}, line {rows.line_num}: {line.bag} stands in a line above.'
                    )
                seen.add(place)
                subject = spelled.setdefault(line.subject.casefold(), line.subject)
                if subject != line.subject:
                    raise DatasetError(
                        f'{path}, line {rows.line_num}: {line.subject} and {subject} differ in '
                        'capitals alone: nobody may have two names.'
                    )
                lines.append(line)
    # a bag of a name that no file can have is an OSError, a RuntimeError where links go round
    except (csv.Error, ValueError, OSError, RuntimeError) as problem:
        raise DatasetError(f'{path} cannot be read ({problem}). {what}') from None
    if not lines:
        raise DatasetError(f'{path} names no bag: its first line is "bag,subject", others follow.')
    return lines

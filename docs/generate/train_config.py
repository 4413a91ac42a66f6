"""The page of training configurations, from the fields and their docstrings."""

import inspect
import re
from typing import Any

from json_fields import kind
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from tables import table

from dcat_ros.card.card import NetworkSpec
from dcat_ros.sensors.amounts import AugmentConfig
from dcat_ros.training.config import OptimiserConfig, TrainConfig, TransferConfig

__all__ = ['train_config']

_HEAD = """# Training configuration

What stands in the YAML file of `dcat train --config`; those of the shipped models are in
`config/train`. A field that is left out has its default; an unknown one is refused.

"""
_KINDS: tuple[tuple[str, type[BaseModel]], ...] = (
    ('Of every sensor', TrainConfig),
    ('`transfer`: another sensor teaches', TransferConfig),
    ('`network`', NetworkSpec),
    ('`augment` and `ppv_augment`', AugmentConfig),
    ('`optimiser`', OptimiserConfig),
)


def train_config() -> str:
    """The page."""
    return _HEAD + '\n'.join(f'## {title}\n\n{_fields(model)}' for title, model in _KINDS)


def _fields(model: type[BaseModel]) -> str:
    types = model.model_json_schema()['properties']
    texts = _attributes(model)
    rows = [
        (f'`{name}`', kind(types[name], link=False), _default(field.default), texts[name])
        for name, field in model.model_fields.items()
    ]
    return table(('field', 'type', 'default', 'what'), rows)


def _default(value: Any) -> str:
    if value is PydanticUndefined:
        return ''
    if isinstance(value, BaseModel):
        own = value.model_dump(exclude_defaults=True)
        return ', '.join(f'`{k}: {v}`' for k, v in own.items()) or 'its defaults'
    return '' if value in (None, ()) else f'`{value}'.removesuffix('.0').lower() + '`'


def _attributes(model: type[BaseModel]) -> dict[str, str]:
    """Text of each field in the docstring's section Attributes; KeyError for one without."""
    section = inspect.getdoc(model).partition('Attributes:\n')[2]  # type: ignore[union-attr]
    pairs = re.findall(r'^    (\w+): (.*(?:\n {8}.*)*)', section, re.MULTILINE)
    texts = {name: ' '.join(text.split()) for name, text in pairs}
    own = {'network': 'sizes, see below', 'augment': 'random changes, see below'}
    own |= {'optimiser': 'how the weights are found, see below'}
    return own | texts

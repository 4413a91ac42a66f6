"""The page of what other people's programs import, from signatures and docstrings."""

import inspect
from typing import Any

from docstrings import markdown

from dcat_ros.datasets import Dataset, DatasetInfo, Signal, Trial, load
from dcat_ros.presence.activity import Activity, read_activity
from dcat_ros.streaming.decision import Prediction
from dcat_ros.testing import assert_scores
from dcat_ros.training.alignment import cross_attention_alignment
from dcat_ros.training.paired import pair

__all__ = ['python_api']

_HEAD = """# Python API

What other people's programs and tests import. None of it needs ROS.

"""
_GROUPS: dict[str, tuple[Any, ...]] = {
    'In tests': (assert_scores,),
    'In training loops': (cross_attention_alignment, pair),
    'Recordings': (load, Dataset, DatasetInfo, Trial, Signal),
    'Reading an activity message': (read_activity, Activity, Prediction),
}


def python_api() -> str:
    """The page."""
    parts = [_HEAD]
    for title, things in _GROUPS.items():
        parts.append(f'## {title}\n')
        parts += [_one(thing) for thing in things]
    return '\n'.join(parts)


def _one(thing: Any) -> str:
    module = thing.__module__
    return (
        f'### {thing.__name__}\n\n```python\nfrom {module} import {thing.__name__}\n```\n\n'
        f'```py\n{_signature(thing)}\n```\n\n{markdown(thing.__doc__ or "")}'
    )


def _signature(thing: Any) -> str:
    """Name and arguments, one a line where there are several."""
    found = inspect.signature(thing)
    arguments = [str(p).replace("'", '') for p in found.parameters.values()]
    kinds = [p.kind for p in found.parameters.values()]
    if inspect.Parameter.KEYWORD_ONLY in kinds:
        arguments.insert(kinds.index(inspect.Parameter.KEYWORD_ONLY), '*')
    returned = found.return_annotation
    end = '' if inspect.isclass(thing) or returned is found.empty else f' -> {_name(returned)}'
    if len(arguments) < 2:
        return f'{thing.__name__}({", ".join(arguments)}){end}'
    lines = ''.join(f'    {argument},\n' for argument in arguments)
    return f'{thing.__name__}(\n{lines}){end}'


def _name(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)

"""The JSON schema of `dcat evaluate --json`: python -m dcat_ros.evaluation.schema."""

import inspect
import json
import re
from typing import Any

from pydantic import BaseModel

from dcat_ros.evaluation import record, scores

__all__ = ['schema']

_CLASSES = [
    value
    for module in (record, scores)
    for value in vars(module).values()
    if inspect.isclass(value) and issubclass(value, BaseModel) and value is not BaseModel
]
#: 'name: text', where the text goes on in lines that are further in
_ATTRIBUTE = re.compile(r'^    (\w+): (.*(?:\n {8}.*)*)', re.MULTILINE)


def schema() -> dict[str, Any]:
    """The schema of `Report`, every field with what its class's docstring says of it."""
    whole = record.Report.model_json_schema()
    for kind in _CLASSES:
        part = whole if kind is record.Report else whole['$defs'][kind.__name__]
        summary, _, attributes = (inspect.getdoc(kind) or '').partition('\n\nAttributes:\n')
        part['description'] = ' '.join(summary.split())
        for name, text in _ATTRIBUTE.findall(attributes):
            part['properties'][name]['description'] = ' '.join(text.split())
    return whole


if __name__ == '__main__':
    print(json.dumps(schema(), indent=2, ensure_ascii=False))

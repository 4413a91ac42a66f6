"""The page of what `dcat evaluate --json` writes, from its schema."""

from typing import Any

from tables import table

from dcat_ros.evaluation.schema import schema

__all__ = ['json_fields']

_HEAD = """# JSON of dcat evaluate

What `dcat evaluate --json FILE` writes. For programs, the same as a JSON schema:
[evaluation.schema.json](../evaluation.schema.json). What the scores mean:
[Scoring models on bags](../evaluation.md).

"""


def json_fields() -> str:
    """The page: the whole report first, then its parts by name."""
    whole = schema()
    parts = {whole['title']: whole, **whole['$defs']}
    return _HEAD + '\n'.join(_part(name, part) for name, part in parts.items())


def _part(name: str, part: dict[str, Any]) -> str:
    rows = [
        (f'`{field}`', _kind(spec), spec.get('description', ''))
        for field, spec in part.get('properties', {}).items()
    ]
    return f'## {name}\n\n{part.get("description", "")}\n\n' + table(
        ('field', 'type', 'what'), rows
    )


def _kind(spec: dict[str, Any]) -> str:
    """The type of a field, for people."""
    if '$ref' in spec:
        name = spec['$ref'].rsplit('/', 1)[-1]
        return f'[{name}](#{name.lower()})'
    if 'anyOf' in spec:
        return ' or '.join(_kind(choice) for choice in spec['anyOf'])
    if 'const' in spec:
        return f'`{spec["const"]!r}`'
    if 'enum' in spec:
        return ' or '.join(f'`{choice}`' for choice in spec['enum'])
    if spec.get('type') == 'array':
        inside = spec.get('items') or {}
        return f'list of {_kind(inside)}' if inside else 'list'
    if spec.get('type') == 'object' and isinstance(spec.get('additionalProperties'), dict):
        return f'object of {_kind(spec["additionalProperties"])}'
    return str(spec.get('type', 'anything'))

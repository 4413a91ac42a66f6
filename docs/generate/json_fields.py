"""The page of what `dcat evaluate --json` writes, from its schema."""

from typing import Any

from tables import table

from dcat_ros.evaluation.schema import schema

__all__ = ['json_fields', 'kind']

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
        (f'`{field}`', kind(spec), spec.get('description', ''))
        for field, spec in part.get('properties', {}).items()
    ]
    return f'## {name}\n\n{part.get("description", "")}\n\n' + table(
        ('field', 'type', 'what'), rows
    )


def kind(spec: dict[str, Any], *, link: bool = True) -> str:
    """The type of a field, for people; one of our own with a link to its table."""
    if '$ref' in spec:
        name = spec['$ref'].rsplit('/', 1)[-1]
        return f'[{name}](#{name.lower()})' if link else 'fields'
    if 'anyOf' in spec:
        return ' or '.join(kind(choice, link=link) for choice in spec['anyOf'])
    if 'const' in spec:
        return f'`{spec["const"]!r}`'
    if 'enum' in spec:
        return ' or '.join(f'`{choice}`' for choice in spec['enum'])
    if spec.get('type') == 'array':
        inside = spec.get('items') or {}
        return f'list of {kind(inside, link=link)}' if inside else 'list'
    if spec.get('type') == 'object' and isinstance(spec.get('additionalProperties'), dict):
        return f'object of {kind(spec["additionalProperties"])}'
    return str(spec.get('type', 'anything'))

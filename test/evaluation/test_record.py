"""The record of --json against its published schema."""

import json

import pytest
from helpers import REPO

from dcat_ros.evaluation.record import Report
from dcat_ros.evaluation.schema import schema

SCHEMA = REPO / 'docs' / 'evaluation.schema.json'


def test_published_schema_is_that_of_the_record():
    # made by: python -m dcat_ros.evaluation.schema > docs/evaluation.schema.json
    assert json.loads(SCHEMA.read_text()) == schema()


def test_every_field_of_the_schema_is_described():
    schema = json.loads(SCHEMA.read_text())
    for name, part in {'Report': schema, **schema['$defs']}.items():
        for field, about in part['properties'].items():
            assert about.get('description'), f'{name}.{field}'


def test_report_is_valid_by_the_schema():
    jsonschema = pytest.importorskip('jsonschema')
    scores = {'input': 'a', 'model': 'm', 'stamps': 's', 'hours': 1.0, 'n_messages': 1,
              'n_windows': 0, 'n_without_truth': 0, 'macro_f1': None, 'accuracy': None,
              'coverage': None, 'accuracy_covered': None}  # fmt: skip
    model = {'model': 'm', 'scores': scores, 'grouped_by': 'bag', 'n_groups': 1, 'bags': [scores]}
    failure = {'bag': 'b', 'model': 'm', 'why': 'It is empty.'}
    report = Report.model_validate({'dcat_ros': '1', 'models': [model], 'failures': [failure]})
    jsonschema.validate(json.loads(report.model_dump_json()), json.loads(SCHEMA.read_text()))
    broken = json.loads(report.model_dump_json()) | {'schema_version': 2}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, json.loads(SCHEMA.read_text()))

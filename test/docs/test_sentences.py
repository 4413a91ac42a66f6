"""Every sentence that a user may be told, read as one: no dangling punctuation, nothing left out.

The sentences are taken from the source: what errors, doubts and findings are made of. Where a value
is put in, a word stands for it.
"""

import ast
import re

import pytest
from helpers import REPO

#: Calls that make a sentence -> which argument is it.
MAKERS = {'Doubt': 1, 'MessageError': 0, 'Finding': 2}
#: A sentence of these that begins with a capital ends with a full stop; others are parts of one.
WHOLE = {
    *('BagError', 'ConfigError', 'DatasetError', 'InputError', 'OutputError', 'ResultsError'),
    *('WeightsError', 'DcatError', 'NothingScoredError'),
}
DANGLING = {
    'a space before a mark': r' [;:,.!?](\s|$)',
    'two marks': r'[;:,][;:,.]|(?<!\.)\.\.(?!\.)',
    'two spaces': r'\S  +\S',
    'an empty bracket': r'\(\s*\)|\[\s*\]',
    'a space inside a bracket': r'\(\s|\s\)',
    'no end': r'[;:,(]\s*$',
    'no beginning': r'^\s*[;:,.)]',
}


def text_of(node):
    """The text of a string, a word for each value; None if it is no string in the source."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [text_of(p) if isinstance(p, ast.Constant) else 'value' for p in node.values]
        return ''.join(parts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = text_of(node.left), text_of(node.right)
        if left is None and right is None:
            return None
        return (left or 'value') + (right or 'value')
    return None


def sentences():
    for path in sorted((REPO / 'dcat_ros').rglob('*.py')):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            name = node.func.id
            place = 0 if name in WHOLE else MAKERS.get(name)
            if place is None or len(node.args) <= place:
                continue
            text = text_of(node.args[place])
            if text is not None:
                where = f'{path.relative_to(REPO)}:{node.lineno}'
                yield pytest.param(name, text, id=where)


SENTENCES = list(sentences())


def test_there_are_hundreds():
    assert len(SENTENCES) > 250


@pytest.mark.parametrize(('name', 'text'), SENTENCES)
def test_sentence_is_whole(name, text):
    for what, pattern in DANGLING.items():
        assert not re.search(pattern, text), f'{what}: {text}'
    assert text.count('(') == text.count(')'), text
    if name == 'Doubt':  # it stands in a line with others
        assert not text.endswith('.'), f'a full stop too many: {text}'
        assert 'value' in text or len(text.split()) > 4, f'no sentence: {text}'
    elif name in WHOLE and text[0].isupper() and ' ' in text:
        assert text.endswith(('.', '?', 'value')), f'no full stop: {text}'

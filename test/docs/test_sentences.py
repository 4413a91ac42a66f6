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
    """Where each stands, what is made of it, and its text."""
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
                yield where, name, text


def what_is_wrong(name, text):
    """With a sentence; None if it is whole."""
    for what, pattern in DANGLING.items():
        if re.search(pattern, text):
            return what
    if text.count('(') != text.count(')'):
        return 'a bracket is open'
    if name == 'Doubt':  # it stands in a line with others
        if text.endswith('.'):
            return 'a full stop too many'
        if 'value' not in text and len(text.split()) <= 4:
            return 'no sentence'
    is_sentence = name in WHOLE and text[0].isupper() and ' ' in text
    return 'no full stop' if is_sentence and not text.endswith(('.', '?', 'value')) else None


def test_each_sentence_is_whole():
    told = list(sentences())
    assert len(told) > 250
    wrong = [(where, what_is_wrong(name, text), text) for where, name, text in told]
    assert not [one for one in wrong if one[1]]


@pytest.mark.parametrize(
    ('name', 'text', 'wrong'),
    [
        ('BagError', 'There is no bag x.', None),
        ('BagError', 'There is no bag x', 'no full stop'),
        ('Doubt', 'stamps stand still.', 'a full stop too many'),
        ('Doubt', 'too few', 'no sentence'),
        ('MessageError', 'no  picture', 'two spaces'),
        ('MessageError', 'no picture (of 2', 'a bracket is open'),
        ('MessageError', 'no picture:', 'no end'),
    ],
)
def test_what_is_wrong_is_found(name, text, wrong):
    assert what_is_wrong(name, text) == wrong

"""What README and docs/ name is there: links, pictures, files, commands, options, snippets."""

import ast
import importlib
import re
import shlex

import click
import pytest
from doc_pages import PAGES, commands, fences, links, page_name, prose, read, spans
from helpers import REPO

from dcat_ros.cli import main as dcat

ROOT = dcat._dcat
#: The folders whose files are named with their path.
_FILE = re.compile(
    r'(?<![\w.])(?:config|launch|models|dcat_ros|test|docs|benchmarks|requirements)'
    r'(?:/[\w.-]+)+\.(?:py|ya?ml|xml|json|rviz|md|safetensors|txt)\b'
)
_LAUNCH = re.compile(r'\b\w+\.launch\.py\b')
#: Files that the reader is told to write.
_OF_THE_READER = {'dcat_ros/datasets/kitchen.py', 'config/train/kitchen.yaml'}


@pytest.fixture(params=PAGES, ids=page_name)
def page(request):
    return request.param


def resolve(words):
    """The command of these words, and the words that are left for it."""
    command, context = ROOT, click.Context(ROOT)
    words = list(words)
    while isinstance(command, click.Group) and words:
        below = command.get_command(context, words[0])
        assert below is not None, f'dcat has no verb {words[0]!r}'
        command, context = below, click.Context(below, info_name=words.pop(0))
    return command, words


def parse(line):
    """Let click read a whole command; brackets are what may be left out."""
    words = shlex.split(line.replace('[', '').replace(']', ''))
    command, rest = resolve(words[1:])
    command.make_context(command.name, rest)


def option_names(command):
    return {name for param in command.params for name in param.opts} | {'--help', '--version'}


def test_links_and_pictures_lead_somewhere(page):
    for target in links(page):
        if re.match(r'[a-z]+:', target):
            continue
        path, _, anchor = target.partition('#')
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f'{target} is not there'
        if anchor and found.suffix == '.md':
            assert anchor in anchors(found), f'{target}: no such heading'


def anchors(path):
    """The headings as the code host and MkDocs name them."""
    headings = re.findall(r'^#+ (.*)', prose(path), re.MULTILINE)
    return {re.sub(r'[^\w -]', '', h.lower()).strip().replace(' ', '-') for h in headings}


def test_files_that_are_named_are_there(page):
    named = {name for name in _FILE.findall(read(page)) if 'NAME' not in name}
    missing = [name for name in named - _OF_THE_READER if not (REPO / name).exists()]
    assert missing == []
    for name in set(_LAUNCH.findall(read(page))) - {'NAME_only.launch.py'}:
        assert (REPO / 'launch' / name).exists(), f'{name} is not there'


def test_dcat_commands_parse(page):
    for line in commands(page):
        words = line.removeprefix('.venv/bin/')
        if words.startswith('dcat ') and '[OPTIONS]' not in words:
            parse(words)


def test_dcat_options_in_the_text_are_there(page):
    for span in spans(page):
        if span.startswith('dcat ') and not span.startswith('dcat VERB'):
            words = span.split()[1:]
            command, rest = resolve(words)
            asked = {word.partition('=')[0] for word in rest if word.startswith('--')}
            assert asked <= option_names(command), span


def test_make_targets_are_there(page):
    targets = set(re.findall(r'^([a-z]+):', read(REPO / 'Makefile'), re.MULTILINE))
    named = [line for line in commands(page) + spans(page) if line.startswith('make ')]
    for line in named:
        assert line.split()[1] in targets, line


def test_python_snippets_compile_and_import_what_is_there(page):
    for snippet in fences(page, 'python'):
        for node in ast.walk(ast.parse(snippet)):
            if isinstance(node, ast.ImportFrom) and node.module.startswith('dcat_ros'):
                module = importlib.import_module(node.module)
                for name in node.names:
                    assert hasattr(module, name.name), f'{node.module} has no {name.name}'


@pytest.mark.parametrize(
    'line',
    ['dcat evaluate bag', 'dcat replay', 'dcat nothing', 'dcat watch --secnds 5', 'dcat bag mak'],
)
def test_wrong_command_would_be_found(line):
    with pytest.raises((click.UsageError, AssertionError)):
        parse(line)

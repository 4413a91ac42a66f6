"""The lock files are complete and have hashes, and the audit says what it could not ask."""

import json
import os
import re
import subprocess
import sys

import pytest
from helpers import REPO

FOLDER = REPO / 'requirements'
FILES = sorted(FOLDER.glob('*.txt'))
_PIN = re.compile(r'[\w.-]+==[\w.+!-]+( --hash=sha256:[0-9a-f]{64})+')


def pins(name):
    lines = (FOLDER / name).read_text().splitlines()
    return [line for line in lines if not line.startswith('#')]


def names(*files):
    found = {line.partition('==')[0] for file in files for line in pins(file)}
    return {re.sub('[-_.]+', '-', name).lower() for name in found}


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.name)
def test_every_package_has_a_version_and_hashes(path):
    wrong = [line[:60] for line in pins(path.name) if not _PIN.fullmatch(line)]
    assert wrong == []
    assert pins(path.name)
    assert '://' not in path.read_text()


@pytest.mark.parametrize('distribution', ['jazzy', 'kilted'])
def test_what_is_asked_for_is_locked(distribution):
    there = names(f'{distribution}.txt', f'{distribution}-dev.txt', 'torch-cuda.txt')
    for file in (f'{distribution}.in', 'common.in', 'alone.in', 'camera.in', 'train.in', 'dev.in'):
        for line in (FOLDER / file).read_text().splitlines():
            asked = re.match(r'[A-Za-z][\w.-]*', line)
            if asked:
                assert re.sub('[-_.]+', '-', asked[0]).lower() in there, line


def test_both_files_of_pytorch_have_the_same_version():
    (cpu,) = pins('torch-cpu.txt')
    (cuda,) = [line for line in pins('torch-cuda.txt') if line.startswith('torch==')]
    assert cpu.split()[0] == f'{cuda.split()[0]}+cpu'


def audit(folder, answer='', code=0):
    """What 'make audit' says where pip-audit gives this answer."""
    program = folder / 'pip-audit'
    program.write_text(f'#!{sys.executable}\nimport sys\nprint({answer!r})\nsys.exit({code})\n')
    program.chmod(0o755)
    return run(str(folder))


def run(path):
    command = [sys.executable, '-I', str(FOLDER / 'audit.py')]
    env = {**os.environ, 'PATH': path}
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=120)


def test_a_vulnerability_is_named_and_is_an_error(tmp_path):
    hole = {'id': 'CVE-1', 'fix_versions': ['2.0']}
    package = {'name': 'thing', 'version': '1.0', 'vulns': [hole]}
    done = audit(tmp_path, json.dumps({'dependencies': [package]}), code=1)
    assert done.returncode == 1
    assert 'thing 1.0: CVE-1, mended in 2.0' in done.stdout


def test_what_could_not_be_asked_is_not_called_good(tmp_path):
    package = {'name': 'thing', 'skip_reason': 'not found'}
    done = audit(tmp_path, json.dumps({'dependencies': [package]}))
    assert done.returncode == 0
    assert done.stdout.count('skipped: the data on vulnerabilities cannot be reached') == len(FILES)
    assert audit(tmp_path, 'no JSON', code=1).stdout.count('skipped') == len(FILES)


def test_a_missing_program_is_said(tmp_path):
    done = run(str(tmp_path))
    assert (done.returncode, done.stdout.split(':')[0]) == (0, 'skipped')

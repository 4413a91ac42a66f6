"""Completion in a shell: click's own, through verbs that are imported when they are needed."""

import pytest
from helpers import run_python

#: Runs dcat as the shell does, then says on the standard error what was imported.
CODE = """
import sys
from dcat_ros.cli.main import main
sys.argv = ['dcat']
try:
    main()
finally:
    print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)
"""
HEAVY = {'torch', 'numpy', 'scipy', 'sklearn', 'matplotlib', 'pydantic', 'rclpy'}


def complete(line):
    """What may stand at the end of a line, and what was imported for it."""
    words = line.split(' ')
    done = run_python(
        '-c',
        CODE,
        _DCAT_COMPLETE='bash_complete',
        COMP_WORDS=line,
        COMP_CWORD=str(len(words) - 1),
    )
    assert 'Traceback' not in done.stderr, done.stderr
    found = [row.split(',', 1)[1] for row in done.stdout.splitlines() if row]
    return found, set(done.stderr.split())


@pytest.mark.parametrize(
    ('line', 'wanted'),
    [
        ('dcat ', {'bag', 'doctor', 'evaluate', 'train'}),
        ('dcat ev', {'evaluate'}),
        ('dcat bag m', {'make'}),
        ('dcat experiment r', {'run', 'report'}),
        ('dcat evaluate --', {'--model', '--baseline', '--json'}),
        ('dcat train --con', {'--config'}),
        ('dcat demo --sensor i', {'imu', 'image'}),
        ('dcat bag make --storage m', {'mcap'}),
        ('dcat info imu', {'imu_utd_mhad', 'imu_watch'}),
        ('dcat info ./w', {'./w'}),
    ],
)
def test_completion_knows_verbs_options_and_choices_and_stays_light(line, wanted):
    found, imported = complete(line)
    assert wanted <= set(found)
    assert all(name.startswith(line.split(' ')[-1]) for name in found)
    assert imported & HEAVY == set()


@pytest.mark.parametrize('line', ['dcat dance --', 'dcat evaluate x', 'dcat info --model '])
def test_completion_where_there_is_nothing_to_say_is_quiet(line):
    complete(line)


@pytest.mark.parametrize('shell', ['bash', 'zsh', 'fish'])
def test_completion_script_is_one_line_of_the_user(shell):
    done = run_python('-c', CODE, _DCAT_COMPLETE=f'{shell}_source')
    assert f'_DCAT_COMPLETE={shell}_complete' in done.stdout

"""Options that several verbs have."""

from pathlib import Path

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from dcat_ros.share import share_dir

__all__ = ['DATA', 'DATASET', 'SUBJECTS', 'complete_model', 'given_options', 'subjects_of']

DATASET = click.option(
    '--dataset', metavar='NAME', help='Name of a data set: watch, utd_mhad, kitchen20, bags, ...'
)
DATA = click.option(
    '--data',
    type=click.Path(path_type=Path),
    metavar='DIR',
    help='Folder that holds the data sets (DIR/utd_mhad/...).  [env var: DCAT_DATA]',
)
SUBJECTS = click.option(
    '--subjects', metavar='A,B,...', help='Only these subjects; all without it.'
)


def subjects_of(text: str | None) -> list[str] | None:
    """The names in 'A,B,...'; None if the option is not given."""
    if text is None:
        return None
    return [name.strip() for name in text.split(',') if name.strip()]


def complete_model(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """For the shell: names of shipped models, and files where no name fits; without torch."""
    names = sorted(path.stem for path in (share_dir() / 'models').glob('*.safetensors'))
    fitting = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return fitting or [CompletionItem(incomplete, type='file')]


def given_options() -> list[str]:
    """The names of those options of the command at hand that were given to it."""
    context = click.get_current_context()
    return [
        name
        for name in context.params
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]

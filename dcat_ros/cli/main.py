"""The command `dcat`.

Exit codes: 0 success; 1 the work itself failed; 2 something given is unusable.
"""

import sys

import click

import dcat_ros
from dcat_ros.errors import DcatError, InputError
from dcat_ros.libraries import missing
from dcat_ros.nodes import NO_ROS

__all__ = ['main']

#: verb -> module that has a click command of the same name; imported when it is called
_VERBS = {
    'bag': 'dcat_ros.cli.bag',
    'check': 'dcat_ros.cli.check',
    'demo': 'dcat_ros.cli.demo',
    'doctor': 'dcat_ros.cli.doctor',
    'evaluate': 'dcat_ros.cli.evaluate',
    'experiment': 'dcat_ros.cli.experiment',
    'export': 'dcat_ros.cli.export',
    'info': 'dcat_ros.cli.info',
    'label': 'dcat_ros.cli.label',
    'models': 'dcat_ros.cli.models',
    'replay': 'dcat_ros.cli.replay',
    'teach': 'dcat_ros.cli.teach',
    'train': 'dcat_ros.cli.train',
    'watch': 'dcat_ros.cli.watch',
}


class _Lazy(click.Group):
    """Imports a verb's module only when it is needed: torch alone takes a second."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs."""
        return sorted(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a verb."""
        if cmd_name not in _VERBS:
            return None
        module = __import__(_VERBS[cmd_name], fromlist=['command'])
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb asked for, or a usage error that lists them."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            raise click.UsageError(
                f'There is no verb {args[0]!r}; there are {", ".join(sorted(_VERBS))}.'
            ) from None


#: \b keeps click from breaking the lines anew
_EPILOG = """\b
Exit codes:
  0  success
  1  the work itself failed, or what was asked for is not so (--require, doctor)
  2  something that was given is unusable

\b
Completion, for ~/.bashrc (zsh: zsh_source):
  eval "$(_DCAT_COMPLETE=bash_source dcat)"
"""


@click.command(cls=_Lazy, context_settings={'help_option_names': ['-h', '--help']}, epilog=_EPILOG)
@click.version_option(dcat_ros.__version__, prog_name='dcat')
def _dcat() -> None:
    """Train, look at, replay and score models that recognise what a person is doing."""


def main() -> None:
    """Run the command line; see the module's docstring for the exit codes."""
    try:
        code = _dcat.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except click.Abort:
        print('dcat: stopped', file=sys.stderr)
        sys.exit(1)
    except DcatError as problem:
        print(f'dcat: {problem}', file=sys.stderr)
        sys.exit(2 if isinstance(problem, InputError) else 1)
    except ModuleNotFoundError as problem:
        if problem.name == 'rclpy':
            sentence = f'this verb needs ROS 2, and {NO_ROS}'
        else:
            sentence = missing(problem)
        if not sentence:
            raise
        print(f'dcat: {sentence}', file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        # the reader of our output went away, as 'head' does
        sys.stderr.close()
        sys.exit(0)

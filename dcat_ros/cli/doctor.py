"""dcat doctor: whether this machine can run the package, and what to do where it cannot."""

import click

__all__ = ['command']


@click.command('doctor')
def command() -> None:
    """Say what is there, what is missing, and what to do about it, a line each.

    Every line is ok, a note (works, but something is left out) or a fault. The exit code is 1 if
    there is a fault. Where ROS is installed, two nodes try to talk for up to ten seconds.

    Example: dcat doctor
    """
    from dcat_ros.doctor.checks import CHECKS
    from dcat_ros.doctor.finding import FAULT, NOTE, run

    levels = []
    for finding in run(CHECKS):
        levels.append(finding.level)
        click.echo(finding.line())
    faults, notes = levels.count(FAULT), levels.count(NOTE)
    click.echo(f'{_number(faults, "fault")}, {_number(notes, "note")}')
    if faults:
        raise SystemExit(1)


def _number(n: int, what: str) -> str:
    return f'{n or "no"} {what}{"" if n == 1 else "s"}'

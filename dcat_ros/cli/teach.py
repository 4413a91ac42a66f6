"""dcat teach: a further label for a trained model, from a few takes."""

import getpass
import signal
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

import click

from dcat_ros.cli.evaluate_options import with_reading_options
from dcat_ros.cli.options import complete_model, given_options
from dcat_ros.errors import DcatError
from dcat_ros.sensors.names import topics_and_settings

if TYPE_CHECKING:
    from dcat_ros.evaluation.many import BagOptions
    from dcat_ros.teach.teach import Desk

__all__ = ['command']


@click.command('teach')
@click.option('--node', 'nodes', multiple=True, help='A running recogniser that learns, live.')
@click.option('--bag', 'bags', multiple=True, help='Takes of it: a bag, or a folder of some.')
@click.option(
    '--model', 'models', multiple=True, shell_complete=complete_model, help='Learns from bags.'
)
@click.option('--label', 'labels', multiple=True, help='What is taught; of bags all that is new.')
@click.option(
    '--takes',
    type=click.IntRange(1, 100),
    default=3,
    show_default=True,
    help='How many, of each label.',
)
@click.option('--person', help='Who does it; without it the name of the user.')
@click.option('--again', is_flag=True, help='Teach --model, or --node, all that is kept.')
@click.option('--forget', 'forgotten', multiple=True, help='Forget a label that was taught.')
@click.option('--use', is_flag=True, help='Each --node goes on with what it was taught.')
@click.option('--out', type=click.Path(path_type=Path), help='Weights file to write.')
@with_reading_options
def command(
    nodes: tuple[str, ...],
    bags: tuple[str, ...],
    models: tuple[str, ...],
    labels: tuple[str, ...],
    takes: int,
    person: str | None,
    again: bool,
    forgotten: tuple[str, ...],
    use: bool,
    out: Path | None,
    options: 'BagOptions',
) -> None:
    """Teach a trained model a label of your own from a few takes, in closed form.

    Live, it counts down, cuts each take by its motion, and asks for one more where it cannot learn
    from it. A take is one performance by the person who will be recognised. What was taught is
    kept as recordings in ~/.local/share/dcat_ros (DCAT_TAUGHT), pictures too.

    Example: dcat teach --node /imu_node --label thumbs_up --use

    Example: dcat teach --model imu_utd_mhad --bag mine --truth labels.csv

    Example: dcat teach --node /imu_node --forget thumbs_up --use
    """
    if not (nodes or models):
        raise click.UsageError('Say who learns: --node /imu_node, or --model NAME with --bag.')
    if use and not nodes:
        raise click.UsageError('--use is for a --node.')
    if out is not None and len(nodes) + len(models) > 1:
        raise click.UsageError('--out is for one model.')
    if models and not (bags or again or forgotten):
        raise click.UsageError('--model learns from --bag, or --again, or may --forget.')
    if nodes and models:
        raise click.UsageError('--node and --model both say who learns: give one of them.')
    others = [name for name, given in (('--again', again), ('--forget', forgotten)) if given]
    if others and (labels or bags or len(others) > 1):
        raise click.UsageError(f'{others[0]} goes by itself: teach before or afterwards.')
    if nodes and not (labels or bags or others):
        raise click.UsageError('--label says what is taught.')
    _see_that_all_counts(is_live=not (bags or others), has_bags=bool(bags))
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    from dcat_ros.cli.teach_view import TeachView, said_of, takes_text
    from dcat_ros.teach.kept import today
    from dcat_ros.teach.teach import Desk

    desk = Desk((_user() if person is None else person, today()), out, anew=again)
    kept: dict[str, int] = {}
    stopped: DcatError | None = None
    if nodes and labels and not bags:
        from dcat_ros.nodes.teach_live import teach_live

        try:
            with TeachView(takes) as view:
                teach_live(nodes, labels, takes, desk, view.show, stop)
        except DcatError as problem:
            if not any(student.has_changed for student in desk.students):
                raise
            stopped = problem  # the labels before that one are learned, and are written
    else:
        if nodes:
            from dcat_ros.nodes.pupils import models_of

            models = tuple(models_of(nodes))
        for model in models:
            desk.open(model)
        if forgotten:
            kept = desk.forget(forgotten)
        if again:
            desk.learn_kept()
        if bags:
            _learn_bags(desk, bags, labels, options)
    for take in desk.refused:
        what = ' '.join(filter(None, (take.label, take.where)))
        click.echo(f'not learned: {what}: {take.why}', err=True)
    begin_s = monotonic()
    written = desk.write()
    for label, n in kept.items():
        click.echo(
            f'Forgotten: {takes_text(n)} of {label}; what was kept is deleted, your own bags stay.'
        )
    for model, card in written:
        click.echo(f'{model}: {said_of(card)} ({monotonic() - begin_s:.1f} s)')
    for label, other in desk.alike.items():
        click.echo(f'{label} is mostly taken for {other}: they are too much alike.', err=True)
    if use:
        from dcat_ros.nodes.pupils import use_model

        for name, student in zip(nodes, desk.students, strict=True):
            if student.used_by:
                use_model(name, student.used_by)
                click.echo(f'{name} goes on with it.')
    if stopped is not None:
        raise stopped


def _see_that_all_counts(*, is_live: bool, has_bags: bool) -> None:
    """See that no option is given that would count for nothing.

    Raises:
        UsageError: one is.
    """
    reading = {*topics_and_settings({}), 'use_receive_time', 'truth_topic', 'truth'}
    for name in given_options():
        option = f'--{name.replace("_", "-")}'
        if name == 'takes' and not is_live:
            raise click.UsageError(
                f'{option} is for a --node that is taught live; of a --bag each stretch is a take.'
            )
        if name == 'person' and not (is_live or has_bags):
            raise click.UsageError(f'{option} says who does takes, and none is done here.')
        if name in reading and not has_bags:
            raise click.UsageError(f'{option} says how a --bag is read, and none is given.')


def _learn_bags(
    desk: 'Desk', names: Sequence[str], labels: Sequence[str], options: 'BagOptions'
) -> None:
    """Learn from each bag; of several, those that have nothing to teach are passed over.

    Raises:
        InputError: there is no bag, or nothing can be learned from the only one, or from any.
    """
    from dcat_ros.bags.find import find_bags
    from dcat_ros.errors import BagError, InputError
    from dcat_ros.teach.takes import Refused

    bags = find_bags(names)
    if len(bags) > 1 and options.truth is not None and not options.truth.is_dir():
        raise click.UsageError(
            '--truth is a file for one bag; for several it is a folder with BAG.csv of each.'
        )
    passed: list[Refused] = []
    for bag in bags:
        file = options.truth_of(bag)
        try:
            if file is not None and not file.is_file():  # it may look like a topic's name
                raise BagError(f'There is no {file}; "dcat label {bag}" writes one.')
            truth = str(file or options.truth_topic)
            desk.learn_bag(bag, truth, options.source, labels or None)
        except InputError as problem:
            if len(bags) == 1:
                raise
            why = str(problem).removeprefix(f'{bag}: ').rstrip('.')
            passed.append(Refused('', str(bag), why))
    if len(passed) == len(bags):
        raise BagError(
            f'Nothing can be learned from {len(bags)} bags. The first: {passed[0].where}: '
            f'{passed[0].why}.'
        )
    desk.refused += passed


def _user() -> str:
    """The name of the account; a container may have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return 'somebody'

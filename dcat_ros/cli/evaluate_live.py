"""`dcat evaluate --live`: a running node in place of a model on a bag."""

import signal
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dcat_ros.evaluation.evaluation import Evaluation
    from dcat_ros.evaluation.many import BagOptions

__all__ = ['evaluate_live']


def evaluate_live(
    recogniser: str,
    model_name: str,
    bag: Path | None,
    options: 'BagOptions',
    seconds: float | None,
    rate: float,
) -> tuple['Evaluation', bool]:
    """Listen to a node until the bag, or the time, is over, or a signal comes.

    Returns:
        The scores, and whether live labels were those of the bag offline (yes without a bag).
    """
    if options.truth is not None:
        raise click.UsageError('--live needs the truth on a topic (--truth-topic), not in a file.')
    # before what follows is imported, which takes long enough for a Ctrl-C
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    from dcat_ros.evaluation.score_live import compare_live, score_live
    from dcat_ros.model.runtime import load_model
    from dcat_ros.nodes.live import listen

    model = load_model(model_name, options.backend)
    record = listen(
        recogniser,
        truth_topic=options.truth_topic,
        seconds=seconds,
        stop=stop,
        bag=bag,
        rate=rate,
        begun=lambda: click.echo(_heard_from_now_on(recogniser, bag), err=True),
    )
    found = score_live(record, model, options.stride_s)
    if bag is None:
        return found, True
    sameness = compare_live(
        record, bag, model, options.source, options.truth_topic, options.stride_s
    )
    if sameness.difference:
        click.echo(sameness.difference, err=True)
    click.echo(f'live = offline: {"yes" if sameness.same else "no"}')
    return found, sameness.same


def _heard_from_now_on(recogniser: str, bag: Path | None) -> str:
    if bag:
        return f'Playing {bag} to {recogniser}.'
    return f'Listening to {recogniser}; Ctrl-C ends it, and scores what was heard.'

"""`dcat train` without a configuration: recordings of one's own, with labels or without any."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dcat_ros.cli.train_files import (
    places,
    say_what_was_read,
    with_memory_of_names,
    write_weights,
)
from dcat_ros.cli.train_learn import Workers, learn, learn_by_labels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dcat_ros.own.offset import Offset
    from dcat_ros.own.plan import Asked, Plan

__all__ = ['say_clocks', 'train_own']


def train_own(
    asked: 'Asked', out: Path | None, work: Path | None, made_by: str, workers: Workers
) -> None:
    """Look at the bags, say what is there and what misleads, and train.

    Args:
        asked: what the user wants.
        out: weights file, or None.
        work: folder of the state, or None.
        made_by: the command, for the card.
        workers: who trains the networks, where labels do.
    """
    from dcat_ros.cli.progress import stage_progress
    from dcat_ros.own.plan import plan

    room = work or Path('runs') / asked.target
    with stage_progress(asked.target) as reading:
        found = plan(asked, room, lambda done, total: reading('reading', done, total))
    for line in found.said:
        click.echo(line, err=True)
    say_what_was_read(found.dataset)
    if asked.apply_offset:
        _say_offsets(asked, found.offsets, ', applied')
    for doubt in found.doubts:
        click.echo(f'misleading: {doubt}', err=True)
    out, work = places(out, work, found.config)
    click.echo(f'{_what(asked, found)}: {found.duration}', err=True)
    if found.labelled:
        written = learn_by_labels(found.config, found.dataset, out, work, made_by, workers)
    else:
        written = _unlabelled(found, out, work, made_by)
    click.echo(f'\nwrote {", ".join(map(str, written))}', file=sys.stderr)


def _what(asked: 'Asked', found: 'Plan') -> str:
    config = found.config
    by = f', taught by {asked.source} ({config.transfer.method})' if config.transfer else ''
    labels = f'{len(found.dataset.info.labels)} labels' if found.labelled else 'no labels'
    return f'training {config.modality} on {labels}{by}, windows of {config.window_s:g} s'


def say_clocks(asked: 'Asked', work: Path | None) -> None:
    """Say how far apart the clocks of two sensors are, bag by bag."""
    from dcat_ros.cli.progress import stage_progress
    from dcat_ros.own.plan import clocks

    room = work or Path('runs') / asked.target
    with stage_progress('clocks') as reading:
        offsets = clocks(asked, room, lambda done, total: reading('reading', done, total))
    _say_offsets(asked, offsets, '')


def _say_offsets(asked: 'Asked', offsets: 'Mapping[str, Offset]', applied: str) -> None:
    for bag, offset in offsets.items():
        used = applied if offset.is_certain else ', not applied' if applied else ''
        click.echo(f'{bag}: {offset.between(asked.target, asked.source)}{used}')
    if not offsets:
        click.echo('In no stretch of 8 s do both sensors move: their offset cannot be told.')


def _unlabelled(found: 'Plan', out: Path, work: Path, made_by: str) -> list[Path]:
    from dcat_ros.adapt.adapt import adapt

    adapted = learn(adapt, found.config, found.dataset, work, made_by)
    remember = with_memory_of_names(adapted)
    written = write_weights(out, work, adapted.net, adapted.card, adapted.histories, remember)
    total = sum(adapted.counts.values())
    often = sorted(adapted.counts.items(), key=lambda item: -item[1])
    named = ', '.join(f'{label} {n}' for label, n in often if n)
    click.echo(f'\nThe source named {total} windows: {named}.', err=True)
    if silent := [label for label, n in often if not n]:
        click.echo(
            f'It named none {", ".join(silent)}: those labels are in the model, and were not '
            'learned.',
            err=True,
        )
    click.echo(
        'No label was looked at: the card tells how far the two sensors agree, and nobody knows '
        'how often both are wrong. Label one bag, and dcat evaluate tells.',
        err=True,
    )
    return written

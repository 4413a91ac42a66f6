"""dcat info: what is known of a model."""

import click

from dcat_ros.cli.options import complete_model

__all__ = ['command']


@click.command('info')
@click.argument('model', shell_complete=complete_model)
@click.option('--json', 'as_json', is_flag=True, help='The whole record as JSON.')
def command(model: str, as_json: bool) -> None:
    """Print the card of a weights FILE or of a shipped model.

    Example: dcat info imu_utd_mhad
    """
    from dcat_ros.card.text import card_text
    from dcat_ros.model.runtime import load_model

    card = load_model(model).card  # the tensors are checked, too
    click.echo(card.model_dump_json(indent=2) if as_json else card_text(card))

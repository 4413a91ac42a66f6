"""dcat export: weights for onnxruntime."""

from pathlib import Path

import click

from dcat_ros.cli.options import DATA, complete_model

__all__ = ['command']


@click.command('export')
@click.argument('model', shell_complete=complete_model)
@click.option(
    '--out',
    type=click.Path(path_type=Path),
    help='File to write, FILE.onnx; beside the weights without it.',
)
@click.option(
    '--memory',
    is_flag=True,
    help='Also what "dcat teach" needs, FILE.memory, of the recordings it was trained on.',
)
@DATA
def command(model: str, out: Path | None, memory: bool, data: Path | None) -> None:
    """Make a file that runs without torch of a weights FILE or of a shipped model.

    What onnxruntime says is compared with what torch says before the file is written; the record
    travels inside.

    Example: dcat export mine.safetensors --out mine.onnx

    Example: dcat export mine.safetensors --memory --data DIR
    """
    from dcat_ros.adapt.adapt import AGREEMENT
    from dcat_ros.errors import ConfigError
    from dcat_ros.files import sha256_of
    from dcat_ros.model.export import save_onnx
    from dcat_ros.model.find import ONNX, find_weights
    from dcat_ros.model.weights import load_weights

    path = find_weights(model)
    out = out or path.with_suffix(ONNX)
    if out.suffix != ONNX:
        raise click.UsageError(f'--out {out}: a file for onnxruntime ends in {ONNX}.')
    net, card = load_weights(path)
    if memory and any(result.metric == AGREEMENT for result in card.results):
        raise ConfigError(
            f'{path} learned without labels, and only while it learns its memory can be made: '
            'train it again by the command in its card ("dcat info"), which writes it.'
        )
    digest = sha256_of(path)
    save_onnx(out, net, card, digest)
    click.echo(f'wrote {out}: {out.stat().st_size / 1e6:.1f} MB; onnxruntime and torch agree')
    if not memory:
        return

    from dcat_ros.datasets import load
    from dcat_ros.model.onnx_model import load_onnx
    from dcat_ros.teach.memory import MEMORY, save_memory
    from dcat_ros.teach.remember import remember
    from dcat_ros.training.config import TrainConfig
    from dcat_ros.training.teacher import signals_of

    recipe = TrainConfig.model_validate(card.training.config)
    signals = signals_of(recipe.taught_by(None, 'none'))
    dataset = load(recipe.dataset, data, card.training.subjects, signals)
    remembered = out.with_suffix(MEMORY)
    save_memory(remembered, remember(load_onnx(out), recipe, dataset), digest)
    click.echo(f'wrote {remembered}: {remembered.stat().st_size / 1e6:.1f} MB')

"""dcat export: weights for onnxruntime."""

from pathlib import Path

import click

from dcat_ros.cli.options import complete_model

__all__ = ['command']


@click.command('export')
@click.argument('model', shell_complete=complete_model)
@click.option(
    '--out',
    type=click.Path(path_type=Path),
    help='File to write, FILE.onnx; beside the weights without it.',
)
def command(model: str, out: Path | None) -> None:
    """Make a file that runs without torch of a weights FILE or of a shipped model.

    What onnxruntime says is compared with what torch says before the file is written; the record
    travels inside.

    Example: dcat export mine.safetensors --out mine.onnx
    """
    from dcat_ros.files import sha256_of
    from dcat_ros.model.export import save_onnx
    from dcat_ros.model.find import ONNX, find_weights
    from dcat_ros.model.weights import load_weights

    path = find_weights(model)
    out = out or path.with_suffix(ONNX)
    if out.suffix != ONNX:
        raise click.UsageError(f'--out {out}: a file for onnxruntime ends in {ONNX}.')
    net, card = load_weights(path)
    save_onnx(out, net, card, sha256_of(path))
    click.echo(f'wrote {out}: {out.stat().st_size / 1e6:.1f} MB; onnxruntime and torch agree')

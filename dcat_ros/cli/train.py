"""dcat train: make weights from recordings."""

import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dcat_ros.cli.options import DATA

if TYPE_CHECKING:
    from dcat_ros.training.config import TrainConfig

__all__ = ['command']


@click.command('train')
@click.option(
    '--config', type=click.Path(path_type=Path), required=True, help='YAML file with the recipe.'
)
@DATA
@click.option(
    '--out',
    type=click.Path(path_type=Path),
    help='Weights file to write; models/NAME.safetensors without it, if that is free.',
)
@click.option(
    '--work',
    type=click.Path(path_type=Path),
    help='Folder that keeps the state, so that a killed training goes on; runs/NAME without it.',
)
@click.option(
    '--source',
    metavar='VIEW|FILE',
    help='Sensor that teaches: a view of the same recordings, on which a source is trained beside, '
    'a weights file, or an .npz file of what some other network said of them.',
)
@click.option(
    '--method',
    help='How it teaches: dcat_centred, kd, ..., sums such as kd+dcat_centred, or none.',
)
def command(
    config: Path,
    data: Path | None,
    out: Path | None,
    work: Path | None,
    source: str | None,
    method: str | None,
) -> None:
    """Train on every subject, calibrate and measure on held-out ones, and write the weights.

    Run again after an interruption, it goes on where it stopped, and the same weights come out.

    Example: dcat train --config config/train/imu_watch.yaml

    Example: dcat train --config config/train/imu_utd_mhad.yaml --source skeleton --method kd
    """
    from dcat_ros.card.text import card_text
    from dcat_ros.cli.progress import stage_progress, training_progress
    from dcat_ros.datasets import load
    from dcat_ros.files import check_writable, write_whole
    from dcat_ros.model.export import save_onnx
    from dcat_ros.model.find import ONNX
    from dcat_ros.model.onnx_model import load_onnx
    from dcat_ros.model.weights import save_weights
    from dcat_ros.teach.memory import MEMORY, can_be_taught, save_memory
    from dcat_ros.teach.remember import remember
    from dcat_ros.training.config import read_config
    from dcat_ros.training.curves import curves_png
    from dcat_ros.training.teacher import signals_of
    from dcat_ros.training.train import train
    from dcat_ros.training.transfer import NONE

    recipe = read_config(config).taught_by(source, method)
    out = out or _free(Path('models') / f'{recipe.name}.safetensors', recipe)
    work = work or Path('runs') / recipe.name
    if out.suffix != '.safetensors':
        raise click.UsageError(f'--out {out}: a weights file ends in .safetensors.')
    check_writable(out)
    check_writable(work / 'curves.png')
    if any(work.glob('*.safetensors')):
        click.echo(
            f'{work} has the state of a training: what belongs to this recipe and these recordings '
            'goes on, and finished networks are measured again first',
            err=True,
        )
    with stage_progress(recipe.name) as reading:
        dataset = load(
            recipe.dataset,
            data,
            modalities=signals_of(recipe),
            progress=lambda done, total: reading('reading', done, total),
        )
    for skip in dataset.skipped:
        click.echo(f'skipped {skip.name}: {skip.why}', err=True)
    for doubt in dataset.doubts:
        click.echo(f'doubted {doubt.name}: {doubt.why}', err=True)
    click.echo(
        f'{len(dataset.trials)} recordings of {len(dataset.subjects)} subjects, '
        f'{len(dataset.info.labels)} labels; {len(dataset.skipped)} skipped',
        err=True,
    )
    made_by = ['dcat', 'train', '--config', str(config)] + (['--data', 'DIR'] if data else [])
    made_by += ['--source', source] if source else []
    made_by += ['--method', method] if method else []
    with training_progress(recipe.optimiser.steps) as progress:
        training = train(
            recipe,
            dataset,
            work,
            command=shlex.join(made_by),
            git_commit=_commit(),
            progress=progress,
        )
    digest = save_weights(out, training.net, training.card)
    without_torch = out.with_suffix(ONNX)
    save_onnx(without_torch, training.net, training.card, digest)
    made = [out, without_torch]
    if can_be_taught(training.card):
        made.append(out.with_suffix(MEMORY))
        seen = dataset if recipe.subjects is None else dataset.of_subjects(recipe.subjects)
        save_memory(made[-1], remember(load_onnx(without_torch), recipe, seen), digest)
    write_whole(out.with_suffix('.md'), card_text(training.card).encode())
    write_whole(work / 'curves.png', curves_png(training.histories))
    click.echo(card_text(training.card).split('## Training')[0].rstrip())
    write_whole(work / 'results.json', training.measured.model_dump_json(indent=1).encode())
    if recipe.transfer and training.card.training.method == NONE:
        click.echo(
            f'\nHeld-out subjects are recognised no better with {recipe.transfer.method} from '
            f'{recipe.transfer.source}: labels alone made these weights. transfer.fall_back: false '
            'keeps the taught ones.',
            err=True,
        )
    written = (*made, out.with_suffix('.md'), work / 'curves.png', work / 'results.json')
    click.echo(f'\nwrote {", ".join(map(str, written))}', file=sys.stderr)


def _free(path: Path, recipe: 'TrainConfig') -> Path:
    """The default place, unless weights that another recipe made are there.

    Raises:
        OutputError: they are.
    """
    from dcat_ros.errors import OutputError, WeightsError
    from dcat_ros.model.find import load_card

    if not path.exists():
        return path
    try:
        same = type(recipe).model_validate(load_card(path).training.config) == recipe
    except (WeightsError, ValueError):
        same = False
    if not same:
        raise OutputError(
            f'{path} is there, and not made by this recipe; give --out, or change the name in it.'
        )
    return path


def _commit() -> str:
    """The commit of the program, if it runs from its repository."""
    here = Path(__file__).resolve().parent
    git = ['git', '-C', str(here), 'rev-parse', '--short=12', 'HEAD']
    try:
        done = subprocess.run(git, capture_output=True, text=True, check=False, timeout=10)
    except OSError:
        return ''
    return done.stdout.strip() if done.returncode == 0 else ''

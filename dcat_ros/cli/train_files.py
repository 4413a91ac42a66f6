"""What `dcat train` writes, whatever it learned from."""

import subprocess
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dcat_ros.adapt.adapt import Adapted
    from dcat_ros.card.card import Card
    from dcat_ros.datasets.trial import Dataset
    from dcat_ros.model.network import ActivityNet
    from dcat_ros.model.onnx_model import OnnxModel
    from dcat_ros.teach.memory import Memory
    from dcat_ros.training.checkpoint import History
    from dcat_ros.training.config import TrainConfig

__all__ = [
    'commit',
    'places',
    'say_fallen_back',
    'say_what_was_read',
    'see_libraries',
    'with_memory',
    'with_memory_of_names',
    'write_weights',
]


def see_libraries() -> None:
    """Import what writing needs, so that what lacks is said before hours of training.

    Raises:
        ModuleNotFoundError: a library lacks.
    """
    for module in ('model.export', 'training.curves', 'teach.remember'):
        import_module(f'dcat_ros.{module}')


def places(out: Path | None, work: Path | None, recipe: 'TrainConfig') -> tuple[Path, Path]:
    """Where weights and state go, seen to be places that can be written.

    Raises:
        UsageError: no weights file has such a name.
        OutputError: a place cannot be written, or another recipe's weights are there.
    """
    from dcat_ros.files import check_writable

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
    return out, work


def say_what_was_read(dataset: 'Dataset') -> None:
    """What was skipped and doubted, and how much there is."""
    for skip in dataset.skipped:
        click.echo(f'skipped {skip.name}: {skip.why}', err=True)
    for doubt in dataset.doubts:
        click.echo(f'doubted {doubt.name}: {doubt.why}', err=True)
    click.echo(
        f'{len(dataset.trials)} recordings of {len(dataset.subjects)} subjects, '
        f'{len(dataset.info.labels)} labels; {len(dataset.skipped)} skipped',
        err=True,
    )


def write_weights(
    out: Path,
    work: Path,
    net: 'ActivityNet',
    card: 'Card',
    histories: 'Mapping[str, History]',
    remember: 'Callable[[Path, str], None] | None' = None,
) -> list[Path]:
    """Write weights, the file for onnxruntime, card and curves, and show the card.

    Args:
        out: weights file.
        work: folder of the curves.
        net: the network.
        card: its record.
        histories: of all networks.
        remember: writes the memory that teaching needs, given the file for onnxruntime and the hash
            of the weights; None: there is none.

    Returns:
        What was written.

    Raises:
        OutputError: a file cannot be written.
    """
    from dcat_ros.card.text import card_text
    from dcat_ros.files import write_whole
    from dcat_ros.model.export import save_onnx
    from dcat_ros.model.find import ONNX
    from dcat_ros.model.weights import save_weights
    from dcat_ros.teach.memory import MEMORY
    from dcat_ros.training.curves import curves_png

    digest = save_weights(out, net, card)
    without_torch = out.with_suffix(ONNX)
    save_onnx(without_torch, net, card, digest)
    made = [out, without_torch]
    if remember is not None:
        remember(without_torch, digest)
        made.append(out.with_suffix(MEMORY))
    write_whole(out.with_suffix('.md'), card_text(card).encode())
    write_whole(work / 'curves.png', curves_png(dict(histories)))
    click.echo(card_text(card).split('## Training')[0].rstrip())
    return [*made, out.with_suffix('.md'), work / 'curves.png']


def with_memory(
    recipe: 'TrainConfig', dataset: 'Dataset', card: 'Card'
) -> 'Callable[[Path, str], None] | None':
    """What writes the memory of a model that can be taught; None for one that cannot."""
    from dcat_ros.teach.remember import remember

    seen = dataset if recipe.subjects is None else dataset.of_subjects(recipe.subjects)
    return _writes_memory(card, lambda model: remember(model, recipe, seen))


def with_memory_of_names(adapted: 'Adapted') -> 'Callable[[Path, str], None] | None':
    """The same for a model that learned without labels: its source's names stand for them."""
    from dcat_ros.teach.remember import remember_named

    def remember(model: 'OnnxModel') -> 'Memory':
        return remember_named(model, adapted.config, adapted.pool, adapted.sure_from)

    return _writes_memory(adapted.card, remember)


def _writes_memory(
    card: 'Card', remember: 'Callable[[OnnxModel], Memory]'
) -> 'Callable[[Path, str], None] | None':
    from dcat_ros.model.onnx_model import load_onnx
    from dcat_ros.teach.memory import MEMORY, can_be_taught, save_memory

    if not can_be_taught(card):
        return None

    def write(without_torch: Path, digest: str) -> None:
        memory = remember(load_onnx(without_torch))
        save_memory(without_torch.with_suffix(MEMORY), memory, digest)

    return write


def say_fallen_back(recipe: 'TrainConfig', card: 'Card') -> None:
    """Where a source taught nothing, say so."""
    from dcat_ros.training.transfer import NONE

    if recipe.transfer and card.training.method == NONE:
        click.echo(
            f'\nHeld-out subjects are recognised no better with {recipe.transfer.method} from '
            f'{recipe.transfer.source}: labels alone made these weights. transfer.fall_back: false '
            'keeps the taught ones.',
            err=True,
        )


def commit() -> str:
    """The commit of the program, if it runs from its repository."""
    here = Path(__file__).resolve().parent
    git = ['git', '-C', str(here), 'rev-parse', '--short=12', 'HEAD']
    try:
        done = subprocess.run(git, capture_output=True, text=True, check=False, timeout=10)
    except OSError:
        return ''
    return done.stdout.strip() if done.returncode == 0 else ''


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

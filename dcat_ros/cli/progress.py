"""Progress of a training on the terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from dcat_ros.training.checkpoint import History

__all__ = ['stage_progress', 'training_progress']


@contextmanager
def training_progress(steps: int) -> 'Iterator[Callable[[str, int, int, History], None]]':
    """A bar with loss, validation macro-F1 and time left; lines where there is no terminal."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn('{task.description}'),
        BarColumn(bar_width=10),
        TimeElapsedColumn(),
        TextColumn('left'),
        TimeRemainingColumn(),
        # what a narrow terminal cuts off
        TextColumn('{task.completed}/{task.total}'),
        TextColumn('loss {task.fields[loss]} val macro-F1 {task.fields[f1]}'),
        console=console,
    )
    with bar:
        task = bar.add_task('training', total=None, loss='–', f1='–')

        def show(name: str, i: int, n: int, history: 'History') -> None:
            loss = f'{history.loss[-1][1]:.3f}' if history.loss else '–'
            f1 = f'{history.validation[-1][1]:.3f}' if history.validation else '–'
            bar.update(
                task,
                description=f'network {i + 1} of {n}, {name}',
                completed=i * steps + history.step,
                total=n * steps,
                loss=loss,
                f1=f1,
            )
            if not console.is_terminal and history.step == steps:
                console.print(f'network {i + 1} of {n}, {name}: loss {loss}, val macro-F1 {f1}')

        yield show


@contextmanager
def stage_progress(name: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar a stage with time left; a line every tenth of it where there is no terminal."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn('{task.description}'),
        BarColumn(),
        TextColumn('{task.completed}/{task.total}'),
        TimeElapsedColumn(),
        TextColumn('left'),
        TimeRemainingColumn(),
        console=console,
    )
    tasks: dict[str, TaskID] = {}
    printed: dict[str, int] = {}
    with bar:

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(f'{name}, {stage}', total=total)
            bar.update(tasks[stage], completed=done, total=total)
            tenth = 10 * done // max(1, total)
            if not console.is_terminal and printed.get(stage) != tenth:
                printed[stage] = tenth
                console.print(f'{name}, {stage}: {done} of {total}')

        yield show

"""The file of a cell: what every tested trial was taken for, written whole or not at all."""

import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from dcat_ros.errors import InputError, ResultsError
from dcat_ros.experiment.config import Cell, SourceKind
from dcat_ros.files import write_whole
from dcat_ros.texts import read_json

__all__ = ['CellResult', 'Run', 'load_cell', 'save_cell']


class Run(BaseModel):
    """One training and its test.

    Attributes:
        rotation: which repetitions or subjects were held out.
        trials: row of each tested trial among all trials in the order of their names.
        subjects: of each.
        truth: class index of each.
        predicted: class index of each.
        source_macro_f1: of the source on the same trials; None for 'none'.
    """

    model_config = ConfigDict(extra='forbid', strict=True)

    rotation: int
    trials: list[int]
    subjects: list[str]
    truth: list[int]
    predicted: list[int]
    source_macro_f1: float | None = None


class CellResult(BaseModel):
    """A cell and its runs.

    Attributes:
        direction: see `Cell`.
        regime: see `Cell`.
        method: see `Cell`.
        seed: see `Cell`.
        source: see `Cell`.
        shuffled: see `Cell`.
        rotations: see `Cell`.
        attempt: see `Cell`.
        config: digest of the experiment's settings.
        weights: lambda of each loss.
        learning_rate: of the target's training.
        seconds: time that the trainings took, the source's left out.
        package_version: of dcat_ros.
        runs: one per rotation.
    """

    model_config = ConfigDict(extra='forbid', strict=True)

    direction: str
    regime: str
    method: str
    seed: int
    source: SourceKind
    shuffled: bool
    rotations: list[int]
    attempt: int
    config: str
    weights: dict[str, float]
    learning_rate: float
    seconds: float
    package_version: str
    runs: list[Run]

    @property
    def cell(self) -> Cell:
        """Its place in the grid."""
        fields = {name: getattr(self, name) for name in Cell._fields}
        return Cell(**fields | {'rotations': tuple(self.rotations)})


def save_cell(folder: Path, result: CellResult) -> None:
    """Write a cell's file, with a hash of its contents.

    Raises:
        OutputError: it cannot be written.
    """
    record = result.model_dump_json()
    text = json.dumps({'sha256': _sha256(record), 'result': json.loads(record)})
    write_whole(folder / result.cell.file, text.encode())


def load_cell(path: Path) -> CellResult:
    """Read a cell's file.

    Raises:
        ResultsError: it is unreadable, damaged or changed by hand.
    """
    again = 'delete it, and "dcat experiment run" makes it again.'
    try:
        whole: Any = read_json(path, ResultsError)
        result = CellResult.model_validate(whole['result'])
        digest = whole['sha256']
    except (InputError, KeyError, TypeError, ValueError) as problem:
        raise ResultsError(
            f'{path} is no whole result ({" ".join(str(problem).split())[:120]}); {again}'
        ) from None
    if digest != _sha256(result.model_dump_json()):
        raise ResultsError(f'{path} was changed after it was written; {again}')
    return result


def _sha256(record: str) -> str:
    return hashlib.sha256(record.encode()).hexdigest()

"""What an experiment compares, read from YAML and checked."""

import hashlib
import itertools
import json
import math
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import pydantic
from pydantic import Field, FiniteFloat

from dcat_ros.card.card import Positive, Record, Seconds, Share
from dcat_ros.experiment.splits import ALONE, REGIMES, TUNE_REGIMES
from dcat_ros.training.config import (
    AugmentConfig,
    OptimiserConfig,
    Seed,
    as_value_error,
    read_yaml,
)
from dcat_ros.training.transfer import NONE, parse_method
from dcat_ros.training.views import find_view

__all__ = ['Block', 'Cell', 'Claim', 'ExperimentConfig', 'SourceKind', 'read_experiment']

#: What the source learned from: the labels that the target has, or those of all recordings that
#: are not tested; or the former by heart, without anything that keeps a network from that.
SourceKind = Literal['same_labels', 'all_labels', 'overfitted']
#: Entries of a list.
_MOST = 100
_MOST_CELLS = 100_000
_SOME = Field(min_length=1, max_length=_MOST)
Rotation = Annotated[int, Field(ge=0, lt=_MOST)]


class Cell(NamedTuple):
    """One entry of the grid: a few trainings, one per rotation, and one file.

    Attributes:
        direction: 'source>target', two views.
        regime: which recordings are labelled, unlabelled and tested.
        method: transfer method.
        seed: of networks, and of the choice of labelled recordings.
        source: see `SourceKind`.
        shuffled: whether pairs are torn apart, as a control.
        rotations: which of them are run; all of the experiment's if empty.
        attempt: index of the factor that is being tried; -1 where the tuned one is used.
    """

    direction: str
    regime: str
    method: str
    seed: int
    source: SourceKind = 'same_labels'
    shuffled: bool = False
    rotations: tuple[int, ...] = ()
    attempt: int = -1

    @property
    def file(self) -> Path:
        """Where the cell's result lies below the experiment's folder."""
        direction = self.direction.replace('>', '_to_')
        regime = f'{self.regime}.{self.source}{".shuffled" if self.shuffled else ""}'
        which = f'seed{self.seed}' if self.attempt < 0 else f'try{self.attempt}'
        if self.rotations and self.attempt < 0:
            which += f'_rotations{"".join(map(str, self.rotations))}'
        return Path(direction) / regime / f'{self.method}_{which}.json'


class Block(Record):
    """A part of the grid: every direction with every regime, method and seed.

    Attributes:
        directions: 'source>target' each.
        regimes: see `dcat_ros.experiment.splits`.
        methods: see `dcat_ros.training.losses`.
        seeds: of networks and of the choice of labelled recordings.
        sources: see `SourceKind`.
        shuffled: whether pairs are torn apart, as a control.
        rotations: only these; all of the experiment's if empty.
    """

    directions: Annotated[tuple[str, ...], _SOME]
    regimes: Annotated[tuple[str, ...], _SOME]
    methods: Annotated[tuple[str, ...], _SOME]
    seeds: Annotated[tuple[Seed, ...], _SOME] = (0,)
    sources: Annotated[tuple[SourceKind, ...], _SOME] = ('same_labels',)
    shuffled: bool = False
    rotations: Annotated[tuple[Rotation, ...], Field(max_length=_MOST)] = ()

    def cells(self, seed: int) -> list[Cell]:
        """Its part of the grid with one seed; 'none' has no source, and uses no unlabelled ones."""
        cells = []
        for direction, regime, source, method in itertools.product(
            self.directions, self.regimes, self.sources, self.methods
        ):
            if method == NONE:
                target, base = direction.split('>')[1], regime.removesuffix(ALONE)
                cell = Cell(f'{NONE}>{target}', base, NONE, seed)
            else:
                cell = Cell(direction, regime, method, seed, source, self.shuffled)
            cells.append(cell._replace(rotations=self.rotations))
        return cells

    @property
    def n_cells(self) -> int:
        """Of all seeds."""
        lists = self.directions, self.regimes, self.sources, self.methods, self.seeds
        return math.prod(len(values) for values in lists)

    @pydantic.field_validator('directions')
    @classmethod
    def _two_views(cls, directions: tuple[str, ...]) -> tuple[str, ...]:
        return _checked_directions(directions)

    @pydantic.field_validator('regimes')
    @classmethod
    def _known_regimes(cls, regimes: tuple[str, ...]) -> tuple[str, ...]:
        for regime in regimes:
            if regime.removesuffix(ALONE) not in REGIMES:
                raise ValueError(
                    f'there is no regime {regime!r}; there are {", ".join(REGIMES)}, and _alone '
                    'behind each'
                )
        return regimes

    @pydantic.field_validator('methods')
    @classmethod
    def _known_methods(cls, methods: tuple[str, ...]) -> tuple[str, ...]:
        for method in methods:
            as_value_error(parse_method, method)
        return methods


class Claim(Record):
    """A sentence that a row of the results supports or not.

    Attributes:
        text: the sentence.
        direction: of the row.
        regime: of the row.
        source: of the row.
        methods: of which the best counts; all that are there without it.
        at_least: points of macro-F1 over labels alone that the sentence needs.
    """

    text: str
    direction: str
    regime: str
    source: SourceKind = 'same_labels'
    methods: tuple[str, ...] = ()
    at_least: FiniteFloat = 0.0


#: Fields that came later -> what was done before, as the one value of a tuple.
_LATER = {'ppv_hidden': (0,), 'precision': ('float32',), 'mix': (0.0,)}
#: Fields that change no cell.
_OF_THE_REPORT = {'name', 'title', 'blocks', 'claims', 'classes', 'note'}


def _checked_directions(directions: tuple[str, ...]) -> tuple[str, ...]:
    for direction in directions:
        views = direction.split('>')
        if len(views) != 2:
            raise ValueError(f'{direction!r} is not source>target')
        for view in views:
            as_value_error(find_view, view)
    return directions


class ExperimentConfig(Record):
    """Everything that decides what comes out of an experiment.

    Attributes:
        name: its folder of results.
        title: one line for the report.
        dataset: name of the data set.
        window_s: trials are cut into windows of this length; whole trials without it.
        subjects: only these; all without it.
        tune_subjects: who is kept for tuning, and is never in a test.
        tune_directions: on which the weights of the losses are tuned, for all directions.
        tune_regimes: how the tuning subjects are divided.
        rotations: how many times other repetitions or subjects are held out.
        factors: tries of tuning: the default weights of a method's losses are multiplied by each;
            for 'none', which has none, the learning rate by the square root of each.
        optimiser: steps, and batch size of labelled and of unlabelled recordings.
        augment: random changes.
        crop: share of a trial's time that may be taken away.
        blocks: the grid.
        claims: what the report answers.
        classes: names of the classes, for a table of F1 by class; no such table without it.
        note: what a reader of the report must know besides.
    """

    name: Annotated[str, Field(pattern=r'^[A-Za-z0-9_.-]+$')]
    title: str
    dataset: str
    window_s: Seconds | None = None
    subjects: tuple[str, ...] | None = None
    tune_subjects: Annotated[tuple[str, ...], Field(min_length=2, max_length=_MOST)]
    tune_directions: tuple[str, ...] = ()
    tune_regimes: tuple[str, ...] = tuple(TUNE_REGIMES)
    rotations: Annotated[int, Field(gt=0, le=_MOST)] = 4
    factors: Annotated[tuple[Positive, ...], _SOME] = (
        0.3,
        1.0,
        3.0,
    )
    optimiser: OptimiserConfig = OptimiserConfig(steps=300, batch_size=32)
    augment: AugmentConfig = AugmentConfig()
    crop: Share = 0.1
    blocks: Annotated[tuple[Block, ...], _SOME]
    claims: tuple[Claim, ...] = ()
    classes: tuple[str, ...] = ()
    note: str = ''

    @pydantic.field_validator('tune_directions')
    @classmethod
    def _two_views(cls, directions: tuple[str, ...]) -> tuple[str, ...]:
        return _checked_directions(directions)

    @pydantic.model_validator(mode='after')
    def _tuned_somewhere(self) -> 'ExperimentConfig':
        if len(self.factors) > 1 and not self.tune_directions:
            raise ValueError('factors: several tries need tune_directions')
        n = sum(block.n_cells for block in self.blocks)
        if n > _MOST_CELLS:
            raise ValueError(f'the blocks have {n} cells; up to {_MOST_CELLS} are taken')
        return self

    def digest(self) -> str:
        """Names all that a cell's result depends on, beside the cell itself and the recordings."""
        fields = _as_before(self.model_dump(mode='json', exclude=_OF_THE_REPORT))
        text = json.dumps(fields, separators=(',', ':'), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def cells(self) -> list[Cell]:
        """The grid in the order of the blocks, and in each the first seed of everything first."""
        found: dict[Cell, None] = {}
        for block in self.blocks:
            for seed in block.seeds:
                found |= dict.fromkeys(block.cells(seed))
        return list(found)

    def tuning_cells(self) -> list[Cell]:
        """The tries: as many for each method."""
        if len(self.factors) < 2:
            return []
        methods = dict.fromkeys(cell.method for cell in self.cells())
        tried: dict[Cell, None] = {}
        for direction, method, regime in itertools.product(
            self.tune_directions, methods, self.tune_regimes
        ):
            source = direction if method != NONE else f'{NONE}>{direction.split(">")[1]}'
            for attempt in range(len(self.factors)):
                tried[Cell(source, regime, method, 0, rotations=(0, 1), attempt=attempt)] = None
        return list(tried)

    def weights(self, method: str, attempt: int) -> dict[str, float]:
        """Lambda of each loss at a try; empty for 'none'."""
        return {k: v * self.factors[attempt] for k, v in parse_method(method).items()}

    def optimiser_for(self, method: str, attempt: int) -> OptimiserConfig:
        """The optimiser at a try: only 'none' varies it."""
        if method != NONE:
            return self.optimiser
        rate: FiniteFloat = self.optimiser.learning_rate * self.factors[attempt] ** 0.5
        return self.optimiser.model_copy(update={'learning_rate': rate})


def read_experiment(path: Path) -> ExperimentConfig:
    """Read the configuration of an experiment.

    Raises:
        ConfigError: the file is unreadable, is no YAML, or a field is wrong or unknown.
    """
    return read_yaml(path, ExperimentConfig)


def _as_before(value: Any) -> Any:
    """The fields as they were when the first results were made, which so stay valid.

    What came later and says what was done before is left out; networks had a kind.
    """
    if isinstance(value, list):
        return [_as_before(one) for one in value]
    if not isinstance(value, dict):
        return value
    fields = {name: _as_before(one) for name, one in value.items() if _LATER.get(name) != (one,)}
    return {'kind': 'activity', **fields} if 'd_attention' in fields else fields

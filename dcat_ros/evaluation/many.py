"""Scoring many bags with several models, on all cores or on a cluster."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from dcat_ros.bags.topics import TRUTH_TOPIC
from dcat_ros.errors import ConfigError, DcatError, NothingScoredError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.evaluation.evaluation import Evaluation
from dcat_ros.evaluation.record import Failure
from dcat_ros.model.model import Model
from dcat_ros.model.runtime import load_model
from dcat_ros.parallel import spread

__all__ = ['BagOptions', 'evaluate_bags']


@dataclass(frozen=True)
class BagOptions:
    """What is the same for all bags.

    Attributes:
        source: topics of the sensors, and how to read them.
        truth_topic: of type std_msgs/String.
        truth: a CSV file in place of it; or a folder with BAG.csv for each bag.
        stride_s: distance of two predictions; the model's without it.
        steady: hold in s and margin of the published label.
        backend: what runs the models.
    """

    source: BagSource = field(default_factory=BagSource)
    truth_topic: str = TRUTH_TOPIC
    truth: Path | None = None
    stride_s: float | None = None
    steady: tuple[float, float] = (0.0, 0.0)
    backend: str = 'auto'

    def truth_of(self, bag: Path) -> Path | None:
        """The CSV file of a bag."""
        if self.truth is None or not self.truth.is_dir():
            return self.truth
        return self.truth / f'{bag.name.partition(".")[0]}.csv'


def evaluate_bags(
    bags: Sequence[Path],
    models: Sequence[str],
    options: BagOptions,
    *,
    workers: int | None = None,
    ray_address: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[list[Evaluation | Failure]]:
    """Score every bag with every model; what fails does not stop the others.

    A single piece of work, or a single worker, is this process itself.

    Args:
        bags: where they are.
        models: weights files or names of shipped models.
        options: the same for all.
        workers: number of local processes; as many as cores without it.
        ray_address: a Ray cluster that works instead; it must see the same files.
        progress: called with the number of finished pieces, and of all.

    Returns:
        For each model what it gave for each bag.

    Raises:
        WeightsError: a model is unusable.
        ConfigError: two models have one name, one CSV file is to serve several bags, or Ray is
            not reachable.
        WorkerError: workers die.
    """
    names = [_loaded(model, options.backend).card.name for model in models]
    if len(set(names)) < len(names):
        raise ConfigError(f'Two models have the name {max(names, key=names.count)}; give one.')
    if options.truth is not None and not options.truth.is_dir() and len(bags) > 1:
        raise ConfigError(
            f'{options.truth} cannot be the truth of {len(bags)} bags; give a folder that holds '
            'BAG.csv for each.'
        )
    pieces = [(bag, model, options) for model in models for bag in bags]
    results: list[Evaluation | Failure | None] = [None] * len(pieces)
    progress(0, len(pieces))
    found: Iterator[tuple[int, Evaluation | Failure]]
    if (len(pieces) == 1 or workers == 1) and not ray_address:
        found = ((i, _evaluate_one(*piece)) for i, piece in enumerate(pieces))
    else:
        found = spread(_evaluate_one, pieces, workers=workers, ray_address=ray_address)
    for done, (i, result) in enumerate(found, start=1):
        results[i] = result
        progress(done, len(pieces))
    whole = [result for result in results if result is not None]
    return [whole[i : i + len(bags)] for i in range(0, len(whole), len(bags))]


def _evaluate_one(bag: Path, model: str, options: BagOptions) -> Evaluation | Failure:
    loaded = _loaded(model, options.backend)
    try:
        return evaluate_bag(
            bag,
            loaded,
            source=options.source,
            truth_topic=options.truth_topic,
            truth_csv=options.truth_of(bag),
            stride_s=options.stride_s,
            steady=options.steady,
        )
    except DcatError as problem:
        was_read = isinstance(problem, NothingScoredError)
        return Failure(bag=str(bag), model=loaded.card.name, why=str(problem), was_read=was_read)
    except Exception as problem:  # hostile: one of a hundred bags must not cost the others
        why = f'{bag} could not be read to its end: {type(problem).__name__}: {problem}.'
        return Failure(bag=str(bag), model=loaded.card.name, why=why)


@lru_cache(maxsize=8)
def _loaded(model: str, backend: str) -> Model:
    """Once a process, for all its bags."""
    return load_model(model, backend)

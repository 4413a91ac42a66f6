"""Bags with what the models said of them."""

from collections.abc import Sequence
from pathlib import Path

from dcat_ros.bags.annotate import Said, annotate
from dcat_ros.errors import OutputError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.evaluation.evaluation import Evaluation

__all__ = ['write_annotated']


def write_annotated(evaluations: Sequence[Evaluation], source: BagSource, out: Path) -> list[str]:
    """Write each scored bag with the predictions of all models as topics.

    Args:
        evaluations: of one bag or of several, by one model or by several.
        source: as the models had it.
        out: the new bag; of several bags the folder of the new ones, which have the old names.

    Returns:
        Notes for the user.

    Raises:
        BagError: a bag has such topics already.
        OutputError: `out` is there already, two bags have one name, or it cannot be written.
    """
    of_bag: dict[Path, list[Said]] = {}
    for evaluation in evaluations:
        if evaluation.path is not None:
            said = Said(
                evaluation.scores.model,
                evaluation.topic,
                evaluation.labels,
                evaluation.predictions,
                evaluation.macro_f1,
                source.receive_time,
            )
            of_bag.setdefault(evaluation.path, []).append(said)
    if len(of_bag) == 1:
        ((path, what),) = of_bag.items()
        return annotate(path, out, what)
    names = [path.name for path in of_bag]
    for name in names:
        if names.count(name) > 1:
            raise OutputError(f'Two bags are named {name}; write them one by one.')
    return [note for path, what in of_bag.items() for note in annotate(path, out / path.name, what)]

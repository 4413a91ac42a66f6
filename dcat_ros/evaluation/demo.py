"""What the demonstration plays, and how its labels are scored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dcat_ros.bags.takes import write_takes
from dcat_ros.bags.write import make_bag
from dcat_ros.datasets import data_folder, load
from dcat_ros.datasets.demonstrations import DEMONSTRATIONS
from dcat_ros.datasets.takes import takes_of
from dcat_ros.errors import ConfigError
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.evaluation.evaluation import Evaluation
from dcat_ros.evaluation.live import sameness
from dcat_ros.evaluation.outcomes import Outcomes
from dcat_ros.evaluation.scores import Scores, window_scores
from dcat_ros.model.runtime import load_model
from dcat_ros.sensors.registry import live_of
from dcat_ros.streaming.decision import STALE, Prediction
from dcat_ros.truth import label_at

__all__ = ['Comparison', 'DemoBag', 'compare', 'demo_bag']


@dataclass(frozen=True)
class DemoBag:
    """The bag, and a sentence that says what is in it."""

    path: Path
    sentence: str


@dataclass(frozen=True)
class Comparison:
    """The live labels against truth, and against the same bag offline.

    Attributes:
        scores: of the live labels.
        same: the live predictions are those of the offline evaluation: within 1e-5, or, where
            messages have no stamps (sound), most labels.
        difference: where they are not, or not exactly, a sentence.
        heard: the evaluation offline, with the live predictions in place of its own.
    """

    scores: Scores
    same: bool
    difference: str
    heard: Evaluation


def demo_bag(
    path: Path, sensor: str, model: str, subject: str, seconds: float, data_dir: Path | None
) -> DemoBag:
    """Write a short continuous bag of a real recording, a piece for each activity.

    Args:
        path: the bag.
        sensor: which demonstration, of `DEMONSTRATIONS`.
        model: for the labels, and to say whether it has seen the person.
        subject: whose recordings, where they are a person's.
        seconds: how much of each series.
        data_dir: the folder of all data sets, where they do not come with a package.

    Raises:
        ConfigError: the model was trained on this person, and should not.
        DatasetError: the recordings are not there.
    """
    plan, card = DEMONSTRATIONS[sensor], load_model(model).card
    whole = load(plan.dataset, data_dir, [subject] if plan.subject else None)
    trials = plan.chosen(whole.trials, seconds)
    seen = {trial.subject for trial in trials} & set(card.training.subjects)
    if plan.series and seen:
        raise ConfigError(
            f'{card.name} was trained on subject {subject}; choose one whom it never saw.'
        )
    takes = takes_of(plan.dataset, data_folder(data_dir), trials, plan.sensors)
    if plan.series:
        make_bag(replace(whole, trials=trials), path, continuous=True)
    else:
        write_takes(takes, path)
    what = f'{len(trials)} {plan.what}{f" of subject {subject}" if plan.subject else ""}'
    knows = f'{card.name} {"was trained on" if seen else "never saw"}'
    minutes = sum(take.duration_s for take in takes) / 60
    return DemoBag(
        path,
        f'{what} of {plan.dataset}, {"whom" if plan.subject else "which"} {knows} '
        f'({minutes:.1f} min; the pauses between them are made)',
    )


def compare(path: Path, model: str, live: Sequence[Prediction]) -> Comparison:
    """Score the live predictions, and compare them with the offline ones."""
    offline = evaluate_bag(path, load_model(model))
    heard = [p for p in live if p.state != STALE]
    stamped = live_of(load_model(model).card).stamped
    found = sameness(heard, offline.predictions, stamped=stamped)
    instants = [p.end_ns - round(offline.lag_s * 1e9) for p in heard]
    outcomes = Outcomes.of(label_at(offline.truth, instants), heard, offline.labels)
    fields = window_scores(outcomes)
    scores = Scores.model_validate(offline.scores.model_dump() | fields)
    shown = replace(offline, predictions=heard)
    return Comparison(scores, found.same, found.difference, shown)

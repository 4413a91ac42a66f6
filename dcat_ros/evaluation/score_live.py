"""Scoring what a running node said, and comparing it with the same bag offline."""

from collections import Counter
from pathlib import Path

from dcat_ros.errors import ConfigError, InputError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.evaluation.evaluation import Evaluation, score
from dcat_ros.evaluation.live import LiveRecord, Sameness, sameness
from dcat_ros.evaluation.prediction_log import PredictionLog
from dcat_ros.sensors.registry import live_of
from dcat_ros.streaming.recogniser import Classifier, Recogniser
from dcat_ros.truth import from_changes

__all__ = ['compare_live', 'score_live']


def score_live(record: LiveRecord, model: Classifier, stride_s: float | None = None) -> Evaluation:
    """Score what was heard against the truth that was heard.

    Args:
        record: what was heard.
        model: of the node: says which labels there are, and for which instant a window speaks.
        stride_s: of the node; the model's without it.

    Raises:
        ConfigError: the node has another model.
        InputError: there is no window, or no truth.
    """
    if record.model and (record.model, record.labels) != (model.card.name, model.card.labels):
        raise ConfigError(
            f'{record.recogniser} runs the model {record.model}, not {model.card.name}; give '
            f'--model {record.model}.'
        )
    predictions = PredictionLog(record.recognised)
    if not predictions:
        raise InputError(f'{record.recogniser} gave no label but that its data stopped.')
    truth = from_changes(record.changes, record.end_ns)
    if not truth:
        raise InputError('No label of the truth topic lasted for any time.')
    stream = Recogniser(model, stride_s=stride_s).stream
    found = score(
        f'{record.recogniser}, live',
        model,
        predictions,
        truth,
        stream.stride / stream.rate_hz,
        0,  # what the node received is in its diagnostics
        Counter(),
    )
    found.scores.stamps = 'those of the node; truth by its time of receipt'
    found.scores.notes += record.notes
    return found


def compare_live(
    record: LiveRecord,
    bag: Path,
    model: Classifier,
    source: BagSource,
    truth_topic: str,
    stride_s: float | None = None,
) -> Sameness:
    """Compare what a node said of a bag that was played to it with what the bag gives offline.

    Raises:
        BagError: the bag is unusable.
    """
    offline = evaluate_bag(
        bag, model, source=source, truth_topic=truth_topic, stride_s=stride_s
    ).predictions
    return sameness(record.predictions, offline, stamped=live_of(model.card).stamped)

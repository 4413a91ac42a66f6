"""Running a model over a bag, and scoring what it says."""

from pathlib import Path

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.topics import TRUTH_TOPIC
from dcat_ros.bags.truth import require_truth
from dcat_ros.doubt import NOTE
from dcat_ros.errors import BagError, NothingScoredError
from dcat_ros.evaluation.bag_content import BagSource, run_bag
from dcat_ros.evaluation.evaluation import Evaluation, score
from dcat_ros.evaluation.nothing import near_labels, why_nothing
from dcat_ros.evaluation.prediction_log import PredictionLog
from dcat_ros.presence.activity import macro_f1_of
from dcat_ros.sensors.registry import live_of
from dcat_ros.streaming.recogniser import Classifier, Recogniser
from dcat_ros.streaming.steady import SteadyLabel
from dcat_ros.truth import from_changes, from_first_reading, read_csv

__all__ = ['evaluate_bag']

_NO_STAMP = 'time of receipt, for the headers have no stamp'
_RECEIPT = 'time of receipt, as asked for'


def evaluate_bag(
    path: Path,
    model: Classifier,
    *,
    source: BagSource | None = None,
    truth_topic: str = TRUTH_TOPIC,
    truth_csv: Path | None = None,
    stride_s: float | None = None,
    steady: tuple[float, float] = (0.0, 0.0),
) -> Evaluation:
    """Score a bag at full speed, without ROS.

    Args:
        path: the bag.
        model: what to score.
        source: topic of the model's sensor and how to read it; see `BagSource`.
        truth_topic: topic of type std_msgs/String that says the label whenever it changes.
        truth_csv: truth from a file instead; its seconds are those of the stamps, or count from
            the first reading if they are smaller than a year.
        stride_s: distance of two predictions; the model's without it.
        steady: hold in s and margin of the published label, see `SteadyLabel`.

    Raises:
        BagError: the bag or a topic in it is unusable.
        InputError: the CSV file is unusable.
        NothingScoredError: no window could be scored; the sentence says why.
    """
    recogniser = Recogniser(model, stride_s=stride_s)
    source = source or BagSource()
    with BagReader(path) as bag:
        if truth_csv is None:
            require_truth(bag, truth_topic)
        content = run_bag(bag, recogniser, source, None if truth_csv else truth_topic, stride_s)
        notes = list(bag.notes)
    reading = content.reading
    if not reading.n_messages:
        raise BagError(f'{path} has no message on {content.topic}.')
    if reading.n_messages == reading.rejected.total():
        raise BagError(
            f'No message on {content.topic} in {path} is usable: {reading.rejected.counted()}.'
        )
    truth = (
        from_changes(content.changes, content.end_ns)
        if truth_csv is None
        else from_first_reading(read_csv(truth_csv), reading.begin_ns)
    )
    if not truth:
        raise BagError(f'{path}: there is no truth to score against on {truth_topic}.')
    stride = recogniser.stream.stride / recogniser.stream.rate_hz
    predictions = content.predictions
    if any(steady):
        steadier = SteadyLabel(model.card.labels, *steady)
        predictions = PredictionLog(steadier.push(prediction) for prediction in predictions)
    evaluation = score(
        str(path), model, predictions, truth, stride, reading.n_messages, reading.rejected
    )
    if not evaluation.scores.n_windows:
        rate_hz = recogniser.stream.input_rate_hz
        why = why_nothing(content, model.card, truth, evaluation.scores, rate_hz)
        raise NothingScoredError(f'{path}, {content.topic}: no window could be scored: {why}.')
    evaluation.path, evaluation.topic = path, content.topic
    evaluation.macro_f1 = macro_f1_of(model.card)
    live = live_of(model.card)
    if content.topic not in (live.topic, source.named(live)):
        notes.append(f'{content.topic} is read, the only topic for {model.card.modality}.')
    if source.receive_time:
        evaluation.scores.stamps = _RECEIPT
    elif reading.n_without_stamp:
        evaluation.scores.stamps = _NO_STAMP
    notes += [f'{content.topic}: {sentence}.' for sentence in reading.rejected.sentences()]
    if content.n_senseless:
        notes.append(f'{content.n_senseless} windows cannot mean anything and have no label.')
    doubts = reading.doubts() + reading.clock_doubts(truth_by_receipt=truth_csv is None)
    for doubt in doubts:
        sentence = f'{content.topic}: {doubt.sentence}.'
        (notes if doubt.level == NOTE else evaluation.scores.doubts).append(sentence)
    for label, known in near_labels(evaluation.scores.n_foreign_truth, model.card.labels).items():
        notes.append(
            f'The truth says {label!r}, and the model {known!r}: spell it so in the truth.'
        )
    for reason, n in content.rejected_truth.items():
        notes.append(f'{n} messages on {truth_topic} were rejected: {reason}.')
    evaluation.scores.notes += notes
    return evaluation

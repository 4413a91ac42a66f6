"""What a network says of whole trials that it did not learn from: as they are, and otherwise."""

from collections.abc import Sequence

from dcat_ros.card.card import Calibration, Card
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.datasets.trial import Dataset
from dcat_ros.evaluation.evaluate_dataset import classify_trial, trial_label
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.segment import REST
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.training.changed import changed, middle
from dcat_ros.training.measured import WHOLE

__all__ = ['ask', 'ask_otherwise']


def ask(net: ActivityNet, card: Card, dataset: Dataset) -> dict[str, str]:
    """The label of each trial, by its name; those too short for a window are left out.

    Args:
        net: in eval mode.
        card: of the model.
        dataset: the trials.
    """
    model = TorchModel(net, card.model_copy(update={'calibration': Calibration()}))
    recogniser = Recogniser(model)
    found = {}
    for trial in as_sensor(dataset, sensor_of(card), card.input.rate_hz).trials:
        own = classify_trial(recogniser, trial)
        if own or REST not in card.labels:  # it learned from recordings of any length
            found[trial.name] = trial_label(model, trial, own)
    return found


def ask_otherwise(
    net: ActivityNet, card: Card, dataset: Dataset, lengths_s: Sequence[float]
) -> dict[str, dict[str, str]]:
    """The label of each trial by its name: of the whole, changed, and of parts of it.

    Args:
        net: in eval mode.
        card: of the model; its sensor says what another place does to a recording.
        dataset: the trials.
        lengths_s: of the middle of each trial.
    """
    sensor = sensor_of(card)
    answers = {WHOLE: ask(net, card, dataset)}
    for name, condition in sensor.conditions.items():
        answers[name] = ask(net, card, changed(dataset, sensor, condition))
    for length_s in lengths_s:
        parts = middle(dataset, sensor, length_s)
        answers[f'its middle {length_s:g} s'] = ask(net, card, parts)
    return {
        name: {what: labels[name] for what, labels in answers.items() if name in labels}
        for name in answers[WHOLE]
    }

"""Making the memory of a model that was just trained, of the recordings that it was trained on."""

import numpy as np

from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.datasets.trial import Dataset
from dcat_ros.model.onnx_model import OnnxModel
from dcat_ros.model.segment import SEGMENT_LENGTH
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.teach.memory import Examples, Memory
from dcat_ros.teach.study import features_of
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.recordings import whole_recordings
from dcat_ros.training.streams import make_pool

__all__ = ['remember']

#: Windows of each label, and of all together.
_EACH, _MOST = 90, 2500


def remember(model: OnnxModel, config: TrainConfig, dataset: Dataset) -> Memory:
    """What a model makes of windows drawn as its training drew them, mildly changed.

    Args:
        model: as onnxruntime runs it.
        config: the recipe that made it.
        dataset: all of it was trained on.

    Raises:
        DatasetError: a recording cannot be used.
    """
    card = model.card
    sensor = sensor_of(card)
    streams = as_sensor(dataset, sensor, card.input.rate_hz)
    rng = np.random.default_rng((config.seed, 2))
    pool = make_pool(streams, config, sensor, rng)
    mild = config.model_copy(update={'augment': config.ppv_augment})
    n = min(_MOST, _EACH * len(card.labels))
    batch = pool.draw(mild, rng, n)
    targets = np.asarray(batch.targets)
    classes = targets.argmax(axis=1) if targets.ndim == 2 else targets
    windows = Examples(features_of(model, batch.windows), classes.astype(np.int64))
    if not card.network.names_whole:
        return Memory(windows, None)
    recordings, of_whole = whole_recordings(streams, SEGMENT_LENGTH, sensor.name)
    return Memory(windows, Examples(features_of(model, recordings), of_whole))

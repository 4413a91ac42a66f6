"""Making the memory of a model that was just trained, of the recordings that it was trained on."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.datasets.trial import Dataset
from dcat_ros.model.onnx_model import OnnxModel
from dcat_ros.model.segment import SEGMENT_LENGTH
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.teach.memory import Examples, Memory
from dcat_ros.teach.study import features_of
from dcat_ros.training.batch import Batch
from dcat_ros.training.config import TrainConfig
from dcat_ros.training.recordings import whole_recordings
from dcat_ros.training.streams import make_pool

__all__ = ['Pool', 'remember', 'remember_named']

#: Windows of each label, and of all together.
_EACH, _MOST = 90, 2500


class Pool(Protocol):
    """Where windows of a training are drawn from."""

    def draw(self, config: TrainConfig, rng: np.random.Generator, n: int) -> Batch:
        """Draw n windows with their targets."""
        ...


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
    batch = _drawn(model, config, pool, rng)
    targets = np.asarray(batch.targets)
    classes = targets.argmax(axis=1) if targets.ndim == 2 else targets
    windows = _examples(model, batch.windows, classes.astype(np.int64))
    if not card.network.names_whole:
        return Memory(windows, None)
    recordings, of_whole = whole_recordings(streams, SEGMENT_LENGTH, sensor.name)
    return Memory(windows, _examples(model, recordings, of_whole))


def remember_named(model: OnnxModel, config: TrainConfig, pool: Pool, sure_from: float) -> Memory:
    """What a model makes of windows that a source named: its names stand for labels.

    What the source calls `unknown` may be anything, and the very thing that will be taught: it is
    not remembered as a label, but where the source is sure of no window at all.

    Args:
        model: as onnxruntime runs it.
        config: the recipe that made it.
        pool: what it was trained on; targets are the source's probabilities (N, K).
        sure_from: probability from which on the source is not `unknown`.
    """
    batch = _drawn(model, config, pool, np.random.default_rng((config.seed, 2)))
    shares = np.asarray(batch.targets)
    sure = shares.max(axis=1) >= sure_from
    if not sure.any():
        sure[:] = True
    return Memory(_examples(model, batch.windows[sure], shares[sure].argmax(axis=1)), None)


def _drawn(model: OnnxModel, config: TrainConfig, pool: Pool, rng: np.random.Generator) -> Batch:
    mild = config.model_copy(update={'augment': config.ppv_augment})
    return pool.draw(mild, rng, min(_MOST, _EACH * len(model.card.labels)))


def _examples(
    model: OnnxModel, windows: NDArray[np.float32], classes: NDArray[np.int64]
) -> Examples:
    return Examples(features_of(model, windows), classes)

"""From takes to examples: what the base makes of the windows of a take, and of the whole of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pydantic
from numpy.typing import NDArray

from dcat_ros.card.card import Card, Record
from dcat_ros.datasets.trial import Dataset, DatasetInfo, Trial
from dcat_ros.model.onnx_model import OnnxModel
from dcat_ros.model.segment import SEGMENT_LENGTH, stretched
from dcat_ros.segment import REST
from dcat_ros.sensors.amounts import AugmentConfig
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.signals import Signal
from dcat_ros.streaming.resample import is_oversampled, on_grid
from dcat_ros.teach.memory import Examples
from dcat_ros.training.streams import make_pool

__all__ = ['Studied', 'Take', 'features_of', 'samples_of', 'study']

_BATCH = 64
#: Windows of a take; and of those the share that speaks for the pause around it.
_WINDOWS, _REST_SHARE = 60, 0.2


@dataclass(frozen=True)
class Take:
    """One performance of what is taught.

    Attributes:
        label: what it is.
        person: who did it.
        day: date, ISO 8601.
        where: recording and place in it, for people.
        samples: (n, C), at the model's rate.
    """

    label: str
    person: str
    day: str
    where: str
    samples: NDArray[np.float64]


@dataclass(frozen=True)
class Studied:
    """A take as the layers learn from it.

    Attributes:
        label: what it is.
        person: who did it.
        day: date, ISO 8601.
        windows: features (N, F), of a half's precision, as files keep them.
        at_rest: which of them speak for the pause around the take, (N,).
        whole: features (F,) of the whole take; None where the model has no layer for those.
    """

    label: str
    person: str
    day: str
    windows: NDArray[np.float32]
    at_rest: NDArray[np.bool_]
    whole: NDArray[np.float32] | None

    def examples(self, labels: tuple[str, ...]) -> tuple[int, Examples]:
        """Its class, and examples of windows; those at rest only where that is a label."""
        own = labels.index(self.label)
        if REST not in labels:
            return own, Examples(self.windows[~self.at_rest], np.full((~self.at_rest).sum(), own))
        return own, Examples(self.windows, np.where(self.at_rest, labels.index(REST), own))

    def whole_example(self, labels: tuple[str, ...]) -> tuple[int, Examples]:
        """Its class, and the example of the whole take."""
        assert self.whole is not None
        own = labels.index(self.label)
        return own, Examples(self.whole[None], np.array([own]))


class _Drawing(Record):
    """How windows of a take are drawn: as those that the base was trained on, see `Drawing`."""

    window_s: float
    lag_s: float
    augment: AugmentConfig
    joins: int = 2
    straddle: float = 1.0
    evenly: str = 'samples'
    rest: str = 'label'
    rest_share: float = _REST_SHARE


def samples_of(sensor: Sensor, signal: Signal, rate_hz: float) -> NDArray[np.float64]:
    """Samples (n, C) at the model's rate of what a sensor recorded.

    Args:
        sensor: of the model.
        signal: as a data set or `Live.cuts` has it.
        rate_hz: of the model.

    Raises:
        DatasetError: nothing can be made of it.
    """
    own = sensor.samples(sensor, signal, rate_hz)
    if sensor.any_rate:
        return own.values
    times_s = (own.stamps_ns - own.stamps_ns[0]) / 1e9
    grid_s = np.arange(int(times_s[-1] * rate_hz + 1e-6) + 1) / rate_hz
    faster = is_oversampled(own.stamps_ns, rate_hz)
    out: NDArray[np.float64] = on_grid(grid_s, times_s, own.values, rate_hz, oversampled=faster)
    return out


def features_of(model: OnnxModel, windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Features (N, F) of windows (N, T, C)."""
    parts = [
        model.said_with_features(windows[i : i + _BATCH])[1] for i in range(0, len(windows), _BATCH)
    ]
    return np.concatenate(parts)


def study(model: OnnxModel, take: Take, seed: int = 0) -> Studied:
    """Make examples of a take: windows anywhere in it and around it, mildly changed at random.

    Around the take lies a pause that is made, as in training.
    """
    card = model.card
    sensor = sensor_of(card)
    drawing = _Drawing(window_s=card.input.window_s, lag_s=card.input.lag_s, augment=_mild(card))
    signal = Signal.at_rate(take.samples, card.input.rate_hz)
    rng = np.random.default_rng(seed)
    pool = make_pool(_dataset(take, sensor, signal), drawing, sensor, rng)
    batch = pool.draw(drawing, rng, _WINDOWS)
    at_rest = np.asarray(batch.targets, np.int64) == 1
    if not at_rest.any() or at_rest.all():  # of sixty, by a chance of one in a million
        return study(model, take, seed + 1)
    whole = None
    if card.network.names_whole:
        recording = stretched(take.samples.astype(np.float32), SEGMENT_LENGTH)
        whole = _as_kept(features_of(model, recording[None]))[0]
    windows = _as_kept(features_of(model, batch.windows))
    return Studied(take.label, take.person, take.day, windows, at_rest, whole)


def _as_kept(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """As a file gives them back, so that teaching goes on exactly where it stopped."""
    return features.astype(np.float16).astype(np.float32)


def _mild(card: Card) -> AugmentConfig:
    """The changes that the base's own layer in closed form was fitted with."""
    fields: Any = card.training.config.get('ppv_augment')
    try:
        known = AugmentConfig.model_validate(fields)
    except pydantic.ValidationError:  # of another version, or anybody's
        known = AugmentConfig(rotation_rad=0.1, warp=0.15, scale=0.05, noise=0.01)
    return known.model_copy(update={'mix': 0.0})


def _dataset(take: Take, sensor: Sensor, signal: Signal) -> Dataset:
    trial = Trial(take.where, take.label, take.person, take.where, {sensor.name: signal})
    info = DatasetInfo(
        name='takes',
        title='takes',
        source=take.where,
        licence='theirs',
        labels=(take.label,),
        rate_hz=0.0,
        stamps='of the messages',
    )
    return Dataset(info, (trial,))

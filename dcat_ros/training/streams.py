"""Training windows drawn anywhere in continuous streams.

A live window straddles an action and the stillness around it; a network that only ever saw
whole trials raises false alarms there (../docs/recognition.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dcat_ros.datasets.continuous import join
from dcat_ros.datasets.trial import Dataset
from dcat_ros.errors import DatasetError
from dcat_ros.segment import REST
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.shelf import Shelf
from dcat_ros.training.batch import Batch
from dcat_ros.training.drawing import Drawing, played

__all__ = ['StreamPool', 'make_pool']


@dataclass(frozen=True)
class StreamPool:
    """Streams of several subjects laid end to end, and where each class lies in them.

    Attributes:
        sensor: whose they are.
        values: shape (n, C), in the units of the message.
        positions: per class, and per source where sources are drawn evenly, the samples that a
            window may speak for; `rest` is the last class.
        streams: per sample, the first and the last sample of its stream, (n, 2).
        recordings: per sample, the first and the last sample of its recording, (n, 2).
        partners: per sample, the row of its trial in the source's outputs, -1 for none.
        rate_hz: rate of the samples.
        n_own: values of a sample that are the target's; behind them are those of a source that
            listens (`together`).
    """

    sensor: Sensor
    values: NDArray[np.float32]
    positions: list[list[NDArray[np.int64]]]
    streams: NDArray[np.int64]
    recordings: NDArray[np.int64]
    partners: NDArray[np.int64]
    rate_hz: float
    n_own: int

    def draw(
        self,
        config: Drawing,
        rng: np.random.Generator,
        n: int,
        length_s: float | None = None,
        *,
        labelled: bool = True,
    ) -> Batch:
        """Draw n augmented windows; the label is that of the instant they speak for.

        A window's partner in the source is the trial at that instant.

        Args:
            config: the recipe.
            rng: draws everything.
            n: number of windows.
            length_s: of the windows; that in use without it.
            labelled: each label as often as the recipe says; otherwise anywhere, without labels.
        """
        if not labelled:
            instants = rng.integers(len(self.values), size=n)
            return self._batch(instants, np.full(n, -1), config, rng, length_s)
        n_classes = len(self.positions)
        rest = n_classes - 1
        shares = np.full(n_classes, (1 - config.rest_share) / rest)
        shares[rest] = config.rest_share
        y = rng.choice(n_classes, size=n, p=shares)
        instants = np.array([rng.choice(_one_of(self.positions[c], rng)) for c in y])
        return self._batch(instants, y, config, rng, length_s)

    def _batch(
        self,
        instants: NDArray[np.int64],
        classes: NDArray[np.int64],
        config: Drawing,
        rng: np.random.Generator,
        length_s: float | None,
    ) -> Batch:
        n_classes = len(self.positions)
        is_done = classes != n_classes - 1  # not while nothing is
        within = np.zeros(len(classes), dtype=np.bool_)
        if config.straddle < 1:
            within = is_done & (rng.random(len(classes)) >= config.straddle)
        windows = self._cut(instants, within, length_s or config.window_s, config, rng)
        partners = self.partners[instants]
        shares = _shares(classes, n_classes, config.rest)
        mix = self.sensor.mix if config.augment.mix else None
        if mix is not None:
            those = np.flatnonzero(is_done & (classes >= 0))
            mixed = mix(windows[those], shares[those], config.augment.mix, rng)
            windows[those], shares[those], are_two = mixed
            partners[those[are_two]] = -1  # nobody recorded both at once
        windows = self.sensor.augment(self.sensor, windows, config.augment, rng)
        is_one = mix is None and config.rest == 'label'
        targets, n = classes if is_one else shares, self.n_own
        if windows.shape[2] == n:
            return Batch(windows, targets, partners)
        own, beside = (np.ascontiguousarray(part) for part in np.split(windows, [n], axis=2))
        return Batch(own, targets, partners, beside)

    def _cut(
        self,
        instants: NDArray[np.int64],
        within: NDArray[np.bool_],
        length_s: float,
        config: Drawing,
        rng: np.random.Generator,
    ) -> NDArray[np.float32]:
        """Windows that speak for these samples; those `within` hold nothing but their recording."""
        bounds = np.where(within[:, None], self.recordings[instants], self.streams[instants])
        stream = self.sensor, self.values, self.rate_hz
        return played(*stream, instants, bounds, within, length_s, config, rng)


def make_pool(
    dataset: Dataset,
    config: Drawing,
    sensor: Sensor,
    rng: np.random.Generator,
    partners: Mapping[str, int] | None = None,
    *,
    labelled: bool = True,
    shelf: Shelf | None = None,
    n_own: int | None = None,
) -> StreamPool:
    """Join each subject's trials several times and note where each class lies.

    Args:
        dataset: its trials have the modality's signal (n, C), all of one rate.
        config: the recipe.
        sensor: whose they are.
        rng: draws order, pauses and noise.
        partners: row in the source's outputs by name of the trial.
        labelled: whether windows will be drawn by class, so that each must be there.
        shelf: takes what there is of every sample; without it that is in memory.
        n_own: see `StreamPool`; all without it.

    Raises:
        DatasetError: nobody performs a label.
    """
    labels = (*dataset.info.labels, REST)
    partners = partners or {}
    source_of = {trial.name: trial.source for trial in dataset.trials}
    number_of = {source: i for i, source in enumerate(dict.fromkeys(source_of.values()))}
    values: list[NDArray[np.float32]] = []
    classes: list[NDArray[np.int64]] = []
    rows: list[NDArray[np.int64]] = []
    sources: list[NDArray[np.int64]] = []
    streams: list[NDArray[np.int64]] = []
    recordings: list[NDArray[np.int64]] = []
    begin, rate_hz = 0, 0.0

    def kept(array: NDArray[Any]) -> NDArray[Any]:
        return array if shelf is None else shelf.put(array)

    def as_singles(array: NDArray[Any]) -> NDArray[np.float32]:
        if shelf is None or array.dtype == np.float32:
            return array.astype(np.float32, copy=False)
        own = shelf.empty(array.shape, np.float32)
        own[...] = array
        return own

    def joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate(parts) if shelf is None else shelf.joined(parts)

    for subject in dataset.subjects:
        trials = [t for t in dataset.trials if t.subject == subject]
        for _ in range(config.joins):
            stream = join(trials, rng, sensor=sensor, shelf=shelf)
            stamps_ns = stream.signal.stamps_ns
            rate_hz = 1e9 / float(stamps_ns[1] - stamps_ns[0])
            n = len(stamps_ns)
            values.append(as_singles(stream.signal.values))
            starts = np.searchsorted(stamps_ns, [s.start_ns for s in stream.segments])
            which = np.searchsorted(starts, np.arange(n), side='right') - 1
            classes.append(kept(np.array([labels.index(s.label) for s in stream.segments])[which]))
            rows.append(kept(np.array([partners.get(name, -1) for name in stream.names])[which]))
            of = [number_of[source_of[name]] if name else -1 for name in stream.names]
            sources.append(kept(np.array(of)[which]))
            streams.append(kept(np.tile([begin, begin + n - 1], (n, 1))))
            ends = np.append(starts[1:], n) - 1
            recordings.append(kept(begin + np.stack([starts, ends], axis=1)[which]))
            begin += n
    y, source = joined(classes), joined(sources)
    for c, label in enumerate(labels):
        if labelled and not (y == c).any():
            raise DatasetError(
                f'subjects {", ".join(dataset.subjects)} of {dataset.info.name} never do {label}, '
                'so it cannot be learned from them; use fewer folds or other subjects.'
            )
    positions = [[kept(np.flatnonzero(y == c))] for c in range(len(labels))]
    if config.evenly == 'sources':
        positions = [[kept(p[source[p] == s]) for s in np.unique(source[p])] for (p,) in positions]
    return StreamPool(
        sensor=sensor,
        values=joined(values),
        positions=positions,
        streams=joined(streams),
        recordings=joined(recordings),
        partners=joined(rows),
        rate_hz=rate_hz,
        n_own=sensor.n_values if n_own is None else n_own,
    )


def _shares(classes: NDArray[np.int64], n: int, rest: str) -> NDArray[np.float32]:
    """Shares of the labels (N, K) for classes (N,) of which the last of n is `rest`."""
    shares = np.eye(n, dtype=np.float32)[classes]
    shares[classes < 0] = 0  # the label is not used
    if rest == 'label':
        return shares
    out: NDArray[np.float32] = shares[:, :-1] + shares[:, -1:] / np.float32(n - 1)
    return out  # in a pause no label more than another


def _one_of(groups: list[NDArray[np.int64]], rng: np.random.Generator) -> NDArray[np.int64]:
    return groups[0] if len(groups) == 1 else groups[int(rng.integers(len(groups)))]

"""What a trained model says of the windows of recordings that nobody labelled."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.datasets.as_sensor import signal_for
from dcat_ros.datasets.trial import Trial
from dcat_ros.errors import DatasetError
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.sensors.registry import find_sensor, sensor_of
from dcat_ros.shelf import Shelf
from dcat_ros.streaming.decision import calibrate
from dcat_ros.streaming.window import Window, WindowStream
from dcat_ros.training.alignment import memory
from dcat_ros.training.source import SourceOutputs, freeze, token_gram

__all__ = ['Named', 'Source', 'name_windows']

_BATCH = 64
#: Samples that are cut into windows at once: those of pictures fill the memory.
_AT_ONCE = 512
_LEAST_P = 1e-8


@dataclass(frozen=True)
class Source:
    """A trained model that names what its sensor recorded.

    Attributes:
        net: its network.
        card: its record.
    """

    net: ActivityNet
    card: Card


@dataclass(frozen=True)
class Named:
    """The windows of P instants, and what a source says of them.

    Attributes:
        labels: of the source, K of them.
        recordings: (P,), number of the recording that each is in.
        instants_ns: (P,), the instant of which each speaks, from its recording's beginning.
        outputs: row by row; `logits` are the log-probabilities (P, K) of the whole model,
            calibrated. What was not asked for has a size of 0.
    """

    labels: tuple[str, ...]
    recordings: NDArray[np.int64]
    instants_ns: NDArray[np.int64]
    outputs: SourceOutputs

    @property
    def shares(self) -> NDArray[np.float32]:
        """Probabilities (P, K)."""
        out: NDArray[np.float32] = np.exp(self.outputs.logits.numpy())
        return out

    @property
    def best(self) -> NDArray[np.int64]:
        """The likeliest label (P,) of each."""
        out: NDArray[np.int64] = self.outputs.logits.argmax(dim=1).numpy()
        return out

    def of(self, recordings: Collection[int]) -> 'Named':
        """The windows of some of the recordings."""
        rows = np.flatnonzero(np.isin(self.recordings, list(recordings)))
        index = torch.from_numpy(rows)
        return Named(
            self.labels, self.recordings[rows], self.instants_ns[rows], self.outputs.rows(index)
        )


def name_windows(
    source: Source, trials: Sequence[Trial], needs: Collection[str], shelf: Shelf
) -> Named:
    """Run a source over recordings as it runs live.

    Args:
        source: the model.
        trials: with the signal of its sensor.
        needs: of the fields of `SourceOutputs`; `logits` are there anyway.
        shelf: takes what the source says.

    Raises:
        DatasetError: a recording lacks the signal, or none is as long as a window.
    """
    net, card = freeze(source.net), source.card
    model = TorchModel(net, card)
    lag_ns = round(card.input.lag_s * 1e9)
    kept: dict[str, list[NDArray[np.float32]]] = defaultdict(list)
    recordings: list[int] = []
    instants: list[int] = []
    for number, trial in enumerate(trials):
        windows = _windows(card, trial)
        while batch := [window for _, window in zip(range(_BATCH), windows, strict=False)]:
            recordings += [number] * len(batch)
            instants += [window.end_ns - lag_ns for window in batch]
            samples = np.stack([_of(window) for window in batch])
            for name, values in _said(model, net, card, samples, needs).items():
                kept[name].append(shelf.put(values))
    if not instants:
        raise DatasetError(
            f'No recording lasts a window of {card.name}, {card.input.window_s:g} s: it can name '
            'nothing in them.'
        )
    arrays = {name: shelf.joined(parts) for name, parts in kept.items()}
    outputs = {
        field.name: torch.from_numpy(arrays[field.name])
        if field.name in arrays
        else torch.zeros((len(instants), 0))
        for field in fields(SourceOutputs)
    }
    return Named(
        card.labels, np.array(recordings), np.array(instants, np.int64), SourceOutputs(**outputs)
    )


def _windows(card: Card, trial: Trial) -> Iterator[Window]:
    """The windows of a recording, as a stream of its own that begins at 0."""
    spec, live = card.input, find_sensor(card.modality).live
    stream = WindowStream(
        n_channels=spec.n_values,
        rate_hz=spec.rate_hz,
        window_s=spec.window_s,
        stride_s=spec.stride_s,
        max_gap_s=min(max(live.max_gap_s if live else 0.25, 2.5 / spec.rate_hz), spec.window_s),
    )
    signal = signal_for(trial, sensor_of(card), spec.rate_hz)
    for start in range(0, len(signal.values), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        for window in stream.push_many(signal.stamps_ns[some], signal.values[some]):
            if window.samples is not None:
                yield window


def _of(window: Window) -> NDArray[np.float32]:
    """The samples of a window that has some."""
    if window.samples is None:
        raise ValueError('a window without samples')
    return window.samples


@torch.no_grad()
def _said(
    model: TorchModel,
    net: ActivityNet,
    card: Card,
    windows: NDArray[np.float32],
    needs: Collection[str],
) -> dict[str, NDArray[np.float32]]:
    encoded = model.encoded(windows)
    p = calibrate(model.said_of(encoded), card.calibration.temperature)
    said = {'logits': np.log(np.maximum(p, _LEAST_P)).astype(np.float32)}
    if set(needs) <= {'logits'}:
        return said
    out = net.outputs(torch.from_numpy(encoded))
    tokens, query, key, value = out.attended
    makes = {
        'features': lambda: out.features,
        'query': lambda: query,
        'key': lambda: key,
        'value': lambda: value,
        'memory': lambda: memory(key, value),
        'gram': lambda: token_gram(tokens),
        'tokens': lambda: tokens,
    }
    return said | {name: makes[name]().numpy() for name in needs if name in makes}

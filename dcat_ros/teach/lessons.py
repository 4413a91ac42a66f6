"""A taught model as a file: the base, its memory, what was taught, and the layers made of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from dcat_ros.card.card import Card, Lesson, Taught
from dcat_ros.errors import ConfigError, WeightsError
from dcat_ros.files import write_whole
from dcat_ros.model.find import ONNX, find_weights, record_of
from dcat_ros.model.onnx_model import OnnxModel, load_onnx, onnx_of
from dcat_ros.model.record import KEY, parse_card, read_weights
from dcat_ros.model.taught import BASE, WHOLE, WINDOW, Layer, layer_tensors, taught_of, tensors_of
from dcat_ros.segment import REST
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.teach.fit import fit_layer
from dcat_ros.teach.memory import MEMORY, Memory, can_be_taught, load_memory, memory_of
from dcat_ros.teach.names import check_name
from dcat_ros.teach.study import Studied
from dcat_ros.texts import parse_json

__all__ = ['Lessons', 'load_lessons', 'save_lessons']

_TAKES = 'takes'
_FACTS = 'dcat_ros_takes'
_NOT_TAUGHT = (REST, 'unknown', 'stale')
Tensors = dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Lessons:
    """A base, and all that was taught it.

    Attributes:
        base: the model.
        onnx: its file's bytes.
        memory: what it remembers.
        takes: in the order in which they came.
    """

    base: OnnxModel
    onnx: bytes
    memory: Memory
    takes: tuple[Studied, ...] = ()

    @property
    def taught(self) -> tuple[str, ...]:
        """What was taught, in the order in which it came."""
        return tuple(dict.fromkeys(take.label for take in self.takes))

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the taught model."""
        return (*self.base.card.labels, *self.taught)

    def check(self, label: str) -> None:
        """See that a label may be taught.

        Raises:
            ConfigError: it may not.
        """
        if label in self.base.card.labels or label in _NOT_TAUGHT:
            raise ConfigError(
                f'{label!r} is a label of {self.base.card.name} already, and stays what it was '
                'trained to be; teach under another name.'
                if label in self.base.card.labels
                else f'{label!r} is what a model says by itself; teach under another name.'
            )
        check_name(label, 'label')

    def more(self, takes: Sequence[Studied]) -> 'Lessons':
        """With further takes."""
        return replace(self, takes=(*self.takes, *takes))

    def without(self, label: str) -> 'Lessons':
        """Without a label that was taught.

        Raises:
            ConfigError: it was not.
        """
        if label not in self.taught:
            there = ', '.join(self.taught) or 'nothing'
            raise ConfigError(f'{label!r} was not taught; {there} was.')
        return replace(self, takes=tuple(take for take in self.takes if take.label != label))

    def untaught(self) -> 'Lessons':
        """The base, as it was."""
        return replace(self, takes=())

    def card(self) -> Card:
        """The base's, with what was taught.

        Raises:
            ConfigError: nothing was.
        """
        base = self.base.card
        if not self.takes:
            raise ConfigError(f'nothing is taught to {base.name}; use {base.name} itself.')
        pairs = dict.fromkeys((take.label, take.person) for take in self.takes)
        lessons = []
        for label, person in pairs:
            days = [t.day for t in self.takes if (t.label, t.person) == (label, person)]
            lessons.append(Lesson(label=label, person=person, n_takes=len(days), taught=max(days)))
        taught = Taught(
            base=base.name, base_sha256=self.base.weights_sha256, lessons=tuple(lessons)
        )
        changes = {'name': f'{base.name}_taught', 'labels': self.labels, 'taught': taught}
        return Card.model_validate(base.model_dump() | changes | {'taught': taught.model_dump()})

    def layers(self) -> Tensors:
        """The layers that know all labels, in closed form."""
        labels, memory = self.labels, self.memory
        amounts = sensor_of(self.base.card).takes
        windows = [take.examples(labels) for take in self.takes]
        tensors = layer_tensors(WINDOW, fit_layer(memory.windows, windows, len(labels), amounts))
        if memory.wholes is not None:
            wholes = [take.whole_example(labels) for take in self.takes]
            tensors |= layer_tensors(WHOLE, fit_layer(memory.wholes, wholes, len(labels), amounts))
        return tensors


def save_lessons(path: Path, lessons: Lessons) -> tuple[Card, dict[str, str]]:
    """Fit the layers and write the taught model; an earlier file stays whole if that fails.

    Returns:
        Its card; and what was taught and is mostly taken for another label -> that label.

    Raises:
        ConfigError: nothing was taught.
        OutputError: the file cannot be written.
    """
    card = lessons.card()
    tensors: Tensors = {BASE: np.frombuffer(lessons.onnx, np.uint8)}
    layers = lessons.layers()
    tensors |= lessons.memory.tensors() | layers | _as_tensors(lessons.takes)
    facts = [{'label': t.label, 'person': t.person, 'day': t.day} for t in lessons.takes]
    metadata = {KEY: card.model_dump_json(), _FACTS: json.dumps(facts)}
    write_whole(path, safetensors.numpy.save(tensors, metadata))
    return card, _taken_for_others(lessons, layers)


def _taken_for_others(lessons: Lessons, layers: Tensors) -> dict[str, str]:
    """Labels whose own takes are mostly taken for another label: it is too much alike."""
    layer = Layer(
        np.asarray(layers[f'{WINDOW}.weight'], np.float32),
        np.asarray(layers[f'{WINDOW}.bias'], np.float32),
    )
    found = {}
    for label in lessons.taught:
        own = [take.windows[~take.at_rest] for take in lessons.takes if take.label == label]
        best = np.bincount(layer.log_q(np.concatenate(own)).argmax(axis=1))
        if (most := lessons.labels[int(best.argmax())]) != label:
            found[label] = most
    return found


def load_lessons(model: str) -> Lessons:
    """What was taught a model: nothing yet, if it is one that was trained.

    Args:
        model: name or path, as of any model.

    Raises:
        WeightsError: it is unusable, has no file for onnxruntime, or no memory.
        ConfigError: it cannot be taught.
    """
    path = find_weights(model)
    if path.suffix != ONNX:
        data = read_weights(path)
        card = parse_card(path, record_of(path, data))
        if card.taught is not None:
            return _read(path, data, card)
    onnx = path.with_suffix(ONNX)
    if not onnx.is_file():
        raise WeightsError(
            f'{onnx} is not there, and teaching needs it: make it by "dcat export {path}".'
        )
    base = load_onnx(onnx)
    if not can_be_taught(base.card):
        raise ConfigError(
            f'{base.card.name} is for {base.card.modality}, of which takes teach too little: label '
            'recordings of it ("dcat label"), and train on them ("dcat train").'
        )
    if not base.has_features:
        raise WeightsError(
            f'{onnx} is from before there was teaching: make it again by "dcat export {path}".'
        )
    return Lessons(base, read_weights(onnx), load_memory(path.with_suffix(MEMORY), base))


def _read(path: Path, data: bytes, card: Card) -> Lessons:
    """What a file of `save_lessons` holds."""
    tensors = tensors_of(path, data)
    taught_of(path, card, tensors)  # sees that it fits
    onnx = tensors[BASE].tobytes()
    base = onnx_of(path, onnx)
    memory = memory_of(path, tensors, base)
    try:
        header: Any = parse_json(data[8 : 8 + int.from_bytes(data[:8], 'little')])
        facts: Any = parse_json(header['__metadata__'][_FACTS])
        takes = [(str(f['label']), str(f['person']), str(f['day'])) for f in facts]
    except (ValueError, KeyError, TypeError):
        raise WeightsError(f'{path} does not say who taught it; take an undamaged copy.') from None
    lessons = Lessons(base, onnx, memory, _takes(path, tensors, takes, memory))
    try:
        taught = lessons.card().taught
    except (ConfigError, ValueError):  # none, or of names that no card may have
        taught = None
    if taught != card.taught:
        raise WeightsError(f'{path}: its takes are not those of its record; teach it again.')
    return lessons


def _as_tensors(takes: Sequence[Studied]) -> Tensors:
    n = [len(take.windows) for take in takes]
    tensors: Tensors = {
        f'{_TAKES}.features': np.concatenate([take.windows for take in takes]).astype(np.float16),
        f'{_TAKES}.at_rest': np.concatenate([take.at_rest for take in takes]).astype(np.uint8),
        f'{_TAKES}.which': np.repeat(np.arange(len(takes)), n).astype(np.int32),
    }
    wholes = [take.whole for take in takes if take.whole is not None]
    return tensors | ({f'{_TAKES}.wholes': np.stack(wholes).astype(np.float16)} if wholes else {})


def _takes(
    path: Path, tensors: Tensors, facts: list[tuple[str, str, str]], memory: Memory
) -> tuple[Studied, ...]:
    n_features = memory.windows.features.shape[1]
    names = [f'{_TAKES}.{part}' for part in ('features', 'at_rest', 'which')]
    parts = [tensors.get(name) for name in names]
    features, at_rest, which = parts
    wholes = tensors.get(f'{_TAKES}.wholes')
    damaged = WeightsError(f'{path}: what it was taught is damaged; teach it again.')
    if features is None or at_rest is None or which is None:
        raise damaged
    n = len(which) if which.ndim == 1 else -1
    fits = features.shape == (n, n_features) and at_rest.shape == (n,)
    if not fits or features.dtype != np.float16 or not np.isfinite(features).all():
        raise damaged
    if (wholes is None) != (memory.wholes is None):
        raise damaged
    if wholes is not None and (
        wholes.shape != (len(facts), n_features)
        or wholes.dtype != np.float16
        or not np.isfinite(wholes).all()
    ):
        raise damaged
    found = []
    for i, (label, person, day) in enumerate(facts):
        own = which == i
        rest = np.asarray(at_rest[own], np.bool_)
        if not own.any() or rest.all():
            raise damaged
        whole = None if wholes is None else np.asarray(wholes[i], np.float32)
        windows = np.asarray(features[own], np.float32)
        found.append(Studied(label, person, day, windows, rest, whole))
    return tuple(found)

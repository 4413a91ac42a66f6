"""What a recogniser says in an activity message: written, and read as if by anybody.

Node and bag make their messages of what stands here, so that they say the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from dcat_ros.card.card import Card
from dcat_ros.errors import MessageError
from dcat_ros.streaming.decision import OK, STALE, UNKNOWN, Prediction

__all__ = [
    'NEUTRAL_MACRO_F1',
    'Activity',
    'activity_level',
    'activity_values',
    'macro_f1_of',
    'read_activity',
]

#: What a model counts whose card has no macro-F1: it neither wins by default nor is left out.
NEUTRAL_MACRO_F1 = 0.5

_METRIC = 'window macro-F1'
_SECONDS = re.compile(r'(\d{1,12})\.(\d{9})')
_PREFIX = 'p/'
_NS = 1_000_000_000
#: state -> level of diagnostic_msgs/DiagnosticStatus: OK, WARN, STALE
_LEVELS = {OK: 0, UNKNOWN: 1, STALE: 3}


@dataclass(frozen=True, slots=True)
class Activity:
    """A prediction with what is known of its maker.

    Attributes:
        prediction: as published.
        labels: the model's labels, in the order of the probabilities; empty if stale.
        model: name of the model.
        macro_f1: of the model's card; None if it has none.
        source: node that made the prediction, where another one passes it on; otherwise empty.
    """

    prediction: Prediction
    labels: tuple[str, ...]
    model: str
    macro_f1: float | None = None
    source: str = ''

    @property
    def score(self) -> float:
        """Calibrated confidence times macro-F1, in [0, 1]."""
        worth = NEUTRAL_MACRO_F1 if self.macro_f1 is None else self.macro_f1
        return self.prediction.confidence * worth


def macro_f1_of(card: Card) -> float | None:
    """Macro-F1 over windows of people held out of training; None if the card does not say.

    A card may also hold figures of networks that were not shipped; those say 'with …' first.
    """
    for result in card.results:
        if result.metric == _METRIC and not result.split.startswith('with '):
            return min(max(result.value, 0.0), 1.0)
    return None


def activity_level(state: str) -> int:
    """A state as level of diagnostic_msgs/DiagnosticStatus."""
    return _LEVELS.get(state, _LEVELS[UNKNOWN])


def activity_values(activity: Activity, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The keys and values of an activity message, which `read_activity` reads.

    Args:
        activity: what is said.
        more: further keys and values.
    """
    prediction = activity.prediction
    values = {
        'state': prediction.state,
        'label': prediction.label,
        'confidence': f'{prediction.confidence:.8f}',
        'window_start': _seconds(prediction.start_ns),
        'window_end': _seconds(prediction.end_ns),
        'model': activity.model,
    }
    if activity.macro_f1 is not None:
        values['model_macro_f1'] = f'{activity.macro_f1:.8f}'
    if prediction.reason:
        values['reason'] = prediction.reason
    values.update(more or {})
    for label, p in zip(activity.labels, prediction.probabilities, strict=True):
        values[f'{_PREFIX}{label}'] = f'{p:.8f}'
    return values


def read_activity(values: Mapping[str, str], frame_id: str = '') -> Activity:
    """Check the keys and values of an activity message.

    Args:
        values: 'state', 'label', 'confidence', 'window_start', 'window_end', 'model', a 'p/LABEL'
            for every class, and, if there are, 'model_macro_f1', 'reason' and 'source'.
        frame_id: the sensor's frame.

    Raises:
        MessageError: with reason 'activity': a key is missing or its value is no such thing.
    """
    state = _text(values, 'state')
    if state not in (OK, UNKNOWN, STALE):
        raise _unusable('state', state)
    classes = {
        key.removeprefix(_PREFIX): _share(values, key) for key in values if key.startswith(_PREFIX)
    }
    if state != STALE and not classes:
        raise MessageError("an activity has no class's probability", 'activity')
    prediction = Prediction(
        label=_text(values, 'label'),
        state=state,
        confidence=_share(values, 'confidence'),
        probabilities=tuple(classes.values()),
        start_ns=_nanoseconds(values, 'window_start'),
        end_ns=_nanoseconds(values, 'window_end'),
        frame_id=frame_id,
        reason=values.get('reason', ''),
    )
    return Activity(
        prediction=prediction,
        labels=tuple(classes),
        model=_text(values, 'model'),
        macro_f1=_share(values, 'model_macro_f1') if 'model_macro_f1' in values else None,
        source=values.get('source', ''),
    )


def _text(values: Mapping[str, str], key: str) -> str:
    value = values.get(key, '')
    if not value:
        raise MessageError(f'an activity has no {key}', 'activity')
    return value


def _share(values: Mapping[str, str], key: str) -> float:
    text = _text(values, key)
    try:
        value = float(text)
    except ValueError:
        raise _unusable(key, text) from None
    if not (isfinite(value) and 0 <= value <= 1):
        raise _unusable(key, text)
    return value


def _nanoseconds(values: Mapping[str, str], key: str) -> int:
    text = _text(values, key)
    match = _SECONDS.fullmatch(text)
    if match is None:
        raise _unusable(key, text)
    return int(match[1]) * _NS + int(match[2])


def _seconds(stamp_ns: int) -> str:
    return f'{stamp_ns // _NS}.{stamp_ns % _NS:09d}'


def _unusable(key: str, value: str) -> MessageError:
    return MessageError(f"an activity's {key} cannot be {value[:40]!r}", 'activity')

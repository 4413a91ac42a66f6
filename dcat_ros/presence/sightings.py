"""What was heard of the recognisers of a ROS graph, as rows of a table."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dcat_ros.presence.activity import Activity
from dcat_ros.streaming.decision import STALE

__all__ = ['Row', 'Sightings']

#: A recogniser reports once a second.
_SILENT_AFTER_S = 3.0
_FORGOTTEN_AFTER_S = 10.0
_LONGEST_TEXT = 60


@dataclass(frozen=True)
class Row:
    """One recogniser, or one group of presence_node.

    Attributes:
        node: name of the node.
        label: the latest; empty if none was heard.
        confidence: of the label, in [0, 1].
        state: 'ok', 'unknown' or 'stale'; empty if no label was heard.
        rate_hz: labels a second.
        latency_ms: median, as the node reports it; None if it does not.
        sensor: how its sensor is, in words.
        model: name of the model.
    """

    node: str
    label: str
    confidence: float
    state: str
    rate_hz: float
    latency_ms: float | None
    sensor: str
    model: str


@dataclass
class _Seen:
    last_s: float
    activities: tuple[Activity, ...] = ()
    report: dict[str, str] = field(default_factory=dict)
    arrivals_s: deque[float] = field(default_factory=lambda: deque(maxlen=20))


class Sightings:
    """Remembers the latest words of every node. All times are monotonic, in s.

    Attributes:
        n_ignored: number of messages that could not be read.
    """

    def __init__(self) -> None:
        self.n_ignored = 0
        self._seen: dict[str, _Seen] = {}

    def heard(self, node: str, activities: Sequence[Activity], now_s: float) -> None:
        """A node published activities."""
        seen = self._at(node, now_s)
        seen.activities = tuple(activities)
        seen.arrivals_s.append(now_s)

    def reported(self, node: str, values: Mapping[str, str], now_s: float) -> None:
        """A node told of itself on /diagnostics."""
        self._at(node, now_s).report = dict(values)

    def rows(self, now_s: float) -> list[Row]:
        """The nodes of which something was heard lately, by name."""
        self._seen = {
            name: seen
            for name, seen in sorted(self._seen.items())
            if now_s - seen.last_s < _FORGOTTEN_AFTER_S
        }
        return [row for name, seen in self._seen.items() for row in _rows(name, seen, now_s)]

    def _at(self, node: str, now_s: float) -> _Seen:
        seen = self._seen.setdefault(node, _Seen(now_s))
        seen.last_s = now_s
        return seen


def _rows(name: str, seen: _Seen, now_s: float) -> list[Row]:
    # what was said before a node was deactivated holds no more
    active = seen.report.get('lifecycle state', 'active') == 'active'
    activities = seen.activities if active else ()
    rate_hz, latency_ms = _rate(seen.arrivals_s, now_s), _number(seen.report, 'latency p50 (ms)')
    if not activities:
        sensor = _sensor(seen, None, now_s)
        return [Row(_shown(name), '', 0.0, '', 0.0, latency_ms, sensor, _model(seen.report))]
    return [
        Row(
            node=_shown(name),
            label=_shown(activity.prediction.label),
            confidence=activity.prediction.confidence,
            state=activity.prediction.state,
            rate_hz=rate_hz,
            latency_ms=latency_ms,
            sensor=_sensor(seen, activity, now_s),
            model=_shown(activity.model),
        )
        for activity in activities
    ]


def _sensor(seen: _Seen, activity: Activity | None, now_s: float) -> str:
    """In words, the worst first."""
    silent_s = now_s - seen.last_s
    if silent_s > _SILENT_AFTER_S:
        return f'silent for {silent_s:.0f} s'
    report = seen.report
    lifecycle = report.get('lifecycle state', 'active')
    if lifecycle != 'active':
        return _shown(lifecycle)
    if activity is not None and activity.source:
        return f'from {_shown(activity.source)}'
    if report.get('publishers') == '0':
        return f'nobody publishes {_shown(report.get("input topic", ""))}'
    if activity is not None and activity.prediction.state == STALE:
        return 'no data'
    rate_hz = _number(report, 'input rate (Hz)')
    return '' if rate_hz is None else f'{rate_hz:.1f} Hz'


def _rate(arrivals_s: deque[float], now_s: float) -> float:
    lately = [arrival for arrival in arrivals_s if now_s - arrival < _SILENT_AFTER_S]
    if len(lately) < 2 or lately[-1] <= lately[0]:
        return 0.0
    return (len(lately) - 1) / (lately[-1] - lately[0])


def _number(report: Mapping[str, str], key: str) -> float | None:
    try:
        value = float(report[key])
    except (KeyError, ValueError):
        return None
    return value if 0 <= value < 1e6 else None


def _model(report: Mapping[str, str]) -> str:
    return _shown(report.get('model', ''))


def _shown(text: str) -> str:
    """Without what would steer the terminal, and not too long: anybody may have written it."""
    return ''.join(c if c.isprintable() else '?' for c in text[:_LONGEST_TEXT])

"""What bag and running robot have in common: the sensors among topics, and the report."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from dcat_ros.card.card import Card
from dcat_ros.check.fits import fits_of
from dcat_ros.check.record import CheckReport, Remark, TruthFacts
from dcat_ros.check.sensor import SensorCheck
from dcat_ros.model.find import find_weights, load_card, shipped_models
from dcat_ros.segment import Segment
from dcat_ros.sensors.registry import heard
from dcat_ros.streaming.window import WindowStream

__all__ = ['cards_of', 'finish', 'sensors_among', 'stream_of', 'truth_facts']

#: name of a sensor, and its topics: several of one in parts
Found = tuple[str, list[str]]


def cards_of(models: Iterable[str]) -> list[Card]:
    """Cards of the shipped models, and of those that are named."""
    paths = [*shipped_models().values(), *map(find_weights, models)]
    cards = [load_card(path) for path in paths]
    return [card for card in cards if card.modality in heard()]


def sensors_among(
    types: Mapping[str, Sequence[str]], first: Callable[[str], bytes | None] = lambda topic: None
) -> list[Found]:
    """The sensors among topics.

    Args:
        types: topic -> all its types.
        first: one of the messages of a topic, or None; asked where several sensors have a type.
    """
    found: list[Found] = []
    for name, live in heard().items():
        fitting = {
            topic: [kind for kind in kinds if kind in live.types] for topic, kinds in types.items()
        }
        topics = sorted(
            topic
            for topic, kinds in fitting.items()
            if kinds and live.is_mine(topic, kinds[0], first(topic))
        )
        parts = live.find_parts(topics)
        if parts:
            found.append((name, list(parts)))
        found += [(name, [topic]) for topic in topics if topic not in parts]
    return found


def stream_of(card: Card) -> WindowStream:
    """Windows of a model, laid end to end: enough to judge by."""
    spec = card.input
    return WindowStream(
        n_channels=spec.n_values,
        rate_hz=spec.rate_hz,
        window_s=spec.window_s,
        stride_s=spec.window_s,
    )


def truth_facts(where: str, segments: Sequence[Segment]) -> TruthFacts:
    """How long each label lasts."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for segment in segments:
        seconds[segment.label] += (segment.end_ns - segment.start_ns) / 1e9
    return TruthFacts(where=where, seconds={key: round(s, 3) for key, s in seconds.items()})


def finish(
    report: CheckReport,
    cards: Sequence[Card],
    checks: Sequence[SensorCheck],
    segments: Sequence[Segment],
    truth_by_receipt: bool,
) -> CheckReport:
    """Fill in what follows from the sensors.

    Args:
        report: with what is known of the recording and of its truth.
        cards: of the models.
        checks: of the sensors, all their messages taken.
        segments: the truth.
        truth_by_receipt: it has the times at which it came.
    """
    for check in checks:
        report.topics += check.facts()
        report.remarks += check.remarks(truth_by_receipt)
        span = check.span_ns()
        if segments and span and not _overlap(span, segments):
            report.remarks.append(
                Remark(
                    level='fault',
                    about=' + '.join(check.topics),
                    sentence='its times and the truth never overlap',
                )
            )
    if not checks:
        report.remarks.append(
            Remark(
                level='fault',
                about=report.what,
                sentence='no topic has messages of a type that a model takes: '
                + ', '.join(kind for live in heard().values() for kind in live.types),
            )
        )
    report.models = fits_of(cards, checks, report.remarks, report.truth)
    report.remarks.sort(key=lambda remark: remark.level != 'fault')
    return report


def _overlap(span: tuple[int, int], segments: Sequence[Segment]) -> bool:
    return any(s.start_ns <= span[1] and span[0] < s.end_ns for s in segments)

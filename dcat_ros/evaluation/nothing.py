"""Why a recording that could be read has no window that could be scored."""

import re
from collections.abc import Iterable, Sequence

from dcat_ros.card.card import Card
from dcat_ros.doubt import said
from dcat_ros.evaluation.bag_content import BagContent
from dcat_ros.evaluation.scores import Scores
from dcat_ros.segment import REST, Segment
from dcat_ros.streaming.judge import apart

__all__ = ['near_labels', 'why_nothing']

_NS = 1_000_000_000
_MOST_NAMED = 6
#: what a receiver counts -> how many of what it is
_BREAKS = {
    'gap': 'gaps in the stamps',
    'jump_back': 'jumps back in time',
    'frame_change': 'changes of the frame_id',
    'unpaired': 'readings of one half without the other',
}


def why_nothing(
    content: BagContent, card: Card, truth: Sequence[Segment], scores: Scores, rate_hz: float
) -> str:
    """One sentence, or several, that say what is in the way, and what to do.

    Args:
        content: what came of the recording.
        card: of the model.
        truth: on the clock of the stamps.
        scores: of the recording, all of them empty.
        rate_hz: of the messages, by their stamps; 0 if there are too few.
    """
    said_doubts = said(content.reading.doubts())
    n, counts = content.reading.n_messages, content.reading.receiver.counts
    if not content.predictions:
        if content.n_senseless:
            return f'the data cannot mean anything: {said_doubts}'
        breaks = ', '.join(f'{counts[key]} {what}' for key, what in _BREAKS.items() if counts[key])
        parts = [
            f'{n} messages completed no window of {card.input.window_s:g} s',
            f'({breaks})' if breaks else '',
            f'; {said_doubts}' if said_doubts else '',
            *(f'; {sentence}' for sentence in content.reading.rejected.sentences()),
        ]
        if rate_hz and not said_doubts:
            parts.append(f'; they come at {rate_hz:.1f} Hz')
        return ' '.join(part for part in parts if part).replace(' ;', ';')
    if scores.n_foreign_truth:
        foreign = [label for label in scores.n_foreign_truth if label != REST]
        near = near_labels(foreign, card.labels)
        hint = ', '.join(f'{label} for {known}' for label, known in near.items())
        if hint:
            return (
                f'the truth spells labels otherwise than {card.name} does: {hint}; mend the truth'
            )
        return (
            f'the truth says {_named(foreign or [REST])}, and {card.name} knows none of these; it '
            f'knows {_named(card.labels)}: take the model that was trained on such labels'
        )
    first, last = content.predictions[0].end_ns, content.predictions[-1].end_ns
    sentence = (
        f'windows and truth never overlap: the windows end from {first / _NS:.1f} s to '
        f'{last / _NS:.1f} s, and the truth is from {truth[0].start_ns / _NS:.1f} s to '
        f'{truth[-1].end_ns / _NS:.1f} s'
    )
    offset_s = content.reading.offset_s
    clock = None if offset_s is None else apart(offset_s)
    return f'{sentence}; {clock.sentence}' if clock else sentence


def near_labels(foreign: Iterable[str], labels: Sequence[str]) -> dict[str, str]:
    """The labels that differ from one of the model's in capitals, spaces or dashes alone."""
    known = {_plain(label): label for label in labels}
    return {label: known[_plain(label)] for label in foreign if _plain(label) in known}


def _plain(label: str) -> str:
    return re.sub(r'[\s_-]+', '_', label.strip().casefold())


def _named(labels: Sequence[str]) -> str:
    more = f' and {len(labels) - _MOST_NAMED} more' if len(labels) > _MOST_NAMED else ''
    return ', '.join(labels[:_MOST_NAMED]) + more

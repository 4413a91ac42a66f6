"""The figures of a training on sound, from its raw results."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dcat_ros.card.card import Result
from dcat_ros.evaluation.intervals import cluster_bootstrap
from dcat_ros.training.results import accuracy, macro_f1
from dcat_ros.training.sound_record import WHOLE, ClipOutcome, SoundRecord, StreamOutcome

__all__ = ['NEW_HOME', 'results_of_sound']

#: Split of the clips of households, by the network that heard none.
NEW_HOME = 'clips of households, by a network that heard none of them'

Group = TypeVar('Group')


def results_of_sound(record: SoundRecord) -> tuple[Result, ...]:
    """Accuracy and macro-F1 with 95 % intervals over sources, and counts of the streams."""
    protocol = f'each source held out once, {record.n_folds} folds'
    results: list[Result] = []
    for fold in range(record.n_folds):
        clips = [clip for clip in record.clips if clip.fold == fold]
        split = f'{WHOLE}, fold {fold + 1} of {record.n_folds}'
        results += _of_clips(clips, _found(WHOLE), record.labels, split)
    for condition in record.clips[0].found:
        split = f'{condition}, {protocol}'
        results += _of_clips(record.clips, _found(condition), record.labels, split)
    homes = [clip for clip in record.clips if clip.new_home]
    if homes:
        results += _of_clips(homes, lambda clip: clip.new_home, record.labels, NEW_HOME)
        results += _of_clips(
            homes,
            _found(WHOLE),
            record.labels,
            f'the same clips, {protocol}: other recordings of the household were heard',
        )
    results += _of_streams(record.streams, protocol)
    results.append(Result(split='network', metric='parameters', value=record.n_parameters))
    results.append(
        Result(
            split=f'a window of {record.window_s:g} s with its log-mel, one thread, a window every '
            f'{record.stride_s:g} s',
            metric='time (ms)',
            value=record.window_ms,
        )
    )
    return tuple(results)


def _found(condition: str) -> Callable[[ClipOutcome], str]:
    return lambda clip: clip.found[condition]


def _of_clips(
    clips: Sequence[ClipOutcome],
    found: Callable[[ClipOutcome], str],
    labels: Sequence[str],
    split: str,
) -> list[Result]:
    sources: dict[str, NDArray[np.int64]] = {}
    for clip in clips:
        counts = sources.setdefault(clip.source, np.zeros((len(labels), len(labels)), np.int64))
        counts[labels.index(clip.label), labels.index(found(clip))] += 1
    groups = list(sources.values())
    split = f'{split} ({len(groups)} sources)'
    return [
        _result(split, 'accuracy', groups, accuracy, len(clips)),
        _result(split, 'macro-F1', groups, macro_f1, len(clips)),
    ]


def _of_streams(streams: Sequence[StreamOutcome], protocol: str) -> list[Result]:
    window_s = streams[0].window_s
    streams_of = f'clips and pauses (synthetic joining), windows of {window_s:g} s'
    split = f'streams of {streams_of}, {protocol}'

    def share(part: str, whole: str) -> Callable[[Sequence[StreamOutcome]], float]:
        def statistic(group: Sequence[StreamOutcome]) -> float:
            total = sum(getattr(s, whole) for s in group)
            return float(sum(getattr(s, part) for s in group) / max(1, total))

        return statistic

    def of_windows(
        figure: Callable[[Sequence[NDArray[np.int64]]], float],
    ) -> Callable[[Sequence[StreamOutcome]], float]:
        return lambda group: figure([np.array(s.confusion) for s in group])

    def f1(matched: str, events: str) -> Callable[[Sequence[StreamOutcome]], float]:
        def statistic(group: Sequence[StreamOutcome]) -> float:
            total = sum(s.n_clips + getattr(s, events) for s in group)
            return float(2 * sum(getattr(s, matched) for s in group) / max(1, total))

        return statistic

    rows: list[tuple[str, Callable[[Sequence[StreamOutcome]], float], str]] = [
        ('window macro-F1', of_windows(macro_f1), 'n_heard'),
        ('window accuracy', of_windows(accuracy), 'n_heard'),
        ('coverage in clips', share('n_named', 'n_heard'), 'n_heard'),
        ('accuracy where not unknown', share('n_named_right', 'n_named'), 'n_named'),
        ('unknown in pauses', share('n_pause_unknown', 'n_pause'), 'n_pause'),
        ('unknown wholly in a pause', share('n_silent_unknown', 'n_silent'), 'n_silent'),
        ('event-F1 (IoU 0.5)', f1('n_matched', 'n_events'), 'n_clips'),
        ('label-run F1 (IoU 0.5)', f1('n_runs_matched', 'n_runs'), 'n_clips'),
    ]
    return [
        _result(split, metric, streams, statistic, sum(getattr(s, n) for s in streams))
        for metric, statistic, n in rows
    ]


def _result(
    split: str,
    metric: str,
    groups: Sequence[Group],
    statistic: Callable[[Sequence[Group]], float],
    n: int,
) -> Result:
    low, high = cluster_bootstrap(groups, statistic)
    return Result(
        split=split,
        metric=metric,
        value=round(statistic(groups), 4),
        low=round(low, 4),
        high=round(high, 4),
        n=n,
    )

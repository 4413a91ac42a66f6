"""Each window beside its truth, stretches of windows that say the same, and the worst mistakes."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from dcat_ros.evaluation.evaluation import Evaluation
from dcat_ros.evaluation.scores import best_label
from dcat_ros.streaming.decision import STALE
from dcat_ros.truth import label_at

__all__ = ['Judged', 'Mistake', 'Stretch', 'judged', 'stretches', 'worst_mistakes']


@dataclass(frozen=True, slots=True)
class Judged:
    """A window and what was really going on.

    Attributes:
        instant_ns: the time that it speaks for.
        truth: the label there; '' where there is none.
        best: the likeliest label, `unknown` or not; '' if the data were stale.
        said: the published label, 'unknown' or 'stale'.
        state: of the prediction.
        confidence: probability of the likeliest label; 0 if stale.
        right: whether the likeliest label is the true one; None where there is no truth that the
            model knows, and such a window is not scored.
    """

    instant_ns: int
    truth: str
    best: str
    said: str
    state: str
    confidence: float
    right: bool | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring windows that have something in common.

    Attributes:
        start_ns: half a stride before the first window's instant.
        end_ns: half a stride after the last one's.
        windows: at least one.
    """

    start_ns: int
    end_ns: int
    windows: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Neighbouring wrong windows with one truth and one label.

    Attributes:
        start_ns: half a stride before the first window's instant.
        end_ns: half a stride after the last one's.
        truth: what was going on.
        label: what was likeliest instead.
        confidence: its greatest probability.
        n_windows: number of windows.
    """

    start_ns: int
    end_ns: int
    truth: str
    label: str
    confidence: float
    n_windows: int


def judged(evaluation: Evaluation) -> list[Judged]:
    """The windows of an evaluation, in their order."""
    known = set(evaluation.labels)
    instants = evaluation.instants()
    windows: list[Judged] = []
    truths = label_at(evaluation.truth, instants)
    for prediction, instant_ns, truth in zip(evaluation.predictions, instants, truths, strict=True):
        stale = prediction.state == STALE
        best = '' if stale else best_label(prediction, evaluation.labels)
        windows.append(
            Judged(
                instant_ns=instant_ns,
                truth=truth,
                best=best,
                said=STALE if stale else prediction.label,
                state=prediction.state,
                confidence=0.0 if stale else float(max(prediction.probabilities)),
                right=best == truth if truth in known and not stale else None,
            )
        )
    return windows


def stretches(
    windows: Iterable[Judged], stride_s: float, key: Callable[[Judged], Hashable]
) -> Iterator[Stretch]:
    """Join neighbours that share a key.

    A hole of more than one and a half strides, or a step back in time, ends a stretch.

    Args:
        windows: in their order.
        stride_s: distance of two windows.
        key: what they have in common; a window whose key is None belongs to no stretch.
    """
    half_ns = round(stride_s * 5e8)
    run: list[Judged] = []
    of: Hashable = None
    for window in windows:
        mark = key(window)
        if run:
            step_ns = window.instant_ns - run[-1].instant_ns
            if mark == of and 0 <= step_ns <= 3 * half_ns:
                run.append(window)
                continue
            yield _stretch(run, half_ns)
        of, run = mark, [] if mark is None else [window]
    if run:
        yield _stretch(run, half_ns)


def _stretch(run: list[Judged], half_ns: int) -> Stretch:
    return Stretch(run[0].instant_ns - half_ns, run[-1].instant_ns + half_ns, tuple(run))


def worst_mistakes(windows: Sequence[Judged], stride_s: float, most: int = 20) -> list[Mistake]:
    """The surest mistakes, surest first; of two alike the earlier one.

    Args:
        windows: in their order.
        stride_s: distance of two windows.
        most: number of entries.
    """
    wrong = stretches(windows, stride_s, lambda w: (w.truth, w.best) if w.right is False else None)
    found = [
        Mistake(
            start_ns=s.start_ns,
            end_ns=s.end_ns,
            truth=s.windows[0].truth,
            label=s.windows[0].best,
            confidence=max(w.confidence for w in s.windows),
            n_windows=len(s.windows),
        )
        for s in wrong
    ]
    return sorted(found, key=lambda m: (-m.confidence, m.start_ns))[:most]

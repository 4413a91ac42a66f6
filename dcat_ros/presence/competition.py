"""Recognisers with the same labels compete; those with other labels stand side by side."""

from collections.abc import Iterable
from dataclasses import dataclass

from dcat_ros.presence.activity import Activity
from dcat_ros.presence.choice import Choice
from dcat_ros.streaming.decision import STALE

__all__ = ['Competition', 'Winner']

LabelSet = frozenset[str]


@dataclass(frozen=True, slots=True)
class Winner:
    """The best recogniser of a group with the same labels.

    Attributes:
        name: of the recogniser.
        activity: the newest one that it said.
        number: of that activity, counted over all that were heard: another one, another number.
    """

    name: str
    activity: Activity
    number: int


@dataclass(slots=True)
class _Entry:
    said: Winner
    heard_s: float


class Competition:
    """Keeps what every recogniser said last, and decides who is believed.

    Args:
        names: of the recognisers; of equally good ones the first is preferred.
        stale_after_s: age in s above which what was said counts no more.
        margin: of scores, see `Choice`.
        hold_s: see `Choice`.
    """

    def __init__(self, names: Iterable[str], stale_after_s: float, margin: float, hold_s: float):
        self._names = tuple(names)
        self._entries: dict[str, _Entry] = {}
        self._groups: dict[LabelSet, Choice[str]] = {}
        #: among groups, which are known by their labels: a group may change its winner and speak on
        self._speaker: Choice[LabelSet] = Choice(margin, hold_s)
        self._n_heard = 0
        self.set(stale_after_s, margin, hold_s)

    def set(self, stale_after_s: float, margin: float, hold_s: float) -> None:
        """Go on with other settings."""
        self._stale_after_s = stale_after_s
        self._margin, self._hold_s = margin, hold_s
        self._speaker.margin, self._speaker.hold_s = margin, hold_s
        for choice in self._groups.values():
            choice.margin, choice.hold_s = margin, hold_s

    def hear(self, name: str, activity: Activity, now_s: float) -> None:
        """Take what a recogniser says; `stale` takes it out of the competition."""
        if activity.prediction.state == STALE:
            self.leave(name)
            return
        self._n_heard += 1
        self._entries[name] = _Entry(Winner(name, activity, self._n_heard), now_s)

    def leave(self, name: str) -> None:
        """Forget what a recogniser said: it is not active any more."""
        self._entries.pop(name, None)

    def decide(self, now_s: float) -> tuple[Winner, ...]:
        """The best one of each group, first the one that speaks for all; empty if none is fresh."""
        groups: dict[LabelSet, dict[str, Winner]] = {}
        for name in self._names:
            entry = self._entries.get(name)
            if entry is not None and now_s - entry.heard_s <= self._stale_after_s:
                labels = frozenset(entry.said.activity.labels)
                groups.setdefault(labels, {})[name] = entry.said
        # a group of which nobody is left forgets whom it had chosen
        self._groups = {
            labels: self._groups.get(labels) or Choice(self._margin, self._hold_s)
            for labels in groups
        }
        winners: dict[LabelSet, Winner] = {}
        for labels, members in groups.items():
            scores = {name: said.activity.score for name, said in members.items()}
            chosen = self._groups[labels].update(scores, now_s)
            if chosen is not None:
                winners[labels] = members[chosen]
        speaking = self._speaker.update(
            {labels: winner.activity.score for labels, winner in winners.items()}, now_s
        )
        return tuple(
            winners[labels] for labels in sorted(winners, key=lambda labels: labels != speaking)
        )

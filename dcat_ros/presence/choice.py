"""The choice among scores that change: the best one, but not every moment another one."""

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

__all__ = ['Choice']

Key = TypeVar('Key', bound=Hashable)


class Choice(Generic[Key]):
    """Holds on to one of several until another is clearly better for a while.

    What is no longer there is let go at once. Otherwise the choice changes only to one that was
    better by more than `margin` at every update for at least `hold_s`, counted anew after every
    change; so two such changes are at least `hold_s` apart.

    Args:
        margin: difference of scores.
        hold_s: time in s.

    Attributes:
        chosen: the present choice; None if there is nothing to choose from.
    """

    def __init__(self, margin: float, hold_s: float):
        self.margin = margin
        self.hold_s = hold_s
        self.chosen: Key | None = None
        #: who is better than the chosen one, and since when
        self._better: dict[Key, float] = {}

    def update(self, scores: Mapping[Key, float], now_s: float) -> Key | None:
        """Choose anew.

        Args:
            scores: of all that are present; of equal ones the first is preferred.
            now_s: never less than the last time.
        """
        chosen = self.chosen
        if chosen is None or chosen not in scores:
            self._take(max(scores, key=scores.__getitem__, default=None))
            return self.chosen
        least = scores[chosen] + self.margin
        self._better = {
            key: self._better.get(key, now_s) for key, score in scores.items() if score > least
        }
        ripe = [key for key, since in self._better.items() if now_s - since >= self.hold_s]
        if ripe:
            self._take(max(ripe, key=scores.__getitem__))
        return self.chosen

    def _take(self, key: Key | None) -> None:
        self.chosen = key
        self._better = {}

"""Messages that could not be used: how many, and why, in sentences that say it."""

from collections import Counter

from dcat_ros.errors import MessageError

__all__ = ['Rejections']


class Rejections(Counter[str]):
    """Number of refused messages by their reason, and what was said of the last one of each."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, str] = {}

    def add(self, problem: MessageError) -> None:
        """Count one."""
        self[problem.reason] += 1
        self._last[problem.reason] = str(problem).rstrip('.')

    def sentences(self) -> list[str]:
        """What each reason means, the most frequent first, without a full stop."""
        return [
            f'{n} {"message" if n == 1 else "messages"} refused as {reason}: {self._last[reason]}'
            for reason, n in self.most_common()
        ]

    def counted(self) -> str:
        """How many of each reason, and what it means, without a full stop."""
        return '; '.join(f'{n} {reason}: {self._last[reason]}' for reason, n in self.most_common())

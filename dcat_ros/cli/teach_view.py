"""What a person sees who teaches live: what to do now, and what became of each take."""

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from dcat_ros.card.card import Card
from dcat_ros.teach.live import NOW, READY, REST, Verdict

__all__ = ['TeachView', 'said_of']

_TOLD = {READY: ('be still …', 'yellow'), NOW: ('now', 'bold green'), REST: ('rest', 'cyan')}


class TeachView:
    """A panel that tells the person what to do, and lines above it about each take.

    Args:
        n_takes: of each label.
    """

    def __init__(self, n_takes: int):
        self._n_takes = n_takes
        self._console = Console(highlight=False)
        self._live = Live(console=self._console, transient=True, auto_refresh=False)

    def __enter__(self) -> 'TeachView':
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, label: str, number: int, what: str, last: Verdict | None) -> None:
        """See `dcat_ros.teach.live.Show`."""
        if last is not None:
            self._console.print(Text(f'{label}: {_became_of(last)}'))
        if not what:
            self._live.update(Text(''), refresh=True)
            return
        word, _, left_s = what.partition(' ')
        said, style = _TOLD[word]
        title = f'{label}, take {number} of {self._n_takes}'
        panel = Panel(
            Text(f'{said} {left_s}', style=style, justify='center'), title=title, width=44
        )
        self._live.update(panel, refresh=True)


def takes_text(n: int) -> str:
    """So many takes, for people."""
    return '1 take' if n == 1 else f'{n} takes'


def said_of(card: Card) -> str:
    """What a model was taught, in a line."""
    if card.taught is None:
        return 'all that was taught is forgotten'
    told = [
        f'{one.label} ({takes_text(one.n_takes)} by {one.person})' for one in card.taught.lessons
    ]
    return f'{len(card.labels)} labels, taught: {", ".join(told)}'


def _became_of(verdict: Verdict) -> str:
    refused = '; '.join(f'{name}: {why}' for name, why in verdict.refused.items())
    if verdict.segment is None:
        return f'{refused or "nothing was heard"} — once more'
    length_s = (verdict.segment.end_ns - verdict.segment.start_ns) / 1e9
    learned = ', '.join(verdict.learned)
    return f'a take of {length_s:.1f} s for {learned}' + (f' (not {refused})' if refused else '')

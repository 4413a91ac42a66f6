"""The recordings that are labelled: a list, of which the last few that were looked at are open.

One thread reads them, the one that somebody looks at first; whoever asks gets what is ready.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread

from dcat_ros.errors import DcatError, InputError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.label.intervals import united
from dcat_ros.label.opened import Opened, open_bag
from dcat_ros.label.stopped import Stopped
from dcat_ros.label.suggest import Proposals, Suggest
from dcat_ros.segment import Segment
from dcat_ros.truth import read_csv

__all__ = ['Desk', 'Place']

#: Recordings that stay open: what is kept of each takes memory and place on the disk.
_MOST_OPEN = 4


@dataclass
class Place:
    """A recording in the list.

    Attributes:
        path: of the bag.
        csv: of its labels.
        opened: None until somebody has looked, and again when others are looked at.
        problem: why it cannot be opened, one sentence.
        proposals: what a model proposes, once it has gone through the recording.
        why_no_proposals: why there are none.
    """

    path: Path
    csv: Path
    opened: Opened | None = None
    problem: str = ''
    proposals: Proposals | None = None
    why_no_proposals: str = ''
    labels: set[str] = field(default_factory=set)


class Desk:
    """The recordings.

    Args:
        bags: where they are.
        files: of the labels of each.
        source: how they are read.
        truth_topic: what it says holds where there is no file of labels.
        suggest: what proposes intervals.

    Attributes:
        places: of all recordings, in their order.
    """

    def __init__(
        self,
        bags: Sequence[Path],
        files: Sequence[Path],
        source: BagSource,
        truth_topic: str,
        suggest: Suggest | None = None,
    ):
        self.places = [Place(bag, csv) for bag, csv in zip(bags, files, strict=True)]
        self._source, self._truth_topic, self._suggest = source, truth_topic, suggest
        self._wanted: list[int] = []  # the last one is read next
        self._being_read: int | None = None
        self._looked: list[int] = []  # the last one was looked at last
        self._news = Condition()
        self._ends = False
        for place in self.places:
            place.labels = _labels_in(place.csv)
        self._thread = Thread(target=self._work, name='reads bags', daemon=True)
        self._thread.start()

    @property
    def labels(self) -> list[str]:
        """All labels of all recordings, and those that the model knows."""
        own = set().union(*(place.labels for place in self.places))
        return sorted(own | set(self._suggest.labels if self._suggest else ()))

    @property
    def model_name(self) -> str:
        """Of the model that proposes intervals; empty if there is none."""
        return self._suggest.name if self._suggest else ''

    def look(self, number: int) -> Place:
        """A recording; it is read, if it is not open."""
        place = self.places[number]
        with self._news:
            if number in self._looked:
                self._looked.remove(number)
            self._looked.append(number)
            # what is read already is not read anew in place of what it has become by then
            if place.opened is None and not place.problem and number != self._being_read:
                if number in self._wanted:
                    self._wanted.remove(number)
                self._wanted.append(number)
                self._news.notify()
        return place

    def labels_of(self, number: int) -> tuple[list[Segment], str]:
        """The labels of an open recording, and the state of their file.

        Raises:
            InputError: the file is damaged, or the recording is not open.
        """
        opened = self._opened(number)
        segments, state = opened.labels.read()
        opened.check_near(segments)
        self._know(number, segments)
        return segments, state

    def save(self, number: int, segments: Sequence[Segment], known: str) -> str:
        """Write the labels of an open recording; gives the file's state.

        Raises:
            ChangedError: the file was changed by somebody else.
            InputError: they make no sense, or the recording is not open.
        """
        opened = self._opened(number)
        opened.check_near(segments)
        state = opened.labels.save(segments, known)
        self._know(number, segments)
        return state

    def add(self, number: int, segments: Sequence[Segment]) -> tuple[int, int]:
        """Add labels from elsewhere to those of an open recording.

        Returns:
            How many were added, and how many left out since they overlap others.

        Raises:
            ChangedError: the file was changed by somebody else meanwhile.
            InputError: as `save`.
        """
        old, state = self.labels_of(number)
        both, n_left = united(old, segments)
        self.save(number, both, state)
        return len(both) - len(old), n_left

    def close(self) -> None:
        """Stop reading, and let go of all recordings."""
        with self._news:
            self._ends = True
            self._news.notify()
        self._thread.join()
        for place in self.places:
            if place.opened is not None:
                place.opened.close()

    def _opened(self, number: int) -> Opened:
        opened = self.places[number].opened
        if opened is None:
            raise InputError(f'{self.places[number].path} is not open yet.')
        return opened

    def _know(self, number: int, segments: Sequence[Segment]) -> None:
        place = self.places[number]
        place.labels = {segment.label for segment in segments}
        if place.proposals is not None:
            place.proposals.order(segments)

    def _work(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._ends or self._wanted)
                if self._ends:
                    return
                number = self._being_read = self._wanted.pop()
            self._read(number)
            with self._news:
                self._being_read = None

    def _read(self, number: int) -> None:
        place = self.places[number]
        was_shown = False

        def shown(opened: Opened) -> None:
            nonlocal was_shown
            with self._news:
                place.opened, was_shown = opened, True
                self._close_others()

        def go_on() -> bool:
            return not self._ends and place.opened is not None

        try:
            open_bag(place.path, place.csv, self._source, self._truth_topic, shown, go_on)
        except Stopped:
            return
        except Exception as problem:  # hostile: one of many recordings must not cost the others
            if was_shown and place.opened is None:
                return  # it was closed at this moment, and is read again
            said = str(problem)
            if not isinstance(problem, DcatError):
                said = (
                    f'{place.path} could not be read to its end: {type(problem).__name__}: {said}.'
                )
            self._fail(place, f'{said} Mend that, and start "dcat label" anew.')
            return
        if self._suggest is not None and place.proposals is None:
            try:
                proposals = self._suggest.proposals_of(place.path, self._source, go_on)
                proposals.order(self.labels_of(number)[0])
                place.proposals = proposals
            except Stopped:
                return
            except Exception as problem:  # likewise
                place.why_no_proposals = str(problem)

    def _fail(self, place: Place, problem: str) -> None:
        with self._news:
            opened, place.opened, place.problem = place.opened, None, problem
        if opened is not None:
            opened.close()

    def _close_others(self) -> None:
        """Let go of what was not looked at for longest."""
        is_open = [i for i in self._looked if self.places[i].opened is not None]
        for i in is_open[: max(len(is_open) - _MOST_OPEN, 0)]:
            opened, self.places[i].opened = self.places[i].opened, None
            if opened is not None:
                opened.close()


def _labels_in(csv: Path) -> set[str]:
    """What a file names; a damaged one is spoken of when its recording is opened."""
    if not csv.is_file():
        return set()
    try:
        return {segment.label for segment in read_csv(csv)}
    except InputError:
        return set()

"""A model that learns: what it knows, what it takes from a recording, and where it is written."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dcat_ros.card.card import Card
from dcat_ros.errors import ConfigError, InputError, OutputError
from dcat_ros.model.find import shipped_models
from dcat_ros.teach.judge import why_unlike
from dcat_ros.teach.lessons import Lessons, load_lessons, save_lessons
from dcat_ros.teach.study import study
from dcat_ros.teach.takes import Refused, Taken

__all__ = ['Student', 'known_at']


@dataclass(eq=False)
class Student:
    """A model that learns.

    Attributes:
        model: how it was named.
        lessons: what it knows.
        place: where what it is taught is written.
        is_taught: the model is a file of what was taught, and not the base itself.
        before: what it knew when it came.
        used_by: name or path by which what was written is used; empty while nothing was.
    """

    model: str
    lessons: Lessons
    place: Path
    is_taught: bool = False
    before: Lessons = field(init=False)
    used_by: str = field(default='', init=False)

    def __post_init__(self) -> None:
        self.before = self.lessons

    @property
    def has_changed(self) -> bool:
        """Whether it knows something else than before, so that there is something to write."""
        return self.lessons is not self.before

    def learn(self, taken: Taken, path: Path) -> list[Refused]:
        """Learn takes one after the other; those that are unlike the others of their person not.

        Args:
            taken: what a recording gave.
            path: of the recording.

        Returns:
            What it cannot learn from.

        Raises:
            InputError: it cannot learn from any, or a label may not be taught; it knows what it
                knew then.
        """
        refused, lessons = list(taken.refused), self.lessons
        for take in taken.takes:
            lessons.check(take.label)
            studied = study(lessons.base, take)
            others = [
                known
                for known in lessons.takes
                if (known.label, known.person) == (take.label, take.person)
            ]
            if any(np.array_equal(studied.windows, known.windows) for known in others):
                why = 'it was taught before'
            else:
                why = why_unlike(studied, others, lessons.memory)
            if why:
                refused.append(Refused(take.label, take.where, why))
            else:
                lessons = lessons.more([studied])
        if lessons is self.lessons:
            why = '; '.join(f'{r.label} {r.where}: {r.why}' for r in refused[:5])
            raise InputError(f'{path}: no take of it can be learned from: {why}.')
        self.lessons = lessons
        return refused

    def base_left(self) -> str:
        """Name or path of the base, which is used where all is forgotten.

        Raises:
            ConfigError: nobody knows where it lies.
            WeightsError: it is unusable.
        """
        if not self.is_taught:
            return self.model
        base = self.lessons.base
        name = base.card.name
        if name in shipped_models():
            shipped = load_lessons(name).base
            if shipped.weights_sha256 == base.weights_sha256:
                return name
        raise ConfigError(
            f'{self.model} would know nothing any more that was taught, and does not say where its '
            f'base, {name}, lies. Name its file: "dcat teach --model FILE --out {self.model} '
            '--forget ..."; a node that runs goes on with that file first (ros2 param set).'
        )

    def write(self) -> tuple[Card, dict[str, str]]:
        """Write what it was taught; where it has forgotten all of it, its base is left.

        Returns:
            Its card; and what was taught and is mostly taken for another label -> that label.

        Raises:
            InputError: the file cannot be written, or the base is not at hand.
        """
        if self.lessons.takes:
            card, alike = save_lessons(self.place, self.lessons)
            self.used_by = str(self.place.resolve())
            return card, alike
        self.used_by = self.base_left()
        self.place.unlink(missing_ok=True)
        return self.lessons.base.card, {}


def known_at(place: Path, lessons: Lessons, model: str, *, anew: bool) -> Lessons:
    """What a model goes on with, where a file lies already at the place that will be written.

    Args:
        place: of the file; what it holds is not lost, but where all is taught anew.
        lessons: what the model knows.
        model: how it was named.
        anew: all is.

    Raises:
        OutputError: it is none of that model, or was taught what this one was not.
    """
    name = lessons.base.card.name
    try:
        before = load_lessons(str(place))
        own = bool(before.takes)
    except InputError:
        own = False
    if not own:
        raise OutputError(f'{place} is there, and is nothing that was taught; give another --out.')
    is_same = before.base.weights_sha256 == lessons.base.weights_sha256
    if not is_same and not anew:
        raise OutputError(
            f'{place} is what another model than this {name} was taught: give another --out, '
            'or teach all that is kept by --again.'
        )
    if is_same and not lessons.takes:
        return before
    known = {(take.label, take.person, take.windows.tobytes()) for take in lessons.takes}
    if not anew and any(
        (take.label, take.person, take.windows.tobytes()) not in known for take in before.takes
    ):
        raise OutputError(
            f'{place} was taught what {model} was not, and would be written over: give another '
            '--out, or teach all that is kept by --again.'
        )
    return lessons

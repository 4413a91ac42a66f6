"""Teaching: which models learn, what of a recording they learn from, and where it is written."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.salvage import RawMessage
from dcat_ros.bags.truth import stamp_of, truth_of
from dcat_ros.card.card import Card
from dcat_ros.errors import BagError, ConfigError, InputError, OutputError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.model.find import shipped_models
from dcat_ros.segment import Segment
from dcat_ros.teach.judge import why_unlike
from dcat_ros.teach.kept import forget, keep, kept_lines, place_of
from dcat_ros.teach.lessons import Lessons, load_lessons, save_lessons
from dcat_ros.teach.study import study
from dcat_ros.teach.takes import Refused, Taken, takes_of_bag
from dcat_ros.truth import to_first_reading
from dcat_ros.user_data import folder

__all__ = ['Desk', 'Student']


@dataclass
class Student:
    """A model that learns.

    Attributes:
        model: how it was named.
        lessons: what it knows.
        place: where what it is taught is written.
    """

    model: str
    lessons: Lessons
    place: Path


class Desk:
    """Teaches one or more models the same takes.

    Args:
        who: person and day.
        out: file that is written; in the user's folder without it.
        anew: what was taught before does not count.

    Attributes:
        students: those models.
        who: as given.
        refused: takes that nobody could learn from.
        alike: what was written and is mostly taken for another label -> that label.
    """

    def __init__(self, who: tuple[str, str], out: Path | None = None, *, anew: bool = False):
        self.students: list[Student] = []
        self.who = who
        self.refused: list[Refused] = []
        self.alike: dict[str, str] = {}
        self._out = out
        self._anew = anew

    def open(self, model: str) -> Student:
        """Let a model learn; it goes on with what it was taught before, if that lies there.

        Args:
            model: name or path, of one that was trained or taught.

        Raises:
            WeightsError: it is unusable, or has no memory.
            ConfigError: it cannot be taught by takes, or another one is written to the same place.
            OutputError: there is no folder to write to, or another file lies there.
        """
        lessons = load_lessons(model)
        base = lessons.base.card
        place = self._out or folder() / f'{base.name}_taught.safetensors'
        if any(place == other.place for other in self.students):
            raise ConfigError(
                f'Two that learn would both be written to {place}: teach one after the other, the '
                'second with --out.'
            )
        if not lessons.takes and place.exists():
            lessons = self._before(place, lessons)
        if self._anew:
            lessons = lessons.untaught()
        student = Student(model, lessons, place)
        self.students.append(student)
        return student

    def _before(self, place: Path, lessons: Lessons) -> Lessons:
        """What a model was taught before; a file of anything else is never written over.

        Raises:
            OutputError: it is none of that model.
        """
        name = lessons.base.card.name
        try:
            before = load_lessons(str(place))
            own = bool(before.takes)
        except InputError:
            own = False
        if not own:
            raise OutputError(
                f'{place} is there, and is nothing that was taught; give another --out.'
            )
        if before.base.weights_sha256 == lessons.base.weights_sha256:
            return before
        if not self._anew:
            raise OutputError(
                f'{place} is what another model than this {name} was taught: give another --out, '
                'or teach all that is kept by --again.'
            )
        return lessons

    def forget(self, label: str) -> int:
        """Forget a label, and delete what is kept of it.

        Returns:
            Number of takes that were kept.

        Raises:
            ConfigError: nobody was taught it, and nothing is kept of it.
            InputError: what is kept makes no sense, or cannot be deleted.
        """
        knew = [s for s in self.students if label in s.lessons.taught]
        n = forget(folder(), label)
        if not knew and not n:
            there = sorted({taught for s in self.students for taught in s.lessons.taught})
            raise ConfigError(f'{label!r} was not taught; {", ".join(there) or "nothing"} was.')
        for student in knew:
            student.lessons = student.lessons.without(label)
        return n

    def learn_kept(self) -> None:
        """Learn all that is kept in the user's folder, as far as the sensor is there.

        For a desk that begins anew.

        Raises:
            ConfigError: nothing is kept, or nothing of these sensors.
            DatasetError: the table of what is kept makes no sense.
        """
        lines, where = kept_lines(folder()), place_of(folder())
        if not lines:
            raise ConfigError(f'Nothing is kept in {where}: nothing was taught yet.')
        for student in self.students:
            for line in lines:
                bag, truth = where / line.bag, where / line.truth
                who = (line.subject, line.truth[:10])
                source = BagSource(**line.given())
                try:
                    self._learn(student, bag, str(truth), source, who)
                except InputError as problem:
                    self.refused.append(Refused('', str(bag), str(problem).rstrip('.')))
            if not student.lessons.takes:
                raise ConfigError(
                    f'Nothing that is kept in {where} can be taught {student.model}: '
                    f'{"; ".join(refused.why for refused in self.refused[:5])}.'
                )

    def learn_bag(
        self, bag: Path, truth: str, source: BagSource, labels: Collection[str] | None = None
    ) -> None:
        """Learn the takes of a bag, and note in the user's folder where it lies.

        Args:
            bag: the bag.
            truth: a topic of std_msgs/String, or a CSV file.
            source: topics, and what the messages do not say of themselves.
            labels: what is learned; all that is new without it.

        Raises:
            InputError: the bag, a topic in it or the truth is unusable, or no take is; nobody has
                learned anything of it then.
        """
        before, n_refused = [student.lessons for student in self.students], len(self.refused)
        try:
            for student in self.students:
                self._learn(student, bag, truth, source, self.who, labels)
        except InputError:
            for student, lessons in zip(self.students, before, strict=True):
                student.lessons = lessons
            del self.refused[n_refused:]  # of the whole bag the caller says why
            raise
        segments = self._segments(bag, truth, source)
        keep(folder(), bag, segments, self.who[0], source.given)

    def learn_heard(
        self, messages: Sequence[RawMessage], segments: Sequence[Segment], source: BagSource
    ) -> None:
        """Keep what was heard while somebody taught, and learn from that recording.

        Args:
            messages: of all sensors.
            segments: the takes.
            source: how they are read.

        Raises:
            InputError: it cannot be kept, or nobody can learn from it.
        """
        topics = set(source.given.values())
        first = next(message for message in messages if message.topic in topics)
        told = to_first_reading(segments, stamp_of(first))
        line = keep(folder(), messages, told, self.who[0], source.given)
        where = place_of(folder())
        learned = 0
        for student in self.students:
            try:
                self._learn(student, where / line.bag, str(where / line.truth), source, self.who)
                learned += 1
            except InputError as problem:
                # its sensor was silent, or saw nothing: whoever is present learns
                self.refused.append(Refused(segments[0].label, student.model, str(problem)))
        if not learned:
            raise BagError(f'{where / line.bag}: nobody can learn from it.')

    def write(self) -> list[tuple[str, Card]]:
        """Write every model that was taught: name or path to use it by, and its card.

        Of a model that was taught nothing, or has forgotten all of it, its own.

        Raises:
            InputError: a file cannot be written, or the model that is left is not at hand.
        """
        written = []
        for student in self.students:
            base = student.lessons.base
            if student.lessons.takes:
                card, alike = save_lessons(student.place, student.lessons)
                self.alike |= alike
                written.append((str(student.place.resolve()), card))
                continue
            student.place.unlink(missing_ok=True)
            name = base.card.name if base.card.name in shipped_models() else student.model
            if load_lessons(name).takes:
                raise ConfigError(
                    f'{name} has forgotten all that it was taught: use {base.card.name} itself.'
                )
            written.append((name, base.card))
        return written

    def _learn(
        self,
        student: Student,
        bag: Path,
        truth: str,
        source: BagSource,
        who: tuple[str, str],
        labels: Collection[str] | None = None,
    ) -> None:
        taken = takes_of_bag(bag, truth, student.lessons.base.card, source, who, labels)
        before = len(student.lessons.takes)
        refused = self._learn_takes(student, taken)
        if len(student.lessons.takes) == before:
            why = '; '.join(f'{r.label} {r.where}: {r.why}' for r in refused[:5])
            raise InputError(f'{bag}: no take of it can be learned from: {why}.')
        self.refused += refused

    def _learn_takes(self, student: Student, taken: Taken) -> list[Refused]:
        """Takes one after the other; those that are unlike the others of their person are not."""
        refused = list(taken.refused)
        for take in taken.takes:
            lessons = student.lessons
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
                student.lessons = lessons.more([studied])
        return refused

    def _segments(self, path: Path, truth: str, source: BagSource) -> list[Segment]:
        """What of a bag's truth somebody learned."""
        student = self.students[0]
        with BagReader(path) as bag:
            topic = source.topic_for(student.lessons.base.card, bag)
            learned = [
                segment
                for segment in truth_of(bag, truth, [topic])
                if segment.label in student.lessons.taught
            ]
            first = next(bag.messages([topic]), None)
            return to_first_reading(learned, stamp_of(first)) if first else learned

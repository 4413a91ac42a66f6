"""Teaching: which models learn, what of a recording they learn from, and where it is written."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.salvage import RawMessage
from dcat_ros.bags.truth import stamp_of, truth_of
from dcat_ros.card.card import Card
from dcat_ros.errors import BagError, ConfigError, InputError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.segment import Segment
from dcat_ros.teach.kept import forget, keep, kept_lines, n_kept, place_of
from dcat_ros.teach.lessons import load_lessons
from dcat_ros.teach.names import check_name
from dcat_ros.teach.student import Student, known_at
from dcat_ros.teach.takes import Refused, takes_of, takes_of_bag
from dcat_ros.truth import to_first_reading
from dcat_ros.user_data import folder

__all__ = ['Desk']

_PERSON = 'name of a person'


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

    Raises:
        ConfigError: nobody may be called so.
    """

    def __init__(self, who: tuple[str, str], out: Path | None = None, *, anew: bool = False):
        check_name(who[0], f'{_PERSON} (--person)')
        self.students: list[Student] = []
        self.who = who
        self.refused: list[Refused] = []
        self.alike: dict[str, str] = {}
        self._out = out
        self._anew = anew
        self._forgotten: list[str] = []

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
        is_taught = bool(lessons.takes)
        if place.exists():
            lessons = known_at(place, lessons, model, anew=self._anew)
        student = Student(model, lessons, place, is_taught)
        if self._anew:
            student.lessons = lessons.untaught()
        self.students.append(student)
        return student

    def forget(self, labels: Sequence[str]) -> dict[str, int]:
        """Forget labels. What is kept of them is deleted last, by `write`.

        Returns:
            Label -> number of its takes that are kept.

        Raises:
            ConfigError: nobody was taught one, and nothing is kept of it; or a model would know
                nothing any more, and its base is not at hand.
            InputError: what is kept makes no sense.
        """
        kept = {label: n_kept(folder(), label) for label in labels}
        for label, n in kept.items():
            knew = [s for s in self.students if label in s.lessons.taught]
            if not knew and not n:
                there = sorted({taught for s in self.students for taught in s.lessons.taught})
                raise ConfigError(f'{label!r} was not taught; {", ".join(there) or "nothing"} was.')
            for student in knew:
                student.lessons = student.lessons.without(label)
        for student in self.students:
            if student.has_changed and not student.lessons.takes:
                student.base_left()
        self._forgotten += kept
        return kept

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
                card, source = student.lessons.base.card, BagSource(**line.given())
                try:
                    check_name(line.subject, _PERSON)
                    who = (line.subject, line.truth[:10])
                    taken = takes_of_bag(bag, str(truth), card, source, who)
                    self.refused += student.learn(taken, bag)
                except InputError as problem:
                    self.refused.append(Refused('', str(bag), str(problem).rstrip('.')))
        if not any(student.lessons.takes for student in self.students):
            raise ConfigError(
                f'Nothing that is kept in {where} can be taught '
                f'{" or ".join(student.model for student in self.students)}: '
                f'{"; ".join(refused.why for refused in self.refused[:5])}.'
            )
        for student in self.students:
            if not student.lessons.takes:  # what it was taught before is not lost by that
                student.lessons = student.before
                why = f'nothing that is kept in {where} can be taught it'
                self.refused.append(Refused('', student.model, why))

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
            InputError: the bag, a topic in it or the truth is unusable, or nobody can learn from
                any take.
        """
        learned: set[str] = set()
        pupils: list[Student] = []
        refused: list[Refused] = []
        problems: dict[str, InputError] = {}
        for student in self.students:
            before, card = len(student.lessons.takes), student.lessons.base.card
            try:
                taken = takes_of_bag(bag, truth, card, source, self.who, labels)
                refused += student.learn(taken, bag)
            except InputError as problem:
                # its sensor is not in it, say: whoever can learn does
                problems[student.model] = problem
                refused.append(Refused('', student.model, str(problem).rstrip('.')))
            else:
                pupils.append(student)
                learned |= {take.label for take in student.lessons.takes[before:]}
        if not pupils:
            first, *others = problems.values()
            if all(str(other) == str(first) for other in others):
                raise first
            whys = ' '.join(f'{model}: {problem}' for model, problem in problems.items())
            raise BagError(f'{bag}: nobody can learn from it. {whys}')
        self.refused += refused
        segments = _segments(bag, truth, source, pupils[0].lessons.base.card, learned)
        keep(folder(), bag, segments, self.who[0], source.given)

    def learn_heard(
        self,
        messages: Sequence[RawMessage],
        source: BagSource,
        taken: Mapping[Student, Sequence[Segment]],
    ) -> None:
        """Keep what was heard while somebody taught, and learn from that recording.

        Args:
            messages: of all sensors.
            source: how they are read.
            taken: which takes each student learns, in the order of time; somebody learns each.

        Raises:
            InputError: it cannot be kept, or nobody can learn from it.
        """
        takes = {segment for own in taken.values() for segment in own}
        segments = sorted(takes, key=lambda segment: segment.start_ns)
        topics = set(source.given.values())
        first = next(message for message in messages if message.topic in topics)
        told = to_first_reading(segments, stamp_of(first))
        line = keep(folder(), messages, told, self.who[0], source.given)
        bag = place_of(folder()) / line.bag
        learned = 0
        for student in self.students:
            try:
                self.refused += self._learn_heard(student, bag, source, taken.get(student, ()))
                learned += 1
            except InputError as problem:
                why = str(problem).rstrip('.')
                self.refused.append(Refused(segments[0].label, student.model, why))
        if not learned:
            raise BagError(f'{bag}: nobody can learn from it.')

    def _learn_heard(
        self, student: Student, bag: Path, source: BagSource, takes: Sequence[Segment]
    ) -> list[Refused]:
        if not takes:  # its sensor was silent, or nothing moved before it
            raise BagError('none of the takes was one for it')
        card = student.lessons.base.card
        with BagReader(bag) as heard:
            topic = source.topic_for(card, heard)
            return student.learn(takes_of(heard, topic, takes, card, source, self.who), bag)

    def write(self) -> list[tuple[str, Card]]:
        """Write every model that knows something else than before, and delete what is forgotten.

        Returns:
            Of each its name or path to use it by, and its card. Of a model that has forgotten all
            that it was taught they are its base's.

        Raises:
            InputError: a file cannot be written or deleted.
        """
        written = []
        for student in self.students:
            if student.has_changed:
                card, alike = student.write()
                self.alike |= alike
                written.append((student.used_by, card))
        for label in self._forgotten:
            forget(folder(), label)
        return written


def _segments(
    path: Path, truth: str, source: BagSource, card: Card, learned: Collection[str]
) -> list[Segment]:
    """What of a bag's truth somebody learned, as a file says it.

    Args:
        path: of the bag.
        truth: as `Desk.learn_bag`.
        source: likewise.
        card: of somebody who learned.
        learned: labels.
    """
    with BagReader(path) as bag:
        topic = source.topic_for(card, bag)
        segments = [s for s in truth_of(bag, truth, [topic]) if s.label in learned]
        first = next(bag.messages([topic]), None)
        return to_first_reading(segments, stamp_of(first)) if first else segments

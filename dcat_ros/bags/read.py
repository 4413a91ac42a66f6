"""Reading serialised messages from a bag, whatever it is and however it was left."""

import difflib
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np

from dcat_ros.bags.columns import Columns, gathered, plain_messages
from dcat_ros.bags.describe import TopicInfo
from dcat_ros.bags.left import LeftBag
from dcat_ros.bags.plain import plain_type
from dcat_ros.bags.ros1 import ROS1_ENDING, ROS1_MAGIC, Ros1Bag
from dcat_ros.bags.salvage import RawMessage, magic_of
from dcat_ros.bags.sqlite_file import logs_beside, take_up_logs
from dcat_ros.bags.whole import open_whole
from dcat_ros.errors import BagError
from dcat_ros.files import exists
from dcat_ros.messages.batch import Batch

__all__ = ['BAG_ENDINGS', 'BagReader']

BAG_ENDINGS = ('.mcap', '.db3', '.mcap.zstd', '.db3.zstd')
#: The year 2116: what is computed with two of them stays within 64 bits.
_LATEST_NS = 2**62
_CDR = ('cdr', '')  # some writers of MCAP do not say it


class _Source(Protocol):
    """How the messages of a bag are come by: `WholeBag`, `LeftBag`, `Ros1Bag`."""

    @property
    def duration_s(self) -> float | None: ...
    @property
    def storage(self) -> str: ...
    def counts(self) -> dict[tuple[str, str], int]: ...
    def describe(self) -> list[TopicInfo]: ...
    def columns(self, topics: Collection[str] | None) -> Iterator[Columns]: ...
    def close(self) -> None: ...


class BagReader:
    """A bag's messages as bytes, in the order of their log time.

    A bag that was cut off, or has no index, is read to its last whole message, in the order of
    writing. Messages that were compressed one by one come plain, types by their names in ROS 2, and
    what ROS 1 recorded comes as CDR. No file of the bag is changed, and none is made beside it.

    Several types may have been recorded on one topic. `require` and `require_one_of` choose the one
    that is needed: from then on the topic is of that type, and gives messages of that type alone
    where it is asked for by its name. Before, `topics` tells the type of most messages.

    Args:
        path: the bag's folder, one .mcap or .db3 file, or a .bag file of ROS 1.

    Attributes:
        topics: topic name -> type name.
        types: topic name -> all its types, that of most messages first.
        notes: what a user should know of this bag, one sentence each.

    Raises:
        BagError: there is no bag, or nothing in it can be read.
    """

    def __init__(self, path: Path):
        self.path = path
        self.topics: dict[str, str] = {}
        self.types: dict[str, tuple[str, ...]] = {}
        self.notes: list[str] = []
        self._chosen: dict[str, str] = {}
        self._encodings: dict[tuple[str, str], str] = {}
        self._infos: list[TopicInfo] | None = None
        self._stack = ExitStack()
        self._source: _Source | None = None

    def __enter__(self) -> 'BagReader':
        if not exists(self.path):
            raise BagError(f'There is no bag {self.path}.')
        try:
            self._source = source = self._opened()
            self._stack.callback(source.close)
            counts: dict[str, dict[str, int]] = {}
            for (topic, type_name), n in source.counts().items():
                of_topic = counts.setdefault(topic, {})
                plain = plain_type(type_name)
                of_topic[plain] = of_topic.get(plain, 0) + n
            for topic, n_of in counts.items():
                self.types[topic] = tuple(sorted(n_of, key=lambda kind: -n_of[kind]))
                self.topics[topic] = self.types[topic][0]
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def require(self, topic: str, type_name: str) -> None:
        """Check that a topic is there with a type, and choose that type of several.

        Raises:
            BagError: it is not; the sentence lists what is there.
        """
        self.require_one_of(topic, [type_name])

    def require_one_of(self, topic: str, type_names: Sequence[str]) -> str:
        """Check that a topic is there with one of these types, choose it, and say which.

        Raises:
            BagError: it is not; the sentence asks for the first one.
        """
        if not self.topics:
            raise BagError(f'{self.path} is empty: it has no topic at all.')
        if topic not in self.topics:
            near = difflib.get_close_matches(topic, self.topics, n=1, cutoff=0.4)
            hint = f' Did you mean {near[0]}?' if near else ''
            there = ', '.join(
                f'{name} ({" and ".join(kinds)})' for name, kinds in sorted(self.types.items())
            )
            raise BagError(f'{self.path} has no topic {topic}; it has {there}.{hint}')
        fitting = [kind for kind in self.types[topic] if kind in type_names]
        if not fitting:
            raise BagError(
                f'{topic} in {self.path} is {" and ".join(self.types[topic])}, '
                f'and {type_names[0]} is needed.'
            )
        encoding = self._encodings.get((topic, fitting[0]), '')
        if encoding not in _CDR:
            raise BagError(
                f'{topic} in {self.path} is written in {encoding}, and '
                'CDR is needed, as ROS 2 records it; convert it with what recorded it.'
            )
        self.topics[topic] = self._chosen[topic] = fitting[0]
        return fitting[0]

    def chunks(self, topics: Collection[str], size: int) -> Iterator[Batch]:
        """Yield `messages` by many at once, up to so many: much faster than one by one."""
        for found in self._columns(topics):
            plain = gathered(plain_messages(found)) if found.any_compressed else [found]
            for kinds, which, times_ns, data in plain:
                batch = Batch([topic for topic, _ in kinds], which, times_ns, data)
                for start in range(0, len(batch), size):
                    yield batch.at(slice(start, start + size))

    def messages(self, topics: Collection[str] | None = None) -> Iterator[RawMessage]:
        """Yield the messages of these topics, or of all.

        Of a named topic for which `require` has chosen a type, only messages of that type come;
        without names, everything comes, as a copy needs it. A bag that turns out to be damaged in
        the middle ends there, with a line in `notes`.
        """
        for found in self._columns(topics):
            yield from plain_messages(found)

    def _columns(self, topics: Collection[str] | None) -> Iterator[Columns]:
        """The messages as they were written, by the plain names of their types."""
        if self._source is None:
            return
        chosen = {} if topics is None else self._chosen
        n_odd = 0
        for found in self._source.columns(topics):
            kinds = [(topic, plain_type(kind)) for topic, kind in found.kinds]
            fits = np.array([chosen.get(topic, kind) == kind for topic, kind in kinds], np.bool_)
            odd = (found.times_ns < 0) | (found.times_ns >= _LATEST_NS)
            n_odd += int(odd.sum())
            wanted = fits[found.which] & ~odd
            plain = found._replace(kinds=kinds)
            yield plain if wanted.all() else plain.at(wanted)
        if n_odd:
            self._note(f'{self.path}: {n_odd} messages were left out, for their log time is none.')

    def describe(self) -> list[TopicInfo]:
        """What the bag says of its topics; of one that was cut off, as far as it is left."""
        if self._infos is None:
            self._infos = [] if self._source is None else self._source.describe()
        return self._infos

    def definition(self, topic: str) -> str:
        """The definition of a topic's type, as text, that the bag itself holds; empty if none."""
        wanted = topic, self.topics.get(topic, '')
        found = (i.definition for i in self.describe() if (i.topic, i.type_name) == wanted)
        return next(found, '')

    @property
    def duration_s(self) -> float | None:
        """From the first message to the last; None of a bag that was cut off."""
        return None if self._source is None else self._source.duration_s

    @property
    def storage(self) -> str:
        """'mcap' or 'sqlite3': what a copy of the bag is written in."""
        return 'mcap' if self._source is None else self._source.storage

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def _opened(self) -> _Source:
        if self.path.is_dir():
            return self._open_folder()
        if magic_of(self.path).startswith(ROS1_MAGIC):
            return Ros1Bag(self.path, self.notes)
        return self._open_left([self.path], 'a single file, read without its index')

    def _open_folder(self) -> _Source:
        try:
            inside = list(self.path.iterdir())
        except OSError as refused:
            raise BagError(f'{self.path} cannot be looked into: {refused}') from None
        files = [p for p in inside if p.name.endswith(BAG_ENDINGS)]
        # part 10 comes after part 9
        files.sort(key=lambda p: (len(p.name), p.name))
        if any(logs_beside(path) for path in files):
            problem = 'its recorder was killed'
        else:
            whole = open_whole(self.path, self.path, self.notes)
            if not isinstance(whole, str):
                return whole
            problem = whole
        if files:
            return self._open_left(files, problem)
        old = sorted(path.name for path in inside if path.name.endswith(ROS1_ENDING))
        if old:
            raise BagError(
                f'{self.path} is no rosbag2 bag, but holds bags of ROS 1; name one: {old[0]}.'
            )
        raise BagError(
            f'{self.path} is no rosbag2 bag: {problem}; if its .mcap or .db3 files are elsewhere, '
            f'put them here and run `ros2 bag reindex {self.path}`.'
        )

    def _open_left(self, files: list[Path], problem: str) -> LeftBag:
        """Read what is left; a file with a log from a copy, for SQLite deletes the log."""
        logs = [log.name for path in files for log in logs_beside(path)]
        named = files
        if logs:
            try:
                copies = Path(self._stack.enter_context(TemporaryDirectory()))
            except OSError as refused:
                raise BagError(f'{self.path} cannot be copied, to read it: {refused}') from None
            named = [self._with_log(path, copies) for path in files]
        notes: list[str] = []
        try:
            left = LeftBag(named, notes)
        except BagError as refused:
            raise BagError(self._as_named(str(refused), files, named)) from None
        if not left.n_messages:
            todo = f'; `ros2 bag reindex {self.path}` may help' if self.path.is_dir() else ''
            raise BagError(f'{self.path} has no whole message: {problem}{todo}.')
        self._check_encodings(left)
        self._encodings = left.encodings
        if logs:
            self.notes.append(
                f'{self.path} was left by a recorder that was killed; {" and ".join(logs)} beside '
                f'it was read, too, from a copy: {left.n_messages} messages in all.'
            )
        else:
            self.notes.append(
                f'{self.path} is cut off or has no index ({problem}); '
                f'read to its last whole message, {left.n_messages} in all.'
            )
        self.notes += [self._as_named(note, files, named) for note in notes]
        return left

    def _with_log(self, path: Path, copies: Path) -> Path:
        if not logs_beside(path):
            return path
        take_up_logs(path, copies)
        return copies / path.name

    @staticmethod
    def _as_named(text: str, files: Sequence[Path], copies: Sequence[Path]) -> str:
        """A sentence about copies, about the files of the user."""
        for path, copy in zip(files, copies, strict=True):
            text = text.replace(str(copy), str(path))
        return text

    def _check_encodings(self, left: LeftBag) -> None:
        """At least one topic is of CDR.

        Raises:
            BagError: none is.
        """
        found = {left.encodings.get(pair, '') for pair in left.counts()}
        if not found.isdisjoint(_CDR):
            return
        topics = sorted({topic for topic, _ in left.counts()})
        which = ', '.join(topics[:3]) + (', …' if len(topics) > 3 else '')
        how = ' and '.join(sorted(found))
        todo = 'give the .bag file' if found == {'ros1'} else 'convert it with what recorded it'
        raise BagError(
            f'{self.path} is written in {how} ({which}), and CDR is needed, as ROS 2 records it; '
            f'{todo}.'
        )

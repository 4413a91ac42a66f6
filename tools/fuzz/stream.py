"""A stream in which hostile messages stand among valid ones, through receiver and recogniser.

Time goes on, so that windows are completed in between.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from random import Random

from dcat_ros.errors import DcatError
from dcat_ros.messages.batch import Batch, Recorded
from dcat_ros.model.model import Model
from dcat_ros.streaming.reading import Reading
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.streaming.window import Window
from tools.fuzz.case import Case
from tools.fuzz.mutate import with_stamp

__all__ = ['BESIDE', 'Stream', 'cases']

_BEGIN_NS = 1_700_000_000 * 10**9
#: of a stream's messages, so many are hostile at first; the others keep it going
_HOSTILE = 0.6
_SENT_AGAIN, _ODD_ARRIVAL = 0.05, 0.01
#: as a bag may have them; it leaves out what is outside
_ARRIVALS_NS = (0, 1, 2**62 - 1, _BEGIN_NS - 10**12, _BEGIN_NS + 10**12)
#: How often what stands beside a topic, a camera's focal length or a sound's form, is hostile, too.
BESIDE = 0.02
Make = Callable[[int], bytes]
Change = Callable[[bytes, Random], bytes]


class Stream:
    """A sensor's receiver and recogniser, and the time that goes on."""

    def __init__(self, reading: Reading, model: Model, period_ns: int, topics: Sequence[str]):
        self.reading = reading
        self.recogniser = Recogniser(model)
        self.now_ns = _BEGIN_NS
        self._period_ns = period_ns
        self._topics = topics
        self._n = 0
        self._windows = 0  # since the last case
        #: so many messages without a hostile one complete a window
        self.n_of_window = round(1.3e9 * model.card.input.window_s / period_ns)

    def next_topic(self) -> str:
        """Time goes on by a message."""
        self._n += 1
        self.now_ns += self._period_ns
        return self._topics[self._n % len(self._topics)]

    def try_it(self, topic: str, data: bytes, arrived_ns: int) -> tuple[str, int]:
        """Take a hostile message; what became of it, and windows since the last one."""
        self._windows, before = 0, self._windows
        result = self.take(topic, data, arrived_ns)
        return result, self._windows + before

    def take(self, topic: str, data: bytes, arrived_ns: int) -> str:
        """Hand a message on, as a bag does."""
        before = dict(self.reading.rejected)
        try:
            windows = self.reading.take(Batch.of([Recorded(topic, data, arrived_ns)]))
        except DcatError as problem:  # of a message a receiver raises MessageError alone
            raise RuntimeError(f'{type(problem).__name__} would end a bag: {problem}') from problem
        self._windows += len(windows)
        if self._n % 40 == 0:
            self.reading.doubts()
            self.reading.clock_doubts(True)
        self._name(windows)
        after = self.reading.rejected
        reason = next((key for key, n in after.items() if n != before.get(key, 0)), 'accepted')
        if reason != 'accepted':
            after.sentences()
        return reason

    def _name(self, windows: list[Window]) -> None:
        for prediction in self.recogniser.classify_many(windows):
            if prediction.probabilities and not 0.99 < sum(prediction.probabilities) < 1.01:
                raise ArithmeticError(f'probabilities of {prediction} do not sum to 1')


def cases(
    stream: Stream, make: Make, change: Change, rng: Random, n: int, *, stamped: bool = True
) -> Iterator[Case]:
    """Hostile messages among valid ones; runs of valid ones complete windows."""
    share, kept = _HOSTILE, [make(i) for i in range(50)]
    sent = kept

    def valid() -> tuple[str, bytes]:
        topic = stream.next_topic()
        data = kept[rng.randrange(len(kept))]
        return topic, with_stamp(data, stream.now_ns) if stamped else data

    for i in range(n):
        if i % 50 == 0:
            share = rng.choice((_HOSTILE, 0.9, 0.2))
            for _ in range(stream.n_of_window):
                stream.take(*valid(), stream.now_ns)
        while rng.random() > share:
            stream.take(*valid(), stream.now_ns)
        topic, data = valid()
        hostile = change(data, rng) if rng.random() > _SENT_AGAIN else rng.choice(sent)
        sent = [*sent[-20:], hostile]
        arrived_ns = rng.choice(_ARRIVALS_NS) if rng.random() < _ODD_ARRIVAL else stream.now_ns
        yield Case(hostile, partial(stream.try_it, topic, hostile, arrived_ns))

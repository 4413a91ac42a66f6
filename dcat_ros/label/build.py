"""From the pieces of a recording to a track, in one pass and in bounded memory."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from dcat_ros.label.levels import Levels
from dcat_ros.label.spool import Spool
from dcat_ros.label.tracks import HeardTrack, PictureTrack, Run, SignalTrack, Track
from dcat_ros.sensors.live import Live
from dcat_ros.sensors.playback import Heard, Piece, Playback, Readings, Row, Seen, Spectrum
from dcat_ros.sensors.recording import Recording
from dcat_ros.sensors.setting import Given
from dcat_ros.sensors.shown import Trace

__all__ = ['FARTHEST_NS', 'build']

_NS = 1_000_000_000
#: A stamp that far from the origin is no time of this recording.
FARTHEST_NS = 30 * 24 * 3600 * _NS
#: Buckets of the finest level.
_WIDTH_NS, _SPECTRUM_NS = 2_000_000, 10_000_000
#: Chunks that are that late or early belong together still: their messages come by chance.
_SAME_RUN_NS = _NS // 4
_LOUDEST = 32767


def build(
    live: Live,
    recording: Recording,
    topic: str,
    given: Given,
    receipt: bool,
    origin_ns: int,
    said: Callable[[int], None],
) -> tuple[Track, int]:
    """Go through a sensor's messages once.

    Args:
        live: how they come.
        recording: open.
        topic: of the sensor; of parts that of the last one.
        given: topics and settings.
        receipt: the times at which messages came count.
        origin_ns: the stamp that is time 0.
        said: is told how far it has come, in nanoseconds from the origin; may raise.

    Returns:
        The track, and how many readings lie at no time of this recording and were left out.

    Raises:
        InputError: the recording lacks what its messages do not say of themselves.
        OutputError: the disk is full.
    """
    playback = live.playback or _of_trace(live, recording, topic, given, receipt)
    builder: _Builder | None = None
    try:
        for piece in playback.pieces(recording, topic, given, receipt):
            if builder is None:
                builder = _builder_of(piece, playback, origin_ns)
            said(builder.add(piece))
    except BaseException:
        if builder is not None:
            builder.close()
        raise
    if builder is None:
        builder = _Readings(playback, origin_ns)
    return builder.finish(), builder.n_left


class _Builder:
    """What all kinds have in common."""

    def __init__(self, playback: Playback, origin_ns: int):
        self.playback = playback
        self.origin_ns = origin_ns
        self.n_left = 0

    def add(self, piece: Piece) -> int:
        """Take a piece; gives its time."""
        raise NotImplementedError

    def finish(self) -> Track:
        """The track."""
        raise NotImplementedError

    def close(self) -> None:
        """It is given up."""

    def near(self, stamps_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which times are of this recording; the others are counted."""
        found = np.abs(stamps_ns - self.origin_ns) < FARTHEST_NS
        self.n_left += int(np.count_nonzero(~found))
        return np.asarray(found)


class _Readings(_Builder):
    def __init__(self, playback: Playback, origin_ns: int):
        super().__init__(playback, origin_ns)
        self._n_columns = sum(len(row.columns) for row in playback.rows)
        self._stamps = [np.zeros(0, np.int64)]
        self._values = [np.zeros((0, self._n_columns), np.float32)]

    def add(self, piece: Piece) -> int:
        assert isinstance(piece, Readings)
        near = self.near(piece.stamps_ns)
        self._stamps.append(piece.stamps_ns[near] - self.origin_ns)
        self._values.append(piece.values[near].astype(np.float32))
        return int(self._stamps[-1][-1]) if near.any() else 0

    def finish(self) -> Track:
        values = np.concatenate(self._values)
        parts = [(values, np.minimum), (values, np.maximum)]
        return SignalTrack(
            self.playback.rows, Levels(np.concatenate(self._stamps), parts, _WIDTH_NS)
        )


class _HeardBuilder(_Builder):
    def __init__(self, playback: Playback, origin_ns: int):
        super().__init__(playback, origin_ns)
        self._spool = Spool()
        self._n_samples = 0
        self._runs: list[Run] = []
        self._edges: list[tuple[NDArray[np.int64], NDArray[np.int16], NDArray[np.int16]]] = []
        self._rows: list[tuple[NDArray[np.int64], NDArray[np.uint8]]] = []

    def add(self, piece: Piece) -> int:
        if isinstance(piece, Spectrum):
            near = self.near(piece.stamps_ns)
            self._rows.append((piece.stamps_ns[near] - self.origin_ns, piece.levels[near]))
            return 0
        assert isinstance(piece, Heard)
        if not self.near(np.array([piece.stamp_ns])).all():
            return 0
        start_ns, rate_hz, n = piece.stamp_ns - self.origin_ns, piece.rate_hz, len(piece.samples)
        samples = (piece.samples.clip(-1, 1) * _LOUDEST).astype(np.int16)
        start_ns = self._into_run(start_ns, rate_hz, n)
        self._spool.append(samples.tobytes())
        self._n_samples += n
        stamps = start_ns + (np.arange(n) * (_NS / rate_hz)).astype(np.int64)
        starts = np.flatnonzero(np.diff(stamps // _WIDTH_NS, prepend=-(2**62)))
        low, high = np.minimum.reduceat(samples, starts), np.maximum.reduceat(samples, starts)
        self._edges.append((stamps[starts], low, high))
        return int(stamps[-1])

    def _into_run(self, start_ns: int, rate_hz: int, n: int) -> int:
        """Where a chunk begins: at the end of the run, if it is not far from there."""
        if self._runs and self._runs[-1].rate_hz == rate_hz:
            run = self._runs[-1]
            end_ns = run.start_ns + round(run.n * _NS / rate_hz)
            if abs(start_ns - end_ns) <= _SAME_RUN_NS:
                self._runs[-1] = run._replace(n=run.n + n)
                return end_ns
        self._runs.append(Run(start_ns, rate_hz, self._n_samples, n))
        return start_ns

    def finish(self) -> Track:
        stamps = np.concatenate([np.zeros(0, np.int64), *(edge[0] for edge in self._edges)])
        low, high = (
            np.concatenate([np.zeros(0, np.int16), *(edge[i] for edge in self._edges)])
            for i in (1, 2)
        )
        scale = np.float32(1 / _LOUDEST)
        parts = [
            (low[:, None] * scale, np.minimum),
            (high[:, None] * scale, np.maximum),
        ]
        rows = [levels for _, levels in self._rows] or [np.zeros((0, 1), np.uint8)]
        times = [times for times, _ in self._rows] or [np.zeros(0, np.int64)]
        spectrum = [(np.concatenate(rows), np.maximum)]
        return HeardTrack(
            Levels(stamps, parts, _WIDTH_NS),
            Levels(np.concatenate(times), spectrum, _SPECTRUM_NS),
            self._runs,
            self._spool,
        )

    def close(self) -> None:
        self._spool.close()


class _Pictures(_Builder):
    def __init__(self, playback: Playback, origin_ns: int):
        super().__init__(playback, origin_ns)
        self._spool = Spool()
        self._found: list[tuple[int, int, int]] = []

    def add(self, piece: Piece) -> int:
        assert isinstance(piece, Seen)
        if not self.near(np.array([piece.stamp_ns])).all():
            return 0
        time_ns = piece.stamp_ns - self.origin_ns
        self._found.append((time_ns, self._spool.append(piece.jpeg), len(piece.jpeg)))
        return time_ns

    def finish(self) -> Track:
        found = np.array(sorted(self._found), np.int64).reshape(-1, 3)
        return PictureTrack(found[:, 0], found[:, 1:], self._spool, self.playback)

    def close(self) -> None:
        self._spool.close()


def _builder_of(piece: Piece, playback: Playback, origin_ns: int) -> _Builder:
    if isinstance(piece, Readings):
        return _Readings(playback, origin_ns)
    if isinstance(piece, Seen):
        return _Pictures(playback, origin_ns)
    return _HeardBuilder(playback, origin_ns)


def _of_trace(
    live: Live, recording: Recording, topic: str, given: Given, receipt: bool
) -> Playback:
    """How a sensor is played that says no more than what a report shows of it."""
    trace: Trace = live.trace(recording, topic, given, receipt)

    def pieces(*_: object) -> Iterator[Piece]:
        for picture in trace.pictures:
            yield Seen(picture.stamp_ns, picture.jpeg)
        for band in trace.bands[:1]:  # bands of one envelope have the same buckets
            for edge in ('low', 'high'):
                columns = [getattr(one, edge) for one in trace.bands]
                if all(len(column) == len(band.starts_ns) for column in columns):
                    yield Readings(band.starts_ns, np.stack(columns, axis=1))

    rows = tuple(Row(band.name, band.unit, (band.name,)) for band in trace.bands)
    return Playback(pieces, rows)

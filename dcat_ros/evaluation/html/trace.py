"""What a timeline shows of a bag's raw signal: a second pass, in memory that does not grow."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dcat_ros.bags.audio_info import audio_definition, audio_info_beside
from dcat_ros.bags.inertial import joined_readings
from dcat_ros.bags.read import BagReader
from dcat_ros.bags.salvage import RawMessage
from dcat_ros.errors import ConfigError, MessageError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.evaluation.html.envelope import Envelope, Evenly
from dcat_ros.messages.audio import SoundDecoder
from dcat_ros.messages.image import (
    COMPRESSED_IMAGE_TYPE,
    Picture,
    read_compressed_image,
    read_image,
)
from dcat_ros.messages.imu import decode_imu_runs
from dcat_ros.model.card import Card
from dcat_ros.rejections import Rejections
from dcat_ros.streaming.halves import Half

__all__ = ['Band', 'Thumbnail', 'Trace', 'thumbnail', 'trace_of']

_NS = 1_000_000_000
_CHUNK = 1024
_MOST_BUCKETS = 4000
_MOST_PICTURES = 48
_WIDTH_PX, _MOST_HEIGHT_PX = 96, 192


@dataclass(frozen=True)
class Band:
    """The range of one quantity over time.

    Attributes:
        name: of the quantity.
        unit: of its values, or ''.
        width_ns: of a bucket of time.
        starts_ns: shape (k,), ascending; buckets without a value are left out.
        low: shape (k,), least value in each bucket.
        high: shape (k,), greatest value in each bucket.
    """

    name: str
    unit: str
    width_ns: int
    starts_ns: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True)
class Thumbnail:
    """A small picture.

    Attributes:
        stamp_ns: of the frame.
        jpeg: the file.
        width: in pixels.
        height: in pixels.
    """

    stamp_ns: int
    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Trace:
    """What is shown of a raw signal.

    Attributes:
        begin_ns: earliest time of a usable message; 0 if there is none.
        end_ns: latest.
        bands: of a signal; empty for pictures.
        pictures: in the order of time; empty for signals.
    """

    begin_ns: int = 0
    end_ns: int = 0
    bands: tuple[Band, ...] = ()
    pictures: tuple[Thumbnail, ...] = ()


class _Span:
    """First and last of the times seen."""

    def __init__(self) -> None:
        self.begin_ns: int | None = None
        self.end_ns = 0

    def see(self, first_ns: int, last_ns: int) -> None:
        if self.begin_ns is None:
            self.begin_ns, self.end_ns = first_ns, last_ns
        self.begin_ns = min(self.begin_ns, first_ns)
        self.end_ns = max(self.end_ns, last_ns)


def trace_of(path: Path, source: BagSource, card: Card) -> Trace:
    """Go through a bag's messages of a model's sensor once more, for the eye.

    Times are header stamps; the log time counts where they are empty, and where
    `source.receive_time` asks for it. Unusable messages are skipped.

    Args:
        path: the bag.
        source: topic of the model's sensor and how to read it.
        card: of the model.

    Returns:
        For an IMU the range of the acceleration's and of the angular rate's length, for sound that
        of the samples, each in at most 4000 buckets of time; for pictures up to 48 thumbnails.

    Raises:
        BagError: the bag or the topic in it is unusable.
        ConfigError: no messages are known for the model's modality.
    """
    receipt = source.receive_time
    with BagReader(path) as bag:
        topic = source.topic_for(card, bag)
        type_name = bag.topics[topic]
        if card.modality == 'imu':
            return _of_imu(bag, topic, receipt, source, source.halves(card))
        if card.modality == 'audio':
            return _of_sound(bag, topic, type_name, source, receipt)
        if card.modality != 'depth':
            raise ConfigError(f'nobody has said yet how {card.modality} is to be drawn.')
        return _of_pictures(bag, topic, type_name, receipt)


def _of_imu(
    bag: BagReader, topic: str, receipt: bool, source: BagSource, halves: dict[str, Half]
) -> Trace:
    envelope, span = Envelope(2, max_buckets=_MOST_BUCKETS), _Span()

    def draw(stamps: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        lengths = [np.linalg.norm(values[:, part], axis=1) for part in _VECTORS]
        envelope.push(stamps, np.stack(lengths, axis=1))
        span.see(int(stamps.min()), int(stamps.max()))

    reject = Rejections()
    if halves:
        stamps, values = joined_readings(bag, halves, reject, source.ignore_covariance)
        if len(stamps):
            draw(stamps, values)
    for chunk in bag.chunks([] if halves else [topic], _CHUNK):
        data = [message.data for message in chunk]
        for run in decode_imu_runs(data, reject.add, source.ignore_covariance):
            log_times = np.array([chunk[i].log_time_ns for i in run.places])
            draw(np.where((run.stamps_ns == 0) | receipt, log_times, run.stamps_ns), run.values)
    return _banded(span, envelope, (('acceleration', 'm/s²'), ('angular rate', 'rad/s')))


_VECTORS = (slice(0, 3), slice(3, 6))


def _of_sound(
    bag: BagReader, topic: str, type_name: str, source: BagSource, receipt: bool
) -> Trace:
    """The range over all channels; a header's stamp is the time of the first sample."""
    envelope, span = Envelope(max_buckets=_MOST_BUCKETS), _Span()
    decoder = SoundDecoder(
        type_name,
        audio_definition(bag, topic),
        rate_hz=source.rate_hz,
        channels=source.channels,
    )
    decoder.info = audio_info_beside(bag, topic)
    for message in bag.messages([topic]):
        time_of = partial(_time, message=message, receipt=receipt)
        try:
            sound = decoder.decode(message.data, message.log_time_ns, time_of)
        except MessageError:
            continue
        samples = sound.samples
        if not len(samples):
            continue
        offsets = (np.arange(len(samples)) * (_NS / sound.rate_hz)).astype(np.int64)
        stamps = sound.stamp_ns + offsets
        # both edges of each instant, so that one channel's envelope holds all channels
        edges = np.concatenate([samples.min(axis=1), samples.max(axis=1)])
        envelope.push(np.tile(stamps, 2), edges[:, None])
        span.see(int(stamps[0]), int(stamps[-1]))
    return _banded(span, envelope, (('sound', ''),))


def _of_pictures(bag: BagReader, topic: str, type_name: str, receipt: bool) -> Trace:
    compressed = type_name == COMPRESSED_IMAGE_TYPE
    read = read_compressed_image if compressed else partial(read_image, wants_depth=True)
    chosen, span = Evenly[Thumbnail](_MOST_PICTURES), _Span()
    for message in bag.messages([topic]):
        try:
            unread = read(message.data)
            stamp_ns = _time(unread.stamp_ns, message, receipt)
            if chosen.wants(stamp_ns):
                chosen.put(stamp_ns, thumbnail(unread.picture(), stamp_ns))
        except MessageError:
            continue
        span.see(stamp_ns, stamp_ns)
    return Trace(span.begin_ns or 0, span.end_ns, pictures=tuple(chosen.items()))


def thumbnail(picture: Picture, stamp_ns: int) -> Thumbnail:
    """A picture 96 pixels wide; depth in colours from near (yellow) to far, missing pixels black.

    Colours of depth span the picture's own middle 96 % of readings.
    """
    height, width = picture.pixels.shape[:2]
    tall = min(max(1, round(height * _WIDTH_PX / width)), _MOST_HEIGHT_PX)
    # a mean over depths would mix a person with the wall, and a hole with both
    how = cv2.INTER_NEAREST if picture.kind == 'depth' else cv2.INTER_AREA
    size = (_WIDTH_PX, tall)
    small = cv2.resize(np.ascontiguousarray(picture.pixels), size, interpolation=how)
    if picture.kind == 'depth':
        small = _coloured(small.astype(np.uint16, copy=False))
    elif picture.kind == 'colour':
        small = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    _, file = cv2.imencode('.jpg', small, [cv2.IMWRITE_JPEG_QUALITY, 80])
    return Thumbnail(stamp_ns, file.tobytes(), _WIDTH_PX, tall)


def _coloured(depth: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Depth (H, W) uint16 in mm, 0 for none, as (H, W, 3) uint8, blue first."""
    there = depth > 0
    if not there.any():
        return np.zeros((*depth.shape, 3), np.uint8)
    near, far = np.percentile(depth[there], (2, 98))
    share = (depth.astype(np.float64) - near) / max(far - near, 1.0)
    grey = np.round(255 * (1 - share.clip(0, 1))).astype(np.uint8)
    colours = np.asarray(cv2.applyColorMap(grey, cv2.COLORMAP_VIRIDIS), np.uint8)
    colours[~there] = 0
    return colours


def _time(stamp_ns: int, message: RawMessage, receipt: bool) -> int:
    return message.log_time_ns if receipt or not stamp_ns else stamp_ns


def _banded(span: _Span, envelope: Envelope, names: tuple[tuple[str, str], ...]) -> Trace:
    starts, low, high = envelope.buckets()
    if span.begin_ns is None:
        return Trace()
    bands = (
        Band(name, unit, envelope.width_ns, starts, low[:, i], high[:, i])
        for i, (name, unit) in enumerate(names)
    )
    return Trace(span.begin_ns, span.end_ns, bands=tuple(bands))

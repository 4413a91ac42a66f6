"""sensor_msgs/Imu from its serialised bytes (REP-145: m/s², rad/s, gravity included)."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from math import isfinite
from struct import Struct, error
from typing import Literal, NamedTuple

import numpy as np

from dcat_ros.errors import MessageError
from dcat_ros.messages.cdr import read_head
from dcat_ros.messages.packed import Packed
from dcat_ros.sensors.sample_receiver import SampleRun

__all__ = ['IMU_TYPE', 'ImuSample', 'decode_imu', 'decode_imu_runs']

IMU_TYPE = 'sensor_msgs/msg/Imu'

# After the header stand 37 doubles: orientation (4), its covariance (9), angular velocity (3),
# covariance (9), linear acceleration (3), covariance (9). Only what is used is unpacked: both
# vectors and the first element of their covariances.
_BODY = {order: Struct(f'{order}104x3dd64x3dd64x') for order in '<>'}
_BODY_BYTES = 296
#: Bytes in front of the frame: encapsulation, stamp and the frame's length.
_HEAD = 16

#: Above these a value is no motion of a person: m/s² and rad/s.
_LIMITS = (2000.0, 2000.0, 2000.0, 200.0, 200.0, 200.0)


class ImuSample(NamedTuple):
    """One reading of an inertial sensor.

    Attributes:
        stamp_ns: header stamp in nanoseconds; 0 if the sender left it empty.
        frame_id: the sensor's frame.
        values: acceleration x, y, z in m/s² (gravity included), angular rate x, y, z in rad/s.
    """

    stamp_ns: int
    frame_id: str
    values: tuple[float, float, float, float, float, float]


#: half of the sensor -> how REP-145 calls it
_REPORTED = {'accel': 'linear acceleration', 'gyro': 'angular velocity'}


def decode_imu(data: bytes, needed: str = 'both', any_covariance: bool = False) -> ImuSample:
    """Decode one serialised sensor_msgs/Imu.

    Args:
        data: the CDR bytes as a bag or a raw subscription gives them.
        needed: 'accel' or 'gyro' where the message is one half of a sensor; otherwise 'both'.
        any_covariance: take values that a covariance calls "not reported".

    Raises:
        MessageError: with `reason` 'truncated', 'encoding', 'stamp', 'non_finite' (NaN or
            infinity), 'not_reported' (a covariance that starts with -1: REP-145's way of saying
            that the sensor does not measure this) or 'implausible' (over 2000 m/s² or 200 rad/s).
    """
    head = read_head(data)
    offset = head.body
    pad = -(offset - 4) % head.max_align  # alignment counts from the end of the encapsulation
    try:
        wx, wy, wz, w_covariance, ax, ay, az, a_covariance = _BODY[head.byte_order].unpack_from(
            data, offset + pad
        )
    except error:
        raise MessageError(
            f'Imu message of {len(data)} bytes is cut off, {offset + pad + _BODY_BYTES} are needed',
            'truncated',
        ) from None
    if not any_covariance:
        covariances = {'accel': a_covariance, 'gyro': w_covariance}
        for half, covariance in covariances.items():
            if covariance == -1.0 and needed in ('both', half):
                raise MessageError(_not_reported(half, (ax, ay, az), (wx, wy, wz)), 'not_reported')
    values = (ax, ay, az, wx, wy, wz)
    for value, limit in zip(values, _LIMITS, strict=True):
        if not -limit <= value <= limit:
            reason = 'implausible' if isfinite(value) else 'non_finite'
            hint = '; are these degrees/s, or raw counts?' if reason == 'implausible' else ''
            raise MessageError(
                f'Imu value {value:.6g} is not a reading in m/s² or rad/s{hint}', reason
            )
    return ImuSample(head.stamp_ns, head.frame_id, values)


def _not_reported(half: str, accel: tuple[float, ...], gyro: tuple[float, ...]) -> str:
    which = _REPORTED[half]
    field = f'{which.replace(" ", "_")}_covariance[0]'
    sentence = (
        f'the sender does not report {which}, which the model needs: {field} is -1, and that means '
        '"not measured" in REP-145'
    )
    if any(accel if half == 'accel' else gyro):
        sentence += (
            '; values come all the same: if they are right, have them taken by '
            'ignore_covariance:=true of imu_node, or --ignore-covariance of dcat evaluate'
        )
    return sentence


def decode_imu_runs(
    messages: Packed,
    reject: Callable[[int, MessageError], None],
    any_covariance: bool = False,
) -> Iterator[SampleRun]:
    """Decode many messages, the same as `decode_imu` for each, but faster.

    Args:
        messages: serialised sensor_msgs/Imu.
        reject: is told which message is refused and why, as `decode_imu` raises it.
        any_covariance: take values that a covariance calls "not reported".

    Yields:
        The readings in their order, a run for each stretch without a change of frame.
    """
    if not len(messages):
        return
    if _all_alike(messages):
        yield from _decode_alike(messages, 0, reject, any_covariance)
        return
    for start, stop in _alike(messages):
        some = messages.at(slice(start, stop))
        yield from _decode_alike(some, start, reject, any_covariance)


def _all_alike(messages: Packed) -> bool:
    """Whether all are of one layout and one frame, as nearly always."""
    first, length = messages[0], int(messages.lengths[0])
    if length < _HEAD or (messages.lengths != length).any():
        return False
    order: Literal['little', 'big'] = 'little' if first[1] in (1, 7) else 'big'
    heads = messages.field(0, min(length, _HEAD + int.from_bytes(first[12:16], order)))
    same = heads == heads[0]
    return bool(same[:, :2].all() and same[:, 12:].all())


def _alike(messages: Packed) -> Iterator[tuple[int, int]]:
    """Stretches of messages that have every field at the same place, and the same frame."""
    n = len(messages)
    long = messages.lengths >= _HEAD
    if long.all():
        heads = messages.field(0, _HEAD)
    else:
        heads = np.zeros((n, _HEAD), np.uint8)
        heads[long] = messages.at(long).field(0, _HEAD)
    keys = np.column_stack([messages.lengths, heads[:, :2], heads[:, 12:16]])
    begins = np.concatenate([[True], (keys[1:] != keys[:-1]).any(axis=1)])[:n]
    edges = [*np.flatnonzero(begins).tolist(), n]
    for start, stop in pairwise(edges):
        some = messages.at(slice(start, stop))
        # the frame's length is said by the message: it may be any
        order = '<' if heads[start, 1] in (1, 7) else '>'
        end = _HEAD + int(heads[start, 12:16].view(f'{order}u4')[0])
        frames = some.field(_HEAD, max(_HEAD, min(end, int(some.lengths[0]))))
        changes = np.flatnonzero((frames[1:] != frames[:-1]).any(axis=1)) + 1
        yield from pairwise([start, *(start + changes).tolist(), stop])


def _decode_alike(
    messages: Packed,
    start: int,
    reject: Callable[[int, MessageError], None],
    any_covariance: bool,
) -> Iterator[SampleRun]:
    """Decode messages of one layout, the first of which is `start` of all."""
    good = np.zeros(len(messages), dtype=bool)
    try:
        first = messages[0]
        # the stamp is not the layout's: a bad one must not hide the others
        head = read_head(first[:4] + bytes(8) + first[12:])
        offset = head.body + -(head.body - 4) % head.max_align
        if len(first) < offset + _BODY_BYTES:
            raise MessageError('cut off', 'truncated')
    except MessageError:
        pass  # a layout that none of them can be read by: each says below what is wrong
    else:
        order = head.byte_order
        seconds = messages.field(4, 12).view(f'{order}u4').astype(np.int64)
        # 13 doubles into the body stands the angular rate, 25 the acceleration
        body = messages.field(offset + 104, offset + _BODY_BYTES - 64).view(f'{order}f8')
        values = np.empty((len(body), 6))
        values[:, :3], values[:, 3:] = body[:, 12:15], body[:, :3]
        good = (
            (seconds[:, 0] < 2**31)
            & (seconds[:, 1] < 1_000_000_000)
            & (np.abs(values) <= _LIMITS).all(axis=1)
        )
        if not any_covariance:
            good &= (body[:, 3] != -1.0) & (body[:, 15] != -1.0)
        if good.any():
            stamps = seconds[:, 0] * 1_000_000_000 + seconds[:, 1]
            whole = good.all()
            yield SampleRun(
                head.frame_id,
                stamps if whole else stamps[good],
                values if whole else values[good],
                start + np.flatnonzero(good),
            )
    for i in np.flatnonzero(~good).tolist():
        try:
            decode_imu(messages[i], any_covariance=any_covariance)
        except MessageError as problem:
            reject(start + i, problem)

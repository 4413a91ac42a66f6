import pickle
import random
from struct import pack

import pytest
from helpers import imu_message
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.errors import MessageError
from dcat_ros.sensors.inertial.messages import decode_imu

ACCELERATION = st.floats(-2000, 2000)
RATE = st.floats(-200, 200)
VALUES = st.tuples(ACCELERATION, ACCELERATION, ACCELERATION, RATE, RATE, RATE)
FRAMES = st.text(st.characters(exclude_characters='\0', exclude_categories=['Cs']), max_size=40)
NAN, INF = float('nan'), float('inf')


@given(st.integers(0, 2**31 * 10**9 - 1), VALUES, FRAMES, st.booleans())
def test_decode_imu_any_message_is_what_rosbags_wrote(stamp_ns, values, frame_id, little):
    assert decode_imu(imu_message(stamp_ns, values, frame_id, little)) == (
        stamp_ns,
        frame_id,
        values,
    )


@pytest.mark.parametrize('length', range(20))
@pytest.mark.parametrize('little', [True, False])
def test_decode_imu_every_length_of_frame(length, little):
    values = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    found = decode_imu(imu_message(7, values, 'x' * length, little))
    assert found == (7, 'x' * length, values)


@pytest.mark.parametrize(('code', 'order'), [(6, '>'), (7, '<')])
@pytest.mark.parametrize('frame', [b'a\0', b'ab\0', b'abc\0', b'abcd\0', b'\0'])
def test_decode_imu_plain_cdr2(code, order, frame):
    head = pack(f'{order}iII', 1, 2, len(frame)) + frame
    head += b'\0' * (-len(head) % 4)
    body = [float(i) for i in range(37)]
    data = bytes([0, code, 0, 0]) + head + pack(f'{order}37d', *body)
    # 0-3 orientation, 4-12 its covariance, 13-15 rate, 16-24, 25-27 acceleration, 28-36
    assert decode_imu(data).values == (25, 26, 27, 13, 14, 15)


@pytest.mark.parametrize('n', range(0, 320, 9))
def test_decode_imu_cut_off_anywhere_is_truncated(n):
    data = imu_message(1, frame_id='imu')
    assert len(data) == 316
    with pytest.raises(MessageError) as caught:
        decode_imu(data[: min(n, len(data) - 1)])
    assert caught.value.reason == 'truncated'


def test_decode_imu_cut_off_says_how_much_is_needed():
    data = imu_message(1, frame_id='imu')
    with pytest.raises(MessageError, match=f'of 300 bytes is cut off, {len(data)} are needed'):
        decode_imu(data[:300])


def test_decode_imu_encoding_is_refused():
    with pytest.raises(MessageError, match='CDR') as caught:
        decode_imu(b'\0\x03' + imu_message()[2:])
    assert caught.value.reason == 'encoding'


def test_decode_imu_stamp_is_refused():
    data = bytearray(imu_message())
    data[8:12] = pack('<I', 10**9)
    with pytest.raises(MessageError, match='is no time') as caught:
        decode_imu(bytes(data))
    assert caught.value.reason == 'stamp'


@pytest.mark.parametrize('position', range(6))
@pytest.mark.parametrize('value', [NAN, INF, -INF])
def test_decode_imu_value_that_is_not_finite_is_refused(position, value):
    values = [0.0] * 6
    values[position] = value
    with pytest.raises(MessageError, match='is not a reading') as caught:
        decode_imu(imu_message(values=values))
    assert caught.value.reason == 'non_finite'


@pytest.mark.parametrize(('position', 'value'), [(0, 2000.5), (2, -2001), (3, 200.5), (5, -1e300)])
def test_decode_imu_value_of_no_person_is_refused(position, value):
    values = [0.0] * 6
    values[position] = value
    with pytest.raises(MessageError, match='is not a reading') as caught:
        decode_imu(imu_message(values=values))
    assert caught.value.reason == 'implausible'


@pytest.mark.parametrize(
    ('covariances', 'text'),
    [((-1.0, 0.0), 'linear acceleration'), ((0.0, -1.0), 'angular velocity')],
)
def test_decode_imu_value_that_is_not_reported_is_refused(covariances, text):
    with pytest.raises(MessageError, match=f'does not report {text}') as caught:
        decode_imu(imu_message(covariances=covariances))
    assert caught.value.reason == 'not_reported'


def test_decode_imu_random_bytes_raise_message_error_alone():
    rng = random.Random(4)
    good = imu_message(5, frame_id='imu')
    reasons = set()
    for i in range(6000):
        if i % 4 == 0:
            data = rng.randbytes(rng.randrange(400))
        elif i % 4 == 1:
            data = good[:20] + rng.randbytes(296)
        elif i % 4 == 2:
            data = bytes([0, rng.choice([0, 1, 6, 7]), 0, 0]) + rng.randbytes(rng.randrange(400))
        else:
            changed = bytearray(good[: rng.randrange(len(good) + 1)])
            for _ in range(rng.randrange(6)):
                if changed:
                    changed[rng.randrange(len(changed))] = rng.randrange(256)
            data = bytes(changed)
        try:
            found = decode_imu(data)
        except MessageError as problem:
            reasons.add(problem.reason)
        else:
            assert all(abs(v) <= 2000 for v in found.values)
    assert reasons >= {'truncated', 'encoding', 'stamp', 'implausible'}


def test_message_error_pickles_with_its_reason():
    problem = pickle.loads(pickle.dumps(MessageError('no', 'stamp')))
    assert (str(problem), problem.reason) == ('no', 'stamp')

from struct import pack

import pytest
from helpers import STORE
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.errors import MessageError
from dcat_ros.messages.cdr import read_head

TEXT = st.text(st.characters(exclude_characters='\0', exclude_categories=['Cs']), max_size=40)
HEADER = 'std_msgs/msg/Header'


def header(sec, nanosec, frame_id, little):
    types = STORE.types
    stamp = types['builtin_interfaces/msg/Time'](sec=sec, nanosec=nanosec)
    message = types[HEADER](stamp=stamp, frame_id=frame_id)
    return bytes(STORE.serialize_cdr(message, HEADER, little_endian=little))


@given(st.integers(0, 2**31 - 1), st.integers(0, 999_999_999), TEXT, st.booleans())
def test_read_head_any_header_is_what_rosbags_wrote(sec, nanosec, frame_id, little):
    data = header(sec, nanosec, frame_id, little)
    head = read_head(data)
    assert head.stamp_ns == sec * 10**9 + nanosec
    assert head.frame_id == frame_id
    assert head.byte_order == ('<' if little else '>')
    assert head.max_align == 8
    assert head.body == 4 + 8 + 4 + len(frame_id.encode()) + 1


@pytest.mark.parametrize(('code', 'order'), [(6, '>'), (7, '<')])
def test_read_head_plain_cdr2_aligns_to_four(code, order):
    data = bytes([0, code, 0, 0]) + pack(f'{order}iII', 3, 4, 2) + b'a\0'
    head = read_head(data)
    assert (head.byte_order, head.max_align) == (order, 4)
    assert (head.stamp_ns, head.frame_id, head.body) == (3_000_000_004, 'a', 18)


def test_read_head_empty_string_of_length_zero_is_accepted():
    head = read_head(b'\0\1\0\0' + pack('<iII', 0, 0, 0))
    assert (head.stamp_ns, head.frame_id, head.body) == (0, '', 16)


def test_read_head_frame_that_is_no_utf8_is_replaced():
    head = read_head(b'\0\1\0\0' + pack('<iII', 0, 0, 3) + b'\xffa\0')
    assert head.frame_id == '\N{REPLACEMENT CHARACTER}a'


@pytest.mark.parametrize('n', range(20))
def test_read_head_cut_off_anywhere_is_truncated(n):
    data = header(1, 2, 'imu', True)
    assert len(data) == 20
    with pytest.raises(MessageError) as caught:
        read_head(data[:n])
    assert caught.value.reason == 'truncated'


@pytest.mark.parametrize('start', [b'\0\2', b'\0\3', b'\1\0', b'\xff\xff'])
def test_read_head_other_encapsulation_is_refused(start):
    with pytest.raises(MessageError, match='no plain CDR') as caught:
        read_head(start + header(1, 2, 'imu', True)[2:])
    assert caught.value.reason == 'encoding'


def test_read_head_frame_longer_than_memory_is_truncated():
    with pytest.raises(MessageError, match='ends inside its header') as caught:
        read_head(b'\0\1\0\0' + pack('<iII', 1, 1, 2**32 - 1) + b'imu\0')
    assert caught.value.reason == 'truncated'


@pytest.mark.parametrize(('sec', 'nanosec'), [(0, 10**9), (5, 2**32 - 1), (-1, 0)])
def test_read_head_stamp_that_is_no_time_is_refused(sec, nanosec):
    with pytest.raises(MessageError, match=f'stamp {sec} s {nanosec} ns is no time') as caught:
        read_head(b'\0\1\0\0' + pack('<iII', sec, nanosec, 1) + b'\0')
    assert caught.value.reason == 'stamp'

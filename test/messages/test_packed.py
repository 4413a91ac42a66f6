import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.messages.batch import Batch, Recorded
from dcat_ros.messages.packed import Packed


@given(st.lists(st.binary(max_size=9), max_size=9))
def test_packed_is_the_list(messages):
    packed = Packed.of(messages)
    assert len(packed) == len(messages)
    assert list(packed) == messages
    assert list(packed.at(slice(1, None, 2))) == messages[1::2]
    chosen = np.array([len(message) > 4 for message in messages], np.bool_)
    assert list(packed.at(chosen)) == [message for message in messages if len(message) > 4]


@given(
    st.lists(st.binary(min_size=4, max_size=6), min_size=1, max_size=9),
    st.integers(0, 4),
    st.integers(0, 4),
    st.booleans(),
)
def test_packed_field_is_the_slice_of_each(messages, begin, end, even):
    if even:
        messages = [message[:4] for message in messages]
    begin, end = sorted((begin, end))
    field = Packed.of(messages).field(begin, end)
    assert field.shape == (len(messages), end - begin)
    assert [row.tobytes() for row in field] == [message[begin:end] for message in messages]
    assert field.flags.writeable


def test_packed_field_of_messages_with_something_between_them():
    buffer = np.frombuffer(b'..abcd..efgh', np.uint8)
    packed = Packed(buffer, np.array([2, 8]), np.array([4, 4]))
    assert packed.field(1, 4).tobytes() == b'bcdfgh'
    assert list(packed) == [b'abcd', b'efgh']


RECORDED = st.builds(Recorded, st.sampled_from('abc'), st.binary(max_size=5), st.integers(0, 99))


@given(st.lists(RECORDED, max_size=9), st.sets(st.sampled_from('abcd')))
def test_batch_is_the_list(messages, topics):
    batch = Batch.of(messages)
    assert list(batch) == messages
    assert list(batch.on(topics)) == [m for m in messages if m.topic in topics]
    assert list(batch.at(slice(2, 5))) == messages[2:5]

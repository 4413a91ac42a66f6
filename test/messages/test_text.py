import random

import pytest
from helpers import STORE, STRING, string_message
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.errors import MessageError
from dcat_ros.messages.text import decode_string


@given(
    st.text(st.characters(exclude_characters='\0', exclude_categories=['Cs']), max_size=40),
    st.booleans(),
)
def test_decode_string_any_text_is_what_rosbags_wrote(text, little):
    message = STORE.types[STRING](data=text)
    data = bytes(STORE.serialize_cdr(message, STRING, little_endian=little))
    assert decode_string(data) == text


@pytest.mark.parametrize('n', range(12))
def test_decode_string_cut_off_anywhere_is_truncated(n):
    data = string_message('walk')
    assert len(data) >= 13
    with pytest.raises(MessageError) as caught:
        decode_string(data[:n])
    assert caught.value.reason == 'truncated'


def test_decode_string_random_bytes_raise_message_error_alone():
    rng = random.Random(0)
    refused = 0
    for i in range(3000):
        start = b'' if i % 2 else bytes([0, rng.choice([0, 1, 6, 7]), 0, 0])
        try:
            assert isinstance(decode_string(start + rng.randbytes(rng.randrange(30))), str)
        except MessageError:
            refused += 1
    assert refused > 2000

"""Arrays on disk: what is put there comes back, and a full disk is an error."""

import errno
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from dcat_ros.errors import OutputError
from dcat_ros.shelf import Shelf

KINDS = st.sampled_from([np.float32, np.float64, np.int64, np.uint8])


@given(
    st.lists(
        KINDS.flatmap(lambda kind: arrays(kind, array_shapes(max_dims=3, max_side=5))), max_size=6
    )
)
def test_what_is_put_aside_comes_back(parts):
    shelf = Shelf()
    kept = [shelf.put(part) for part in parts]
    for part, own in zip(parts, kept, strict=True):
        assert own.dtype == part.dtype
        np.testing.assert_array_equal(own, part)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=5))
def test_joined_is_what_numpy_concatenates(lengths):
    parts = [np.arange(3 * n, dtype=np.float32).reshape(n, 3) + n for n in lengths]
    np.testing.assert_array_equal(Shelf().joined(parts), np.concatenate(parts))


def test_arrays_larger_than_a_file_lie_on_disk_and_leave_nothing_behind(tmp_path):
    shelf = Shelf(tmp_path / 'new')
    values = np.arange(3 << 20, dtype=np.uint8)
    kept = shelf.put(values)
    np.testing.assert_array_equal(kept, values)
    assert list((tmp_path / 'new').iterdir()) == []


def test_a_full_disk_is_an_error_with_a_sentence(tmp_path, monkeypatch):
    def full(fd, start, n):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, 'posix_fallocate', full)
    with pytest.raises(OutputError, match=r'has no room for 1 MiB .* No space left'):
        Shelf(tmp_path).put(np.zeros(10))

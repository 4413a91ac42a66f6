"""Random changes that several sensors share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.sensors.augment import rotated

NUMBERS = st.floats(-4, 4)


@given(st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_vectors_are_turned_as_scipy_turns_them(vector):
    rotation = pytest.importorskip('scipy.spatial.transform').Rotation.from_rotvec(vector)
    windows = np.random.default_rng(0).normal(size=(1, 5, 6)).astype(np.float32)
    found = rotated(windows, np.array([vector]))
    for part in (slice(0, 3), slice(3, 6)):
        expected = rotation.apply(windows[0, :, part].astype(np.float64))
        np.testing.assert_allclose(found[0, :, part], expected, atol=2e-6)

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from dcat_ros.datasets import Signal, Trial
from dcat_ros.datasets.continuous import join
from dcat_ros.errors import DatasetError
from dcat_ros.segment import REST
from dcat_ros.sensors.inertial.pause import stillness
from dcat_ros.sensors.inertial.sensor import INERTIAL
from dcat_ros.shelf import Shelf

PERIOD_NS = 20_000_000


def trials(seed=0):
    rng = np.random.default_rng(seed)
    return [
        Trial(
            f't{i}',
            f'label_{i}',
            '1',
            f't{i}',
            {'imu': Signal.at_rate(rng.normal(size=(n, 6)), 50)},
        )
        for i, n in enumerate((30, 55, 41, 30))
    ]


def joined(seed=0, sensor=INERTIAL, **options):
    return join(trials(), np.random.default_rng(seed), sensor=sensor, **options)


def test_join_segments_cover_everything_without_holes():
    whole = joined()
    stamps = whole.signal.stamps_ns
    assert np.all(np.diff(stamps) == PERIOD_NS)
    assert whole.segments[0].start_ns == stamps[0] == 0
    assert whole.segments[-1].end_ns == stamps[-1] + PERIOD_NS
    assert all(a.end_ns == b.start_ns for a, b in pairwise(whole.segments))


def test_join_rest_lies_before_between_and_after():
    labels = [s.label for s in joined().segments]
    assert labels[::2] == [REST] * 5
    assert sorted(labels[1::2]) == ['label_0', 'label_1', 'label_2', 'label_3']


def test_join_pauses_are_as_long_as_asked():
    whole = joined(sensor=replace(INERTIAL, pause_s=(0.5, 0.8)))
    pauses = [(s.end_ns - s.start_ns) / 1e9 for s in whole.segments if s.label == REST]
    assert all(0.48 <= p <= 0.82 for p in pauses)
    assert len(set(pauses)) > 1


def test_join_values_of_the_trials_are_unchanged():
    whole = joined()
    originals = {t.label: t.signals['imu'].values for t in trials()}
    for segment in whole.segments:
        inside = (whole.signal.stamps_ns >= segment.start_ns) & (
            whole.signal.stamps_ns < segment.end_ns
        )
        if segment.label != REST:
            np.testing.assert_array_equal(whole.signal.values[inside], originals[segment.label])


def test_join_is_the_same_for_the_same_seed():
    one, two, other = joined(4), joined(4), joined(5)
    np.testing.assert_array_equal(one.signal.values, two.signal.values)
    assert one.segments == two.segments
    assert one.segments != other.segments


def test_join_on_a_shelf_is_the_same(tmp_path):
    one, two = joined(), joined(shelf=Shelf(tmp_path))
    np.testing.assert_array_equal(one.signal.values, two.signal.values)
    assert one.signal.values.dtype == two.signal.values.dtype
    assert not two.signal.values.flags.owndata


def test_join_nothing_is_an_error():
    with pytest.raises(DatasetError, match='no trial to join'):
        join([], np.random.default_rng(0), sensor=INERTIAL)


def constant(direction, n=20):
    return np.tile([*direction, 0.5, 0.0, 0.0], (n, 1)).astype(float)


def test_stillness_between_steady_ends_turns_gravity_without_rotation_rate():
    out = stillness(constant((9, 0, 0)), constant((0, 9, 0)), 99, np.random.default_rng(0))
    assert out.shape == (99, 6)
    np.testing.assert_allclose(out[:, 3:], 0, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(out[:, :3], axis=1), 9, atol=1e-9)
    np.testing.assert_allclose(out[49, :3], [9 / np.sqrt(2), 9 / np.sqrt(2), 0], atol=1e-9)
    np.testing.assert_allclose(out[0, :3], [9, 0, 0], atol=0.02)
    np.testing.assert_allclose(out[-1, :3], [0, 9, 0], atol=0.02)
    angle = np.arctan2(out[:, 1], out[:, 0])
    assert np.all(np.diff(angle) > 0)


def test_stillness_between_opposite_ends_is_finite():
    out = stillness(constant((9, 0, 0)), constant((-9, 0, 0)), 99, np.random.default_rng(0))
    assert np.isfinite(out).all()


def test_stillness_noise_is_that_of_the_quieter_end():
    rng = np.random.default_rng(0)
    quiet = constant((0, 0, 9.8), 5) + rng.normal(scale=0.01, size=(5, 6))
    loud = constant((0, 0, 9.8), 5) + rng.normal(scale=2.0, size=(5, 6))
    # the level of five samples around their line, by numpy's own fit
    residuals = [np.polyfit(np.arange(5), quiet[:, c], 1, full=True)[1][0] for c in range(6)]
    expected = np.sqrt(np.array(residuals) / 3)
    for ends in ((quiet, loud), (loud, quiet)):
        noise = stillness(*ends, 4000, np.random.default_rng(1))[:, 3:]
        np.testing.assert_allclose(noise.std(axis=0), expected[3:], rtol=0.06)


def test_stillness_motion_on_a_line_is_no_noise():
    ramp = constant((0, 0, 9.8), 5) + np.arange(5)[:, None] * 0.3
    out = stillness(ramp, ramp, 50, np.random.default_rng(0))
    np.testing.assert_allclose(out[:, 3:], 0, atol=1e-9)

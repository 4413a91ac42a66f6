"""Acceleration and angular rate by themselves, joined by their stamps."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dcat_ros.sensors.inertial.halves import HalvesJoin

S = 10**9


def pushed(join, readings):
    return [whole for half, stamp, vector in readings for whole in join.push(half, stamp, vector)]


def test_acceleration_is_interpolated_to_the_stamps_of_the_angular_rate():
    join = HalvesJoin()
    found = pushed(
        join,
        [
            ('accel', 0, (0.0, 0.0, 10.0)),
            ('gyro', 50, (1.0, 2.0, 3.0)),
            ('gyro', 75, (4.0, 5.0, 6.0)),
            ('accel', 100, (1.0, 2.0, 20.0)),
        ],
    )
    assert [whole.stamp_ns for whole in found] == [50, 75]
    np.testing.assert_allclose(found[0].values, (0.5, 1.0, 15.0, 1.0, 2.0, 3.0))
    np.testing.assert_allclose(found[1].values, (0.75, 1.5, 17.5, 4.0, 5.0, 6.0))


def test_equal_stamps_are_joined_as_they_are():
    join = HalvesJoin()
    found = pushed(join, [('gyro', 7, (1.0, 1.0, 1.0)), ('accel', 7, (9.0, 9.0, 9.0))])
    assert found == [(7, (9.0, 9.0, 9.0, 1.0, 1.0, 1.0))]


def test_a_rate_before_the_first_acceleration_is_unpaired():
    join = HalvesJoin()
    assert pushed(join, [('gyro', 5, (1.0,) * 3), ('accel', 10, (1.0,) * 3)]) == []
    assert join.counts['unpaired'] == 1


def test_nothing_is_made_up_in_a_hole_of_the_acceleration():
    join = HalvesJoin(max_gap_s=0.25)
    readings = [('accel', 0, (0.0,) * 3), ('accel', 1 * S, (1.0,) * 3)]
    readings.insert(1, ('gyro', S // 2, (0.0,) * 3))
    assert pushed(join, readings) == []
    assert join.counts['unpaired'] == 1


def test_late_readings_are_left_out_and_a_jump_back_starts_anew():
    join = HalvesJoin(reorder_s=0.1)
    pushed(join, [('accel', 10 * S, (0.0,) * 3), ('accel', 10 * S - S // 100, (5.0,) * 3)])
    assert join.counts['late'] == 1
    found = pushed(
        join,
        [
            ('accel', 1 * S, (2.0,) * 3),
            ('gyro', 1 * S, (3.0,) * 3),
        ],
    )
    assert join.counts['jump_back'] == 1
    assert found == [(S, (2.0, 2.0, 2.0, 3.0, 3.0, 3.0))]


def test_a_half_that_comes_alone_for_hours_takes_bounded_memory():
    join = HalvesJoin()
    for i in range(10_000):
        assert join.push('gyro', i * S // 200, (0.0,) * 3) == []
    assert join.counts['unpaired'] == 10_000 - 4096


@settings(max_examples=60)
@given(st.integers(20, 300), st.integers(20, 300), st.data())
def test_a_linear_motion_is_given_back_whatever_the_rates_and_the_order(accel_hz, gyro_hz, data):
    accel = [('accel', round(i * S / accel_hz)) for i in range(accel_hz)]
    gyro = [('gyro', round(i * S / gyro_hz) + 3) for i in range(gyro_hz)]
    # each half in its own order; how they mix is the network's
    mixed, rest = [], [accel, gyro]
    while any(rest):
        queue = rest[data.draw(st.integers(0, 1))] or rest[0] or rest[1]
        mixed.append(queue.pop(0))
    readings = [(half, t, (t / S, 2 * t / S, 0.0)) for half, t in mixed]
    found = pushed(HalvesJoin(), readings)
    assert [w.stamp_ns for w in found] == sorted(w.stamp_ns for w in found)
    in_order = sorted(readings, key=lambda r: (r[1], r[0]))
    assert found == pushed(HalvesJoin(), in_order)
    for whole in found:
        seconds = whole.stamp_ns / S
        np.testing.assert_allclose(whole.values[:2], (seconds, 2 * seconds), atol=1e-9)

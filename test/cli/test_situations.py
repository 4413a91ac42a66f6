"""What drivers and recorders really leave, each after a public report, through dcat evaluate.

Every bag here is one good recording, spoilt in the way that somebody reported: labels come, or a
sentence that says what is wrong and what to do, and an exit code that is not 0.
"""

import re
from itertools import count

import numpy as np
import pytest
from helpers import IMU, REPO, STORE, write_raw_bag

from dcat_ros.bags.read import BagReader
from dcat_ros.bags.write import make_bag
from dcat_ros.datasets import load

S = 10**9
#: What no sentence may have: punctuation without words, or twice.
DANGLING = re.compile(r' [;:,.](\s|$)|[;:,]\.|\.\.(?!\.)|[;,]\s*$|\(\s*\)|  \S+\.$|None|nan')


@pytest.fixture(scope='module')
def good(tmp_path_factory):
    """Rows of a minute of a person whom imu_watch knows."""
    path = tmp_path_factory.mktemp('good') / 'good'
    make_bag(load('watch', None, ['9']), path, continuous=True)
    with BagReader(path) as bag:
        rows = list(bag.messages())
    begin = rows[0].log_time_ns
    return [row for row in rows if row.log_time_ns - begin < 60 * S]


@pytest.fixture
def evaluated(dcat, tmp_path):
    numbers = count()

    def run(rows, *options):
        bag = tmp_path / f'bag_{next(numbers)}'
        write_raw_bag(bag, rows)
        code, out, err = dcat('evaluate', bag, '--model', 'imu_watch', *options)
        for line in (out + err).splitlines():
            assert not DANGLING.search(line.rstrip('–').strip() or 'x'), line
        return code, out + err

    return run


def changed(rows, change):
    """The rows with their Imu messages changed in place."""
    for i, (topic, kind, t, data) in enumerate(rows):
        if kind == IMU:
            message = STORE.deserialize_cdr(data, IMU)
            for part in ('orientation', 'angular_velocity', 'linear_acceleration'):
                name = f'{part}_covariance'
                object.__setattr__(message, name, np.array(getattr(message, name), copy=True))
            change(message, t, i)
            data = bytes(STORE.serialize_cdr(message, kind))
        yield topic, kind, t, data


def scaled(vector, factor):
    vector.x, vector.y, vector.z = (factor * v for v in (vector.x, vector.y, vector.z))


def score(text):
    return float(re.search(r'^macro-F1 +([\d.]+)', text, re.MULTILINE)[1])


def test_the_good_one_is_scored_and_nothing_is_said(evaluated, good):
    code, text = evaluated(good)
    assert code == 0, text
    assert score(text) > 0.9
    assert 'not to be believed' not in text


@pytest.mark.parametrize(
    ('half', 'sentence'),
    [
        ('angular_velocity', 'the angular rate is exactly 0 in all axes'),
        ('linear_acceleration', 'the acceleration is exactly 0 in all axes'),
    ],
)
def test_one_half_of_a_split_sensor(evaluated, good, half, sentence):
    code, text = evaluated(changed(good, lambda m, t, i: scaled(getattr(m, half), 0.0)))
    assert code == 1
    assert sentence in text
    assert '--accel and --gyro' in text
    assert 'unite_imu_method' in text


def halves_of(rows, accel_every=1):
    n = 0
    for row in rows:
        if row.type_name != IMU:
            yield row
            continue
        n += 1
        for name, zero in (('accel', 'angular_velocity'), ('gyro', 'linear_acceleration')):
            if name == 'accel' and n % accel_every:
                continue

            def change(m, t, i, zero=zero):
                scaled(getattr(m, zero), 0.0)
                getattr(m, f'{zero}_covariance')[0] = -1.0

            ((_, kind, t, data),) = changed([row], change)
            yield f'/camera/{name}/sample', kind, t + (1000 if name == 'gyro' else 0), data


def test_halves_on_two_topics_say_what_to_name(evaluated, good):
    code, text = evaluated(halves_of(good))
    assert code == 2
    assert '/camera/accel/sample and /camera/gyro/sample; name both, with --accel and' in text


@pytest.mark.parametrize(('accel_every', 'least'), [(1, 0.9), (2, 0.85)])
def test_halves_on_two_topics_are_joined(evaluated, good, accel_every, least):
    named = ('--accel', '/camera/accel/sample', '--gyro', '/camera/gyro/sample')
    code, text = evaluated(halves_of(good, accel_every), *named)
    assert code == 0, text
    assert score(text) > least


def test_one_half_alone_cannot_be_named(evaluated, good):
    code, text = evaluated(halves_of(good), '--accel', '/camera/accel/sample')
    assert code == 2
    assert 'are named together' in text


@pytest.mark.parametrize(
    ('factor', 'sentence'), [(101.97, 'in milli-g or cm/s²'), (1 / 9.80665, 'not in g')]
)
def test_another_unit_is_said_and_no_success(evaluated, good, factor, sentence):
    code, text = evaluated(changed(good, lambda m, t, i: scaled(m.linear_acceleration, factor)))
    assert code == 1
    assert 'These scores are not to be believed:' in text
    assert sentence in text


def test_stamps_since_power_on_name_the_option_that_helps(evaluated, good):
    begin = good[0].log_time_ns

    def since_boot(m, t, i):
        m.header.stamp.sec, m.header.stamp.nanosec = divmod(t - begin + 100 * S, S)

    code, text = evaluated(changed(good, since_boot))
    assert code == 1
    assert 'windows and truth never overlap' in text
    assert '--use-receive-time' in text
    code, text = evaluated(changed(good, since_boot), '--use-receive-time')
    assert code == 0, text


def test_two_sensors_on_one_topic_are_named(evaluated, good):
    def frame(m, t, i):
        m.header.frame_id = 'wrist_left' if i % 2 else 'wrist_right'

    code, text = evaluated(changed(good, frame))
    assert code == 1
    assert 'alternates between wrist_left and wrist_right' in text


def test_covariance_of_minus_1_says_what_it_means_and_what_takes_the_data(evaluated, good):
    def not_reported(m, t, i):
        m.angular_velocity_covariance[0] = m.linear_acceleration_covariance[0] = -1

    code, text = evaluated(changed(good, not_reported))
    assert code == 2
    assert 'REP-145' in text
    assert '--ignore-covariance' in text
    code, text = evaluated(changed(good, not_reported), '--ignore-covariance')
    assert code == 0, text
    assert score(text) > 0.9


def test_a_driver_that_hangs_gives_no_labels_from_then_on(evaluated, good):
    kept = {}

    def hangs(m, t, i):
        if t - good[0].log_time_ns > 30 * S:
            m.linear_acceleration, m.angular_velocity = kept['a'], kept['w']
        else:
            kept.update(a=m.linear_acceleration, w=m.angular_velocity)

    code, text = evaluated(changed(good, hangs))
    assert 'stand still while the stamps go on' in text
    assert re.search(r'\d+ windows cannot mean anything and have no label', text)
    assert code in (0, 1)  # the greater part decides


def test_stamps_that_stand_still_are_no_success(evaluated, good):
    first = good[0].log_time_ns

    def standing(m, t, i):
        m.header.stamp.sec, m.header.stamp.nanosec = divmod(first, S)

    code, text = evaluated(changed(good, standing))
    assert code == 1
    assert 'the stamps stand still' in text


def test_truth_of_another_model_is_no_success(dcat, tmp_path, good):
    write_raw_bag(tmp_path / 'bag', good)
    code, _, err = dcat('evaluate', tmp_path / 'bag', '--model', 'imu_utd_mhad')
    # rest is known to both, so that only a truth without it leaves nothing
    assert code in (0, 1)
    labels = tmp_path / 'labels.csv'
    labels.write_text('start,end,label\n0,50,dance\n')
    code, _, err = dcat('evaluate', tmp_path / 'bag', '--model', 'imu_watch', '--truth', labels)
    assert code == 1
    assert 'the truth says dance, and imu_watch knows none of these' in err


@pytest.mark.parametrize(('late_s', 'code'), [(0.5, 0), (3, 1), (-30, 1)])
def test_stamps_that_a_truth_on_a_topic_does_not_fit_are_no_success(evaluated, good, late_s, code):
    def shifted(m, t, i):
        m.header.stamp.sec, m.header.stamp.nanosec = divmod(t + round(late_s * S), S)

    found, text = evaluated(changed(good, shifted))
    assert found == code
    assert ('--use-receive-time' in text) == bool(code)


def test_stamps_that_run_at_another_speed_are_no_success(evaluated, good):
    begin = good[0].log_time_ns

    def faster(m, t, i):
        m.header.stamp.sec, m.header.stamp.nanosec = divmod(begin + (t - begin) * 2, S)

    code, text = evaluated(changed(good, faster))
    assert code == 1
    assert 'run 2.00 times as fast' in text


def test_halves_whose_clocks_lie_apart_are_no_success(evaluated, good):
    def late(rows):
        for topic, kind, t, data in halves_of(rows):
            if topic == '/camera/accel/sample':

                def shift(m, t, i):
                    m.header.stamp.sec += 3

                ((_, _, _, data),) = changed([(topic, kind, t, data)], shift)
            yield topic, kind, t, data

    named = ('--accel', '/camera/accel/sample', '--gyro', '/camera/gyro/sample')
    code, text = evaluated(late(good), *named)
    assert code == 1
    assert 'lie 3.0 s after those of the angular rate' in text


def test_a_slow_half_and_truth_from_the_first_reading_are_scored(evaluated, good, tmp_path):
    rows = list(halves_of(good, accel_every=5))
    labels = tmp_path / 'labels.csv'
    labels.write_text('Start, end, Label\n4,30, external_rotation\n')
    named = ('--accel', '/camera/accel/sample', '--gyro', '/camera/gyro/sample')
    _, text = evaluated(rows, *named, '--truth', labels)
    assert 'never overlap' not in text
    assert 'the stamps stand still' not in text
    assert re.search(r'^macro-F1', text, re.MULTILINE)


@pytest.mark.parametrize('noise', [0.002, 0.01])
def test_a_coarse_sensor_of_a_person_at_rest_is_not_broken(evaluated, good, noise):
    """Values in steps of 0.01, of which some stand still while nothing moves."""
    rng = np.random.default_rng(0)

    def coarse(m, t, i):
        if t - good[0].log_time_ns < 20 * S:
            return
        for vector, level in ((m.linear_acceleration, 9.81), (m.angular_velocity, 0.0)):
            for axis, at in zip('xyz', (0, 0, level), strict=True):
                setattr(vector, axis, round(at + rng.normal(0, noise), 2))

    _, text = evaluated(changed(good, coarse))
    assert 'two topics' not in text
    assert 'hangs' not in text


def test_degrees_in_a_few_windows_tell_of_all(evaluated, good):
    def degrees(m, t, i):
        scaled(m.angular_velocity, 57.3 * 0.2)

    code, text = evaluated(changed(good, degrees))
    assert code == 1
    assert 'not in degrees/s' in text


def test_labels_that_are_spelled_otherwise_are_named(dcat, tmp_path, good):
    write_raw_bag(tmp_path / 'bag', good)
    (tmp_path / 'labels.csv').write_text('start,end,label\n0,50,External Rotation\n')
    code, _, err = dcat('evaluate', 'bag', '--model', 'imu_watch', '--truth', 'labels.csv')
    assert code == 1
    assert 'External Rotation for external_rotation' in err


def test_ten_hertz_are_said(evaluated, good):
    rows = [row for i, row in enumerate(good) if row.type_name != IMU or i % 5 == 0]
    _, text = evaluated(rows)
    assert 'data come at 10.0 Hz, and the model learned from 50 Hz' in text


def test_the_public_reports_are_named_in_the_documentation():
    page = (REPO / 'docs' / 'howto' / 'check.md').read_text()
    for report in ('realsense-ros#2551', 'livox_ros_driver2#157', 'rosbag2#901', 'imu_ros2#80'):
        assert report in page

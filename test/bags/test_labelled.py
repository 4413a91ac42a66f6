"""Bags of one's own as a data set: what was recorded while somebody said what it was."""

import numpy as np
import pytest

from dcat_ros.bags.labelled import load
from dcat_ros.bags.messages import Messages
from dcat_ros.bags.takes import write_takes
from dcat_ros.bags.write import BEGIN_NS, new_bag
from dcat_ros.datasets import load as load_by_name
from dcat_ros.datasets.takes import Take
from dcat_ros.datasets.trial import Signal
from dcat_ros.errors import DatasetError
from dcat_ros.sensors.depth.crop import crop
from dcat_ros.sensors.inertial.messages import IMU_TYPE
from dcat_ros.sensors.inertial.to_bag import imu as imu_message

FOCAL = 70.0


def imu(n=100, rate_hz=50.0, seed=0):
    return Signal.at_rate(np.random.default_rng(seed).normal(size=(n, 6)), rate_hz)


def film(n=40, hz=10.0):
    frames = np.zeros((n, 60, 80), np.uint16)
    for i in range(n):
        frames[i, 10:50, 20 + i // 3 : 45 + i // 3] = 2500 + i
    return Signal(np.round(np.arange(n) * 1e9 / hz).astype(np.int64), frames)


def sound(n=32_000):
    samples = np.random.default_rng(1).uniform(-0.5, 0.5, size=(n, 1))
    return Signal.at_rate(samples, 16000)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / 'bags').mkdir()
    return tmp_path / 'bags'


@pytest.fixture
def table(folder):
    def write(*lines, head='bag,subject'):
        (folder / 'bags.csv').write_text('\n'.join([head, *lines]) + '\n')
        return folder.parent

    return write


def test_imu_of_a_bag_is_what_was_written(folder, table):
    given = [imu(seed=0), imu(150, seed=1)]
    write_takes(
        [Take('wave', 2.0, {'imu': given[0]}), Take('clap', 3.0, {'imu': given[1]})], folder / 'one'
    )
    dataset = load(table('one,ann'))
    assert dataset.info.labels == ('clap', 'wave')
    assert [(t.name, t.label, t.subject, t.source) for t in dataset.trials] == [
        ('one#0', 'wave', 'ann', 'one'),
        ('one#1', 'clap', 'ann', 'one'),
    ]
    for trial, signal in zip(dataset.trials, given, strict=True):
        values = trial.signals['imu'].values
        # the bag holds the floats of the messages; the pause after a take adds no sample to it
        np.testing.assert_allclose(values, signal.values[: len(values)], atol=1e-9)
        assert len(signal.values) - len(values) <= 1
    assert dataset.skipped == ()


def test_a_faster_sensor_is_low_passed(folder, table):
    time = np.arange(800) / 400
    slow, fast = np.sin(2 * np.pi * 2 * time), np.sin(2 * np.pi * 120 * time)
    values = np.repeat((slow + fast)[:, None], 6, axis=1)
    write_takes([Take('wave', 2.0, {'imu': Signal.at_rate(values, 400.0)})], folder / 'one')
    (trial,) = load(table('one,ann')).trials
    found = trial.signals['imu'].values[10:-10, 0]
    expected = np.sin(2 * np.pi * 2 * np.arange(len(trial.signals['imu'].values)) / 50)[10:-10]
    assert np.abs(found - expected).max() < 0.05


def test_all_three_sensors_of_one_stretch(folder, table):
    signals = {'imu': imu(200), 'image': film(), 'audio': sound(64_000)}
    write_takes([Take('wave', 4.0, signals, {'focal': FOCAL})], folder / 'one')
    (trial,) = load(table('one,ann'), ['audio', 'depth', 'imu']).trials
    assert list(trial.signals) == ['imu', 'depth', 'audio']
    # a camera of 10 Hz keeps all its frames
    expected = crop(film().values, FOCAL)
    np.testing.assert_allclose(trial.signals['depth'].values, expected, atol=1e-6)
    heard = trial.signals['audio'].values[:, 0]
    assert len(heard) == 64_000
    np.testing.assert_allclose(heard, sound(64_000).values[:, 0], atol=1 / 32_000)


def test_a_long_stretch_becomes_several_trials_of_one_source(folder, table):
    write_takes([Take('jog', 70.0, {'imu': imu(3500)})], folder / 'one')
    trials = load(table('one,ann')).trials
    assert [round(t.signals['imu'].duration_s) for t in trials] == [23, 23, 23]
    assert {t.source for t in trials} == {'one'}


@pytest.mark.parametrize('begin', [BEGIN_NS / 1e9 + 1.5, 1.5], ids=['stamps', 'from 0'])
def test_truth_beside_the_bag_in_a_csv_file(folder, table, begin):
    write_takes([Take('x', 4.0, {'imu': imu(200)})], folder / 'one')
    (folder / 'one.csv').write_text(f'start,end,label\n{begin},{begin + 2},wave\n')
    (trial,) = load(table('one,ann,one.csv', head='bag,subject,truth')).trials
    assert trial.label == 'wave'
    np.testing.assert_allclose(trial.signals['imu'].values, imu(200).values[:100], atol=1e-9)


def test_the_only_topic_of_the_type_is_found_and_among_two_the_named_one(folder, table):
    def write(name, *topics):
        with new_bag(folder / name, 'mcap') as writer:
            messages = Messages(writer)
            messages.say('wave', BEGIN_NS)
            for place, topic in enumerate(topics):
                for i, noise in enumerate(np.random.default_rng(0).normal(0, 0.01, (100, 6))):
                    stamp = BEGIN_NS + i * 20_000_000
                    row = noise + place
                    message = imu_message(messages.types, stamp, row)
                    messages.write(topic, IMU_TYPE, stamp, message)

    write('one', '/wrist')
    assert len(load(table('one,ann')).trials) == 1
    write('two', '/wrist', '/ankle')
    problem = load(table('two,ann')).skipped[0].why
    assert problem.endswith('several topics for imu: /ankle, /wrist. Name one in a column imu')
    (trial,) = load(table('two,ann,/ankle', head='bag,subject,imu')).trials
    assert (trial.signals['imu'].values.round() == 1).all()


def test_a_hole_in_a_stretch_skips_it_with_the_reason(folder, table):
    whole = imu(200)
    holed = Signal(
        np.delete(whole.stamps_ns, slice(80, 120)), np.delete(whole.values, range(80, 120), 0)
    )
    write_takes(
        [Take('wave', 4.0, {'imu': holed}), Take('clap', 4.0, {'imu': whole})], folder / 'one'
    )
    dataset = load(table('one,ann'))
    assert [t.label for t in dataset.trials] == ['clap']
    skipped = next(skip for skip in dataset.skipped if skip.name == 'one#0')
    at_s = BEGIN_NS / 1e9 + 1.5
    assert skipped.why == f'wave, at {at_s:.1f} s: imu: nothing usable came for 0.82 s of it'


def test_a_bag_that_is_missing_spoils_no_other(folder, table):
    write_takes([Take('wave', 2.0, {'imu': imu()})], folder / 'one')
    dataset = load(table('none,bo', 'one,ann'))
    assert len(dataset.trials) == 1
    assert dataset.skipped[0].name == 'none'
    assert 'There is no bag' in dataset.skipped[0].why


def test_no_depth_pictures_say_so(folder, table):
    write_takes([Take('wave', 2.0, {'imu': imu()})], folder / 'one')
    dataset = load(table('one,ann'), ['depth'])
    assert not dataset.trials
    assert 'has no topic /image_raw' in dataset.skipped[0].why


@pytest.mark.parametrize(
    ('head', 'line', 'text'),
    [
        ('bag,person', 'one,ann', r'line 1: there is no column subject; .* commas'),
        ('bag;subject', 'one;ann', r'line 1: there is no column bag; columns are separated by'),
        ('bag,subject,person', 'one,ann,bo', r'line 2: person: Extra inputs'),
        ('bag,subject', 'one,', r'line 2: subject: Field required; the columns are bag, subject'),
        ('bag,subject', 'one,ann,more', r'line 2: a value without a column'),
        ('bag,subject,focal', 'one,ann,-3', r'line 2: focal: .*greater than or equal to 0'),
        ('bag,subject,focal', 'one,ann,nan', r'line 2: focal: '),
        ('bag,subject,channels', 'one,ann,two', r'line 2: channels: .*integer'),
    ],
)
def test_a_line_that_makes_no_sense_is_named(folder, table, head, line, text):
    with pytest.raises(DatasetError, match=text):
        load(table(line, head=head))


@pytest.mark.parametrize('again', ['one', 'one/', '../bags/one'])
def test_a_bag_named_twice(folder, table, again):
    with pytest.raises(DatasetError, match=r'line 3: .*one/? stands in a line above'):
        load(table('one,ann', f'{again},bo'))


def test_a_person_with_two_names(folder, table):
    with pytest.raises(DatasetError, match=r'line 3: Ann and ann differ in capitals alone'):
        load(table('one,ann', 'two,Ann'))


@pytest.mark.parametrize('csv', ['start,end,label\n', None])
def test_a_truth_that_names_nothing_is_said(folder, table, csv):
    write_takes([Take('rest' if csv is None else 'x', 4.0, {'imu': imu(200)})], folder / 'one')
    if csv is not None:
        (folder / 'one.csv').write_text(csv)
        dataset = load(table('one,ann,one.csv', head='bag,subject,truth'))
    else:
        dataset = load(table('one,ann'))
    (skip,) = dataset.skipped
    assert skip.name == 'one'
    assert 'names no activity' in skip.why


@pytest.mark.parametrize(('text', 'match'), [('bag,subject\n', 'names no bag'), (None, 'No such')])
def test_a_table_that_names_nothing(folder, text, match):
    if text is not None:
        (folder / 'bags.csv').write_text(text)
    with pytest.raises(DatasetError, match=match):
        load(folder.parent)


def test_without_a_folder():
    with pytest.raises(DatasetError, match='--data DIR'):
        load(None)


def test_it_is_known_by_name(folder, table):
    """By an entry point, as any package may bring a data set."""
    write_takes([Take('wave', 2.0, {'imu': imu()})], folder / 'one')
    dataset = load_by_name('bags', table('one,ann'))
    assert dataset.info.name == 'bags'
    with pytest.raises(DatasetError, match='bags has no skeleton; it has imu, depth, pose, audio'):
        load_by_name('bags', folder.parent, modalities=['skeleton'])


def halves(folder, change=lambda row: row):
    """A bag of a sensor in two halves, the acceleration at half the rate."""
    with new_bag(folder, 'mcap') as writer:
        messages = Messages(writer)
        messages.say('wave', BEGIN_NS)
        rows = np.random.default_rng(0).normal((0, 0, 9.81, 0, 0, 0), 1, (400, 6))
        for i, row in enumerate(rows):
            stamp, row = BEGIN_NS + i * 10_000_000, change(row)
            for topic, half in (('/accel', [1, 1, 1, 0, 0, 0]), ('/gyro', [0, 0, 0, 1, 1, 1])):
                if i % 2 == 0 or topic == '/gyro':
                    message = imu_message(messages.types, stamp, row * half)
                    messages.write(topic, IMU_TYPE, stamp, message)


def test_halves_of_an_inertial_sensor_are_joined(folder, table):
    halves(folder / 'one')
    (trial,) = load(table('one,ann,/accel,/gyro', head='bag,subject,accel,gyro')).trials
    values = trial.signals['imu'].values
    assert len(values) > 190
    assert values[:, 2].mean() == pytest.approx(9.81, abs=0.2)
    assert (values.std(axis=0) > 0.1).all()
    problem = load(table('one,ann')).skipped[0].why
    assert 'halves of an inertial sensor' in problem
    assert 'in a column accel and' in problem


def test_one_half_is_named_with_the_other(folder, table):
    halves(folder / 'one')
    with pytest.raises(DatasetError, match='accel and gyro go together'):
        load(table('one,ann,/accel', head='bag,subject,accel'))


def test_a_stretch_that_means_nothing_is_skipped_and_a_strange_unit_is_told(folder, table):
    halves(folder / 'one')
    found = load(table('one,ann,/gyro', head='bag,subject,imu'))
    assert found.trials == ()
    assert 'the acceleration is exactly 0 in all axes' in found.skipped[0].why
    halves(folder / 'two', lambda row: row * [101.97, 101.97, 101.97, 1, 1, 1])
    found = load(table('two,ann,/accel,/gyro', head='bag,subject,accel,gyro'))
    assert len(found.trials) == 1
    (doubt,) = found.doubts
    assert doubt.name == 'two, /gyro'
    assert 'in milli-g' in doubt.why

"""A bag with what models said of it: nothing of the original is lost, everything said is there."""

import sqlite3
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from helpers import IMU, STORE, STRING, imu_message, string_message, write_raw_bag
from hypothesis import given, settings
from hypothesis import strategies as st
from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2 import CompressionFormat, CompressionMode, Reader, StoragePlugin, Writer
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from ruamel.yaml import YAML

from dcat_ros.bags.annotate import Said, annotate
from dcat_ros.bags.read import BagReader
from dcat_ros.errors import BagError, OutputError
from dcat_ros.presence.activity import read_activity
from dcat_ros.streaming.decision import Prediction

ARRAY = 'diagnostic_msgs/msg/DiagnosticArray'
MARKERS = 'visualization_msgs/msg/MarkerArray'
LABELS = ('walk', 'wave')
BEGIN_NS = 1_700_000_000_000_000_000
TOPICS = {'/imu/data_raw': IMU, '/activity_truth': STRING, '/other': IMU}
PLUGINS = {'mcap': StoragePlugin.MCAP, 'sqlite3': StoragePlugin.SQLITE3}
MODES = {'none': CompressionMode.NONE, 'message': CompressionMode.MESSAGE,
         'file': CompressionMode.FILE}  # fmt: skip
LATCHED = Qos(
    QosHistory.KEEP_LAST, 3, QosReliability.RELIABLE, QosDurability.TRANSIENT_LOCAL,
    QosTime(1, 2), QosTime(3, 4), QosLiveliness.MANUAL_BY_TOPIC, QosTime(5, 6), False,
)  # fmt: skip


def prediction(end_ns, label='walk', state='ok', p=(0.75, 0.25), frame_id='imu_link'):
    p = () if state == 'stale' else p
    return Prediction(label, state, max(p, default=0.0), p, end_ns - 10**9, end_ns, frame_id)


def said(predictions, name='quick', topic='/imu/data_raw', **options):
    return Said(name, topic, LABELS, predictions, **options)


def raw(path):
    """(topic, type, log time, bytes) in the order in which rosbags reads them."""
    with Reader(path) as reader:
        return [(c.topic, c.msgtype, t, bytes(d)) for c, t, d in reader.messages()]


def originals(messages):
    return [m for m in messages if not m[0].startswith('/dcat/')]


def topics(path):
    with Reader(path) as reader:
        return [
            (c.topic, c.msgtype, c.msgdef, c.digest, c.msgcount, c.ext) for c in reader.connections
        ]


def activity_of(data):
    message = STORE.deserialize_cdr(data, ARRAY)
    (status,) = message.status
    stamp = message.header.stamp.sec * 10**9 + message.header.stamp.nanosec
    values = {pair.key: pair.value for pair in status.values}
    activity = read_activity(values, status.hardware_id)
    assert (status.message, stamp) == (activity.prediction.label, activity.prediction.end_ns)
    assert message.header.frame_id == status.hardware_id
    return activity, status


def write_compressed(path, messages, storage, mode):
    writer = Writer(path, version=9, storage_plugin=PLUGINS[storage])
    writer.set_compression(MODES[mode], CompressionFormat.ZSTD)
    connections = {}
    with writer:
        for topic, kind in TOPICS.items():  # one of them maybe without a message
            connections[topic] = writer.add_connection(
                topic, kind, typestore=STORE, offered_qos_profiles=[LATCHED] * (kind == STRING)
            )
        for topic, _, time_ns, data in messages:
            writer.write(connections[topic], time_ns, data)


@st.composite
def bags(draw):
    """Messages in the order of log time, the sensor's with stamps that rise, or empty ones."""
    messages = []
    log_ns = stamp_ns = BEGIN_NS
    stampless = draw(st.booleans())
    for topic in draw(st.lists(st.sampled_from(list(TOPICS)), min_size=1, max_size=30)):
        log_ns += draw(st.sampled_from([0, 1, 10**7]))
        stamp_ns += draw(st.sampled_from([1, 5 * 10**6]))
        if topic == '/activity_truth':
            data = string_message(draw(st.sampled_from(['', 'walk', 'ж' * 50])))
        else:
            little = draw(st.booleans())
            data = imu_message(0 if stampless else stamp_ns, little=little)
        messages.append((topic, TOPICS[topic], log_ns, data))
    messages.append(('/imu/data_raw', IMU, log_ns, imu_message(0 if stampless else stamp_ns)))
    return messages, stampless


@st.composite
def predictions(draw):
    ends = draw(st.lists(st.integers(-(10**7), 2 * 10**8), max_size=8))
    frames = st.sampled_from(['', 'imu_link'])
    made = []
    for end in sorted(ends):
        state = draw(st.sampled_from(['ok', 'unknown', 'stale']))
        label = draw(st.sampled_from(LABELS)) if state == 'ok' else 'unknown'
        p = draw(st.integers(0, 10**8)) / 10**8
        made.append(prediction(BEGIN_NS + end, label, state, (p, round(1 - p, 8)), draw(frames)))
    return made


@settings(max_examples=60)
@given(bags(), predictions(), st.sampled_from(list(PLUGINS)), st.sampled_from(list(MODES)))
def test_nothing_is_lost_and_everything_said_stands_behind_its_message(bag, made, storage, mode):
    messages, stampless = bag
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / 'in', Path(folder) / 'out'
        write_compressed(path, messages, storage, mode)
        assert annotate(path, out, [said(made, macro_f1=0.5)]) == []
        before, after = raw(path), raw(out)
        assert originals(after) == before == messages
        assert topics(out)[: len(TOPICS)] == topics(path)
    # what is said, and in which order
    words = [activity_of(m[3])[0] for m in after if m[0] == '/dcat/quick/activity']
    assert [w.prediction for w in words] == made
    assert all((w.model, w.macro_f1) == ('quick', 0.5) for w in words)
    labels = [m[3] for m in after if m[0] == '/dcat/quick/label']
    assert labels == [string_message(p.label) for p in made]
    # where: behind the first of the sensor's messages that is not earlier
    sensor = [
        (t if stampless else header_stamp(d), t) for topic, _, t, d in messages
        if topic == '/imu/data_raw'
    ]  # fmt: skip
    heard, place = 0, iter(made)
    for topic, _, log_ns, _ in after:
        if topic == '/imu/data_raw':
            heard += 1
        if topic == '/dcat/quick/activity':
            end_ns = next(place).end_ns
            first = next((i for i, (s, _) in enumerate(sensor) if s >= end_ns), None)
            if first is None:
                assert (heard, log_ns) == (len(sensor), messages[-1][2])
            else:
                assert (heard, log_ns) == (first + 1, sensor[first][1])


def header_stamp(data):
    message = STORE.deserialize_cdr(data, IMU)
    return message.header.stamp.sec * 10**9 + message.header.stamp.nanosec


@pytest.fixture(params=['mcap', 'sqlite3'])
def storage(request):
    return request.param


@pytest.fixture
def bag(storage, tmp_path):
    write_raw_bag(tmp_path / 'bag', contents(), storage)
    return tmp_path / 'bag'


def contents(n=20):
    """Header stamps are ten seconds before log times."""
    out = [('/activity_truth', STRING, BEGIN_NS, string_message('walk'))]
    for i in range(n):
        at = BEGIN_NS + i * 10**7
        out.append(('/imu/data_raw', IMU, at, imu_message(at - 10**10)))
    return out


def test_messages_stand_behind_the_one_that_completed_the_window(bag, tmp_path):
    begin = BEGIN_NS - 10**10
    made = [prediction(begin + 3 * 10**7), prediction(begin + 5 * 10**7 - 4, 'unknown', 'unknown')]
    annotate(bag, tmp_path / 'out', [said(made)])
    order = [(m[0], m[2] - BEGIN_NS) for m in raw(tmp_path / 'out')]
    own = ['/dcat/quick/label', '/dcat/quick/activity', '/dcat/quick/markers']
    assert order[5:8] == [(topic, 3 * 10**7) for topic in own]
    assert order[10:13] == [(topic, 5 * 10**7) for topic in own]
    assert len(order) == 21 + 6


def test_status_and_marker_are_those_of_the_live_node(bag, tmp_path):
    made = [
        prediction(BEGIN_NS, 'walk'),
        prediction(BEGIN_NS + 1, 'unknown', 'unknown'),
        prediction(BEGIN_NS + 2, 'unknown', 'stale'),
        prediction(BEGIN_NS + 3, frame_id=''),
    ]
    annotate(bag, tmp_path / 'out', [said(made)])
    after = raw(tmp_path / 'out')
    statuses = [activity_of(m[3])[1] for m in after if m[1] == ARRAY]
    assert [s.level for s in statuses] == [0, 1, 3, 0]
    assert {s.name for s in statuses} == {'/dcat/quick: activity'}
    shown = [STORE.deserialize_cdr(m[3], MARKERS).markers for m in after if m[1] == MARKERS]
    assert [len(markers) for markers in shown] == [1, 1, 1, 0]
    known, unknown, stale = (markers[0] for markers in shown[:3])
    assert (known.text, known.header.frame_id, known.ns) == ('walk 75%', 'imu_link', '/dcat/quick')
    assert (known.type, known.lifetime.sec, known.frame_locked) == (9, 2, True)
    assert known.color.r == 1.0
    assert unknown.color.r < 1.0
    assert [m.action for m in (known, unknown, stale)] == [0, 0, 2]


def test_two_models_each_behind_its_own_sensor(tmp_path, storage):
    sound = b'\0\1\0\0' + b'any'
    messages = [
        *contents(),
        ('/audio', 'std_msgs/msg/Int16MultiArray', BEGIN_NS + 10**9, sound),
    ]
    write_raw_bag(tmp_path / 'bag', messages, storage)
    end_ns = BEGIN_NS + 10**9
    hears = said([prediction(end_ns, frame_id='')], '2 names: ä', '/audio')
    annotate(tmp_path / 'bag', tmp_path / 'out', [said([prediction(BEGIN_NS - 10**10)]), hears])
    order = [(m[0], m[2]) for m in raw(tmp_path / 'out')]
    assert order[2] == ('/dcat/quick/label', BEGIN_NS)
    assert order[-4] == ('/audio', end_ns)
    assert order[-3:] == [(f'/dcat/_2_names___/{t}', end_ns) for t in
                          ('label', 'activity', 'markers')]  # fmt: skip


def test_time_of_receipt_counts_where_it_is_said_to(bag, tmp_path):
    made = [prediction(BEGIN_NS + 3 * 10**7)]
    annotate(bag, tmp_path / 'out', [said(made, receive_time=True)])
    assert raw(tmp_path / 'out')[5][:1] == ('/dcat/quick/label',)


def test_after_a_jump_back_words_wait_for_the_sensors_jump(tmp_path, storage):
    stamps = [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]
    messages = [
        ('/imu/data_raw', IMU, BEGIN_NS + i, imu_message(BEGIN_NS + s * 10**9))
        for i, s in enumerate(stamps)
    ]
    write_raw_bag(tmp_path / 'bag', messages, storage)
    ends = [2, 4, 1, 3]
    made = [prediction(BEGIN_NS + e * 10**9) for e in ends]
    annotate(tmp_path / 'bag', tmp_path / 'out', [said(made)])
    after = raw(tmp_path / 'out')
    times = [m[2] - BEGIN_NS for m in after if m[0] == '/dcat/quick/label']
    assert times == [2, 4, 7, 9]


def test_message_that_cannot_be_read_is_copied_and_completes_nothing(tmp_path, storage):
    messages = [('/imu/data_raw', IMU, BEGIN_NS, b'\0\1\0\0x'), *contents(2)]
    write_raw_bag(tmp_path / 'bag', messages, storage)
    annotate(tmp_path / 'bag', tmp_path / 'out', [said([prediction(BEGIN_NS - 10**10)])])
    after = raw(tmp_path / 'out')
    assert originals(after) == messages
    assert [m[0] for m in after].index('/dcat/quick/label') == 3


def test_own_definition_of_a_type_nobody_knows_is_kept(tmp_path, storage):
    definition = 'int32 a\nstring b'
    path, out = tmp_path / 'bag', tmp_path / 'out'
    with Writer(path, version=9, storage_plugin=PLUGINS[storage]) as writer:
        connection = writer.add_connection(
            '/own', 'a_package/msg/Own', msgdef=definition, rihs01='RIHS01_12'
        )
        imu = writer.add_connection('/imu/data_raw', IMU, typestore=STORE)
        writer.write(connection, BEGIN_NS, b'\0\1\0\0own')
        writer.write(imu, BEGIN_NS, imu_message(BEGIN_NS))
    assert annotate(path, out, [said([])]) == []
    assert topics(out)[:2] == topics(path)
    assert topics(out)[0][2].data == definition
    # without index and metadata, too: but for the hash, which MCAP itself does not hold
    (path / 'metadata.yaml').unlink()
    (note,) = annotate(path, tmp_path / 'again', [said([])])
    assert 'read to its last whole message, 2 in all' in note
    salvaged = topics(tmp_path / 'again')[0]
    assert salvaged[2].data == definition
    store = get_typestore(Stores.EMPTY)
    store.register(get_types_from_msg(definition, 'a_package/msg/Own'))
    own = {'mcap': store.hash_rihs01('a_package/msg/Own'), 'sqlite3': 'RIHS01_12'}
    assert salvaged[3] == own[storage]
    assert originals(raw(tmp_path / 'again')) == originals(raw(out))


def test_old_sqlite_bag_without_definitions_keeps_every_message(tmp_path):
    path, out = tmp_path / 'bag', tmp_path / 'out'
    with Writer(path, version=8) as writer:
        own = writer.add_connection('/own', 'a_package/msg/Own', msgdef='x', rihs01='x')
        imu = writer.add_connection('/imu/data_raw', IMU, typestore=STORE)
        writer.write(own, BEGIN_NS, b'\0\1\0\0own')
        writer.write(imu, BEGIN_NS + 1, imu_message(BEGIN_NS))
    with sqlite3.connect(path / 'bag.db3') as database:
        database.execute('DROP TABLE message_definitions')
        database.execute('ALTER TABLE topics DROP COLUMN type_description_hash')
        database.execute('UPDATE schema SET schema_version = 3')
    database.close()
    yaml = YAML(typ='safe')
    metadata = yaml.load((path / 'metadata.yaml').read_text())
    for topic in metadata['rosbag2_bagfile_information']['topics_with_message_count']:
        del topic['topic_metadata']['type_description_hash']
    with (path / 'metadata.yaml').open('w') as file:
        yaml.dump(metadata, file)
    assert annotate(path, out, [said([prediction(BEGIN_NS)])]) == []
    assert originals(raw(out)) == raw(path)
    by_name = {t[0]: t for t in topics(out)}
    # what nobody knows is not made up
    assert (by_name['/own'][2].data, by_name['/own'][3]) == ('', 'INVALID')
    assert by_name['/imu/data_raw'][2].data == STORE.generate_msgdef(IMU, ros_version=2)[0]
    assert by_name['/imu/data_raw'][3] == STORE.hash_rihs01(IMU)


@pytest.mark.parametrize('keep_metadata', [True, False])
@pytest.mark.parametrize('share', [0.5, 0.9])
def test_bag_that_was_cut_off_is_copied_to_its_last_whole_message(
    tmp_path, storage, keep_metadata, share
):
    messages = contents(300)
    write_raw_bag(tmp_path / 'bag', messages, storage)
    (file,) = [p for p in (tmp_path / 'bag').iterdir() if p.suffix != '.yaml']
    size = int(share * file.stat().st_size) // 4096 * 4096
    file.write_bytes(file.read_bytes()[:size])
    if not keep_metadata:
        (tmp_path / 'bag' / 'metadata.yaml').unlink()
    made = [prediction(BEGIN_NS - 10**10 + 10**7), prediction(BEGIN_NS + 10**12)]
    (note,) = annotate(tmp_path / 'bag', tmp_path / 'out', [said(made)])
    after = raw(tmp_path / 'out')
    n = len(originals(after))
    assert f'read to its last whole message, {n} in all' in note
    assert 30 < n < 301
    assert originals(after) == messages[:n]
    assert [activity_of(m[3])[0].prediction for m in after if m[1] == ARRAY] == made
    assert after[-1][2] == messages[n - 1][2]
    definitions = {t[0]: (t[2].data, t[3]) for t in topics(tmp_path / 'out')}
    assert definitions['/imu/data_raw'] == (
        STORE.generate_msgdef(IMU, ros_version=2)[0],
        STORE.hash_rihs01(IMU),
    )


def test_a_single_file_is_copied_too(bag, tmp_path):
    (file,) = [p for p in bag.iterdir() if p.suffix != '.yaml']
    (note,) = annotate(file, tmp_path / 'out', [said([])])
    assert 'a single file' in note
    assert originals(raw(tmp_path / 'out')) == contents()
    (copy,) = [p for p in (tmp_path / 'out').iterdir() if p.suffix != '.yaml']
    assert copy.suffix == file.suffix


def test_bag_that_was_annotated_is_refused_with_the_topic(bag, tmp_path):
    annotate(bag, tmp_path / 'out', [said([])])
    with pytest.raises(BagError, match=r'out has /dcat/quick/label already, .* the original one'):
        annotate(tmp_path / 'out', tmp_path / 'more', [said([])])
    annotate(tmp_path / 'out', tmp_path / 'other', [said([], 'another')])
    assert not (tmp_path / 'more').exists()


@pytest.mark.parametrize('where', ['bag', 'bag/inside', 'bag/../bag/deep/inside'])
def test_out_in_the_bag_itself_is_refused(bag, tmp_path, where):
    before = sorted(bag.rglob('*'))
    with pytest.raises(OutputError, match='lies in the bag'):
        annotate(bag, tmp_path / where, [said([])])
    assert sorted(bag.rglob('*')) == before


def test_out_that_exists_is_refused_and_kept(bag, tmp_path):
    (tmp_path / 'out').mkdir()
    with pytest.raises(OutputError, match='out exists already; choose another name'):
        annotate(bag, tmp_path / 'out', [said([])])
    assert list((tmp_path / 'out').iterdir()) == []


def test_sensor_that_is_not_there_and_two_models_of_one_name_are_refused(bag, tmp_path):
    with pytest.raises(BagError, match='has no topic /imu/data; it has'):
        annotate(bag, tmp_path / 'out', [said([], topic='/imu/data')])
    with pytest.raises(BagError, match='Two models would write to /dcat/a_b; rename one'):
        annotate(bag, tmp_path / 'out', [said([], 'a b'), said([], 'a_b')])
    with pytest.raises(BagError, match='There is no bag'):
        annotate(tmp_path / 'none', tmp_path / 'out', [said([])])
    assert sorted(p.name for p in tmp_path.iterdir()) == ['bag']


def test_words_that_fail_midway_leave_nothing(bag, tmp_path):
    broken = prediction(BEGIN_NS - 10**10, p=(0.5, 0.25, 0.25))  # two labels
    with pytest.raises(ValueError, match='zip'):
        annotate(bag, tmp_path / 'out', [said([broken])])
    assert sorted(p.name for p in tmp_path.iterdir()) == ['bag']


def test_memory_does_not_grow_with_the_bag(tmp_path, storage):
    peaks = []
    for n in (40, 400):
        big = string_message('x' * 100_000)
        messages = [('/activity_truth', STRING, BEGIN_NS + i, big) for i in range(n)]
        write_raw_bag(tmp_path / f'bag{n}', [*messages, *contents(1)], storage)
        tracemalloc.start()
        annotate(tmp_path / f'bag{n}', tmp_path / f'out{n}', [said([])])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2e6, peaks


def test_copy_is_read_by_our_own_reader(bag, tmp_path):
    annotate(bag, tmp_path / 'out', [said([prediction(BEGIN_NS)])])
    with BagReader(tmp_path / 'out') as reader:
        assert reader.notes == []
        assert [tuple(m) for m in reader.messages(['/imu/data_raw'])] == contents()[1:]
        reader.require('/dcat/quick/markers', MARKERS)

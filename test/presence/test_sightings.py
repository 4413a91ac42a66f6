"""The rows of the table: who is seen, and in which words."""

from presence_helpers import activity

from dcat_ros.presence.activity import Activity
from dcat_ros.presence.sightings import Sightings
from dcat_ros.streaming.decision import STALE

REPORT = {
    'lifecycle state': 'active',
    'input topic': '/imu/data_raw',
    'publishers': '1',
    'input rate (Hz)': '50.2',
    'latency p50 (ms)': '3.25',
    'model': 'imu_utd_mhad',
}


def only(sightings, now_s):
    (row,) = sightings.rows(now_s)
    return row


def test_nothing_heard_is_no_row():
    assert Sightings().rows(0.0) == []


def test_label_rate_latency_and_sensor_come_together():
    sightings = Sightings()
    for i in range(9):
        sightings.heard('/imu_node', [activity(0.75)], i * 0.25)
    sightings.reported('/imu_node', REPORT, 2.0)
    row = only(sightings, 2.1)
    assert (row.node, row.label, row.confidence, row.state) == ('/imu_node', 'walk', 0.75, 'ok')
    assert (row.rate_hz, row.latency_ms, row.sensor) == (4.0, 3.25, '50.2 Hz')


def test_sensor_in_words():
    sightings = Sightings()
    sightings.reported('/imu_node', REPORT, 0.0)
    assert only(sightings, 0.1).sensor == '50.2 Hz'
    sightings.reported('/imu_node', REPORT | {'publishers': '0'}, 0.2)
    assert only(sightings, 0.3).sensor == 'nobody publishes /imu/data_raw'
    sightings.reported('/imu_node', REPORT, 0.4)
    sightings.heard('/imu_node', [activity(state=STALE)], 0.5)
    assert only(sightings, 0.6).sensor == 'no data'
    assert only(sightings, 4.0).sensor == 'silent for 4 s'
    assert sightings.rows(10.5) == []


def test_label_of_a_node_that_is_not_active_any_more_is_not_shown():
    sightings = Sightings()
    sightings.heard('/imu_node', [activity()], 0.0)
    sightings.reported('/imu_node', REPORT | {'lifecycle state': 'inactive'}, 0.5)
    row = only(sightings, 0.6)
    assert (row.label, row.sensor, row.model) == ('', 'inactive', 'imu_utd_mhad')


def test_every_group_of_presence_has_a_row_that_says_whose_it_is():
    sightings = Sightings()
    groups = [
        Activity(activity().prediction, activity().labels, 'm', 0.8, source=source)
        for source in ('/imu_node', '/audio_node')
    ]
    sightings.heard('/presence_node', groups, 0.0)
    rows = sightings.rows(0.1)
    assert [row.sensor for row in rows] == ['from /imu_node', 'from /audio_node']


def test_rows_stand_in_the_order_of_names():
    sightings = Sightings()
    for name in ('/b', '/c', '/a'):
        sightings.heard(name, [activity()], 0.0)
    assert [row.node for row in sightings.rows(0.1)] == ['/a', '/b', '/c']


def test_what_would_steer_a_terminal_is_not_shown_and_long_texts_are_cut():
    sightings = Sightings()
    report = {'lifecycle state': '\x1b[2J\n' + 'x' * 500, 'latency p50 (ms)': 'nan'}
    sightings.reported('/imu\x07', report, 0.0)
    row = only(sightings, 0.1)
    assert row.node == '/imu?'
    assert row.sensor == '?[2J?' + 'x' * 55
    assert row.latency_ms is None

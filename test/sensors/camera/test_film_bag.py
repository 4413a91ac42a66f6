"""`dcat evaluate` of a bag that a recorder would have made of a real colour film."""

import json

import cv2
import pytest
from helpers import STORE, dcat_here, write_raw_bag
from pose_helpers import pose_network

TYPE = 'sensor_msgs/msg/CompressedImage'
TOPIC = '/camera/color/image_raw/compressed'
BEGIN_NS = 1_767_225_600 * 10**9
#: The main view; beside it stands another one.
ROWS, COLUMNS = 640, 853


@pytest.fixture
def film_bag(data_dir, tmp_path):
    """Somebody who bends at the knees; 30 JPEG pictures a second; and the length in s."""
    film = cv2.VideoCapture(str(data_dir / 'clips' / '13_bending_at_knees.mp4'))
    rate_hz = film.get(cv2.CAP_PROP_FPS)
    if not film.isOpened():
        pytest.skip('needs clips below DCAT_DATA')
    types, messages = STORE.types, []
    while (read := film.read())[0]:
        stamp_ns = BEGIN_NS + round(len(messages) * 1e9 / rate_hz)
        stamp = types['builtin_interfaces/msg/Time'](
            sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9
        )
        message = types[TYPE](
            header=types['std_msgs/msg/Header'](stamp=stamp, frame_id='camera'),
            format='bgr8; jpeg compressed bgr8',
            data=cv2.imencode('.jpg', read[1][:ROWS, :COLUMNS])[1].ravel(),
        )
        messages.append((TOPIC, TYPE, stamp_ns, STORE.serialize_cdr(message, TYPE)))
    write_raw_bag(tmp_path / 'jogging', messages)
    return tmp_path / 'jogging', len(messages) / rate_hz


def test_every_window_is_scored_and_what_was_said_is_in_the_report(
    film_bag, tmp_path, monkeypatch, capsys
):
    pose_network()
    bag, seconds = film_bag
    truth = tmp_path / 'bending.csv'
    truth.write_text(f'start,end,label\n0.0,{seconds:.2f},squat\n')
    scores, page = tmp_path / 'scores.json', tmp_path / 'report.html'
    command = ['evaluate', bag, '--model', 'camera_utd_mhad', '--camera', TOPIC, '--truth', truth]
    assert dcat_here(monkeypatch, *command, '--json', scores, '--html', page) == 0
    (model,) = json.loads(scores.read_text())['models']
    scored = model['scores']
    assert (scored['n_messages'], scored['n_rejected']) == (149, {})
    # of 5 s: one at 2 s, and every quarter of a second after it
    assert (scored['n_windows'], scored['n_without_truth']) == (12, 0)
    assert sum(map(sum, scored['confusion'])) == 12
    assert TOPIC not in capsys.readouterr().out, 'nothing speaks against these pictures'
    assert 'squat' in page.read_text(encoding='utf-8')

"""dcat evaluate --live as a process, beside a running node."""

import json
import signal
import subprocess

import pytest
from node_helpers import COARSE_S, HANGS_S
from presence_dds import Process
from std_msgs.msg import String

pytestmark = pytest.mark.ros


def evaluate(*arguments):
    return Process(
        'dcat', 'evaluate', '--live', '/imu_node', *arguments,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finished(process):
    out, err = process.popen.communicate(timeout=HANGS_S)
    assert 'Traceback' not in out + err
    return process.popen.returncode, out, err


def test_bag_played_to_a_node_is_scored_and_the_same_as_offline(
    short_bag, coarse, quick_model, tmp_path
):
    out_file = tmp_path / 'live.json'
    options = ['--model', quick_model, '--stride', COARSE_S, '--rate', '4', '--json', out_file]
    code, out, err = finished(evaluate(short_bag, *options))
    assert code == 0, err
    assert 'live = offline: yes' in out
    (model,) = json.loads(out_file.read_text())['models']
    assert model['scores']['input'] == '/imu_node, live'
    assert model['scores']['n_windows'] == 4


def test_other_model_than_the_nodes_is_exit_code_2(short_bag, coarse):
    code, _, err = finished(evaluate(short_bag, '--model', 'imu_watch', '--rate', '4'))
    assert code == 2
    assert '/imu_node runs the model quick, not imu_watch' in err


def test_ctrl_c_ends_listening_with_scores(recogniser, peer, quick_model):
    truth = peer.node.create_publisher(String, '/activity_truth', 10)

    process = evaluate('--model', quick_model)
    assert process.popen.stderr.readline().startswith('Listening to /imu_node; Ctrl-C ends it')
    # a monitor of the peer hears the truth as well
    peer.wait_for(lambda: truth.get_subscription_count() == 2, 'the truth to be connected')
    # the other side of a connection may know of it later: the first label may be lost
    for label in ('walk', 'wave') * 6:
        truth.publish(String(data=label))
        peer.send(50)
    process.popen.send_signal(signal.SIGINT)
    code, out, err = finished(process)
    assert code == 0, err
    assert '/imu_node, live, model quick' in out


@pytest.mark.parametrize(
    ('arguments', 'text'),
    [
        (['--model', 'imu_watch', '--model', 'imu_utd_mhad'], 'one BAG at most, one model'),
        (['--model', 'imu_watch', '--truth', 'x.csv'], 'needs the truth on a topic'),
    ],
)
def test_unusable_combination_is_exit_code_2(arguments, text):
    code, _, err = finished(evaluate(*arguments))
    assert code == 2
    assert text in ' '.join(err.split())

"""Another model while the node works."""

import pytest
from untrained import save_untrained

pytestmark = pytest.mark.ros


@pytest.fixture(scope='module')
def other(tmp_path_factory):
    """A model of other labels."""
    path = tmp_path_factory.mktemp('other') / 'other.safetensors'
    save_untrained(path, ('sit', 'stand', 'bow', 'rest'))
    return path


def test_the_other_model_says_all_from_its_first_word_on(recogniser, peer, other):
    peer.send_and_count(100, windows=11)
    before = len(peer.monitor.all)
    assert peer.set_parameter('model', str(other)).successful
    peer.send_until(
        lambda: any(h.labels and 'bow' in h.labels for h in peer.monitor.all), 'the other model'
    )
    heard = peer.monitor.all
    # the last word of the one before is that nothing is known
    states = [h.prediction.state for h in heard[before:]]
    assert states[0] == 'stale'
    assert all('bow' in h.labels for h in heard[before:] if h.labels)
    assert not any('bow' in h.labels for h in heard[:before])


@pytest.mark.parametrize(
    ('model', 'why'),
    [
        ('nowhere.safetensors', "There is no weights file 'nowhere.safetensors'"),
        ('', 'There is no weights file'),
        ('image_depth_utd_mhad', 'is for depth, and this node needs one for imu'),
        ('x' * 100_000, 'There is no weights file'),
    ],
)
def test_one_that_is_unusable_is_refused_and_the_node_goes_on(recogniser, peer, model, why):
    result = peer.set_parameter('model', model)
    assert not result.successful
    assert why in result.reason
    assert len(result.reason) < 2000
    peer.send_and_count(100, windows=11)
    assert {'walk', 'wave', 'rest'} == set(peer.labelled()[-1] and peer.monitor.all[-1].labels)


def test_it_is_taken_up_while_the_node_is_inactive(recogniser, peer, other):
    from lifecycle_msgs.msg import Transition

    assert peer.change_state(Transition.TRANSITION_DEACTIVATE)
    assert peer.set_parameter('model', str(other)).successful
    assert peer.change_state(Transition.TRANSITION_ACTIVATE)
    peer.ready()
    peer.send_until(lambda: any(h.labels for h in peer.monitor.all), 'a label')
    assert 'bow' in peer.monitor.all[-1].labels

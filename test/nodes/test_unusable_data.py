"""Messages that come and of which no label can be made: stale with the reason, whichever sensor."""

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from node_helpers import RecogniserProcess
from test_image_node import NODE as IMAGE_NODE
from test_image_node import Camera, camera, depth_model, frame  # noqa: F401 (fixtures)

pytestmark = pytest.mark.ros


def last(peer):
    return peer.monitor.all[-1].prediction if peer.monitor.all else None


def send_until_stale(peer, change, what):
    """Until it says that nothing is known any more, with a reason; gives that."""
    assert peer.set_parameter('stale_after', 0.5).successful

    def told():
        return last(peer) is not None and last(peer).state == 'stale' and last(peer).reason

    peer.send_until(told, what, n=10, change=change)
    return last(peer).reason


def test_stamps_that_go_to_and_fro_after_good_ones(recogniser, peer):
    assert peer.send(150) > 2
    n = 0

    def to_and_fro(message, i):
        nonlocal n
        n += 1
        message.header.stamp.sec -= n % 2 * 5

    reason = send_until_stale(peer, to_and_fro, 'the reason')
    assert 'complete no window of 1 s: stamps that jump back' in reason
    # they must go on: of messages that have ended, nothing but that is said
    why = reason.split(': ')[1]
    peer.send_until(
        lambda: why in peer.health_message, 'it on /diagnostics', n=10, change=to_and_fro
    )
    assert peer.health_level == DiagnosticStatus.WARN
    assert peer.set_parameter('stale_after', 60.0).successful
    peer.jump(10.0)
    peer.send_until(lambda: last(peer).state != 'stale', 'a label')


def test_every_message_rejected_from_the_start(recogniser, peer):
    def broken(message, i):
        message.linear_acceleration.x = float('nan')

    assert 'nan is not a reading' in send_until_stale(peer, broken, 'the reason')
    assert peer.labelled() == []
    assert last(peer).end_ns > 0


def test_data_that_stopped_and_come_again_rejected(recogniser, peer):
    def broken(message, i):
        message.linear_acceleration.x = float('nan')

    assert peer.set_parameter('stale_after', 0.5).successful
    peer.send(1)
    peer.wait_for(lambda: last(peer) is not None, 'that data stopped')
    assert last(peer).reason == ''
    peer.send_until(lambda: last(peer).reason, 'the reason', n=10, change=broken)
    assert 'nan is not a reading' in last(peer).reason


def test_pictures_whose_stamps_stand_still(depth_model, camera):  # noqa: F811
    arguments = ['-p', 'focal_px:=285.0', '-p', 'stale_after:=1.0']
    with RecogniserProcess(depth_model, *arguments, executable='image_node'):
        camera.ready()
        camera.film(10, frame)
        camera.wait_for(lambda: camera.monitor.all, 'a label')

        def told():
            camera.film(10, frame, rate_hz=1e12)
            said = camera.health_message
            # where this machine stood still for a second, data did stop
            because = 'stand still' in said and 'data stopped' not in said
            return because and last(camera).state == 'stale'

        camera.wait_for(told, 'the reason')
        assert camera.recogniser == IMAGE_NODE
        assert camera.health_level == DiagnosticStatus.WARN
        assert camera.health['messages received'] != '0'

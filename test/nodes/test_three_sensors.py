"""One film with picture, sound and inertial sensor through all nodes: everything is accounted for.

The picture is colour, which the depth model cannot serve: it says so, and the others go on.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
import rclpy
from presence_dds import PRESENCE, Listener, Node, ros_arguments
from untrained import save_untrained

from dcat_ros.nodes.replay import Player

pytest.importorskip('av', reason='needs the package av to read the film')

from gopro import AUDIO_TOPIC, COMPRESSED_TOPIC, IMU_TOPIC, write_bag

pytestmark = [pytest.mark.ros, pytest.mark.slow]

TOPICS = {
    '/imu_node': IMU_TOPIC,
    '/image_node': COMPRESSED_TOPIC,
    '/audio_node': AUDIO_TOPIC,
}


@pytest.fixture(scope='module')
def film(data_dir, tmp_path_factory):
    path = data_dir / 'gopro' / 'max-heromode.mp4'
    if not path.is_file():
        pytest.skip('needs the film of three sensors: DCAT_DATA/gopro/max-heromode.mp4')
    bag = tmp_path_factory.mktemp('film') / 'bag'
    return bag, write_bag(path, bag)


@pytest.fixture
def listener():
    rclpy.init()
    listener = Listener()
    yield listener
    listener.close()
    rclpy.try_shutdown()


def processes(folder):
    audio = folder / 'audio.safetensors'
    save_untrained(audio, modality='audio')
    common = {
        'autostart': 'false',
        'qos_reliability': 'reliable',
        'qos_depth': 10_000,  # the whole film
        'use_sim_time': 'true',
        # neither a clock that is late on its way, nor a slow machine, is what is tested
        'max_future': 1000.0,
        'stale_after': 3600.0,
    }
    depth = {'transport': 'compressed', 'focal_px': 500.0, **common}
    return [
        Node('imu_node', *ros_arguments(model='imu_utd_mhad', **common)),
        Node('image_node', *ros_arguments(model='image_depth_utd_mhad', **depth)),
        Node('audio_node', *ros_arguments(model=audio, sample_rate=48000, **common)),
        # the pause between the two passes must not put anybody to sleep
        Node('presence_node', *ros_arguments(stale_after=3600.0)),
    ]


def counted(health, key):
    """A count of a node's diagnostics."""
    return int(health.get(key, 0))


def settled(listener, values):
    """What the diagnostics say once it is the same in three of them, of every node.

    They come once a second; of a node that was held up the first one may come before its work.
    """
    names = [f'{name}: recogniser' for name in TOPICS]
    same, before = 0, values()
    while same < 3:
        came = dict(listener.health_came)
        listener.wait_for(
            lambda came=came: all(listener.health_came[n] > came[n] for n in names), 'diagnostics'
        )
        same = same + 1 if values() == before else 0
        before = values()
    return before


def test_everything_flows_and_nothing_is_dropped_unaccounted_for(film, listener, tmp_path):
    bag, sent = film
    assert sent[IMU_TOPIC] > 2000
    assert sent[COMPRESSED_TOPIC] > 300
    assert sent[AUDIO_TOPIC] > 200
    nodes = processes(tmp_path)
    node = rclpy.create_node('player')

    def health(name):
        return listener.health.get(f'{name}: recogniser', (b'', '', {}))[2]

    def received():
        return {name: counted(health(name), 'messages received') for name in TOPICS}

    try:
        listener.wait_for(lambda: all(health(n) for n in TOPICS), 'three recognisers')
        player = Player(node, bag)
        # the first pass wakes them, the second is counted
        for n_pass in range(2):
            with ThreadPoolExecutor() as pool:
                playing = pool.submit(player.play)
                listener.wait_for(playing.done, 'the end of the film')
                assert playing.result() == sum(sent.values())
            if n_pass == 0:
                listener.wait_for(
                    lambda: all(health(n)['lifecycle state'] == 'active' for n in TOPICS),
                    'all of them to be awake',
                )
                before = settled(listener, received)
        listener.wait_for(
            lambda: all(received()[n] - before[n] == sent[t] for n, t in TOPICS.items()),
            f'all of {sent} after {before}',
        )
        keys = ('predictions', 'windows dropped', 'messages rejected')
        settled(listener, lambda: [health(name)[key] for name in TOPICS for key in keys])
        imu, image, audio = (health(name) for name in TOPICS)
        for values in (imu, audio):
            assert counted(values, 'messages rejected') == 0
            windows = counted(values, 'stream: windows')
            assert windows > 10
            assert windows == counted(values, 'predictions') + counted(values, 'windows dropped')
        assert counted(imu, 'stream: samples') == counted(imu, 'messages received')
        assert counted(audio, 'stream: chunks') == counted(audio, 'messages received')
        # every frame was looked at, or another one was nearer to the model's instants
        frames = counted(image, 'stream: frames')
        assert frames == counted(image, 'messages received')
        looked_at = counted(image, 'rejected: kind') + counted(image, 'windows dropped')
        # the last frame of each pass still waits for the next
        assert 0 <= frames - counted(image, 'stream: skipped') - looked_at <= 3
        assert counted(image, 'rejected: kind') > 0
        said = {a.source for _, groups in listener.activities for a in groups}
        assert {'/imu_node', '/audio_node'} <= said
        listener.wait_for(
            lambda: listener.health[f'{PRESENCE}: presence'][2]['groups'] == '2', 'two groups'
        )
    finally:
        node.destroy_node()
        codes = [process.interrupt() for process in nodes if process.alive()]
    assert codes == [0] * 4

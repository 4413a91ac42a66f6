"""A package of somebody's own with a sensor that dcat_ros does not know, and recordings of it."""

import numpy as np
import yaml
from helpers import STORE, run_python
from rosbags.rosbag2 import StoragePlugin, Writer

PACKAGE = {
    'dcat_wrench/__init__.py': '"""A wrist that feels forces and torques."""\n',
    'dcat_wrench/sensor.py': """
from types import SimpleNamespace

from rosbags.typesys import Stores, get_typestore

from dcat_ros.errors import MessageError
from dcat_ros.sensors.augment import scaled
from dcat_ros.sensors.fronts import signal_front
from dcat_ros.sensors.named import Named
from dcat_ros.sensors.pause import held
from dcat_ros.sensors.sample_live import sample_live
from dcat_ros.sensors.samples import as_recorded
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.sensors.views import stretched

TYPE = 'geometry_msgs/msg/WrenchStamped'
STORE = get_typestore(Stores.ROS2_JAZZY)


def decode(data):
    try:
        message = STORE.deserialize_cdr(data, TYPE)
    except Exception as problem:
        raise MessageError(f'no wrench: {problem}', 'truncated') from None
    stamp, wrench = message.header.stamp, message.wrench
    values = [getattr(v, axis) for v in (wrench.force, wrench.torque) for axis in 'xyz']
    return SimpleNamespace(
        stamp_ns=stamp.sec * 10**9 + stamp.nanosec,
        values=values,
        frame_id=message.header.frame_id,
    )


NAMED = Named(called='wrench', what='geometry_msgs/WrenchStamped', topic='/wrench')
WRENCH = Sensor(
    name='wrench',
    channels=('fx', 'fy', 'fz', 'tx', 'ty', 'tz'),
    units=('N', 'N', 'N', 'Nm', 'Nm', 'Nm'),
    scale=(10.0, 10.0, 10.0, 1.0, 1.0, 1.0),
    signal='wrench',
    samples=as_recorded,
    pause=held,
    augment=scaled,
    front=signal_front,
    views={'wrench': lambda signal, rng: stretched(signal.values, 96)},
    live=sample_live(
        NAMED,
        (TYPE,),
        decode,
        {('force', 'N'): slice(0, 3), ('torque', 'Nm'): slice(3, 6)},
        rate_hz=50.0,
        defaults={'model': 'wrench.safetensors'},
    ),
)
""",
    'dcat_wrench/wrench_node.py': '''
from geometry_msgs.msg import WrenchStamped

from dcat_ros.nodes.sensor_node import SensorNode
from dcat_ros.sensors.sample_receiver import SampleReceiver
from dcat_wrench.sensor import WRENCH, decode


class WrenchNode(SensorNode):
    """Recognises activities from forces and torques."""

    sensors = (WRENCH,)
    message_type = WrenchStamped
    input_topic = 'wrench'

    def __init__(self, **options):
        super().__init__('wrench_node', **options)

    def make_receiver(self, recogniser):
        return SampleReceiver(recogniser.stream, decode)
''',
    'dcat_wrench-0.1.dist-info/METADATA': (
        'Metadata-Version: 2.1\nName: dcat-wrench\nVersion: 0.1\n'
    ),
    'dcat_wrench-0.1.dist-info/entry_points.txt': (
        '[dcat_ros.sensors]\nwrench = dcat_wrench.sensor:WRENCH\n'
    ),
}
RECIPE = {
    'description': 'Pulling and turning.',
    'dataset': 'bags',
    'frame': 'the wrist',
    'window_s': 1.0,
    'stride_s': 0.25,
    'lag_s': 0.5,
    'joins': 1,
    'folds': 2,
    'network': {'ppv': False, 'width': 16, 'd_attention': 8},
    'optimiser': {'steps': 40, 'batch_size': 16},
}
TRANSFER = {'method': 'kd', 'steps': 20, 'fall_back': False}
BEGIN = 1_767_225_600 * 10**9
IMU, WRENCH, STRING = (
    'sensor_msgs/msg/Imu',
    'geometry_msgs/msg/WrenchStamped',
    'std_msgs/msg/String',
)
RATE_HZ = 50


def vector(values):
    x, y, z = (float(v) for v in values)
    return STORE.types['geometry_msgs/msg/Vector3'](x=x, y=y, z=z)


def header(stamp_ns):
    stamp = STORE.types['builtin_interfaces/msg/Time'](
        sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9
    )
    return STORE.types['std_msgs/msg/Header'](stamp=stamp, frame_id='wrist')


def wrench(stamp_ns, values):
    inner = STORE.types['geometry_msgs/msg/Wrench'](
        force=vector(values[:3]), torque=vector(values[3:])
    )
    return STORE.types[WRENCH](header=header(stamp_ns), wrench=inner)


def imu(stamp_ns, values):
    types = STORE.types
    return types[IMU](
        header=header(stamp_ns),
        orientation=types['geometry_msgs/msg/Quaternion'](x=0.0, y=0.0, z=0.0, w=1.0),
        orientation_covariance=np.array([-1.0] + [0.0] * 8),
        angular_velocity=vector(values[3:]),
        angular_velocity_covariance=np.zeros(9),
        linear_acceleration=vector(values[:3]),
        linear_acceleration_covariance=np.zeros(9),
    )


def felt(label, t, rng):
    """What both sensors feel of one activity: six values each."""
    phase = 2 * np.pi * t * (1.0 if label == 'pull' else 3.0)
    axis = 0 if label == 'pull' else 2
    force, motion = 0.3 * rng.normal(size=6), 0.3 * rng.normal(size=6)
    force[axis] += 12 * np.sin(phase)
    motion[axis] += 6 * np.sin(phase)
    motion[2] += 9.81
    return force, motion


def make_bag(path, seed, times=4):
    """A bag with both sensors, and the truth."""
    rng = np.random.default_rng(seed)
    with Writer(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        kinds = {'/imu/data_raw': IMU, '/wrench': WRENCH, '/activity_truth': STRING}
        to = {t: writer.add_connection(t, kind, typestore=STORE) for t, kind in kinds.items()}

        def write(topic, t, message):
            writer.write(to[topic], t, STORE.serialize_cdr(message, kinds[topic]))

        now = BEGIN
        for label in ['pull', 'turn'] * times:
            write('/activity_truth', now, STORE.types[STRING](data=label))
            for i in range(3 * RATE_HZ):
                force, motion = felt(label, i / RATE_HZ, rng)
                stamp = now + i * 10**9 // RATE_HZ
                write('/wrench', stamp, wrench(stamp, force))
                write('/imu/data_raw', stamp, imu(stamp, motion))
            now += 3 * 10**9
        write('/activity_truth', now, STORE.types[STRING](data=''))


def make_place(place):
    """Fill a folder: the package, bags of three people, and weights of four trainings.

    `alone` and `taught` are of the wrench, taught by nobody and by a sensor; `beside` and `by_file`
    are what the wrench taught that sensor.
    """
    for name, text in PACKAGE.items():
        path = place / 'package' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    bags = place / 'bags'
    bags.mkdir()
    for i, who in enumerate(('ann', 'bob', 'cid')):
        make_bag(bags / who, i)
    rows = ''.join(f'{who},{who}\n' for who in ('ann', 'bob', 'cid'))
    (bags / 'bags.csv').write_text('bag,subject\n' + rows)

    def by(source):
        return {'source': str(source), **TRANSFER}

    train_all(
        place,
        alone={'modality': 'wrench'},
        taught={'modality': 'wrench', 'transfer': by('imu')},
        beside={'modality': 'imu', 'transfer': by('wrench')},
        by_file={'modality': 'imu', 'transfer': by(place / 'alone.safetensors')},
    )


def dcat(place, *words):
    """What `dcat` prints, where the package is installed."""
    code = 'import sys; sys.argv[0] = "dcat"; from dcat_ros.cli.entry import main; main()'
    done = run_python('-c', code, *map(str, words), PYTHONPATH=str(place / 'package'))
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def train_all(place, **recipes):
    """Make weights by name, each by its recipe, in one process: it imports and compiles once.

    The first alone gets a file for onnxruntime, whose making takes longer than the training.
    """
    lines = [
        'import sys',
        'from dcat_ros.cli import train_learn',
        'from dcat_ros.cli.main import main',
        'from dcat_ros.model import export',
    ]
    for name, recipe in recipes.items():
        path, out = place / f'{name}.yaml', place / f'{name}.safetensors'
        path.write_text(yaml.safe_dump({'name': name, **RECIPE, **recipe}))
        words = ['train', '--config', path, '--data', place, '--out', out, '--work', place / name]
        lines.append(f'sys.argv = {["dcat", *map(str, words)]}')
        lines.append('try:\n    main()\nexcept SystemExit as end:\n    assert not end.code')
        lines.append('export.save_onnx = train_learn.with_memory = lambda *args: None')
    done = run_python('-c', '\n'.join(lines), PYTHONPATH=str(place / 'package'))
    assert done.returncode == 0, done.stderr[-3000:]

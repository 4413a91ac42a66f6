"""The launch files, executed against a stand-in: an error in one never lands unseen."""

import importlib.util
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import stand_in
import yaml

from dcat_ros.share import share_dir

FOLDER = share_dir() / 'launch'
FILES = sorted(FOLDER.glob('*.launch.py'))
ARGUMENTS = ['namespace', 'use_sim_time', 'params_file', 'log_level', 'autostart', 'use_respawn']
ARGUMENTS += ['enclaves']
MORE = {
    'imu_only': ['model', 'imu_topic', 'accel_topic', 'gyro_topic'],
    'image_only': ['model', 'image_topic', 'camera_info_topic'],
    'audio_only': ['model', 'model_fallback', 'microphone', 'audio_topic'],
    'auto': ['imu_topic', 'image_topic', 'camera_info_topic', 'camera_topic', 'audio_topic'],
}
NODES = {
    'imu_only': ['imu_node'],
    'image_only': ['image_node'],
    'audio_only': ['audio_node'],
    'auto': ['imu_node', 'image_node', 'audio_node', 'presence_node'],
}


def load(path, monkeypatch):
    for name, module in stand_in.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, 'dcat_ros.launching', raising=False)
    spec = importlib.util.spec_from_file_location(path.stem.replace('.', '_'), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # the next test makes it with its own stand-ins
    sys.modules.pop('dcat_ros.launching', None)
    return module.generate_launch_description()


def nodes_of(description, **given):
    """The nodes that are started with these arguments."""
    declared = [e for e in description.entities if isinstance(e, stand_in.DeclareLaunchArgument)]
    values = {a.name: a.default_value for a in declared} | given
    assert given.keys() <= {a.name for a in declared}
    context = stand_in.LaunchContext(**values)
    functions = [e for e in description.entities if isinstance(e, stand_in.OpaqueFunction)]
    return [node for f in functions for node in f.function(context)]


@pytest.fixture
def started(monkeypatch):
    """The nodes of a launch file."""

    def start(name, **given):
        return nodes_of(load(FOLDER / f'{name}.launch.py', monkeypatch), **given)

    return start


def test_every_launch_file_is_tested_here():
    assert {path.name.removesuffix('.launch.py') for path in FILES} == set(NODES) == set(MORE), (
        'add a new launch file to MORE and to NODES'
    )


@pytest.mark.parametrize('path', FILES, ids=lambda p: p.name)
def test_every_argument_is_declared_with_a_description(path, monkeypatch):
    description = load(path, monkeypatch)
    declared = [e for e in description.entities if isinstance(e, stand_in.DeclareLaunchArgument)]
    assert [a.name for a in declared] == ARGUMENTS + MORE[path.name.removesuffix('.launch.py')]
    assert all(a.description.endswith('.') for a in declared)
    assert all(a.choices is None or a.default_value in a.choices for a in declared)


def test_table_of_arguments_in_the_documentation_has_all_of_them_and_their_defaults(monkeypatch):
    page = (Path(__file__).resolve().parents[2] / 'docs/howto/robot.md').read_text(encoding='utf-8')
    table = page.partition('| argument | default |')[2].partition('\n\n')[0]
    rows = [row.split('|') for row in table.splitlines() if row.startswith('| `')]
    written = {
        name: row[2].strip().strip('`') for row in rows for name in re.findall(r'`(\w+)`', row[1])
    }
    declared = {
        entity.name: entity.default_value
        for path in FILES
        for entity in load(path, monkeypatch).entities
        if isinstance(entity, stand_in.DeclareLaunchArgument)
    }
    # empty stands for the parameter file of the sensor, which the page names
    assert written.pop('params_file').startswith('config/imu.yaml')
    assert declared.pop('params_file') == ''
    assert written == declared


@pytest.mark.parametrize('name', NODES)
def test_launch_file_starts_its_nodes_with_our_parameters(name, started):
    nodes = started(name)
    assert [node.name for node in nodes] == NODES[name]
    for node in nodes:
        assert (node.package, node.executable) == ('dcat_ros', node.name)
        params_file, overrides = node.parameters
        assert yaml.safe_load(Path(params_file).read_text())
        sleeps = name == 'auto' and node.name != 'presence_node'
        assert overrides == {'use_sim_time': False, 'autostart': not sleeps}
        assert node.respawn is False
        assert node.arguments == ['--ros-args', '--log-level', 'info']


@pytest.mark.parametrize('name', NODES)
def test_every_program_is_installed(name, started):
    text = (Path(__file__).resolve().parents[2] / 'setup.py').read_text()
    for node in started(name):
        assert f"'{node.executable} = dcat_ros.nodes.entry:{node.executable}'" in text


def test_microphone_is_started_where_it_is_asked_for(started):
    nodes = started('audio_only', microphone='true', model='mine.safetensors')
    assert [node.name for node in nodes] == ['audio_node', 'microphone_node']
    assert ['model' in node.parameters[1] for node in nodes] == [True, False]


def test_arguments_reach_the_node(started, tmp_path):
    params_file = tmp_path / 'mine.yaml'
    params_file.write_text('/**: {ros__parameters: {stride: 0.5}}')
    (node,) = started(
        'imu_only',
        namespace='robot1',
        use_sim_time='true',
        params_file=str(params_file),
        model='imu_watch',
        log_level='debug',
        autostart='false',
        use_respawn='true',
    )
    assert node.namespace == 'robot1'
    assert node.parameters == [
        str(params_file),
        {'use_sim_time': True, 'autostart': False, 'model': 'imu_watch'},
    ]
    assert node.respawn is True
    assert node.arguments[-1] == 'debug'


@pytest.mark.parametrize('name', NODES)
def test_every_node_gets_the_enclave_that_the_policy_has_for_it(name, started):
    policy = ET.parse(share_dir() / 'config/sros2/policy.xml')
    paths = {enclave.get('path') for enclave in policy.iter('enclave')}
    for node in started(name, enclaves='/dcat_ros'):
        assert node.arguments[:3] == ['--ros-args', '--log-level', 'info']
        option, enclave = node.arguments[3:]
        assert option == '--enclave'
        assert enclave in paths


@pytest.mark.parametrize('name', NODES)
def test_missing_params_file_is_one_sentence(name, started):
    with pytest.raises(FileNotFoundError, match=r'params_file:=/nowhere\.yaml is not there'):
        started(name, params_file='/nowhere.yaml')


@pytest.mark.parametrize(
    ('distribution', 'variable'),
    [('jazzy', 'FASTRTPS_DEFAULT_PROFILES_FILE'), ('kilted', 'FASTDDS_DEFAULT_PROFILES_FILE')],
)
def test_own_dds_profile_of_the_user_is_kept(monkeypatch, distribution, variable):
    monkeypatch.setenv('ROS_DISTRO', distribution)
    monkeypatch.setenv(variable, '/mine.xml')
    description = load(FOLDER / 'imu_only.launch.py', monkeypatch)
    assert not [e for e in description.entities if isinstance(e, stand_in.SetEnvironmentVariable)]
    monkeypatch.delenv(variable)
    description = load(FOLDER / 'imu_only.launch.py', monkeypatch)
    (profile,) = [e for e in description.entities if isinstance(e, stand_in.SetEnvironmentVariable)]
    assert profile.name == variable
    assert Path(profile.value).is_file()


def test_topics_are_remapped_where_they_are_named_and_left_alone_otherwise(started):
    assert all(node.remappings == [] for node in started('auto'))
    given = {'imu_topic': '/wrist/imu', 'camera_info_topic': 'depth/camera_info'}
    imu, image, audio, presence = started('auto', **given, image_topic='/depth/image')
    assert imu.remappings == [('imu/data_raw', '/wrist/imu')]
    assert ('image_raw/compressed', '/depth/image') in image.remappings
    assert ('camera_info', 'depth/camera_info') in image.remappings
    assert audio.remappings == presence.remappings == []
    audio, microphone = started('audio_only', microphone='True', audio_topic='/ear')
    assert audio.remappings == microphone.remappings == [('audio', '/ear')]


def test_an_ordinary_camera_joins_where_its_topic_is_named(started):
    imu, image, camera, audio, presence = started('auto', camera_topic='/camera/color/image_raw')
    assert (camera.executable, camera.name) == ('image_node', 'camera_node')
    assert ('image_raw', '/camera/color/image_raw') in camera.remappings
    assert image.remappings == []
    params_file, overrides = camera.parameters
    assert overrides == {'use_sim_time': False, 'autostart': False}
    fields = yaml.safe_load(Path(params_file).read_text())['/**/camera_node']['ros__parameters']
    assert fields['model'] == 'camera_utd_mhad'
    woken = presence.parameters[-1]['recognisers']
    assert woken == [node.name for node in (imu, image, camera, audio)]
    assert 'recognisers' not in started('auto')[-1].parameters[-1]
    *_, presence = started('auto', camera_topic='/camera/color/image_raw', params_file=params_file)
    assert 'recognisers' not in presence.parameters[-1], 'the file may leave a sensor out'


def test_halves_of_an_inertial_sensor_become_parameters(started):
    (imu,) = started('imu_only', accel_topic='/camera/accel/sample', gyro_topic='/camera/gyro')
    given = imu.parameters[-1]
    assert (given['accel_topic'], given['gyro_topic']) == ('/camera/accel/sample', '/camera/gyro')
    (imu,) = started('imu_only')
    assert 'accel_topic' not in imu.parameters[-1]


@pytest.mark.parametrize('key', ['imu_node', '/**', '/robot1/imu_node', '/**/imu_node', '/*'])
def test_a_file_of_parameters_for_the_node_is_taken(started, tmp_path, key):
    path = tmp_path / 'mine.yaml'
    path.write_text(yaml.safe_dump({key: {'ros__parameters': {'stale_after': 1.0}}}))
    assert started('imu_only', params_file=str(path))[0].parameters[0] == str(path)
    nested = {'robot1': {'imu_node': {'ros__parameters': {}}}}
    path.write_text(yaml.safe_dump(nested))
    assert started('imu_only', params_file=str(path))


def test_a_file_of_parameters_for_other_nodes_is_refused(started, tmp_path):
    path = tmp_path / 'mine.yaml'
    path.write_text(yaml.safe_dump({'imunode': {'ros__parameters': {'stale_after': 1.0}}}))
    with pytest.raises(ValueError, match=r'mine.yaml is for imunode, and not for imu_node\.'):
        started('imu_only', params_file=str(path))


@pytest.mark.parametrize(
    'data',
    [
        b'a: 2020-99-99',
        b'[' * 100_000,
        b'a: ' + b'9' * 5000,
        b'a: b\0',
        b'\xff\xfea',
        b'a: &a [*a]',
    ],
)
def test_parameter_file_that_is_hostile_is_left_to_the_node(started, tmp_path, data):
    """Which says what is wrong with it; the launch file must not end in a traceback."""
    (tmp_path / 'p.yaml').write_bytes(data)
    (node,) = started('imu_only', params_file=str(tmp_path / 'p.yaml'))
    assert node.parameters[0] == str(tmp_path / 'p.yaml')

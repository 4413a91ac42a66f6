"""The launch files, executed against a stand-in: an error in one never lands unseen."""

import importlib.util
from pathlib import Path

import pytest
import stand_in
import yaml

from dcat_ros.share import share_dir

FILES = sorted((share_dir() / 'launch').glob('*.launch.py'))
ARGUMENTS = ['namespace', 'use_sim_time', 'params_file', 'model', 'log_level', 'autostart']
ARGUMENTS += ['use_respawn']


def load(path, monkeypatch):
    for name, module in stand_in.modules().items():
        monkeypatch.setitem(__import__('sys').modules, name, module)
    spec = importlib.util.spec_from_file_location(path.stem.replace('.', '_'), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.generate_launch_description()


def nodes_of(description, **given):
    """The nodes that are started with these arguments."""
    declared = [e for e in description.entities if isinstance(e, stand_in.DeclareLaunchArgument)]
    values = {a.name: a.default_value for a in declared} | given
    context = stand_in.LaunchContext(**values)
    functions = [e for e in description.entities if isinstance(e, stand_in.OpaqueFunction)]
    return [node for f in functions for node in f.function(context)]


@pytest.mark.parametrize('path', FILES, ids=lambda p: p.name)
def test_every_argument_is_declared_with_a_description(path, monkeypatch):
    description = load(path, monkeypatch)
    declared = [e for e in description.entities if isinstance(e, stand_in.DeclareLaunchArgument)]
    assert [a.name for a in declared] == ARGUMENTS
    assert all(a.description.endswith('.') for a in declared)


def test_imu_only_starts_one_lifecycle_node_with_our_parameters(monkeypatch):
    (node,) = nodes_of(load(share_dir() / 'launch' / 'imu_only.launch.py', monkeypatch))
    assert (node.package, node.executable, node.name) == ('dcat_ros', 'imu_node', 'imu_node')
    params_file, overrides = node.parameters
    assert '/**' in yaml.safe_load(Path(params_file).read_text())
    assert overrides == {'use_sim_time': False, 'autostart': True}
    assert node.respawn is False
    assert node.arguments == ['--ros-args', '--log-level', 'info']


def test_arguments_reach_the_node(monkeypatch, tmp_path):
    params_file = tmp_path / 'mine.yaml'
    params_file.write_text('/**: {ros__parameters: {stride: 0.5}}')
    (node,) = nodes_of(
        load(share_dir() / 'launch' / 'imu_only.launch.py', monkeypatch),
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


def test_missing_params_file_is_one_sentence(monkeypatch):
    description = load(share_dir() / 'launch' / 'imu_only.launch.py', monkeypatch)
    with pytest.raises(FileNotFoundError, match=r'params_file:=/nowhere\.yaml is not there'):
        nodes_of(description, params_file='/nowhere.yaml')


@pytest.mark.parametrize(
    ('distribution', 'variable'),
    [('jazzy', 'FASTRTPS_DEFAULT_PROFILES_FILE'), ('kilted', 'FASTDDS_DEFAULT_PROFILES_FILE')],
)
def test_own_dds_profile_of_the_user_is_kept(monkeypatch, distribution, variable):
    monkeypatch.setenv('ROS_DISTRO', distribution)
    monkeypatch.setenv(variable, '/mine.xml')
    description = load(share_dir() / 'launch' / 'imu_only.launch.py', monkeypatch)
    assert not [e for e in description.entities if isinstance(e, stand_in.SetEnvironmentVariable)]
    monkeypatch.delenv(variable)
    description = load(share_dir() / 'launch' / 'imu_only.launch.py', monkeypatch)
    (profile,) = [e for e in description.entities if isinstance(e, stand_in.SetEnvironmentVariable)]
    assert profile.name == variable
    assert Path(profile.value).is_file()

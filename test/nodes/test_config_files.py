"""The parameter files against the nodes: nothing misspelt, forgotten or out of date."""

import gc

import pytest
import yaml
from rclpy.parameter import Parameter

from dcat_ros.nodes.audio_node import AudioNode
from dcat_ros.nodes.image_node import ImageNode
from dcat_ros.nodes.imu_node import ImuNode
from dcat_ros.nodes.microphone_node import MICROPHONE_PARAMETERS
from dcat_ros.nodes.parameters import check
from dcat_ros.nodes.presence_parameters import PRESENCE_PARAMETERS
from dcat_ros.share import share_dir

CONFIG = share_dir() / 'config'
SPECS = {
    'imu_node': ImuNode.parameters,
    'image_node': ImageNode.parameters,
    'camera_node': ImageNode.parameters,
    'audio_node': AudioNode.parameters,
    'microphone_node': MICROPHONE_PARAMETERS,
    'presence_node': PRESENCE_PARAMETERS,
}
KINDS = ('imu', 'image', 'audio')


def sections(name):
    text = (CONFIG / name).read_text()
    return {k: v['ros__parameters'] for k, v in yaml.safe_load(text).items()}


def test_every_file_of_parameters_is_tested_here():
    there = {path.stem for path in CONFIG.glob('*.yaml')}
    assert there - {'auto'} == set(KINDS), 'add a new node to SPECS and to KINDS'


@pytest.mark.parametrize('kind', KINDS)
def test_file_of_a_recogniser_names_every_parameter_with_its_default(kind):
    given = sections(f'{kind}.yaml')['/**']
    assert given == {spec.name: spec.default for spec in SPECS[f'{kind}_node']}


def test_file_of_all_names_every_parameter_of_presence_with_its_default():
    given = sections('auto.yaml')['/**/presence_node']
    assert given == {spec.name: spec.default for spec in PRESENCE_PARAMETERS}


@pytest.mark.parametrize('file', ['audio.yaml', 'auto.yaml'])
def test_what_stands_under_a_nodes_name_is_its_own_and_allowed(file):
    for pattern, given in sections(file).items():
        if pattern == '/**':
            continue
        specs = {spec.name: spec for spec in SPECS[pattern.removeprefix('/**/')]}
        assert given.keys() <= specs.keys()
        assert check([Parameter(k, value=v) for k, v in given.items()], specs.values()).successful
        assert all(type(value) is type(specs[name].default) for name, value in given.items())


def test_presence_and_the_recognisers_call_data_stale_at_the_same_time():
    times = {k: v['stale_after'] for k, v in sections('auto.yaml').items()}
    assert len(times) == 5
    assert len(set(times.values())) == 1


@pytest.mark.ros
@pytest.mark.parametrize('namespace', ['', '/robot1', '/robot1/arm'])
def test_file_of_all_reaches_the_nodes_in_any_namespace(listener, namespace):
    file = str(share_dir() / 'config' / 'auto.yaml')
    arguments = ['--ros-args', '--params-file', file]
    for make in (ImuNode, ImageNode, AudioNode):
        node = make(cli_args=arguments, namespace=namespace)
        assert node.get_parameter('stale_after').value == 1.0, 'its own default is 2.0'
        node.destroy_node()
    # on Kilted a lifecycle node stays in the graph, of which it is no part any more, until then
    del node
    gc.collect()

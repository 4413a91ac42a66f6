"""The SROS2 policy against what the nodes use: neither more nor less, whatever their options."""

import re
import sys
import time
import xml.etree.ElementTree as ET
from contextlib import ExitStack
from importlib.machinery import ModuleSpec
from itertools import count
from types import ModuleType, SimpleNamespace

import pytest
import rclpy
from helpers import REPO
from node_helpers import RecogniserProcess
from rclpy.parameter import Parameter
from sros2_policy import POLICY, allowed, used
from std_msgs.msg import Int16MultiArray, String
from test_sensor_node_in_process import Spinning
from untrained import save_untrained

from dcat_ros.nodes import microphone_node
from dcat_ros.nodes.audio_node import AudioNode
from dcat_ros.nodes.image_node import ImageNode
from dcat_ros.nodes.imu_node import ImuNode
from dcat_ros.nodes.presence_node import PresenceNode

pytestmark = pytest.mark.ros

NODES = (
    'imu_node',
    'image_node',
    'camera_node',
    'audio_node',
    'microphone_node',
    'presence_node',
)
PATIENCE_S = 90.0
#: Names that launch files give to programs.
NAMED = {'camera_node': 'image_node'}
#: image_node under three names, one for each transport.
TRANSPORTS = {'image_node': 'raw', 'camera_node': 'compressed', 'image_c': 'compressedDepth'}


NUMBERS = count()


@pytest.fixture
def models(tmp_path):
    """Paths of untrained models, by modality."""
    paths = {kind: tmp_path / f'{kind}.safetensors' for kind in ('imu', 'depth', 'audio')}
    for kind, path in paths.items():
        save_untrained(path, modality=kind)
    return paths


@pytest.fixture
def foreign(monkeypatch):
    """Packages that have no wheel, with messages that DDS knows; absent without this fixture."""

    def package(name, **messages):
        for module in (ModuleType(name), ModuleType(f'{name}.msg')):
            module.__spec__ = ModuleSpec(module.__name__, None)
            module.__dict__.update(messages)
            monkeypatch.setitem(sys.modules, module.__name__, module)

    package('vision_msgs', Classification=String, LabelInfo=String)
    announcing = SimpleNamespace(label_info=lambda *_: String())
    monkeypatch.setitem(sys.modules, 'dcat_ros.nodes.vision', announcing)
    monkeypatch.setattr(String, 'sample_format', '', raising=False)
    package('audio_common_msgs', AudioData=Int16MultiArray, AudioInfo=String)


def rights(node_class, **settings):
    """What an active node uses with these parameters.

    Each has a name of its own meanwhile: of two nodes of one name, one after the other, the graph
    may still show the first.
    """
    given = {'autostart': False, 'use_sim_time': True, **settings}
    overrides = [Parameter(k, value=v) for k, v in given.items()]
    context = rclpy.Context()
    rclpy.init(context=context)
    usual = re.sub(r'(?<!^)(?=[A-Z])', '_', node_class.__name__).lower()
    name = f'{usual}_{next(NUMBERS)}'
    named = ['--ros-args', '-r', f'__node:={name}']
    node = node_class(parameter_overrides=overrides, context=context, cli_args=named)
    try:
        node.configure()
        node.activate()
        mine = {('subscribe', one.topic_name) for one in node.subscriptions}
        mine |= {('publish', one.topic_name) for one in node.publishers}
        mine |= {('reply', one.service_name) for one in node.services}
        end = time.monotonic() + PATIENCE_S
        while not mine <= (found := used(node, node.get_name())):
            assert time.monotonic() < end, f'not in the graph: {sorted(mine - found)}'
            time.sleep(0.02)  # the graph is told by another thread, on which nothing waits
        return {(verb, full.replace(f'/{name}/', f'/{usual}/')) for verb, full in found}
    finally:
        node.stop()
        node.destroy_node()
        rclpy.shutdown(context=context)


def compare(node, *found):
    """See that the configurations use all that is allowed, and nothing else."""
    for one in found:
        assert one <= allowed(node), f'used, and not allowed: {sorted(one - allowed(node))}'
    unused = allowed(node) - set.union(*found)
    assert not unused, f'allowed, and never used: {sorted(unused)}'


def test_imu_node_may_do_what_it_does(foreign, models):
    compare('imu_node', rights(ImuNode, model=str(models['imu'])))


def test_halves_take_the_place_of_the_one_topic(models):
    topics = {'accel_topic': '/a', 'gyro_topic': '/g'}
    halves = rights(ImuNode, model=str(models['imu']), **topics)
    assert halves - allowed('imu_node') == {('subscribe', '/a'), ('subscribe', '/g')}
    assert ('subscribe', '/imu/data_raw') not in halves


def test_image_node_may_do_what_it_does(foreign, models):
    model = str(models['depth'])
    kinds = TRANSPORTS.values()
    compare('image_node', *(rights(ImageNode, model=model, transport=kind) for kind in kinds))


def test_a_program_may_do_the_same_under_the_name_that_a_launch_file_gives_it():
    for name, program in NAMED.items():
        assert allowed(name) == allowed(program, name)


def test_audio_node_may_do_what_it_does(foreign, models):
    model = str(models['audio'])
    coded = rights(AudioNode, model=model, message_type='audio_common_msgs/msg/AudioData')
    compare('audio_node', rights(AudioNode, model=model), coded)


def test_microphone_node_may_do_what_it_does(monkeypatch):
    # no device is opened
    device = SimpleNamespace(close=lambda: None)
    monkeypatch.setattr(microphone_node, 'Microphone', lambda *_: device)
    compare('microphone_node', rights(microphone_node.MicrophoneNode))


def test_presence_node_may_do_what_it_does(peer, models):
    """With recognisers as processes, whose topics it listens to while they sleep."""
    programs = {'imu_node': 'imu', 'audio_node': 'audio', **dict.fromkeys(TRANSPORTS, 'depth')}
    others = set(programs) - set(NODES)
    settings = {'recognisers': list(programs), 'autostart': False, 'use_sim_time': True}
    with ExitStack() as stack:
        for name, kind in programs.items():
            more = ['-p', 'autostart:=false', '-r', f'__node:={name}']
            if kind == 'depth':
                more += ['-p', f'transport:={TRANSPORTS[name]}']
            program = 'image_node' if kind == 'depth' else name
            process = RecogniserProcess(models[kind], *more, executable=program)
            stack.enter_context(process)
        node = PresenceNode(
            parameter_overrides=[Parameter(k, value=v) for k, v in settings.items()]
        )
        node.configure()
        node.activate()
        spinning = Spinning(node)
        stack.callback(spinning.close)
        seen = set()

        def everything():
            now = used(node, 'presence_node')
            seen.update(right for right in now if right[1].split('/')[1] not in others)
            return seen >= allowed('presence_node')

        peer.wait_for(everything, f'{allowed("presence_node") - seen} to be used', PATIENCE_S)
        compare('presence_node', seen)


def test_a_program_is_seen_from_outside_as_from_inside(quick_model, peer):
    """The process has what the node in it has."""
    # a name of its own: the graph tells of one node of a name, and that may be a dead one
    wanted = allowed('imu_node', 'outside') - {
        ('subscribe', '/clock'),
        ('publish', '/outside/classification'),
        ('publish', '/outside/label_info'),
    }
    with RecogniserProcess(quick_model, '-r', '__node:=outside'):
        peer.wait_for(lambda: used(peer.node, 'outside') == wanted, 'the node', PATIENCE_S)


def test_a_right_too_few_or_too_many_is_found(models):
    found = rights(ImuNode, model=str(models['imu']))
    with pytest.raises(AssertionError, match=r"used, and not allowed: .*'/secret'"):
        compare('imu_node', found | {('publish', '/secret')})
    with pytest.raises(AssertionError, match=r"never used: .*'/imu/data_raw'"):
        compare('imu_node', found - {('subscribe', '/imu/data_raw')})


def test_policy_has_the_form_that_sros2_reads():
    root = ET.parse(POLICY).getroot()
    assert (root.tag, root.attrib) == ('policy', {'version': '0.2.0'})
    (enclaves,) = root
    # generate_artifacts takes every child for an enclave, and a comment has no path
    parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))
    with_comments = ET.parse(POLICY, parser).getroot()
    assert len(with_comments.find('enclaves')) == len(enclaves)
    assert enclaves.tag == 'enclaves'
    assert [enclave.attrib for enclave in enclaves] == [{'path': f'/dcat_ros/{n}'} for n in NODES]
    verbs = {'topics': {'publish', 'subscribe'}, 'services': {'request', 'reply'}}
    for enclave, node in zip(enclaves, NODES, strict=True):
        (profiles,) = enclave
        (profile,) = profiles
        assert (enclave.tag, profiles.tag, profile.tag) == ('enclave', 'profiles', 'profile')
        assert profile.attrib == {'ns': '/', 'node': node}
        for rule in profile:
            assert len(rule.attrib) == 1
            assert set(rule.attrib) <= verbs[rule.tag]
            assert set(rule.attrib.values()) == {'ALLOW'}
            names = [expression.text for expression in rule]
            assert {expression.tag for expression in rule} == {rule.tag.removesuffix('s')}
            assert len(set(names)) == len(names)
            # no patterns: every name is one that is meant
            assert all(re.fullmatch(r'(~/|/)?\w+(/\w+)*', name) for name in names)


def test_every_program_has_an_enclave_and_the_policy_is_installed():
    setup = (REPO / 'setup.py').read_text()
    assert set(re.findall(r"'(\w+_node) = ", setup)) == set(NODES) - set(NAMED)
    assert "glob('config/sros2/*.xml')" in setup

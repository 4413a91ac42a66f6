"""What an import pulls in, in a clean interpreter."""

import json
import pkgutil

from helpers import run_python

import dcat_ros

ROS = ('rclpy', 'rosidl_runtime_py', 'sensor_msgs', 'std_msgs', 'launch')


def modules():
    names = [m.name for m in pkgutil.walk_packages(dcat_ros.__path__, 'dcat_ros.')]
    # the view of the demonstration shows what a node heard, launch files are ROS: by nature
    ros = {'dcat_ros.cli.demo_view', 'dcat_ros.launching'}
    return [n for n in names if n not in ros and not f'{n}.'.startswith('dcat_ros.nodes.')]


def loaded_after(names):
    code = (
        'import importlib, json, sys\n'
        f'for name in {names!r}: importlib.import_module(name)\n'
        'print(json.dumps(sorted({m.split(".")[0] for m in sys.modules})))'
    )
    done = run_python('-c', code)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_everything_but_nodes_never_imports_ros():
    names = modules()
    assert len(names) > 40
    assert {'dcat_ros.cli.demo', 'dcat_ros.cli.replay', 'dcat_ros.evaluation.demo'} <= set(names)
    assert loaded_after(names) & set(ROS) == set()


def test_import_of_the_core_never_imports_torch():
    folders = ('messages', 'streaming', 'bags', 'datasets', 'modalities', 'evaluation.events')
    core = [n for n in modules() if n.removeprefix('dcat_ros.').startswith(folders)]
    assert 'dcat_ros.streaming.recogniser' in core
    assert loaded_after(core) & {'torch', *ROS} == set()


def test_import_of_the_command_line_is_light():
    found = loaded_after(['dcat_ros.cli.main', 'dcat_ros.cli.evaluate', 'dcat_ros.cli.train'])
    assert found & {'torch', 'sklearn', 'scipy', 'matplotlib', *ROS} == set()

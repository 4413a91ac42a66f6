"""The package's structure, from its source: cycles, layers, sizes, and who may import ROS.

Imports inside of functions count like the others, for cycles and for layers: a cycle that works
only because one half of it is put off is one all the same.
"""

import ast
import graphlib
import importlib.util
import re
from functools import cache
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
_SPEC = importlib.util.spec_from_file_location('dcat_imports', REPO / 'tools' / 'imports.py')
tools = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(tools)


@cache
def imports():
    """Read when a test asks: every worker collects every test."""
    return tools.imports()


def own_imports():
    """Those of the package's own modules."""
    return [one for one in imports() if one.target.split('.')[0] == 'dcat_ros']


#: What is ROS: only nodes may import it, and the launch files' module launch alone.
ROS = {
    *('ament_index_python', 'builtin_interfaces', 'diagnostic_msgs', 'geometry_msgs'),
    *('lifecycle_msgs', 'rcl_interfaces', 'rclpy', 'rosgraph_msgs', 'rosidl_runtime_py'),
    *('sensor_msgs', 'std_msgs', 'vision_msgs', 'visualization_msgs', 'audio_common_msgs'),
}
LAUNCH = {'launch', 'launch_ros'}


def table():
    """Folder -> what it may import, as CONTRIBUTING.md says: folders, or modules of one."""
    text = (REPO / 'CONTRIBUTING.md').read_text()
    rows = re.findall(r'^\| `dcat_ros/([\w*.]+)` \|.*\| ([^|]*) \|$', text, re.MULTILINE)
    folders = [folder.removesuffix('.py') for folder, _ in rows]
    assert len(folders) == len(set(folders)), 'a folder stands in the table twice'
    return {
        folder: set() if allowed == '–' else set(allowed.replace('`', '').split(', '))
        for folder, (_, allowed) in zip(folders, rows, strict=True)
    }


def test_no_module_imports_itself_through_others():
    graph = {module: set() for module in tools.sources()}
    for one in own_imports():
        graph[one.module].add(one.target)
    for module, targets in graph.items():
        targets.discard(module)
    order = list(graphlib.TopologicalSorter(graph).static_order())
    assert len(order) > 200


def test_no_folder_imports_itself_through_others():
    graph = {folder: targets - {'*'} for folder, targets in tools.folders().items()}
    graph.pop('*')  # the modules beside the folders lie below them all
    assert list(graphlib.TopologicalSorter(graph).static_order())


def test_the_table_in_contributing_names_every_folder():
    assert set(table()) == set(tools.folders())


@pytest.mark.parametrize('folder', sorted(table()))
def test_folder_imports_what_contributing_says(folder):
    allowed = table()[folder]
    if allowed == {'all'}:
        return
    found = {
        (one.module, one.target)
        for one in own_imports()
        if tools.folder_of(one.module) == folder
        and tools.folder_of(one.target) not in (folder, '*')
    }
    used = set()
    wrong = []
    for module, target in sorted(found):
        rule = {tools.folder_of(target), target.removeprefix('dcat_ros.')} & allowed
        used |= rule
        if not rule:
            wrong.append(f'{module} imports {target}')
    assert wrong == []
    assert allowed - used == set(), 'the table allows what nobody does'


def test_modules_beside_the_folders_import_no_folder():
    found = [
        one
        for one in own_imports()
        if tools.folder_of(one.module) == '*' and tools.folder_of(one.target) != '*'
    ]
    assert found == []


def test_ros_is_imported_by_nodes_alone_and_launch_by_launching():
    for one in imports():
        top = one.target.split('.')[0]
        if top in ROS:
            assert one.module.startswith('dcat_ros.nodes.'), one
        if top in LAUNCH:
            assert one.module == 'dcat_ros.launching', one
        if one.target == 'dcat_ros.launching':
            pytest.fail(f'{one.module} imports launching, which imports ROS')
    assert any(one.target == 'rclpy' for one in imports())


def test_nodes_are_imported_late_where_there_may_be_no_ros():
    allowed = {'dcat_ros.nodes'}  # its __init__ imports nothing
    # what shows a running demonstration
    seen = {'dcat_ros.cli.demo_view'}
    early = [
        one
        for one in own_imports()
        if not one.lazy
        and tools.folder_of(one.target) == 'nodes'
        and tools.folder_of(one.module) != 'nodes'
        and one.target not in allowed
        and one.module not in seen
    ]
    assert early == []
    init = ast.parse((REPO / 'dcat_ros/nodes/__init__.py').read_text())
    assert not any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(init))


def test_files_are_at_most_300_lines():
    long = {
        str(path.relative_to(REPO))
        for path in tools.sources().values()
        if len(path.read_text().splitlines()) > 300
    }
    assert long == set()


def test_package_xml_names_every_ros_package_that_is_imported():
    named = set(re.findall(r'<exec_depend>(\w+)</exec_depend>', (REPO / 'package.xml').read_text()))
    imported = {one.target.split('.')[0] for one in imports()} & (ROS | LAUNCH)
    # used where they are installed
    assert imported - named == {'ament_index_python', 'vision_msgs'} & imported

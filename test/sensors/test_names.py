"""Names of sensors stand in their rooms: elsewhere nobody tells one from another.

Looked at are the words of the code: names, arguments, attributes, what is imported, and texts
without a space. Not looked at are docstrings, comments and sentences. A word counts if it is a
name of a sensor, of its option, or of a part of it, between underscores, dots and capitals.
"""

import ast
import re
from pathlib import Path

import pytest

from dcat_ros.sensors.registry import heard, sensors

PACKAGE = Path(__file__).resolve().parents[2] / 'dcat_ros'
NAMES = {
    *(word for name in sensors() for word in name.split('_')),
    *(live.called for live in heard().values()),
    *(part for live in heard().values() for part in live.parts),
    *('inertial', 'sound', 'microphone', 'halves'),
} - {'16'}

#: Folders in which sensors are named.
ROOMS = {
    'sensors': 'a room for each',
    'datasets': 'a data set says what it holds',
    'messages': 'pictures and other forms that several sensors share',
    'capture': 'the microphone of the machine',
}
#: Files in which they are named, and why.
PLACES = {
    'libraries.py': 'what pip calls the extra of a sensor',
    'nodes/imu_node.py': 'the few lines of its node',
    'nodes/image_node.py': 'the few lines of its node',
    'nodes/audio_node.py': 'the few lines of its node',
    'nodes/debug_image.py': 'what image_node shows',
    'nodes/microphone_node.py': 'a sensor itself',
    'nodes/entry.py': 'the programs of the nodes',
    'nodes/parameters.py': 'the model that a node has without another',
    'nodes/presence_parameters.py': 'the nodes that are chosen from',
    'nodes/monitor.py': 'the node that is heard without another',
    'doctor/machine.py': 'the microphone of the machine',
    'doctor/ros.py': 'packages of messages',
    'bags/said_messages.py': 'a topic is kept out by its type',
    'evaluation/html/timeline.py': 'a form of files',
    'label/app.py': 'what a browser calls forms of files',
}
#: Of a queue of messages, not of a camera.
QUEUES = {'depth', '_DEPTH', 'qos_depth', 'qos_depth:=100'}


def words(text):
    """The parts of a name, in small letters."""
    pieces = re.split(r'[^A-Za-z0-9]+', text)
    found = (re.findall(r'[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+', piece) for piece in pieces)
    return {word.lower() for some in found for word in some}


def texts(node):
    """What a node of the syntax tree says that is a name."""
    match node:
        case ast.Name():
            return [node.id]
        case ast.Attribute():
            return [node.attr]
        case ast.arg() | ast.keyword():
            return [node.arg or '']
        case ast.FunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.ImportFrom():
            return [node.module or '', *(alias.name for alias in node.names)]
        case ast.Constant(value=str()) if ' ' not in node.value:
            return [node.value]
    return []


def named_in(source):
    """Lines and names of sensors in a source."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        (getattr(node, 'lineno', 0), text)
        for node in ast.walk(tree)
        if id(node) not in docstrings
        for text in texts(node)
        if text not in QUEUES and words(text) & NAMES
    ]


def files():
    for path in sorted(PACKAGE.rglob('*.py')):
        name = path.relative_to(PACKAGE).as_posix()
        if name.split('/')[0] not in ROOMS:
            yield name, path


@pytest.mark.parametrize(
    ('source', 'n'),
    [
        ("x = 'imu'", 1),
        ('"""imu"""', 0),
        ("raise ValueError('the imu is off')", 0),
        ("topic = '/camera/imu/data'", 1),
        ('ImuReceiver(1)', 1),
        ('from dcat_ros.sensors.sound import named', 1),
        ('QoSProfile(depth=1)', 0),
        ('card.modality', 0),
    ],
)
def test_what_counts_as_a_name(source, n):
    assert len(named_in(source)) == n


def test_sensors_are_named_in_their_rooms_and_these_places_alone():
    found = {name: named_in(path.read_text()) for name, path in files()}
    found = {name: places for name, places in found.items() if places}
    assert {name: found[name] for name in found.keys() - PLACES.keys()} == {}
    assert PLACES.keys() - found.keys() == set(), 'these places need no leave any more'

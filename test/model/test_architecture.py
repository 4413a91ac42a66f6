"""docs/architecture.md: the picture is that of the source, and the places named are there."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

REPO = Path(__file__).resolve().parents[2]
TEXT = (REPO / 'docs' / 'architecture.md').read_text()
#: `file.py` `Name`, `other` in the first column of a row
PLACES = [
    (file, name.split('.')[-1])
    for row in re.findall(r'^\| (`[^|]*) \|', TEXT, re.MULTILINE)
    for file, names in re.findall(r'`([\w/]+\.py)`((?:,? `[\w.]+`(?!\.py))*)', row)
    for name in re.findall(r'`([\w.]+)`', names)
    if not name.endswith('.py')
]


@pytest.fixture
def drawing(monkeypatch):
    """The program that draws; a package of the repository, not an installed one."""
    monkeypatch.syspath_prepend(str(REPO))
    from tools import draw_architecture

    yield draw_architecture
    for name in [name for name in sys.modules if name.split('.')[0] == 'tools']:
        del sys.modules[name]


def test_picture_is_that_of_the_source(drawing):
    current = drawing.draw()
    assert current == drawing.draw()
    assert drawing.OUT.read_text() == current, 'python -m tools.draw_architecture'


def test_arrow_that_a_longer_way_says_is_left_out(drawing):
    graph = {'a': {'b', 'c'}, 'b': {'c'}, 'c': set(), 'd': {'a', 'c'}}
    assert drawing.reduced(graph) == {'a': {'b'}, 'b': {'c'}, 'c': set(), 'd': {'a'}}


def test_places_of_the_traces_are_in_the_source():
    assert len(PLACES) > 50
    lost = [
        (file, name)
        for file, name in PLACES
        if not re.search(
            rf'^\s*(def|class) {name}\b', (REPO / 'dcat_ros' / file).read_text(), re.MULTILINE
        )
    ]
    assert lost == []


def test_shapes_of_the_traces_are_those_of_the_shipped_models():
    from dcat_ros.model.runtime import load_model
    from dcat_ros.sensors.depth.windows import DepthWindows
    from dcat_ros.streaming.recogniser import Recogniser

    imu = load_model('imu_utd_mhad')
    stream = Recogniser(imu).stream
    windows = stream.push_many(np.arange(101) * 20_000_000, np.ones((101, 6)))
    assert (windows[0].samples.shape, windows[0].samples.dtype) == ((100, 6), np.float32)
    assert imu.log_probabilities(windows[0].samples[None]).shape == (1, 28)
    assert stream.stride == 12

    depth = load_model('image_depth_utd_mhad')
    spec = depth.card.input
    cut = DepthWindows(spec.size, spec.rate_hz, spec.window_s, spec.stride_s)
    frame = np.full((480, 640), 2000, np.uint16)
    for i in range(16):
        found = cut.push(i, i * 125_000_000, 'camera', frame, 525.0, (0.3, 10.0))
    assert (found[0].samples.shape, found[0].samples.dtype) == ((16, 2048), np.float32)
    assert cut._frames[0].shape == (240, 320)
    assert cut._frames[0].dtype == np.uint16
    assert depth.log_probabilities(found[0].samples[None]).shape == (1, 28)

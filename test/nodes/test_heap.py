"""What is no longer used goes back to the system."""

import gc
import weakref

from helpers import run_python

from dcat_ros.nodes.heap import give_back

CODE = """
import psutil
from dcat_ros.nodes.heap import give_back
resident = lambda: psutil.Process().memory_info().rss
blocks, pins = [], []
for _ in range(1000):
    blocks.append(bytearray(100_000))  # under the size that is mapped on its own
    pins.append(bytearray(1000))
del blocks
before = resident()
give_back()
print(before - resident())
"""


def test_pages_between_what_is_used_are_returned():
    done = run_python('-c', CODE)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 80_000_000


class Itself:
    """Refers to itself."""

    def __init__(self):
        self.itself = self


def test_what_only_refers_to_itself_is_freed():
    gc.collect()
    gc.disable()
    try:
        kept = weakref.ref(Itself())
        assert kept() is not None
        give_back()
        assert kept() is None
    finally:
        gc.enable()

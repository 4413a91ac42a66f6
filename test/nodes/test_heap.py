"""Memory that was freed between what is in use goes back to the system."""

from helpers import run_python

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

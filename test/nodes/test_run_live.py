"""What plays a bag to a node of its own: a node that cannot start is told of at once."""

import pytest
from helpers import run_python

pytestmark = pytest.mark.ros

CODE = """
import sys
from pathlib import Path
from dcat_ros.errors import DcatError
from dcat_ros.nodes import demo
# as a node does where a library is missing
demo.program = lambda name: [sys.executable, '-c', 'raise SystemExit(3)']
try:
    demo.run_live(Path(sys.argv[1]), 'imu', 'imu_utd_mhad', rate=1.0)
except DcatError as problem:
    print(problem)
    sys.exit(2)
"""


def test_a_node_that_cannot_start_ends_the_demonstration_in_a_sentence(short_bag):
    done = run_python('-c', CODE, str(short_bag))
    assert done.returncode == 2, done.stderr[-2000:]
    assert done.stdout.splitlines()[-1] == 'imu_node did not start (exit code 3): see above.'

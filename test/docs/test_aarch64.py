"""The light installation on a Raspberry Pi or a Jetson: a wheel for each of its packages."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from helpers import REPO

sys.path.insert(0, str(REPO / 'requirements'))
from files import files_of

#: of the packages that ROS brings by itself on a robot
ROS = re.compile(r'ros-|ros2-')
#: Python of Ubuntu 24.04, on which Jazzy runs; abi3 is of any later one
FITS = re.compile(
    r'-(py3|py2\.py3)-none-any\.whl$|-cp312-cp312-manylinux\w*_aarch64(\.manylinux\w+)*\.whl$'
    r'|-cp3\d+-abi3-manylinux\w*_aarch64(\.manylinux\w+)*\.whl$'
    r'|-(py3|py2\.py3)-none-manylinux\w*_aarch64(\.manylinux\w+)*\.whl$'
)
#: Python alone, without a wheel for any machine
SOURCE = {'empy'}


def pins():
    text = (REPO / 'requirements' / 'jazzy.txt').read_text()
    return [
        (name, version)
        for name, version in re.findall(r'^([\w.-]+)==(\S+)', text, re.MULTILINE)
        if not ROS.match(name) and name not in SOURCE
    ]


def test_every_package_has_a_wheel_for_aarch64():
    def lacks(pin):
        names = [file.name for file in files_of(*pin)]
        return None if any(map(FITS.search, names)) else (*pin, names[:5])

    assert len(pins()) > 20
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lacks, pins()))
    except (OSError, LookupError) as problem:
        pytest.skip(f'the package index cannot be asked: {problem}')
    assert [one for one in found if one is not None] == []

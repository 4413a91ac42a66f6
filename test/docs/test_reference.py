"""The generated reference pages are those of the code as it is."""

import shutil
import subprocess
import sys

import pytest
from helpers import REPO

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')
FOLDER = REPO / 'docs' / 'reference'


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """The pages, made anew."""
    folder = tmp_path_factory.mktemp('reference')
    command = [sys.executable, str(REPO / 'docs' / 'generate'), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.ros
def test_reference_has_these_pages_and_no_others(made):
    assert {path.name for path in FOLDER.iterdir()} == {path.name for path in made.iterdir()}


@pytest.mark.ros
@pytest.mark.parametrize(
    'name',
    ['ros_api.md', 'command_line.md', 'json.md', 'python_api.md', 'train_config.md'],
)
def test_reference_page_is_that_of_the_code(made, name):
    fresh = (made / name).read_text(encoding='utf-8')
    assert (FOLDER / name).read_text(encoding='utf-8') == fresh, (
        f'docs/reference/{name} is not what the code says now: make reference, and commit it'
    )


@pytest.mark.ros
def test_topic_without_a_text_is_an_error(tmp_path):
    folder = tmp_path / 'generate'
    shutil.copytree(REPO / 'docs' / 'generate', folder)
    texts = folder / 'topic_texts.py'
    text = texts.read_text(encoding='utf-8')
    texts.write_text(text.replace("'~/debug_image'", "'~/picture'"), encoding='utf-8')
    command = [sys.executable, str(folder), str(tmp_path / 'out')]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode != 0
    assert 'topic_texts.py and the nodes differ' in done.stderr
    assert '~/debug_image' in done.stderr
    assert '~/picture' in done.stderr

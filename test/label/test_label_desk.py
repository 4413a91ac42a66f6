"""Recordings that are closed while somebody still asks for them, and what cannot be opened."""

from pathlib import Path
from threading import Event

import pytest

from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.label import desk as desk_module
from dcat_ros.label.desk import Desk
from dcat_ros.label.label_file import LabelFile
from dcat_ros.label.opened import Opened
from dcat_ros.label.spool import Spool

HANGS_S = 60


def test_of_what_was_closed_meanwhile_nothing_is_read():
    spool = Spool()
    assert spool.append(b'pictures') == 0
    assert spool.read(0, 8) == b'pictures'
    spool.close()
    with pytest.raises(OSError, match='closed'):  # which the page answers, and asks again
        spool.read(0, 8)


@pytest.fixture
def read(monkeypatch, tmp_path):
    """A desk of one recording; `read` gives what becomes of it where reading it does that."""

    def read_by(do):
        done = Event()

        def open_bag(path, csv, source, truth_topic, shown, go_on):
            try:
                do(desk, shown, Opened(path, 0, LabelFile(csv, 0)))
            finally:
                done.set()

        monkeypatch.setattr(desk_module, 'open_bag', open_bag)
        desk = Desk([Path('walk')], [tmp_path / 'walk.csv'], BagSource(), '/activity_truth')
        place = desk.look(0)
        assert done.wait(HANGS_S)
        desk.close()  # waits for the thread that reads
        return place

    return read_by


def test_a_recording_that_is_closed_while_it_is_read_is_no_problem(read):
    def close(desk, shown, opened):
        shown(opened)
        desk.places[0].opened = None  # others are looked at
        raise ValueError('I/O operation on closed file.')

    assert read(close).problem == ''


def test_what_cannot_be_read_says_what_to_do(read):
    def fail(desk, shown, opened):
        shown(opened)
        raise ValueError('odd')

    problem = read(fail).problem
    assert problem == (
        'walk could not be read to its end: ValueError: odd. Mend that, and start "dcat label" '
        'anew.'
    )

"""A recording that somebody waits for: a page asks for it again and again while it is read."""

from threading import Event

from label_helpers import make_bag

from dcat_ros.bags.topics import TRUTH_TOPIC
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.label import desk as desk_module
from dcat_ros.label.desk import Desk


def test_what_is_looked_at_while_it_is_read_is_not_read_anew(tmp_path, monkeypatch):
    bags = [make_bag(tmp_path / name, 2) for name in ('first', 'second')]
    begun, goes_on, read = Event(), Event(), []
    usual = desk_module.open_bag

    def slow(path, *rest):
        read.append(path)
        begun.set()
        assert goes_on.wait(60)
        usual(path, *rest)

    monkeypatch.setattr(desk_module, 'open_bag', slow)
    desk = Desk(bags, [bag.with_suffix('.csv') for bag in bags], BagSource(), TRUTH_TOPIC)
    try:
        desk.look(0)
        assert begun.wait(60)
        begun.clear()
        for number in (1, 0, 0):
            desk.look(number)
        goes_on.set()
        assert begun.wait(60)  # the first one is read to its end
        assert read == bags
    finally:
        desk.close()
    assert read == bags

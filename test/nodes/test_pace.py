"""How far the demonstration's player may be ahead of the labels that it waits for."""

from threading import Thread
from types import SimpleNamespace

import pytest
from helpers import make_card

from dcat_ros.nodes import pace
from dcat_ros.nodes.pace import Pace

S = 1_000_000_000
CARD = make_card(input={'window_s': 1.0, 'stride_s': 0.5})

pytestmark = pytest.mark.ros


def label(end_ns):
    return SimpleNamespace(prediction=SimpleNamespace(end_ns=end_ns))


def test_nothing_waits_for_the_first_window_nor_while_labels_follow():
    heard = []
    player = Pace(CARD, heard, lambda: pytest.fail('it waits'))
    for i in range(21):
        player.wait(i * S // 10)
    for i in range(20, 60):
        heard.append(label((i - 9) * S // 10))
        player.wait(i * S // 10)


def test_where_labels_are_missing_it_waits_for_the_next():
    heard, asked = [label(S)], []

    def going():
        asked.append(True)
        if len(asked) == 5:
            heard.append(label(2 * S))
        return True

    player = Pace(CARD, heard, going)
    player.wait(0)
    waits = Thread(target=player.wait, args=(3 * S,))
    waits.start()
    waits.join(60)
    assert not waits.is_alive()
    assert len(asked) >= 5


def test_it_waits_for_no_label_that_does_not_come(monkeypatch):
    monkeypatch.setattr(pace, '_PATIENCE_S', 0.05)
    player = Pace(CARD, [label(S)], lambda: True)
    player.wait(0)
    player.wait(9 * S)
    player = Pace(CARD, [], lambda: False)
    player.wait(0)
    player.wait(9 * S)  # the node has ended

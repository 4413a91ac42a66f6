"""Teaching a running recogniser: a made person does what he is told."""

from threading import Event
from time import sleep

import numpy as np
import pytest
import safetensors.numpy
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Vector3
from node_helpers import BEGIN_NS, HANGS_S, NODE, RecogniserProcess
from sensor_msgs.msg import Imu
from std_msgs.msg import Header
from taught_person import TaughtPerson
from teach_helpers import RATE_HZ, movement, save_renamed, still

from dcat_ros.errors import DcatError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.model.find import load_card
from dcat_ros.nodes import pupils
from dcat_ros.nodes import teach_live as live_module
from dcat_ros.nodes.pupils import use_model
from dcat_ros.nodes.teach_live import teach_live
from dcat_ros.teach.kept import kept_lines, place_of, today
from dcat_ros.teach.live import NOW, judge_attempt
from dcat_ros.teach.teach import Desk
from dcat_ros.truth import read_csv

pytestmark = pytest.mark.ros

#: A sample is sent so often; its stamp lies 20 ms behind the one before.
_EVERY_S = 0.002
OTHER = '/other_node'


class Person(TaughtPerson):
    """Wears a sensor, and does a movement when he is told to.

    Args:
        publisher: of sensor_msgs/Imu.
        moves: gives the samples (n, 6) of the attempt of this number.
    """

    def __init__(self, publisher, moves):
        super().__init__(_EVERY_S)
        self.n = 0
        self._publisher, self._moves = publisher, moves
        self._todo = np.zeros((0, 6))
        self._rng = np.random.default_rng(3)
        self._stamp_ns = BEGIN_NS

    def attempt(self, number):
        self.do(self._moves(number))

    def do(self, values):
        rest = still(25, np.random.default_rng(0))
        self._todo = np.concatenate([rest, values])

    def send(self):
        values, self._todo = (
            (self._todo[0], self._todo[1:])
            if len(self._todo)
            else (still(1, self._rng)[0], self._todo)
        )
        self._publisher.publish(message(self._stamp_ns, values))
        self._stamp_ns += round(1e9 / RATE_HZ)
        self.n += 1


def message(stamp_ns, values):
    a, w = values[:3], values[3:]
    return Imu(
        header=Header(
            stamp=Time(sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9), frame_id='wrist'
        ),
        linear_acceleration=Vector3(x=a[0], y=a[1], z=a[2]),
        angular_velocity=Vector3(x=w[0], y=w[1], z=w[2]),
    )


@pytest.fixture
def node(base, peer, monkeypatch):
    """imu_node with that model, which hears the peer."""
    monkeypatch.setattr(pupils, '_PATIENCE_S', HANGS_S)
    monkeypatch.setattr(pupils, '_ANSWER_S', HANGS_S)
    with RecogniserProcess(base) as process:
        peer.ready()
        yield process
        assert process.alive(), process.errors()


def test_a_gesture_is_taught_live_and_used_at_once(node, base, peer, taught):
    desk = Desk(('anna', today()))
    moves = {1: np.zeros((0, 6)), 3: movement('shake', seed=9)}

    def move(attempt):
        return moves.get(attempt, movement('nod', seed=attempt))

    with Person(peer.imu, move) as person:
        teach_live([NODE], ['nod'], 3, desk, person.show, Event())
        ((path, card),) = desk.write()
        (lesson,) = card.taught.lessons
        assert (lesson.label, lesson.person, lesson.n_takes) == ('nod', 'anna', 3)
        verdicts = [last.refused.get(NODE, '') for *_, last in person.told if last is not None]
        assert verdicts == ['', 'nothing moved', '', 'unlike the others', '']

        use_model(NODE, path)
        person.do(movement('nod', seed=50))
        peer.wait_for(
            lambda: any(h.prediction.label == 'nod' for h in peer.monitor.all), 'the new label'
        )
    models = [h.model for h in peer.monitor.all if h.labels]
    first = models.index('made_taught')
    assert set(models[:first]) <= {'made'}
    assert set(models[first:]) == {'made_taught'}
    same_as_from_the_bag(path, base, taught)


def same_as_from_the_bag(path, base, taught):
    """What was recorded, taught as any bag with a file of truth, gives the same layers."""
    (line,) = kept_lines(taught)
    again = Desk(('anna', today()), taught / 'again.safetensors')
    again.open(str(base))
    where = place_of(taught)
    again.learn_bag(where / line.bag, str(where / line.truth), BagSource())
    ((bag_path, card),) = again.write()
    assert card.taught == load_card(taught / 'made_taught.safetensors').taught
    live, bag = (safetensors.numpy.load_file(p) for p in (path, bag_path))
    for name, tensor in live.items():
        np.testing.assert_array_equal(tensor, bag[name])
    assert kept_lines(taught) == [line]


def test_what_came_while_a_take_was_judged_is_no_part_of_the_next(node, peer, taught, monkeypatch):
    desk = Desk(('anna', today()))
    with Person(peer.imu, lambda attempt: movement('nod', seed=attempt)) as person:

        def slowly(*args):
            end = person.n + 600  # longer than a whole attempt
            while person.n < end:
                sleep(_EVERY_S)
            return judge_attempt(*args)

        monkeypatch.setattr(live_module, 'judge_attempt', slowly)
        teach_live([NODE], ['nod'], 2, desk, person.show, Event())
    verdicts = [last.refused for *_, last in person.told if last is not None]
    assert verdicts == [{}, {}]


def test_each_node_learns_its_own_takes_and_a_stop_costs_no_label_before(
    node, base, peer, taught, tmp_path, monkeypatch
):
    other = save_renamed(base, tmp_path / 'other.safetensors', load_card(base).labels)
    desk, stop = Desk(('anna', today())), Event()

    def judged(attempt, pupils, label, who):
        """The other one's sensor sees nothing of the first take."""
        verdict = judge_attempt(attempt, pupils, label, who)
        if not pupils[0].takes and OTHER in verdict.learned:
            del verdict.learned[OTHER]
            verdict.refused[OTHER] = 'nothing moved'
        return verdict

    def show(label, number, what, last):
        person.show(label, number, what, last)
        if label == 'twist' and what == NOW:
            stop.set()

    monkeypatch.setattr(live_module, 'judge_attempt', judged)
    with (
        RecogniserProcess(other, '-r', f'__node:={OTHER.strip("/")}'),
        Person(peer.imu, lambda attempt: movement('nod', seed=attempt)) as person,
        pytest.raises(DcatError, match='stopped in the middle of a label'),
    ):
        teach_live([NODE, OTHER], ['nod', 'twist'], 2, desk, show, stop)
    lessons = [card.taught.lessons for _, card in desk.write()]
    assert [[(one.label, one.n_takes) for one in own] for own in lessons] == [
        [('nod', 2)],
        [('nod', 1)],
    ]
    # all that was heard is kept, for the next model
    (line,) = kept_lines(taught)
    assert len(read_csv(place_of(taught) / line.truth)) == 2


def test_who_does_nothing_teaches_nothing(node, peer, taught):
    desk = Desk(('anna', today()))
    why = r'7 attempts were no takes of nod.*nothing moved'
    nothing = np.zeros((0, 6))
    with Person(peer.imu, lambda _: nothing) as person, pytest.raises(DcatError, match=why):
        teach_live([NODE], ['nod'], 1, desk, person.show, Event())
    assert not taught.exists()


def test_a_label_that_the_model_has_is_refused_before_anybody_moves(node, peer, taught):
    with pytest.raises(DcatError, match="'shake' is a label of made already"):
        teach_live([NODE], ['shake'], 1, Desk(('anna', today())), lambda *_: None, Event())


def test_a_node_that_is_not_there_is_named(taught, monkeypatch):
    monkeypatch.setattr(pupils, '_PATIENCE_S', 0.5)
    with pytest.raises(DcatError, match='No recogniser /nobody is there'):
        teach_live(['nobody'], ['nod'], 1, Desk(('anna', today())), lambda *_: None, Event())

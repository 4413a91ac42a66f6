import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dcat_ros.streaming.buffer import LatestRows, SampleQueue

CAPACITY = 6
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just('append'), st.integers(1, 3)),
        st.tuples(st.just('extend'), st.lists(st.integers(1, 3), max_size=CAPACITY)),
        st.tuples(st.just('insert'), st.integers(0, 12)),
        st.tuples(st.just('drop'), st.integers(0, CAPACITY)),
        st.tuples(st.just('clear'), st.just(0)),
    ),
    max_size=60,
)


@settings(max_examples=300)
@given(ACTIONS)
def test_sample_queue_any_actions_is_the_list(actions):
    """Against a sorted list of (stamp, value)."""
    queue, model = SampleQueue(2, CAPACITY), []
    newest, count = 0, 0

    def row():
        nonlocal count
        count += 1
        return [float(count), -float(count)]

    for action, argument in actions:
        if action == 'append' and len(model) < CAPACITY:
            newest += argument
            values = row()
            queue.append(newest, values)
            model.append((newest, values))
        elif action == 'extend':
            steps = argument[: CAPACITY - len(model)]
            stamps, rows = [], []
            for step in steps:
                newest += step
                stamps.append(newest)
                rows.append(row())
            model += zip(stamps, rows, strict=True)
            queue.extend(np.array(stamps, dtype=np.int64), np.array(rows).reshape(-1, 2))
        elif action == 'insert' and model and len(model) < CAPACITY:
            stamp, values = newest - argument, row()
            there = any(s == stamp for s, _ in model)
            assert queue.insert(stamp, values) is not there
            if not there:
                model = sorted([*model, (stamp, values)], key=lambda pair: pair[0])
        elif action == 'drop':
            model = model[argument:]
            queue.drop(min(argument, len(queue)))
        elif action == 'clear':
            queue.clear()
            model = []
        assert len(queue) == len(model)
        assert queue.stamps.tolist() == [s for s, _ in model]
        assert queue.values.tolist() == [v for _, v in model]


@settings(max_examples=200)
@given(st.integers(1, 7), st.data())
def test_latest_rows_any_actions_is_the_tail_of_the_list(length, data):
    rows, model = LatestRows(length, 3), []
    sizes = data.draw(st.lists(st.integers(-1, length), max_size=50))
    count = 0
    for size in sizes:
        if size < 0:
            rows.clear()
            model = []
        else:
            new = np.arange(count, count + 3 * size, dtype=float).reshape(size, 3)
            count += 3 * size
            rows.extend(new)
            model += new.tolist()
        assert len(rows) == min(len(model), length)
        assert rows.view().tolist() == model[-length:]


def test_sample_queue_many_appends_allocates_no_new_array():
    queue = SampleQueue(1, 4)
    base = queue.values.base
    for i in range(1000):
        queue.append(i, [i])
        queue.drop(len(queue) - 3 if len(queue) > 3 else 0)
    assert queue.values.base is base
    assert queue.stamps.tolist() == [997, 998, 999]

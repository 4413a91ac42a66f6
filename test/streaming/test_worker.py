from threading import Event, Thread

import pytest

from dcat_ros.streaming.worker import Account, LatestWorker

WAIT_S = 120


class Gate:
    """Work that notes its items and waits at the first one until it is let through."""

    def __init__(self, n):
        self.done, self.failures = [], []
        self.began, self.go, self.all_done = Event(), Event(), Event()
        self._n = n

    def work(self, item):
        self.began.set()
        assert self.go.wait(WAIT_S)
        if item == 'bad':
            self._note(self.failures, None)
            raise ValueError('this one')
        self._note(self.done, item)

    def _note(self, where, item):
        if item is not None:
            where.append(item)
        self._n -= 1
        if self._n == 0:
            self.all_done.set()


@pytest.fixture
def close():
    workers = []
    yield workers.append
    for worker in workers:
        worker.close()


def start(gate, close, **options):
    worker = LatestWorker(gate.work, gate.failures.append, **options)
    close(worker)
    return worker


def test_worker_items_in_order(close):
    gate = Gate(5)
    gate.go.set()
    worker = start(gate, close, waiting=5)
    for i in range(5):
        worker.submit(i)
    assert gate.all_done.wait(WAIT_S)
    assert gate.done == [0, 1, 2, 3, 4]
    worker.close()
    assert worker.account == Account(submitted=5, done=5, dropped=0)


def test_worker_behind_newest_wins_and_dropped_is_counted(close):
    gate = Gate(3)
    worker = start(gate, close)
    worker.submit(0)
    assert gate.began.wait(WAIT_S)
    for i in range(1, 10):  # item 0 is at work, two can wait
        worker.submit(i)
    assert worker.account == Account(submitted=10, done=0, dropped=7)
    assert worker.account.waiting == 3
    gate.go.set()
    assert gate.all_done.wait(WAIT_S)
    assert gate.done == [0, 8, 9]


def test_worker_exception_is_passed_on_and_the_thread_lives(close):
    gate = Gate(3)
    gate.go.set()
    worker = start(gate, close, waiting=3)
    for item in (1, 'bad', 2):
        worker.submit(item)
    assert gate.all_done.wait(WAIT_S)
    assert gate.done == [1, 2]
    assert [str(problem) for problem in gate.failures] == ['this one']
    worker.close()
    assert worker.account == Account(submitted=3, done=3, dropped=0)


def test_worker_close_ends_the_item_at_work_and_counts_the_rest_as_dropped():
    gate = Gate(1)
    worker = LatestWorker(gate.work, gate.failures.append)
    worker.submit(0)
    assert gate.began.wait(WAIT_S)
    worker.submit(1)
    closing = Thread(target=worker.close)
    closing.start()
    closing.join(0.05)
    assert closing.is_alive()
    gate.go.set()
    closing.join(WAIT_S)
    assert not closing.is_alive()
    assert gate.done == [0]
    worker.submit(2)  # too late
    assert worker.account == Account(submitted=3, done=1, dropped=2)


def test_worker_close_without_work_returns():
    worker = LatestWorker(lambda item: None, lambda problem: None)
    closing = Thread(target=worker.close)
    closing.start()
    closing.join(WAIT_S)
    assert not closing.is_alive()

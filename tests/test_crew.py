"""Work given to workers that die: nothing lost, nothing done twice, and the right one blamed."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Collection
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor

import pytest

from grouping.questions.crew import Lost, each

TRIES = 3
MOMENT = 0.002  # seconds a piece of work takes at most


class Gang:
    """Threads of the test's own as workers; a piece of work is a number to be squared.

    `deadly` pieces break everything that is in hand, as in a pool of processes; `sick` ones fail
    by themselves, as on a cluster; `lacks` are those whose worker was never sent what it keeps.
    """

    tries = TRIES

    def __init__(
        self,
        deadly: Collection[int] = (),
        sick: Collection[int] = (),
        lacks: Collection[int] = (),
        at_once: int = 4,
    ) -> None:
        self.at_once = at_once
        self.deadly, self.sick, self.lacks = deadly, sick, lacks
        self.pool = ThreadPoolExecutor(at_once)
        self.lock = threading.Lock()
        self.open: dict[Future[int | None], int] = {}
        self.broken = False
        self.most = self.renewed = self.greeted = 0
        self.sent_whole: list[int] = []

    def submit(self, job: int, *, whole: bool) -> Future[int | None]:
        future: Future[int | None] = Future()
        with self.lock:
            if self.broken:
                raise BrokenExecutor("died before")
            self.open[future] = job
            self.most = max(self.most, len(self.open))
        if whole:
            self.sent_whole.append(job)
        self.pool.submit(self.work, future, job, whole)
        return future

    def work(self, future: Future[int | None], job: int, whole: bool) -> None:
        time.sleep(MOMENT * random.Random(job).random())
        with self.lock:
            if future not in self.open:
                return
            if job in self.deadly:
                self.broken = True
                for one in self.open:
                    one.set_exception(BrokenExecutor("died"))
                self.open = {}
                return
            del self.open[future]
        if future.cancelled():
            return
        if job in self.sick:
            future.set_exception(RuntimeError("killed"))
        else:
            future.set_result(None if job in self.lacks and not whole else job * job)

    def renew(self) -> None:
        assert self.broken
        self.broken = False
        self.renewed += 1

    def greet(self) -> None:
        self.greeted += 1


def done(gang: Gang, count: int) -> dict[int, int | Lost]:
    made = list(each(iter(range(count)), gang))
    assert Counter(job for job, _ in made) == Counter(range(count)), "each once"
    return dict(made)


def test_all_is_done_once_and_little_is_in_hand() -> None:
    gang = Gang()
    assert done(gang, 50) == {job: job * job for job in range(50)}
    assert 1 < gang.most <= gang.at_once


def test_who_takes_its_worker_along_is_given_up_and_nobody_else() -> None:
    """Those in hand at a death are done again, each by itself: a second death tells the one."""
    gang = Gang(deadly={5, 6, 20})
    made = done(gang, 30)
    assert {job for job, found in made.items() if isinstance(found, Lost)} == {5, 6, 20}
    assert all(made[job] == job * job for job in range(30) if job not in {5, 6, 20})
    assert gang.renewed <= 3 * (TRIES + 1)
    lost = made[20]
    assert isinstance(lost, Lost)
    assert lost.why == "BrokenExecutor: died"


def test_who_fails_alone_is_tried_again_alone_and_the_others_go_on() -> None:
    gang = Gang(sick={3, 4})
    made = done(gang, 12)
    assert {job for job, found in made.items() if isinstance(found, Lost)} == {3, 4}
    assert gang.renewed == 0
    assert gang.greeted == 2, "after each that is given up the workers are asked whether they live"


def test_a_worker_that_was_never_sent_what_it_keeps_is_sent_it() -> None:
    gang = Gang(deadly={9}, lacks={0, 1, 7})
    made = done(gang, 12)
    assert set(gang.sent_whole) == {0, 1, 7}
    assert {job for job, found in made.items() if isinstance(found, Lost)} == {9}


def test_what_was_in_hand_is_called_off_where_the_caller_stops() -> None:
    hold = threading.Event()

    class Slow(Gang):
        def work(self, future: Future[int | None], job: int, whole: bool) -> None:
            if job:
                hold.wait()
            super().work(future, job, whole)

    gang = Slow()
    work = each(iter(range(1000)), gang)
    assert next(work) == (0, 0)
    left = list(gang.open)
    work.close()
    assert len(left) == gang.at_once - 1
    assert all(future.cancelled() for future in left)
    hold.set()


def test_an_executor_that_cannot_be_renewed_ends_the_work() -> None:
    class Once(Gang):
        def renew(self) -> None:
            raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        done(Once(deadly={3}), 10)

"""Who does the work of a sweep: processes of one's own, an executor that is given, a cluster.

Each worker keeps the schools and all else that scenarios share, sent to it once and found again
by its hash; a piece of work is a hash, a key and a few settings.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from grouping.errors import Fault, GroupingError, UsageRefused
from grouping.files.shipped import money_of, policy_text
from grouping.policy.toml import document
from grouping.questions.scenarios import Settings
from grouping.questions.shipments import Ready, Shipment, unpacked
from grouping.questions.sweep import Row, answered

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

HELD = 2  # sweeps that a worker keeps things of, the latest
TRIES = 3  # times a process may die of one scenario, or of being started
IN_HAND = 3  # scenarios given out for each process of one's own
SECONDS_TO_CONNECT = 10
SECONDS_TO_ANSWER = 600


@dataclass(frozen=True)
class Job:
    """One scenario to be solved."""

    key: str
    settings: Settings


@cache
def ready_policy(name: str) -> dict[str, Any]:
    """Read a ready policy as its file has it."""
    return document(policy_text(name), name)


@cache
def _shelf() -> dict[str, Ready]:
    """Return what this process keeps, by hash."""
    return {}


def keep(shipment: Shipment) -> None:
    """Put what a sweep shares on this process's shelf."""
    shelf = _shelf()
    if shipment.sha256 not in shelf:
        shelf[shipment.sha256] = unpacked(shipment, ready_policy, money_of)
    for old in list(shelf)[:-HELD]:
        shelf.pop(old, None)


def errand(sha256: str, job: Job, shipment: Shipment | None) -> Row | None:
    """Solve one scenario in a worker; None where it was never sent what scenarios share."""
    if shipment is not None:
        keep(shipment)
    ready = _shelf().get(sha256)
    return None if ready is None else answered(ready, job.key, job.settings)


def hello() -> int:
    """Answer, to show that a worker is there."""
    return os.getpid()


class OwnProcesses:
    """Processes started for one sweep, with it, and never left behind."""

    tries = TRIES

    def __init__(self, shipment: Shipment, workers: int | None = None) -> None:
        self.shipment = shipment
        self.workers = workers or cores()
        self.at_once = IN_HAND * self.workers
        self.ends, self.pool = self._hired()

    def __enter__(self) -> OwnProcesses:
        self._begin()
        return self

    def __exit__(self, *error: object) -> None:
        self.close(at_once=error[0] is not None)

    def submit(self, job: Job, *, whole: bool) -> Future[Row | None]:
        """Give out a scenario."""
        sent = self.shipment if whole else None
        return self.pool.submit(errand, self.shipment.sha256, job, sent)

    def renew(self) -> None:
        """Start other processes in place of those that died.

        Raises
        ------
        GroupingError
            Where they die as soon as they start.
        """
        self.close(at_once=True)
        self.ends, self.pool = self._hired()
        self._begin()

    def greet(self) -> None:
        """Do nothing: processes that died were seen to be replaced."""

    def _begin(self) -> None:
        """Start the processes, and see that each answers; a few times, where they die."""
        for _ in range(TRIES):
            try:
                self._start()
            except BrokenExecutor:
                self.close(at_once=True)
                self.ends, self.pool = self._hired()
            except BaseException:
                self.close(at_once=True)
                raise
            else:
                return
        do = (
            'In a script, call grouping.sweep below `if __name__ == "__main__":`; '
            "if it is, give executor=concurrent.futures.ThreadPoolExecutor(1)"
        )
        raise GroupingError(Fault("the worker processes end as soon as they start", do))

    def _hired(self) -> tuple[tuple[Connection, Connection], ProcessPoolExecutor]:
        """Make a pool, no process of which is started yet, and the pipe that holds it.

        Nothing is ever sent through the pipe. Its other end is this process's alone: when that is
        closed, or this process is killed, every worker sees it and ends.
        """
        context = multiprocessing.get_context("spawn")
        ends = context.Pipe(duplex=False)
        begun = (ends[0], self.shipment)
        return ends, ProcessPoolExecutor(self.workers, context, _begin, begun)

    def _start(self) -> None:
        with _later():
            answers = [self.pool.submit(hello) for _ in range(self.workers)]
        for answer in answers:
            answer.result()

    def close(self, *, at_once: bool) -> None:
        """End the processes, whatever they are doing where it is to be at once."""
        if at_once:
            self.ends[1].close()
        self.pool.shutdown(wait=True, cancel_futures=True)
        for end in self.ends:
            end.close()


class Given:
    """An executor that somebody else has started, and will close.

    A cluster tries a piece again by itself, and blames what stood in line behind it too: so what
    comes back as failed is tried once more, alone.
    """

    tries = 1

    def __init__(self, executor: Executor, shipment: Shipment, at_once: int) -> None:
        self.executor = executor
        self.shipment = shipment
        self.at_once = at_once

    def __enter__(self) -> Given:
        keep(self.shipment)  # for executors that work in this very process
        return self

    def __exit__(self, *error: object) -> None:
        _shelf().pop(self.shipment.sha256, None)

    def submit(self, job: Job, *, whole: bool) -> Future[Row | None]:
        """Give out a scenario."""
        sent = self.shipment if whole else None
        return self.executor.submit(errand, self.shipment.sha256, job, sent)

    def renew(self) -> None:
        """Refuse: who has started an executor must start it again."""
        do = "Rows so far are kept where out= was given: call again with a new executor"
        raise GroupingError(Fault("the executor's workers died and it takes no more work", do))

    def greet(self) -> None:
        """See that a worker answers.

        Raises
        ------
        GroupingError
            Where none does.
        """
        try:
            self.executor.submit(hello).result(SECONDS_TO_ANSWER)
        except Exception as error:  # noqa: BLE001  whatever became of the workers
            do = "Rows so far are kept where out= was given: see to the workers, then call again"
            what = f"no worker answers any more ({type(error).__name__})"
            raise GroupingError(Fault(what, do)) from None


@contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """Connect to the scheduler of a dask cluster: an executor, and how much to give out at once.

    Raises
    ------
    UsageRefused
        Where dask.distributed is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        do = "Install it: pip install 'grouping[cluster]'"
        raise UsageRefused(Fault("needs dask.distributed", do, "--cluster")) from None
    try:
        client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        do = "Give the address that the scheduler shows, as in tcp://10.0.0.5:8786"
        what = f"no scheduler answers there ({type(error).__name__})"
        raise UsageRefused(Fault(what, do, "--cluster", value=address)) from None
    with client:
        threads = sum(client.nthreads().values())
        yield client.get_executor(pure=False), max(4, 2 * threads)


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _begin(stop: Connection, shipment: Shipment) -> None:
    """Begin a process of one's own: deaf to Ctrl-C, which is for its parent, and never alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, args=(stop,), daemon=True).start()
    keep(shipment)


def _follow(stop: Connection) -> None:
    """End this process when its parent closes its end of the pipe, or is no more."""
    with suppress(EOFError, OSError):
        stop.recv_bytes()
    os._exit(1)


@contextmanager
def _later() -> Iterator[None]:
    """Put Ctrl-C off until this is over, and let it never come to processes started meanwhile."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    masks = hasattr(signal, "pthread_sigmask")
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masks else set()
    try:
        yield
    finally:
        if masks:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
    if came:
        signal.raise_signal(signal.SIGINT)  # to whom it would have come

"""Work given out to workers that may die: each piece done once, or given up after a few tries.

Pieces are handed out a few at a time, so that memory does not grow with their number. Where a
worker dies, whatever was in hand is done again one piece at a time: a piece that then takes its
worker with it is the one to blame, and after a few times it is given up.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

Job = TypeVar("Job")
Made = TypeVar("Made")
Asked = TypeVar("Asked", contravariant=True)


@dataclass(frozen=True)
class Lost:
    """A piece of work given up: what its last worker ended in."""

    why: str


class Crew(Protocol[Asked, Made]):
    """Workers to hand work to."""

    @property
    def at_once(self) -> int:
        """How many pieces of work to hand out before any comes back."""

    @property
    def tries(self) -> int:
        """How often a piece may take its worker with it, when it is all there is in hand."""

    def submit(self, job: Asked, *, whole: bool) -> Future[Made | None]:
        """Hand out a piece, with all that workers keep if `whole`.

        The future gives None where the worker does not have what it should keep.
        """

    def renew(self) -> None:
        """Start anew after workers broke, or raise where that cannot be."""

    def greet(self) -> None:
        """Raise where no worker answers."""


def each(jobs: Iterable[Job], crew: Crew[Job, Made]) -> Iterator[tuple[Job, Made | Lost]]:
    """Have every piece of work done, and give each with what came of it, as they end."""
    rounds = _Rounds(crew)
    fresh = iter(jobs)
    try:
        while rounds.start(fresh):
            yield from rounds.ended()
    finally:
        for future in rounds.in_hand:
            future.cancel()


class _Rounds(Generic[Job, Made]):
    """What is in hand, and what is to be done again, each by itself."""

    def __init__(self, crew: Crew[Job, Made]) -> None:
        self.crew = crew
        self.in_hand: dict[Future[Made | None], Job] = {}
        self.again: deque[Job] = deque()
        self.tries: Counter[Job] = Counter()

    def start(self, fresh: Iterator[Job]) -> bool:
        """Hand out as much as may be in hand; say whether anything is."""
        if self.again:
            if not self.in_hand:
                self._hand_out(self.again[0])
            return True
        while len(self.in_hand) < self.crew.at_once:
            try:
                job = next(fresh)
            except StopIteration:
                break
            if self._hand_out(job).done():  # an executor that works while one submits
                break
        return bool(self.in_hand)

    def _hand_out(self, job: Job, *, whole: bool = False) -> Future[Made | None]:
        try:
            future = self.crew.submit(job, whole=whole)
        except BrokenExecutor as error:
            future = Future()
            future.set_exception(error)
        self.in_hand[future] = job
        return future

    def ended(self) -> Iterator[tuple[Job, Made | Lost]]:
        """Wait until something ends, and give it."""
        broken = lost = False
        for future in wait(self.in_hand, return_when=FIRST_COMPLETED).done:
            job = self.in_hand.pop(future)
            alone = bool(self.again) and self.again[0] is job
            try:
                made = future.result()
            except Exception as error:  # noqa: BLE001  whatever became of the worker
                broken |= isinstance(error, BrokenExecutor)
                if not alone:
                    self.again.append(job)
                    continue
                self.tries[job] += 1
                if self.tries[job] >= self.crew.tries:
                    lost = True
                    self.again.popleft()
                    yield job, Lost(f"{type(error).__name__}: {error}")
                continue
            if made is None:
                self._hand_out(job, whole=True)
                continue
            if alone:
                self.again.popleft()
            yield job, made
        if broken:
            self.again.extend(self.in_hand.values())
            self.in_hand.clear()
            self.crew.renew()
        elif lost:
            self.crew.greet()

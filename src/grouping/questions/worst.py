"""The plan whose greatest cost over scenarios is least, with a bound; see `robust`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from grouping.questions.choices import Choices
from grouping.search.gathering import hash_of
from grouping.search.packing import Problem, Side, Solution
from grouping.search.relaxation import UNIT, Relaxation
from grouping.search.stages import Search, Ways
from grouping.search.stopping import Stop

if TYPE_CHECKING:
    from grouping.questions.robust import Costs

Whole = NDArray[np.int64]
Rows = Sequence[int]

MORE = 3  # scenarios beyond what is asked that are held at once


class _Stopped(Exception):
    """Time is up before this step was proved."""


class Worst:
    """A search for the least worst case: `best` is the plan in hand, `low` bounds every plan."""

    def __init__(self, choices: Choices, costs: Costs, stop: Stop) -> None:
        self.choices, self.costs, self.stop = choices, costs, stop
        self.best: list[int] = []
        self.high = 0
        self.low: int | None = None
        self.lead = 0
        self.active: list[int] = []
        self.columns: dict[int, Whole] = {}

    def found(self, plans: Sequence[list[int]]) -> tuple[list[int], int | None]:
        """Find the plan from some in hand; what it is, and the least worst case there can be."""
        for rows in plans:
            self._hear(rows)
        try:
            self._narrow()
            self._close()
            self._choose()
        except _Stopped:
            pass
        return self.best, self.low

    def _hear(self, rows: list[int]) -> tuple[int, ...]:
        """Keep a plan if its worst case is better, or as good and better on average."""
        costs = self.costs.of_plan(rows)
        if not self.best or self._rank(costs) < self._rank(self.costs.of_plan(self.best)):
            self.best, self.high = rows, max(costs)
        return costs

    def _rank(self, costs: tuple[int, ...]) -> tuple[int, int]:
        return max(costs), sum(costs)

    def _narrow(self) -> None:
        """Bound every plan by one scenario, and keep the rows that a better plan may hold."""
        if self.stop.now():
            raise _Stopped
        costs, whole = self.costs, self.choices.problem
        self.lead = costs.of_plan(self.best).index(self.high)
        self.active = []
        lead = costs.at(self.lead)
        held = self.choices.covering()
        asked = self._asked(whole, lead, (*whole.sides, *held), whole.banned)
        self.rows = np.zeros(0, dtype=np.intp)
        if len(whole):
            relaxation = Relaxation(asked, self.stop, self.best)
            relaxation.solve(lead)
            bound = relaxation.bound
            if bound is None:
                raise _Stopped
            self.low = min(bound.value + costs.constant, self.high)
            gap = (self.high - costs.constant) * UNIT - bound.total
            self.rows = np.union1d(bound.within(gap)[0], self.best).astype(np.intp)
        else:
            self.low = self.high
        self.problem = replace(whole.part(self.rows, np.arange(whole.items)), banned=None)
        self.held = tuple(side.take(self.rows) for side in held)
        self.columns = {self.lead: lead[self.rows]}
        table, rows = self.choices.table, self.rows
        self.search = Search(self.problem, lambda row: hash_of(table.urns(int(rows[row]))))

    def _close(self) -> None:
        """Halve what is between the bound and the plan in hand until nothing is."""
        assert self.low is not None
        wall = self.high - 1
        while self.low < self.high:
            solution = self._least(self._column(self.lead), wall, canonical=False)
            value = wall + 1  # that no plan is below, where none is within the wall
            if solution.status == "optimal":
                value = solution.values[-1] + self.costs.constant
            self.low = max(self.low, min(wall + 1, value))
            if value <= wall:
                costs = self._hear(self._whole(solution.rows))
                if self._hold(costs, wall):
                    continue  # beyond the wall elsewhere: asked again with that held
            wall = (self.low + self.high) // 2

    def _choose(self) -> None:
        """Of the plans with this worst case, find the one best on average."""
        total = self.costs.summed[self.rows]
        while True:
            solution = self._least(total, self.high, canonical=True)
            rows = self._whole(solution.rows)
            if not self._hold(self.costs.of_plan(rows), self.high):
                self.best = rows
                return

    def _hold(self, costs: tuple[int, ...], wall: int) -> bool:
        """Hold the scenarios that a plan goes beyond the wall in; False where there is none."""
        beyond = [s for s in range(len(costs)) if costs[s] > wall and s not in self.active]
        beyond.sort(key=lambda s: (-costs[s], s))
        self.active += beyond[:MORE]
        return bool(beyond)

    def _least(self, of: Whole, wall: int, *, canonical: bool) -> Solution:
        """Make a sum least among the plans whose cost in the scenarios held is within a wall."""
        if self.stop.now():
            raise _Stopped
        most = wall - self.costs.constant
        walls = [Side(f"scenario {s}", self._column(s), None, most) for s in self.active]
        sides = (*self.problem.sides, *self.held, *walls)
        plan = self.choices.solved.plan
        ways = Ways(self.stop, plan.workers, plan.seed, any_of_equals=not canonical)
        solution = self.search.solve(self._asked(self.problem, of, sides, None), ways)
        if solution.status not in ("optimal", "infeasible"):
            if solution.rows:
                self._hear(self._whole(solution.rows))
            raise _Stopped
        return solution

    def _column(self, scenario: int) -> Whole:
        """Cost of every row kept in one scenario."""
        if scenario not in self.columns:
            self.columns[scenario] = self.costs.at(scenario)[self.rows]
        return self.columns[scenario]

    def _asked(
        self,
        problem: Problem,
        of: Whole,
        sides: tuple[Side, ...],
        banned: NDArray[np.bool_] | None,
    ) -> Problem:
        return problem.moved(cost=of, tier_items=(), must=problem.must, sides=sides, banned=banned)

    def _whole(self, rows: Rows) -> list[int]:
        """Rows of the whole table."""
        return sorted(int(self.rows[row]) for row in rows)

"""One part of a problem: its plan, a bound for each stage, the choice among equals; kept for more.

One linear problem with combined weights finds the plan; each stage's bound is proved afterwards by
itself (a Lagrangian bound holds for any weights, so nothing need be "large enough"):

1. a tier's bound is that of the relaxation that covers as many of it as can be, the tiers before
   weighing more;
2. the cost's bound is the combined bound with the weights of what is covered taken out.

Where a fraction is left, CP-SAT answers on the window of rows whose reduced cost fits the gap, with
what is covered as rows and never as weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping.search.packing import Problem, Side, Solution, greedy
from grouping.search.relaxation import Bound, Relaxation
from grouping.search.stopping import Stop
from grouping.search.ties import canonical, gap_of
from grouping.search.window import Found, least

Whole = NDArray[np.int64]
Sums = list[tuple[NDArray[Any], int]]

LAST_TIER = 2_000_000  # thousandths of a point a school of the last tier weighs, at least
TIER_STEP = 50  # how much more a tier weighs than the next
NEAR_ROWS = 300  # rows of least reduced cost that a first plan is looked for in, beside the items
BOUND_STEP = 10_000  # how much more a tier weighs than the next where its bound is proved


@dataclass(frozen=True)
class Ways:
    """How to search: none of it changes a proved answer.

    `any_of_equals`: for whoever asks for values alone, any of the plans that are equal in every
    stage serves, and the canonical one is not looked for.
    """

    stop: Stop
    workers: int = 1
    seed: int = 0
    any_of_equals: bool = False


def weights_of(problem: Problem) -> list[int]:
    """Weight of each tier in the combined problem, the first the greatest."""
    least_weight = max(LAST_TIER, 4 * int(np.abs(problem.cost).max(initial=0)))
    count = len(problem.tiers)
    return [least_weight * TIER_STEP ** (count - 1 - t) for t in range(count)]


def combined(problem: Problem, *weights: int) -> Whole:
    """Cost less the weighted cover of each row: what the combined problem minimises."""
    total = problem.cost.copy()
    for weight, tier in zip(weights, problem.tiers, strict=True):
        total -= np.int64(weight) * tier
    return total


class Part:
    """One part of a problem, solved by itself, and again when something in it has moved."""

    def __init__(self, problem: Problem, hash_of: Callable[[int], int]) -> None:
        self.problem, self.hash_of = problem, hash_of
        self.relaxation: Relaxation | None = None
        self.ways = Ways(Stop())
        self.better: Callable[[list[int]], None] = lambda rows: None
        self.best: list[int] | None = None
        self.window = 0

    def first(self) -> list[int] | None:
        """Find a first plan without proof, quickly; None where that fails."""
        return greedy(self.problem, combined(self.problem, *weights_of(self.problem)))

    def again(self, problem: Problem) -> list[int] | None:
        """Turn to a problem of the same rows; mend the plan in hand as a first one."""
        plan, self.problem, self.best = self.best, problem, None
        return mended(problem, plan or [], combined(problem, *weights_of(problem)))

    @property
    def columns(self) -> NDArray[np.intp]:
        """Rows that the linear problem has met."""
        held = () if self.relaxation is None else self.relaxation.columns
        return np.asarray(held, dtype=np.intp)

    def lend(self, columns: NDArray[np.intp]) -> None:
        """Start the linear problem from these rows too."""
        self.relaxation = Relaxation(self.problem, self.ways.stop)
        self.relaxation.near = np.unique(columns).tolist()

    def offer(self, rows: list[int]) -> None:
        """Keep a plan if it is one and is better than the one in hand."""
        if not self.problem.holds(rows):
            return
        if self.best is None or self.problem.key(rows) < self.problem.key(self.best):
            self.best = rows
            self.better(rows)

    def solve(
        self, start: list[int] | None, ways: Ways, better: Callable[[list[int]], None]
    ) -> Solution:
        """Find the plan, prove each stage, choose among equals."""
        self.ways, self.better, self.window = ways, better, 0
        if start is not None:
            self.offer(start)
        relaxation = self._relaxation()
        weights = weights_of(self.problem)
        whole = relaxation.solve(combined(self.problem, *weights))
        relaxation.settle()
        if not relaxation.feasible:
            return Solution("infeasible")
        bound = relaxation.bound
        assert bound is not None
        if whole:
            self.offer(relaxation.chosen)
        elif not self.ways.stop.now():
            self._rounded(bound)
        if self.best is None:
            found = self._any_plan()
            if self.best is None:
                return Solution(found)
        assert self.best is not None
        bounds = self._tier_bounds()
        closed = bounds == list(self.problem.values(self.best)[:-1])
        if closed and self.problem.sides:
            bound, weights = self._held(bound, weights)
        cost_bound = self._cost_bound(bound, weights) if closed else None
        bounds.append(cost_bound)
        values = self.problem.values(self.best)
        status = "optimal" if tuple(bounds) == values else "feasible"
        choose = status == "optimal" and not ways.any_of_equals
        rows = self._canonical(bound, weights) if choose else self.best
        return Solution(
            status,
            rows,
            self.problem.values(rows),
            bounds,
            len(relaxation.columns),
            len(relaxation.cuts),
            self.window,
        )

    def possible(self, ways: Ways) -> bool:
        """Whether there is any plan: not shown to have none before time is up; no stage proved."""
        self.ways = ways
        if self.first() is not None:
            return True
        relaxation = self._relaxation()
        whole = relaxation.solve(np.zeros(len(self.problem), dtype=np.int64))
        if not relaxation.feasible:
            return False
        return whole or self._any_plan() != "infeasible"

    def _relaxation(self) -> Relaxation:
        """Give the linear problem of before, with its columns and cuts, or a new one."""
        if self.relaxation is None:
            self.relaxation = Relaxation(self.problem, self.ways.stop, self.best)
        else:
            self.relaxation.ask(self.problem, self.ways.stop, self.best)
        return self.relaxation

    def _least(self, window: NDArray[np.intp], objective: NDArray[Any], fixed: Sums) -> Found:
        found = least(
            self.problem,
            window,
            objective,
            fixed,
            stop=self.ways.stop,
            workers=self.ways.workers,
            seed=self.ways.seed,
            hint=self.best or (),
        )
        if found.status in ("optimal", "feasible"):
            self.offer(list(found.rows))
        return found

    def _rounded(self, bound: Bound) -> None:
        """Find a good plan among the nearest rows, tier by tier, where there is one."""
        columns = self._near(bound)
        fixed: Sums = []
        goals: list[NDArray[Any]] = [-tier for tier in self.problem.tiers]
        for objective in (*goals, self.problem.cost):
            found = self._least(columns, objective, fixed)
            if found.status not in ("optimal", "feasible"):
                break
            fixed.append((objective, sum(int(objective[r]) for r in found.rows)))

    def _near(self, bound: Bound) -> NDArray[np.intp]:
        """Rows of least reduced cost, and those of the plan in hand."""
        nearest = bound.nearest(NEAR_ROWS + self.problem.items)
        return np.asarray(sorted({*nearest.tolist(), *(self.best or ())}), dtype=np.intp)

    def _any_plan(self) -> str:
        """Look for any plan at all over every row: what is known then, "unknown" if time is up."""
        banned = self.problem.banned
        some = np.ones(len(self.problem), np.bool_) if banned is None else ~banned
        nothing = np.zeros(len(self.problem), dtype=np.int64)
        return self._least(np.flatnonzero(some), nothing, []).status

    def _tier_bounds(self) -> list[int | None]:
        """Most of each tier that can be covered, tier by tier, closing each before the next."""
        bounds: list[int | None] = []
        for t in range(len(self.problem.tiers)):
            bound = self._tier_bound(t)
            bounds.append(bound)
            if bound != self._values()[t]:
                bounds += [None] * (len(self.problem.tiers) - 1 - t)
                break
        return bounds

    def _values(self) -> tuple[int, ...]:
        assert self.best is not None
        return self.problem.values(self.best)

    def _tier_bound(self, t: int) -> int:
        tier = self.problem.tiers[t]
        at_most = int((self.problem.tier_items[t] & self.problem.reachable).sum())
        if at_most == self._values()[t]:
            return at_most
        scale = [BOUND_STEP ** (t - s) for s in range(t + 1)]
        weights = np.zeros(len(self.problem), dtype=np.int64)
        for weight, covered in zip(scale, self.problem.tiers, strict=False):
            weights -= np.int64(weight) * covered
        relaxed = self.relaxation
        assert relaxed is not None
        relaxed.solve(weights)
        if relaxed.bound is None:
            return at_most
        before = sum(w * self._values()[s] for s, w in enumerate(scale[:-1]))
        proved: int = min(-relaxed.bound.value - before, at_most)
        if proved == self._values()[t] or self.ways.stop.now():
            return proved
        gap = gap_of(-before - self._values()[t], relaxed.bound)
        window = relaxed.bound.within(gap)[0]
        fixed: Sums = [(self.problem.tiers[s], self._values()[s]) for s in range(t)]
        found = self._least(window, -tier, fixed)
        if found.status == "optimal":
            return self._values()[t]
        return proved if found.bound is None else min(proved, -found.bound)

    def _held(self, bound: Bound, weights: list[int]) -> tuple[Bound, list[int]]:
        """Bound the cost with what is covered as rows, where the combined bound leaves a gap.

        Side rows may leave a fraction that is worth a tier's weight: the window of so wide a gap
        holds rows of any cost. With the tiers as rows the gap is one of the cost alone.
        """
        values = self._values()
        credit = sum(w * v for w, v in zip(weights, values[:-1], strict=True))
        if not any(weights) or bound.value + credit >= values[-1] or self.ways.stop.now():
            return bound, weights
        relaxed = self.relaxation
        assert relaxed is not None
        covered = [
            Side("covered", tier.astype(np.int64), value, None)
            for tier, value in zip(self.problem.tiers, values, strict=False)
        ]
        held = replace(self.problem, sides=(*self.problem.sides, *covered))
        relaxed.ask(held, self.ways.stop, self.best, all_cuts=True)
        if relaxed.solve(self.problem.cost):
            self.offer(relaxed.chosen)
        if relaxed.bound is None:
            return bound, weights
        return relaxed.bound, [0] * len(weights)

    def _cost_bound(self, bound: Bound, weights: list[int]) -> int:
        values = self._values()
        credit = sum(w * v for w, v in zip(weights, values[:-1], strict=True))
        proved = bound.value + credit
        if proved >= values[-1] or self.ways.stop.now():
            return min(proved, values[-1])
        fixed: Sums = list(zip(self.problem.tiers, values[:-1], strict=True))
        self._least(self._near(bound), self.problem.cost, fixed)
        gap = gap_of(self._values()[-1] - credit, bound)
        window = bound.within(gap)[0]
        found = self._least(window, self.problem.cost, fixed)
        if found.status == "optimal":
            return self._values()[-1]
        return proved if found.bound is None else max(proved, found.bound)

    def _canonical(self, bound: Bound, weights: list[int]) -> list[int]:
        assert self.best is not None
        values = self._values()
        credit = sum(w * v for w, v in zip(weights, values[:-1], strict=True))
        rows, self.window = canonical(
            self.problem,
            bound,
            gap_of(values[-1] - credit, bound),
            self.best,
            self.hash_of,
            stop=self.ways.stop,
            workers=self.ways.workers,
            seed=self.ways.seed,
        )
        return rows


def mended(problem: Problem, plan: Sequence[int], weights: Whole) -> list[int] | None:
    """Mend a plan for a problem that has moved: drop what is banned, cover what must be.

    None where so simple a way does not do.
    """
    rows = [r for r in plan if problem.banned is None or not problem.banned[r]]
    for item in np.flatnonzero(problem.must).tolist():
        if any(item in problem.members[r] for r in rows):
            continue
        holds = (problem.columns == item).any(axis=0)
        if problem.banned is not None:
            holds &= ~problem.banned
        several = np.flatnonzero(holds)
        if not len(several):
            return None
        best = int(several[weights[several].argmin()])
        mates = set(problem.members[best].tolist()) - {-1}
        rows = [r for r in rows if mates.isdisjoint(problem.members[r].tolist())] + [best]
    return sorted(rows) if problem.holds(rows) else None

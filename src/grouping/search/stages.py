"""The lexicographic solve: each tier covered as far as can be, then the least cost, then the ties.

One linear problem with combined weights finds the plan; each stage's bound is proved afterwards by
itself (a Lagrangian bound holds for any weights, so nothing need be "large enough"):

1. a tier's bound is that of the relaxation that covers as many of it as can be, the tiers before
   weighing more;
2. the cost's bound is the combined bound with the weights of what is covered taken out.

Where a fraction is left, CP-SAT answers on the window of rows whose reduced cost fits the gap, with
what is covered as rows and never as weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grouping.search.packing import Problem, Solution, components, greedy
from grouping.search.relaxation import Bound, Relaxation
from grouping.search.stopping import Stop
from grouping.search.ties import canonical, gap_of
from grouping.search.window import LARGEST, Found, least, too_large

Whole = NDArray[np.int64]

LAST_TIER = 2_000_000  # thousandths of a point a school of the last tier weighs, at least
TIER_STEP = 50  # how much more a tier weighs than the next
NEAR_ROWS = 300  # rows of least reduced cost that a first plan is looked for in, beside the items
BOUND_STEP = 10_000  # the same where a tier's bound is proved


@dataclass(frozen=True)
class Ways:
    """How to search: none of it changes a proved answer."""

    stop: Stop
    workers: int = 1
    seed: int = 0


def solve(
    problem: Problem,
    hash_of: Callable[[int], int],
    ways: Ways,
    in_hand: Callable[[list[int]], None] = lambda rows: None,
) -> Solution:
    """Solve each part of a problem and put the answers together.

    `in_hand` hears of every complete plan (rows of `problem`) as soon as there is one, so that a
    caller who is interrupted has it.
    """
    crossed = any(
        s.at_least is not None and s.at_most is not None and s.at_least > s.at_most
        for s in problem.sides
    )
    if int(np.abs(problem.cost).max(initial=0)) > LARGEST:
        raise too_large()
    if crossed or (problem.must & ~problem.reachable).any():
        return Solution("infeasible")
    if not len(problem):
        nothing = problem.values([])
        held = problem.holds([])
        return Solution("optimal" if held else "infeasible", [], nothing, list(nothing))
    parts = components(problem)
    answers: list[list[int]] = []
    problems = [problem.part(rows, items) for rows, items in parts]
    for part, (rows, _) in zip(problems, parts, strict=True):
        first = greedy(part, combined(part, *weights_of(part)))
        answers.append([] if first is None else rows[first].tolist())
    tell = _teller(problem, answers, in_hand)
    tell()
    solutions = []
    for k, (part, (rows, _)) in enumerate(zip(problems, parts, strict=True)):

        def better(found: list[int], k: int = k, rows: NDArray[np.intp] = rows) -> None:
            answers[k] = rows[found].tolist()
            tell()

        start = [int(np.searchsorted(rows, r)) for r in answers[k]]

        def local_hash(row: int, rows: NDArray[np.intp] = rows) -> int:
            return hash_of(int(rows[row]))

        local = _Part(part, local_hash, ways, better)
        solutions.append(local.solve(start))
    return _joined(problem, parts, solutions)


def _teller(
    problem: Problem, answers: list[list[int]], in_hand: Callable[[list[int]], None]
) -> Callable[[], None]:
    def tell() -> None:
        rows = sorted(r for answer in answers for r in answer)
        if problem.holds(rows):
            in_hand(rows)

    return tell


def _joined(
    problem: Problem,
    parts: list[tuple[NDArray[np.intp], NDArray[np.intp]]],
    solutions: list[Solution],
) -> Solution:
    stages = len(problem.tiers) + 1
    if any(s.status == "infeasible" for s in solutions):
        return Solution("infeasible")
    if any(s.status == "unknown" for s in solutions):
        return Solution("unknown", bounds=[None] * stages)
    rows = sorted(
        int(r)
        for (held, _), s in zip(parts, solutions, strict=True)
        for r in held[np.asarray(s.rows, dtype=np.intp)]
    )
    values = problem.values(rows)
    bounds: list[int | None] = []
    for stage in range(stages):
        of = [s.bounds[stage] for s in solutions]
        closed = all(bounds[k] == values[k] for k in range(stage))
        bounds.append(sum(b for b in of if b is not None) if closed and None not in of else None)
    status = "optimal" if tuple(bounds) == values else "feasible"
    if not all(s.status == "optimal" for s in solutions):
        status = "feasible"
    return Solution(
        status,
        rows,
        values,
        bounds,
        columns=sum(s.columns for s in solutions),
        cuts=sum(s.cuts for s in solutions),
        window=sum(s.window for s in solutions),
    )


def weights_of(problem: Problem, times: int = 1) -> list[int]:
    """Weight of each tier in the combined problem, the first the greatest."""
    least_weight = max(LAST_TIER, 4 * int(np.abs(problem.cost).max(initial=0))) * times
    count = len(problem.tiers)
    return [least_weight * TIER_STEP ** (count - 1 - t) for t in range(count)]


def combined(problem: Problem, *weights: int) -> Whole:
    """Cost less the weighted cover of each row: what the combined problem minimises."""
    total = problem.cost.copy()
    for weight, tier in zip(weights, problem.tiers, strict=True):
        total -= weight * tier
    return total


class _Part:
    """One part of a problem, solved by itself."""

    def __init__(
        self,
        problem: Problem,
        hash_of: Callable[[int], int],
        ways: Ways,
        better: Callable[[list[int]], None],
    ) -> None:
        self.problem, self.hash_of, self.ways, self.better = problem, hash_of, ways, better
        self.relaxation = Relaxation(problem, ways.stop)
        self.best: list[int] | None = None
        self.window = 0

    def offer(self, rows: list[int]) -> None:
        """Keep a plan if it is one and is better than the one in hand."""
        if not self.problem.holds(rows):
            return
        if self.best is None or self.problem.key(rows) < self.problem.key(self.best):
            self.best = rows
            self.better(rows)

    def solve(self, start: list[int]) -> Solution:
        """Find the plan, prove each stage, choose among equals."""
        self.offer(start)
        if self.best is not None:
            self.relaxation.columns, self.relaxation.reachable = list(self.best), True
        weights = weights_of(self.problem)
        whole = self.relaxation.solve(combined(self.problem, *weights))
        if not self.relaxation.feasible:
            return Solution("infeasible")
        bound = self.relaxation.bound
        assert bound is not None
        if whole:
            self.offer(self.relaxation.chosen)
        elif not self.ways.stop.now() and not self._rounded(bound):
            return Solution("infeasible")
        if self.best is None and not self._any_plan():
            return Solution("infeasible" if not self.ways.stop.now() else "unknown")
        assert self.best is not None
        bounds = self._tier_bounds()
        closed = bounds == list(self.problem.values(self.best)[:-1])
        cost_bound = self._cost_bound(bound, weights) if closed else None
        bounds.append(cost_bound)
        values = self.problem.values(self.best)
        status = "optimal" if tuple(bounds) == values else "feasible"
        rows = self._canonical(bound, weights) if status == "optimal" else self.best
        return Solution(
            status,
            rows,
            self.problem.values(rows),
            bounds,
            len(self.relaxation.columns),
            len(self.relaxation.cuts),
            self.window,
        )

    def _least(
        self, window: NDArray[np.intp], objective: Whole, fixed: list[tuple[Whole, int]]
    ) -> Found:
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

    def _rounded(self, bound: Bound) -> bool:
        """Find a good plan among the nearest rows, tier by tier; False if none can exist."""
        columns = self._near(bound)
        fixed: list[tuple[Whole, int]] = []
        for objective in (*(-tier for tier in self.problem.tiers), self.problem.cost):
            found = self._least(columns, objective, fixed)
            if found.status not in ("optimal", "feasible"):
                break
            fixed.append((objective, sum(int(objective[r]) for r in found.rows)))
        return self.best is not None or self._any_plan()

    def _near(self, bound: Bound) -> NDArray[np.intp]:
        """Rows of least reduced cost, and those of the plan in hand."""
        nearest = np.argsort(bound.reduced, kind="stable")[: NEAR_ROWS + self.problem.items]
        return np.asarray(sorted({*nearest.tolist(), *(self.best or ())}), dtype=np.intp)

    def _any_plan(self) -> bool:
        """Look for any plan at all over every row; False where there is none or time is up."""
        every = np.arange(len(self.problem), dtype=np.intp)
        self._least(every, np.zeros(len(self.problem), dtype=np.int64), [])
        return self.best is not None

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
        weights = -sum(
            (w * self.problem.tiers[s] for s, w in enumerate(scale)),
            start=np.zeros(len(self.problem), dtype=np.int64),
        )
        relaxed = Relaxation(
            self.problem,
            self.ways.stop,
            list(self.relaxation.columns),
            list(self.relaxation.cuts),
            reachable=True,
            seeded=True,
        )
        relaxed.solve(weights)
        if relaxed.bound is None:
            return at_most
        before = sum(w * self._values()[s] for s, w in enumerate(scale[:-1]))
        proved: int = min(-relaxed.bound.value - before, at_most)
        if proved == self._values()[t] or self.ways.stop.now():
            return proved
        gap = gap_of(-before - self._values()[t], relaxed.bound)
        window = np.flatnonzero(relaxed.bound.reduced <= gap)
        fixed = [(self.problem.tiers[s], self._values()[s]) for s in range(t)]
        found = self._least(window, -tier, fixed)
        if found.status == "optimal":
            return self._values()[t]
        return proved if found.bound is None else min(proved, -found.bound)

    def _cost_bound(self, bound: Bound, weights: list[int]) -> int:
        values = self._values()
        credit = sum(w * v for w, v in zip(weights, values[:-1], strict=True))
        proved = bound.value + credit
        if proved >= values[-1] or self.ways.stop.now():
            return min(proved, values[-1])
        fixed = list(zip(self.problem.tiers, values[:-1], strict=True))
        self._least(self._near(bound), self.problem.cost, fixed)
        gap = gap_of(self._values()[-1] - credit, bound)
        window = np.flatnonzero(bound.reduced <= gap)
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

"""The linear relaxation with subset-row cuts, closed by pricing every row, and an exact bound.

Few columns go to the linear solver (GLOP, through MathOpt); all rows are priced with its duals and
those of negative reduced cost are added until there is none. Where the answer is fractional,
Chvatal-Gomory cuts on a set T of items, sum of floor(|r & T| / k) x_r <= floor(|T| / k), are added.

The solver's word is not repeated: the duals are cut to whole numbers over `UNIT`, repaired until
every row of the problem has a reduced cost of at least 0 in integers, and the bound is summed from
them. It is a bound whatever the solver did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping.search.cuts import Cut, cuts_of, patches, violated
from grouping.search.linear import Duals, Empty, Master
from grouping.search.packing import Problem
from grouping.search.stopping import Stop

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]

UNIT = 10**6  # denominators of whole duals
TINY = 1e-6
FIRST_AN_ITEM = 1  # columns to start from, for each item
FEW_ADDED = 100  # columns added in a round without choosing
ROWS_AN_ITEM = 2  # columns added in a round for each item, at most
NEAR_AN_ITEM = 3  # columns kept for the next question, for each item
FINEST = 2**58  # products of a coefficient and a whole dual stay below this
CUT_ROUNDS = 40
CUTS_A_ROUND = 20


@dataclass(frozen=True, eq=False)
class Bound:
    """An exact lower bound: whole duals over `UNIT`, and what they sum to.

    The bound is `total / UNIT`; every plan's weight is at least that. `reduced` is the reduced cost
    of every row, in `UNIT`ths: at least 0 for each that may be chosen.
    """

    problem: Problem
    cuts: tuple[Cut, ...]
    total: int
    duals: Duals
    reduced: Whole

    @property
    def value(self) -> int:
        """Return the bound as a whole number, rounded up."""
        return -(-self.total // UNIT)

    def within(self, gap: int) -> tuple[NDArray[np.intp], Whole]:
        """Rows that a plan so near the bound may hold, and their reduced costs."""
        near = self.reduced <= gap
        if self.problem.banned is not None:
            near &= ~self.problem.banned
        rows = np.flatnonzero(near)
        return rows, self.reduced[rows]

    def nearest(self, many: int) -> NDArray[np.intp]:
        """Rows of least reduced cost, so many if there are."""
        rows, reduced = self.within(np.iinfo(np.int64).max)
        if len(rows) > many:
            rows = np.sort(rows[np.argpartition(reduced, many)[:many]])
        return rows


class Relaxation:
    """A linear relaxation: keeps its model from one weighting to the next.

    From one question to the next (`ask`) it keeps the cuts that bore on a bound and the columns
    nearest to the answer.

    `answer` gives the value of each of `columns`; `bound` an exact bound; `feasible` is False where
    the relaxation has no answer at all, which is proved in integers.

    Parameters
    ----------
    problem
        The packing problem.
    stop
        When to stop.
    plan
        Rows of a plan, where there is one: the columns then leave an answer from the start.
    """

    def __init__(self, problem: Problem, stop: Stop, plan: Sequence[int] | None = None) -> None:
        self.problem, self.stop = problem, stop
        self.columns: list[int] = sorted(plan or ())
        self.near: list[int] = self.columns
        self.cuts: list[Cut] = []
        self.bore: set[tuple[tuple[int, ...], int]] = set()
        self.answer: Floats = np.zeros(0)
        self.bound: Bound | None = None
        self.feasible = True
        self.tied = bool(problem.must.any()) or bool(problem.sides)
        self.reachable = plan is not None or not self.tied
        self.master: Master | None = None

    def ask(
        self, problem: Problem, stop: Stop, plan: Sequence[int] | None, *, all_cuts: bool = False
    ) -> None:
        """Ask about the same rows and items with other bans, musts, sides or weights.

        Few columns are kept, the nearest to the last answer, and of the cuts those that bore on a
        bound since the last question, unless all are wanted: each costs time in every solve.
        """
        if not all_cuts:
            self.cuts = [cut for cut in self.cuts if (cut.items, cut.k) in self.bore]
            self.bore = set()
        self.problem, self.stop = problem, stop
        self.tied = bool(problem.must.any()) or bool(problem.sides)
        self.columns = sorted({*self.near, *(plan or ())})
        self.feasible, self.reachable = True, plan is not None or not self.tied
        self.bound, self.master = None, None

    def solve(self, weights: Whole) -> bool:
        """Solve for these weights a row; True where the answer is whole."""
        self.bound = None
        if self.master is None:
            self._start(weights)
        assert self.master is not None
        if not self.reachable and not self._reach():
            return False
        self.master.weigh(weights[self.columns])
        for _ in range(CUT_ROUNDS):
            found = self._found(weights)
            if found is None:
                return False
            duals = found
            if self.whole or self.stop.now():
                break
            fresh = self._separate()
            if not fresh:
                break
            for cut in fresh:
                self.cuts.append(cut)
                self.master.add_cut(cut, self.columns)
        self.bound = exact_bound(self.problem, weights, self.cuts, duals)
        bearing = zip(self.cuts, self.bound.duals.cuts.tolist(), strict=True)
        self.bore |= {(cut.items, cut.k) for cut, dual in bearing if dual}
        return self.whole

    def _found(self, weights: Whole) -> Duals | None:
        """Price all rows, finding columns with an answer first where there is none at hand.

        None where there is none at all. Where that is too near to tell, no duals and no answer:
        whoever asks must look at the rows themselves.
        """
        assert self.master is not None
        try:
            return self._price(weights)
        except Empty:
            if not self._reach():
                return None
            self.master.weigh(weights[self.columns])
        try:
            return self._price(weights)
        except Empty:
            self.answer = np.full(len(self.columns), 0.5)
            return self.master.nothing()

    def settle(self) -> None:
        """Keep the columns nearest to this answer for the next question."""
        if self.bound is not None and len(self.columns) > NEAR_AN_ITEM * self.problem.items:
            rows = np.sort(np.asarray(self.columns, dtype=np.intp))
            reduced = self.bound.reduced[rows]
            many = NEAR_AN_ITEM * self.problem.items
            self.near = rows[np.argpartition(reduced, many)[:many]].tolist()
        else:
            self.near = list(self.columns)

    @property
    def whole(self) -> bool:
        """Whether the answer is whole."""
        return bool(np.all(np.abs(self.answer - np.rint(self.answer)) < TINY))

    @property
    def chosen(self) -> list[int]:
        """Rows chosen, where the answer is whole."""
        return sorted(self.columns[k] for k in np.flatnonzero(self.answer > 0.5))

    def _start(self, weights: Whole) -> None:
        """Start from the rows that weigh least for their size, some of each item."""
        if len(self.columns) < self.problem.items:
            per_item = weights / np.maximum(self.problem.size, 1)
            near = self.problem.least_each(per_item, None, FIRST_AN_ITEM)
            self.columns = sorted({*self.columns, *near.tolist()})
        if self.problem.banned is not None:
            self.columns = [row for row in self.columns if not self.problem.banned[row]]
        self.master = Master(self.problem, self.columns, self.cuts, weights[self.columns])

    def _reach(self) -> bool:
        """Find columns with which the relaxation has an answer, or prove that there is none."""
        assert self.master is not None
        nothing = np.zeros(len(self.problem), dtype=np.int64)
        self.master.weigh(nothing[self.columns])
        self.master.loosen(loose=True)
        duals = self._price(nothing)
        short = self.master.slackness > TINY and not self.stop.now()
        self.master.loosen(loose=False)
        self.reachable = not short
        if short:
            times = _times(self.problem)
            larger = Duals(duals.items * times, duals.sides * times, duals.cuts * times)
            bound = exact_bound(self.problem, nothing, self.cuts, larger, lacking=times)
            self.feasible = self.reachable = bound.total <= 0
        return self.reachable

    def _price(self, weights: Whole) -> Duals:
        """Solve and price all rows until none has a negative reduced cost."""
        assert self.master is not None
        have = np.zeros(len(self.problem), dtype=np.bool_)
        have[self.columns] = True
        if self.problem.banned is not None:
            have |= self.problem.banned
        scale = max(-int(weights.min(initial=0)), int(weights.max(initial=0)), 1)
        tolerance = TINY * max(1.0, scale * 1e-3)
        while True:
            duals = self.master.solve(self.stop)
            reduced = _reduced(self.problem, weights, 1, self.cuts, duals)
            short = np.flatnonzero((reduced < -tolerance) & ~have)
            if not len(short) or self.stop.now():
                self.answer = self.master.answer
                return duals
            if len(short) > FEW_ADDED:
                short = self.problem.least_each(reduced, short, ROWS_AN_ITEM)
            have[short] = True
            self.columns += short.tolist()
            self.master.add_columns(short, weights[short], self.cuts)

    def _separate(self) -> list[Cut]:
        """Violated cuts in each fractional patch, the most violated first."""
        loose = [k for k, x in enumerate(self.answer) if TINY < x < 1 - TINY]
        rows = [self.columns[k] for k in loose]
        values = self.answer[loose]
        known = {(cut.items, cut.k) for cut in self.cuts}
        found: list[tuple[float, tuple[int, ...], int]] = []
        for patch in patches(self.problem, rows):
            inside = [k for k, r in enumerate(rows) if self.problem.members[r, 0] in patch]
            found += violated(self.problem, [rows[k] for k in inside], values[inside], patch)
        found.sort(key=lambda cut: (-round(cut[0], 9), cut[1], cut[2]))
        fresh = [cut for cut in found if (cut[1], cut[2]) not in known][:CUTS_A_ROUND]
        return cuts_of(self.problem, [(items, k) for _, items, k in fresh])


def _reduced(
    problem: Problem, weights: Whole, unit: int, cuts: Sequence[Cut], duals: Duals
) -> NDArray[Any]:
    """Reduced cost of every row, in units: in floats or in whole numbers, as the duals are."""
    y = np.append(duals.items, np.zeros(1, dtype=duals.items.dtype))
    reduced = np.empty(len(problem), dtype=y.dtype)
    for piece in problem.pieces():
        part = reduced[piece]
        np.multiply(weights[piece], unit, out=part)
        for column in problem.columns[:, piece]:
            part -= y[column]
    for side, dual in zip(problem.sides, duals.sides.tolist(), strict=True):
        if dual:
            reduced -= side.of * dual
    for cut, dual in zip(cuts, duals.cuts.tolist(), strict=True):
        if dual:
            reduced[cut.rows] -= cut.of * dual
    return reduced


def exact_bound(
    problem: Problem, weights: Whole, cuts: Sequence[Cut], duals: Duals, *, lacking: int = 0
) -> Bound:
    """Turn duals into a bound that holds in integers, whatever solver they came from.

    `lacking`: where above 0, the bound on what is lacking: each uncovered must and each side's
    excess costs so much. It is above 0 only where the problem has no plan.
    """
    free = problem.must
    y = np.floor(duals.items * UNIT).astype(np.int64)
    y = np.where(free, np.minimum(y, UNIT * lacking) if lacking else y, np.minimum(y, 0))
    z = [
        _side_dual(s.at_least, s.at_most, dual)
        for s, dual in zip(problem.sides, duals.sides, strict=True)
    ]
    if lacking:
        z = [min(max(dual, -UNIT * lacking), UNIT * lacking) for dual in z]
    s = [min(int(np.floor(dual * UNIT)), 0) for dual in duals.cuts]
    whole = Duals(y, np.asarray(z, dtype=np.int64), np.asarray(s, dtype=np.int64))
    reduced = _reduced(problem, weights, UNIT, cuts, whole)
    lowered = _lowered(problem, reduced)
    if lowered.any():
        y, reduced = y - lowered, reduced + problem.sums(lowered)
    total = int(y.sum())
    for side, dual in zip(problem.sides, z, strict=True):
        if dual:
            wall = side.at_least if dual > 0 else side.at_most
            assert wall is not None
            total += dual * wall
    total += sum(dual * cut.at_most for cut, dual in zip(cuts, s, strict=True))
    return Bound(problem, tuple(cuts), total, replace(whole, items=y), reduced)


def _times(problem: Problem) -> int:
    """Price of what is lacking: duals of a large sum held are small, and whole ones coarse."""
    largest = max((int(np.abs(side.of).max(initial=1)) for side in problem.sides), default=1)
    return max(1, min(10**6, FINEST // (UNIT * largest)))


def _side_dual(at_least: int | None, at_most: int | None, dual: float) -> int:
    whole = int(np.rint(dual * UNIT))
    if (whole > 0 and at_least is None) or (whole < 0 and at_most is None):
        return 0
    return whole


def _lowered(problem: Problem, reduced: Whole) -> Whole:
    """By how much to lower duals of items so that no row that may be chosen is short of 0."""
    short = reduced < 0
    if problem.banned is not None:
        short &= ~problem.banned
    lowered = np.zeros(problem.items + 1, dtype=np.int64)
    for row in np.flatnonzero(short).tolist():
        held = problem.members[row]
        lacking = int(reduced[row] + lowered[held[held >= 0]].sum())
        if lacking < 0:
            lowered[int(held[0])] -= lacking
    return lowered[:-1]

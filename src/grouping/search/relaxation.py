"""The linear relaxation with subset-row cuts, closed by pricing every row, and an exact bound.

Few columns go to the linear solver (GLOP, through MathOpt); all rows are priced with its duals and
those of negative reduced cost are added until there is none. Where the answer is fractional,
Chvatal-Gomory cuts on a set T of items, sum of floor(|r & T| / k) x_r <= floor(|T| / k), are added.

The solver's word is not repeated: the duals are cut to whole numbers over `UNIT`, repaired until
every row of the problem has a reduced cost of at least 0 in integers, and the bound is summed from
them. It is a bound whatever the solver did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt.python import mathopt

from grouping.search.cuts import Cut, cut_of, patches, violated
from grouping.search.packing import Problem
from grouping.search.stopping import Stop

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]

UNIT = 10**6  # denominators of whole duals
TINY = 1e-6
FIRST = 1_000  # columns to start from
FEW_ADDED = 100  # columns added in a round without choosing
ROWS_AN_ITEM = 2  # columns added in a round for each item, at most
CUT_ROUNDS = 40
CUTS_A_ROUND = 20


@dataclass(frozen=True, eq=False)
class Bound:
    """An exact lower bound: whole duals over `UNIT`, reduced costs of every row, the sum.

    The bound is `total / UNIT`; every plan's weight is at least that.
    """

    total: int
    items: Whole
    sides: tuple[int, ...]
    cuts: tuple[int, ...]
    reduced: Whole

    @property
    def value(self) -> int:
        """Return the bound as a whole number, rounded up."""
        return -(-self.total // UNIT)


@dataclass(eq=False)
class Relaxation:
    """A linear relaxation that keeps its cuts and columns from one weighting to the next.

    `columns` may start with the rows of a plan; `reachable` then says that they leave an answer.
    """

    problem: Problem
    stop: Stop
    columns: list[int] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    answer: Floats = field(default_factory=lambda: np.zeros(0))
    bound: Bound | None = None
    feasible: bool = True
    reachable: bool = False
    seeded: bool = False

    def solve(self, weights: Whole, *, cutting: bool = True) -> bool:
        """Solve for these weights a row; True where the answer is whole.

        Sets `answer` (value of each of `columns`) and `bound`; `feasible` is False where the
        relaxation has no answer at all, which is proved in integers.
        """
        if not self.seeded:
            self._start(weights)
        tied = self.problem.must.any() or bool(self.problem.sides)
        if tied and not self.reachable and not self._reach():
            return False
        master = _Master(self, weights)
        for _ in range(CUT_ROUNDS):
            try:
                duals = self._price(master, weights)
            except _Empty:
                if not self._reach():
                    return False
                master = _Master(self, weights)
                duals = self._price(master, weights)
            if self.whole or not cutting or self.stop.now():
                break
            fresh = self._separate()
            if not fresh:
                break
            for cut in fresh:
                self.cuts.append(cut)
                master.add_cut(cut)
        self.bound = exact_bound(self.problem, weights, self.cuts, duals)
        return self.whole

    @property
    def whole(self) -> bool:
        """Whether the answer is whole."""
        return bool(np.all(np.abs(self.answer - np.rint(self.answer)) < TINY))

    @property
    def chosen(self) -> list[int]:
        """Rows chosen, where the answer is whole."""
        return sorted(self.columns[k] for k in np.flatnonzero(self.answer > 0.5))

    def _start(self, weights: Whole) -> None:
        """Start from the rows that weigh least for their size."""
        self.seeded = True
        per_item = weights / np.maximum((self.problem.members >= 0).sum(axis=1), 1)
        first = np.arange(len(per_item))
        if len(first) > FIRST:
            first = np.argpartition(per_item, FIRST)[:FIRST]
        self.columns = sorted({*self.columns, *first.tolist()})

    def _reach(self) -> bool:
        """Find columns with which the relaxation has an answer, or prove that there is none."""
        master = _Master(self, np.zeros(len(self.problem), dtype=np.int64), slack=True)
        duals = self._price(master, np.zeros(len(self.problem), dtype=np.int64))
        if master.slackness < TINY or self.stop.now():
            self.reachable = True
            return True
        nothing = np.zeros(len(self.problem), dtype=np.int64)
        bound = exact_bound(self.problem, nothing, self.cuts, duals, slack=True)
        self.feasible = bound.total <= 0
        return self.feasible

    def _price(self, master: _Master, weights: Whole) -> _Duals:
        """Solve and price all rows until none has a negative reduced cost."""
        have = np.zeros(len(self.problem), dtype=np.bool_)
        have[self.columns] = True
        tolerance = TINY * max(1.0, float(np.abs(weights).max(initial=1)) * 1e-3)
        while True:
            duals = master.solve()
            reduced = _reduced(self.problem, weights.astype(np.float64), self.cuts, duals)
            short = np.flatnonzero((reduced < -tolerance) & ~have)
            if not len(short) or self.stop.now():
                self.answer = master.answer
                return duals
            for row in np.sort(_spread(self.problem, short, reduced)).tolist():
                have[row] = True
                self.columns.append(row)
                master.add_column(row)

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
        return [cut_of(self.problem, items, k) for _, items, k in fresh]


@dataclass(frozen=True, eq=False)
class _Duals:
    items: Floats
    sides: Floats
    cuts: Floats


# Only what is not 0 comes back, and no reduced costs: every row is priced here anyway.
SPARSE = mathopt.ModelSolveParameters(
    variable_values_filter=mathopt.VariableFilter(skip_zero_values=True),
    dual_values_filter=mathopt.LinearConstraintFilter(skip_zero_values=True),
    reduced_costs_filter=mathopt.VariableFilter(filtered_items=()),
)


def _spread(problem: Problem, short: NDArray[np.intp], reduced: Floats) -> NDArray[np.intp]:
    """Rows to add: for each item those of the least reduced cost, so that all items hear news."""
    if len(short) <= FEW_ADDED:
        return short
    left = short[np.argsort(reduced[short], kind="stable")]
    chosen = []
    for _ in range(ROWS_AN_ITEM):
        members = problem.members[left]
        first = np.unique(members.ravel(), return_index=True)[1] // members.shape[1]
        best = np.unique(first)
        chosen.append(left[best])
        left = np.delete(left, best)
        if not len(left):
            break
    return np.concatenate(chosen)


def _values(
    found: Mapping[mathopt.LinearConstraint, float], rows: Sequence[mathopt.LinearConstraint]
) -> Floats:
    """Values of rows in their order, 0 where none came back."""
    return np.asarray([found.get(row, 0.0) for row in rows], dtype=np.float64)


class _Empty(Exception):
    """The columns at hand leave no answer: more must be priced in."""


class _Master:
    """The linear model of the columns at hand, kept and solved again."""

    def __init__(self, relaxation: Relaxation, weights: Whole, *, slack: bool = False) -> None:
        problem = relaxation.problem
        self.problem, self.weights, self.stop = problem, weights, relaxation.stop
        self.model = mathopt.Model()
        self.items = [
            self.model.add_linear_constraint(lb=1.0 if must else 0.0, ub=1.0)
            for must in problem.must.tolist()
        ]
        self.sides = [
            self.model.add_linear_constraint(
                lb=-np.inf if s.at_least is None else float(s.at_least),
                ub=np.inf if s.at_most is None else float(s.at_most),
            )
            for s in problem.sides
        ]
        self.cuts: list[mathopt.LinearConstraint] = []
        self.of_cut: list[dict[int, int]] = []
        self.variables: list[mathopt.Variable] = []
        self.slacks: list[mathopt.Variable] = []
        self.place: dict[int, int] = {}
        if slack:
            self._add_slack()
        for row in relaxation.columns:
            self.add_column(row)
        for cut in relaxation.cuts:
            self.add_cut(cut, relaxation.columns)
        self.rows = relaxation.columns
        self.solver = mathopt.IncrementalSolver(self.model, mathopt.SolverType.GLOP)
        self.answer = np.zeros(0)
        self.slackness = 0.0

    def _add_slack(self) -> None:
        must = [c for c, m in zip(self.items, self.problem.must, strict=True) if m]
        for row, sign in [(c, 1.0) for c in must] + [
            (c, sign) for c in self.sides for sign in (1.0, -1.0)
        ]:
            variable = self.model.add_variable(lb=0.0)
            row.set_coefficient(variable, sign)
            self.model.objective.set_linear_coefficient(variable, 1.0)
            self.slacks.append(variable)

    def add_column(self, row: int) -> None:
        variable = self.model.add_variable(lb=0.0)
        self.place[variable.id] = len(self.variables)
        self.variables.append(variable)
        if weight := float(self.weights[row]):
            self.model.objective.set_linear_coefficient(variable, weight)
        for item in self.problem.members[row].tolist():
            if item >= 0:
                self.items[item].set_coefficient(variable, 1.0)
        for side, of in zip(self.sides, self.problem.sides, strict=True):
            if of.of[row]:
                side.set_coefficient(variable, float(of.of[row]))
        for constraint, values in zip(self.cuts, self.of_cut, strict=True):
            if row in values:
                constraint.set_coefficient(variable, float(values[row]))

    def add_cut(self, cut: Cut, columns: Sequence[int] | None = None) -> None:
        constraint = self.model.add_linear_constraint(ub=float(cut.at_most))
        values = dict(zip(cut.rows.tolist(), cut.of.tolist(), strict=True))
        for variable, row in zip(self.variables, columns or self.rows, strict=True):
            if row in values:
                constraint.set_coefficient(variable, float(values[row]))
        self.cuts.append(constraint)
        self.of_cut.append(values)

    def solve(self) -> _Duals:
        left = self.stop.left()
        parameters = mathopt.SolveParameters(
            time_limit=None if left is None else timedelta(seconds=max(left, 0.01))
        )
        result = self.solver.solve(params=parameters, model_params=SPARSE)
        if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
            if self.stop.now():
                return self._nothing()
            if result.termination.reason == mathopt.TerminationReason.INFEASIBLE:
                raise _Empty
            raise ArithmeticError(f"linear solver: {result.termination}")
        primal, dual = result.variable_values(), result.dual_values()
        self.answer = np.zeros(len(self.variables), dtype=np.float64)
        place = self.place
        for variable, value in primal.items():
            if variable.id in place:
                self.answer[place[variable.id]] = value
        if self.slacks:
            self.slackness = sum(primal.get(variable, 0.0) for variable in self.slacks)
        return _Duals(*(_values(dual, rows) for rows in (self.items, self.sides, self.cuts)))

    def _nothing(self) -> _Duals:
        self.answer = np.full(len(self.variables), 0.5)
        return _Duals(*(np.zeros(len(x)) for x in (self.items, self.sides, self.cuts)))


def _reduced(problem: Problem, weights: Floats, cuts: Sequence[Cut], duals: _Duals) -> Floats:
    """Reduced cost of every row."""
    reduced = weights - np.append(duals.items, 0.0)[problem.members].sum(axis=1)
    for side, dual in zip(problem.sides, duals.sides, strict=True):
        reduced -= side.of * dual
    for cut, dual in zip(cuts, duals.cuts, strict=True):
        reduced[cut.rows] -= cut.of * dual
    return np.asarray(reduced, dtype=np.float64)


def exact_bound(
    problem: Problem, weights: Whole, cuts: Sequence[Cut], duals: _Duals, *, slack: bool = False
) -> Bound:
    """Turn duals into a bound that holds in integers, whatever solver they came from.

    `slack`: the bound on what is lacking (each uncovered must and each side's excess costs 1),
    above 0 exactly where the problem has no plan.
    """
    free = problem.must
    y = np.floor(duals.items * UNIT).astype(np.int64)
    y = np.where(free, np.minimum(y, UNIT) if slack else y, np.minimum(y, 0))
    z = [
        _side_dual(s.at_least, s.at_most, dual)
        for s, dual in zip(problem.sides, duals.sides, strict=True)
    ]
    if slack:
        z = [min(max(dual, -UNIT), UNIT) for dual in z]
    s = [min(int(np.floor(dual * UNIT)), 0) for dual in duals.cuts]
    reduced = weights * UNIT
    for side, dual in zip(problem.sides, z, strict=True):
        reduced = reduced - side.of * dual
    for cut, dual in zip(cuts, s, strict=True):
        reduced[cut.rows] -= cut.of * dual
    y, reduced = _repaired(problem, y, reduced)
    total = int(y.sum())
    for side, dual in zip(problem.sides, z, strict=True):
        if dual:
            wall = side.at_least if dual > 0 else side.at_most
            assert wall is not None
            total += dual * wall
    total += sum(dual * cut.at_most for cut, dual in zip(cuts, s, strict=True))
    return Bound(total, y, tuple(z), tuple(s), reduced)


def _side_dual(at_least: int | None, at_most: int | None, dual: float) -> int:
    whole = int(np.rint(dual * UNIT))
    if (whole > 0 and at_least is None) or (whole < 0 and at_most is None):
        return 0
    return whole


def _repaired(problem: Problem, y: Whole, reduced: Whole) -> tuple[Whole, Whole]:
    """Lower a member's dual for each row short of 0, and give every row its reduced cost."""
    reduced = reduced - np.append(y, 0)[problem.members].sum(axis=1)
    lowered = np.zeros(problem.items + 1, dtype=np.int64)
    for row in np.flatnonzero(reduced < 0).tolist():
        held = problem.members[row]
        short = int(reduced[row] + lowered[held[held >= 0]].sum())
        if short < 0:
            lowered[int(held[0])] -= short
    lowered[-1] = 0
    return y - lowered[:-1], reduced + lowered[problem.members].sum(axis=1)

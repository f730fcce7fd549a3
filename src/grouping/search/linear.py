"""The linear model of the columns at hand, kept and solved again (GLOP, through MathOpt).

Variables
    what is lacking, one a must-have item and two a side row: at 0 but while an answer is looked for
    then one a column, in the order they came

Constraints
    one an item, one a side row, one a cut, in that order

Everything goes in by arrays at first and comes back sparse: Python objects for each column cost
more than the simplex does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from grouping.search.cuts import Cut
from grouping.search.packing import Problem
from grouping.search.stopping import Stop

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

# Only what is not 0 comes back, and no reduced costs: every row is priced here anyway.
SPARSE = mathopt.ModelSolveParameters(
    variable_values_filter=mathopt.VariableFilter(skip_zero_values=True),
    dual_values_filter=mathopt.LinearConstraintFilter(skip_zero_values=True),
    reduced_costs_filter=mathopt.VariableFilter(filtered_items=()),
)


@dataclass(frozen=True, eq=False)
class _Found:
    """Why a solve ended; numbers and values of the variables and of the duals that are not 0."""

    reason: mathopt.TerminationReason
    variables: tuple[Rows, Floats]
    duals: tuple[Rows, Floats]


class _Solver(mathopt.IncrementalSolver):  # type: ignore[misc]  # untyped
    """A solver whose answer comes as arrays.

    MathOpt makes a Python object of the basis status of each column, which takes longer than to
    solve and is not asked for here: what lies below is read instead, where it is as we know it.
    """

    def arrays(self, wanted: mathopt.SolveParameters) -> _Found:
        """Solve again, and give what is not 0."""
        try:
            answer = self._answer(wanted)
        except (AttributeError, TypeError):  # another version: the long way round
            return self._parsed(wanted)
        reason = mathopt.TerminationReason(answer.termination.reason)
        if not answer.solutions:
            return _Found(reason, _NOTHING, _NOTHING)
        best = answer.solutions[0]
        return _Found(
            reason,
            _sparse(best.primal_solution.variable_values),
            _sparse(best.dual_solution.dual_values),
        )

    def _answer(self, wanted: mathopt.SolveParameters) -> Any:
        update = self._update_tracker.export_update()
        if update is not None:
            if not self._proto_solver.update(update):
                raise AttributeError  # it wants to begin afresh: let it
            self._update_tracker.advance_checkpoint()
        nothing = mathopt.CallbackRegistration().to_proto()
        return self._proto_solver.solve(
            wanted.to_proto(), SPARSE.to_proto(), None, nothing, None, None
        )

    def _parsed(self, wanted: mathopt.SolveParameters) -> _Found:
        result = self.solve(params=wanted, model_params=SPARSE)
        reason = result.termination.reason
        if not result.solutions:
            return _Found(reason, _NOTHING, _NOTHING)
        primal, dual = result.variable_values(), result.dual_values()
        return _Found(
            reason,
            _arrays([v.id for v in primal], list(primal.values())),
            _arrays([c.id for c in dual], list(dual.values())),
        )


def _sparse(vector: Any) -> tuple[Rows, Floats]:
    return _arrays(vector.ids, vector.values)


def _arrays(ids: Any, values: Any) -> tuple[Rows, Floats]:
    return np.asarray(ids, dtype=np.intp), np.asarray(values, dtype=np.float64)


_NOTHING = _arrays([], [])


class Empty(Exception):
    """The columns at hand leave no answer: more must be priced in."""


@dataclass(frozen=True, eq=False)
class Duals:
    """Duals of items, of side rows and of cuts: floats as they are solved for, whole as proved."""

    items: NDArray[Any]
    sides: NDArray[Any]
    cuts: NDArray[Any]


class Master:
    """The model, with some columns and cuts to begin with."""

    def __init__(
        self, problem: Problem, columns: Sequence[int], cuts: Sequence[Cut], weights: Whole
    ) -> None:
        self.problem, self.weights = problem, weights
        ends = [(k, 1.0) for k in np.flatnonzero(problem.must).tolist()]
        for k in range(len(problem.sides)):
            ends += [(problem.items + k, sign) for sign in (1.0, -1.0)]
        self.lacking, self.count = len(ends), len(columns)
        self.rows = problem.items + len(problem.sides) + len(cuts)
        self.model = mathopt.Model.from_model_proto(self._proto(columns, cuts, ends))
        self.solver = _Solver(self.model, mathopt.SolverType.GLOP)
        self.answer: Floats = np.zeros(0)
        self.slackness = 0.0

    def _proto(
        self, columns: Sequence[int], cuts: Sequence[Cut], ends: list[tuple[int, float]]
    ) -> model_pb2.ModelProto:
        """Make the model with all its columns at once."""
        problem, made = self.problem, model_pb2.ModelProto()
        count = self.lacking + len(columns)
        made.variables.ids.extend(range(count))
        made.variables.lower_bounds.extend([0.0] * count)
        made.variables.upper_bounds.extend([0.0] * self.lacking + [np.inf] * len(columns))
        made.variables.integers.extend([False] * count)
        weighed = np.flatnonzero(self.weights)
        made.objective.linear_coefficients.ids.extend((weighed + self.lacking).tolist())
        made.objective.linear_coefficients.values.extend(self.weights[weighed].tolist())
        sides = [_walls(s.at_least, s.at_most) for s in problem.sides]
        made.linear_constraints.ids.extend(range(self.rows))
        low = [
            *problem.must.astype(float).tolist(),
            *(a for a, _ in sides),
            *([-np.inf] * len(cuts)),
        ]
        high = [*([1.0] * problem.items), *(b for _, b in sides)]
        made.linear_constraints.lower_bounds.extend(low)
        made.linear_constraints.upper_bounds.extend([*high, *(float(c.at_most) for c in cuts)])
        rows, places, values = self._entries(np.asarray(columns, dtype=np.intp), cuts)
        rows = np.concatenate([np.asarray([k for k, _ in ends], dtype=np.int64), rows])
        places = np.concatenate([np.arange(self.lacking), places + self.lacking])
        values = np.concatenate([np.asarray([v for _, v in ends], dtype=np.float64), values])
        order = np.lexsort((places, rows))
        made.linear_constraint_matrix.row_ids.extend(rows[order].tolist())
        made.linear_constraint_matrix.column_ids.extend(places[order].tolist())
        made.linear_constraint_matrix.coefficients.extend(values[order].tolist())
        return made

    def _entries(self, columns: Rows, cuts: Sequence[Cut]) -> tuple[Whole, Whole, Floats]:
        """Constraint, place among these columns, and coefficient of everything they hold."""
        problem = self.problem
        held = problem.members[columns]
        places, at = np.nonzero(held >= 0)
        rows = [held[places, at].astype(np.int64)]
        spots, values = [places.astype(np.int64)], [np.ones(len(places))]
        for k, side in enumerate(problem.sides):
            some = np.flatnonzero(side.of[columns])
            rows.append(np.full(len(some), problem.items + k))
            spots.append(some)
            values.append(side.of[columns[some]].astype(np.float64))
        for k, cut in enumerate(cuts):
            some, of = cut.at(columns)
            rows.append(np.full(len(some), problem.items + len(problem.sides) + k))
            spots.append(some)
            values.append(of.astype(np.float64))
        return np.concatenate(rows), np.concatenate(spots), np.concatenate(values)

    def weigh(self, weights: Whole) -> None:
        """Give the columns at hand these weights."""
        objective = self.model.objective
        for k in np.flatnonzero(weights != self.weights).tolist():
            variable = self.model.get_variable(self.lacking + k, validate=False)
            objective.set_linear_coefficient(variable, float(weights[k]))
        self.weights = weights.copy()

    def loosen(self, *, loose: bool) -> None:
        """Let items and sides be lacking at a price of 1 each, or not at all."""
        for k in range(self.lacking):
            variable = self.model.get_variable(k)
            variable.upper_bound = np.inf if loose else 0.0
            self.model.objective.set_linear_coefficient(variable, 1.0 if loose else 0.0)

    def add_columns(self, rows: Rows, weights: Whole, cuts: Sequence[Cut]) -> None:
        """Add rows of the problem as columns."""
        fresh = [self.model.add_variable(lb=0.0) for _ in range(len(rows))]
        for variable, weight in zip(fresh, weights.tolist(), strict=True):
            if weight:
                self.model.objective.set_linear_coefficient(variable, float(weight))
        known: dict[int, mathopt.LinearConstraint] = {}
        for row, place, value in zip(*(x.tolist() for x in self._entries(rows, cuts)), strict=True):
            if row not in known:
                known[row] = self.model.get_linear_constraint(row, validate=False)
            known[row].set_coefficient(fresh[place], value)
        self.count += len(rows)
        self.weights = np.concatenate([self.weights, weights])

    def add_cut(self, cut: Cut, columns: Sequence[int]) -> None:
        """Add a cut over the columns at hand."""
        constraint = self.model.add_linear_constraint(ub=float(cut.at_most))
        for place, value in zip(*cut.at(np.asarray(columns, dtype=np.intp)), strict=True):
            variable = self.model.get_variable(self.lacking + int(place), validate=False)
            constraint.set_coefficient(variable, float(value))
        self.rows += 1

    def solve(self, stop: Stop) -> Duals:
        """Solve again from where the last answer stood.

        Raises
        ------
        Empty
            Where the columns at hand leave no answer.
        """
        left = stop.left()
        limit = None if left is None else timedelta(seconds=max(left, 0.01))
        wanted = mathopt.SolveParameters(time_limit=limit)
        try:
            found = self.solver.arrays(wanted)
        except Exception:  # noqa: BLE001  of several kinds: GLOP can end "abnormal" when warm
            self.solver = _Solver(self.model, mathopt.SolverType.GLOP)
            found = self.solver.arrays(wanted)
        if found.reason != mathopt.TerminationReason.OPTIMAL:
            if stop.now():
                self.answer = np.full(self.count, 0.5)
                return self.nothing()
            if found.reason == mathopt.TerminationReason.INFEASIBLE:
                raise Empty
            raise ArithmeticError(f"linear solver: {found.reason}")
        values, duals = np.zeros(self.lacking + self.count), np.zeros(self.rows)
        values[found.variables[0]], duals[found.duals[0]] = found.variables[1], found.duals[1]
        self.slackness, self.answer = float(values[: self.lacking].sum()), values[self.lacking :]
        return self._duals(duals)

    def nothing(self) -> Duals:
        """Duals that say nothing: the bound they give always holds."""
        return self._duals(np.zeros(self.rows))

    def _duals(self, duals: Floats) -> Duals:
        items, sides = self.problem.items, len(self.problem.sides)
        return Duals(duals[:items], duals[items : items + sides], duals[items + sides :])


def _walls(at_least: int | None, at_most: int | None) -> tuple[float, float]:
    return (
        -np.inf if at_least is None else float(at_least),
        np.inf if at_most is None else float(at_most),
    )

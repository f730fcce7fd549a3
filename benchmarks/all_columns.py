"""Second opinions on a packing problem: plain CP-SAT and plain HiGHS over every candidate.

No dominance, no pricing, no cuts of ours: every candidate is a variable, every stage is solved to
proof with all gaps at 0, then fixed as a row, and the next one asked. The values are summed again
from the chosen candidates in whole numbers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model
from scipy.sparse import coo_array, csc_array, vstack
from stages_in_turn import solver_of

from grouping.search.packing import Problem

if TYPE_CHECKING:
    import highspy

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Opinion:
    """What a solver says: "optimal", "infeasible" or "stopped"; values as `Problem.values`."""

    status: str
    values: tuple[int, ...] = ()


def has_highs() -> bool:
    """Whether highspy is installed."""
    return find_spec("highspy") is not None


def objectives(problem: Problem) -> list[Whole]:
    """Coefficients of each stage, all minimised: tiers covered, negated, then the cost."""
    return [*(-tier for tier in problem.tiers), problem.cost]


def by_cp_sat(problem: Problem, *, limit: float = 600, workers: int = 2, seed: int = 0) -> Opinion:
    """Ask plain CP-SAT."""
    if trivial := _trivial(problem):
        return trivial
    until = monotonic() + limit
    model, x = modelled(problem)
    chosen: list[int] = []
    for of in objectives(problem):
        stage = cp_model.LinearExpr.weighted_sum(x, of.tolist())
        model.minimize(stage)
        solver = solver_of(max(until - monotonic(), 0.01), workers, seed)
        status = solver.solve(model)
        if status != cp_model.OPTIMAL:
            return Opinion("infeasible" if status == cp_model.INFEASIBLE else "stopped")
        chosen = [r for r, variable in enumerate(x) if solver.boolean_value(variable)]
        model.add(stage == int(of[chosen].sum()))
        model.clear_hints()
        picked = set(chosen)
        for r, variable in enumerate(x):
            model.add_hint(variable, r in picked)
    return _checked(problem, chosen)


def modelled(problem: Problem) -> tuple[Any, list[Any]]:
    """State the problem to CP-SAT as it stands: a variable a candidate."""
    model = cp_model.CpModel()
    x = [model.new_bool_var("") for _ in range(len(problem))]
    holders: list[list[int]] = [[] for _ in range(problem.items)]
    for row, held in enumerate(problem.members.tolist()):
        for item in held:
            if item >= 0:
                holders[item].append(row)
    for item, rows in enumerate(holders):
        if problem.must[item]:
            model.add_exactly_one(x[r] for r in rows)
        elif len(rows) > 1:
            model.add_at_most_one(x[r] for r in rows)
    for side in problem.sides:
        total = cp_model.LinearExpr.weighted_sum(x, side.of.tolist())
        if side.at_least is not None:
            model.add(total >= side.at_least)
        if side.at_most is not None:
            model.add(total <= side.at_most)
    return model, x


def by_highs(problem: Problem, *, limit: float = 600, workers: int = 2) -> Opinion:
    """Ask plain HiGHS: a mixed integer programme, gaps 0."""
    import highspy

    if trivial := _trivial(problem):
        return trivial
    until = monotonic() + limit
    rows, low, high = matrix(problem)
    chosen: list[int] = []
    for of in objectives(problem):
        solver = loaded(rows, low, high, of, workers)
        solver.setOptionValue("time_limit", max(until - monotonic(), 0.01))
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return Opinion("infeasible")
        if status != highspy.HighsModelStatus.kOptimal:
            return Opinion("stopped")
        answer = np.asarray(solver.getSolution().col_value)
        chosen = np.flatnonzero(answer > 0.5).tolist()
        value = int(of[chosen].sum())
        rows = csc_array(vstack([rows, csc_array(of[None, :].astype(np.float64))]))
        low, high = np.append(low, value), np.append(high, value)
    return _checked(problem, chosen)


def matrix(
    problem: Problem,
) -> tuple[csc_array, NDArray[np.float64], NDArray[np.float64]]:
    """Rows of the packing problem: items, then sides, with their bounds."""
    row, place = np.nonzero(problem.members >= 0)
    item = problem.members[row, place]
    shape = (problem.items, len(problem))
    rows = [coo_array((np.ones(len(row)), (item, row)), shape=shape)]
    low = [problem.must.astype(np.float64)]
    high = [np.ones(problem.items)]
    for side in problem.sides:
        rows.append(coo_array(side.of[None, :].astype(np.float64)))
        low.append(np.asarray([-np.inf if side.at_least is None else side.at_least]))
        high.append(np.asarray([np.inf if side.at_most is None else side.at_most]))
    return csc_array(vstack(rows)), np.concatenate(low), np.concatenate(high)


def loaded(
    rows: csc_array,
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    cost: Whole,
    workers: int,
) -> highspy.Highs:
    """Hand the columns to HiGHS, every one of them 0 or 1, with gaps of 0."""
    import highspy

    programme = highspy.HighsLp()
    programme.num_row_, programme.num_col_ = rows.shape
    programme.col_cost_ = cost.astype(np.float64)
    programme.col_lower_ = np.zeros(len(cost))
    programme.col_upper_ = np.ones(len(cost))
    programme.row_lower_, programme.row_upper_ = low, high
    programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    programme.a_matrix_.start_ = rows.indptr
    programme.a_matrix_.index_ = rows.indices
    programme.a_matrix_.value_ = rows.data
    programme.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    with _silence():
        solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", workers)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.0)
    solver.passModel(programme)
    return solver


@contextmanager
def _silence() -> Iterator[None]:
    """Keep the banner that HiGHS writes when first used out of the tables."""
    sys.stdout.flush()
    kept = os.dup(1)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _trivial(problem: Problem) -> Opinion | None:
    """Answer what needs no solver: nothing to choose from, or a must that nothing holds."""
    if (problem.must & ~problem.reachable).any():
        return Opinion("infeasible")
    if len(problem):
        return None
    return Opinion("optimal", problem.values([])) if problem.holds([]) else Opinion("infeasible")


def _checked(problem: Problem, chosen: list[int]) -> Opinion:
    """Values of the chosen candidates, once they are seen to be a plan."""
    if not problem.holds(chosen):
        raise ArithmeticError("the solver's answer is not a plan")
    return Opinion("optimal", problem.values(chosen))

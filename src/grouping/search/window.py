"""CP-SAT on the few rows that are left: one objective, other sums fixed as rows.

Traps held off here (measured with ortools 9.15): no coefficient of `SAFE` or more; the presolve
step that loses bits beyond 31 is off; a value is read only where the status has a solution; the
objective is summed again from the rows in Python integers; the solve runs in a thread of its own
so that Ctrl-C reaches Python, and the process keeps its own interrupt handler.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping.errors import CapReached, Fault
from grouping.search.packing import Problem
from grouping.search.stopping import Stop

Whole = NDArray[np.int64]

SAFE = 10**6  # every coefficient of a model stays below this: beyond, presolve lost plans
SPLIT = 2**16  # coefficients beyond are split into so many and the rest
LARGEST = 2**31 - 1  # of a row, before it is split
FAR = 2**40  # beyond any sum of coefficients


@dataclass(frozen=True)
class Found:
    """What came of a window: "optimal", "feasible", "infeasible" or "unknown", and the rows."""

    status: str
    rows: tuple[int, ...] = ()
    bound: int | None = None


def least(
    problem: Problem,
    window: NDArray[np.intp],
    objective: NDArray[Any],
    fixed: Sequence[tuple[NDArray[Any], int]],
    *,
    stop: Stop,
    workers: int = 1,
    seed: int = 0,
    hint: Sequence[int] = (),
) -> Found:
    """Least objective over plans made of the window's rows, with fixed sums kept.

    Parameters
    ----------
    problem
        The packing problem.
    window
        Rows that may be chosen.
    objective
        Whole coefficients, one a row of the problem.
    fixed
        Pairs of (coefficients a row of the problem, exact sum).
    stop, workers, seed
        When to stop, and how to search; neither changes a proved value.
    hint
        Rows of a plan at hand.

    Raises
    ------
    CapReached
        Where a coefficient is beyond `LARGEST`.
    """
    model, x = packing_model(problem, window.tolist(), fixed)
    model.minimize(_total(model, x, objective))
    chosen = set(hint)
    for r, variable in x.items():
        model.add_hint(variable, r in chosen)
    return _solved(model, x, objective, stop, workers, seed)


def too_large() -> CapReached:
    """Say that a cost is too large: solvers work in 64 bits and in floats."""
    what = "a cost is beyond what the solver can be trusted with"
    return CapReached(Fault(what, "Lower the weights, or the prices in [alone]"))


def packing_model(
    problem: Problem, rows: Sequence[int], fixed: Sequence[tuple[NDArray[Any], int]]
) -> tuple[Any, dict[int, Any]]:
    """Make the model of some rows of a problem, with some sums fixed; its variables by row."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    x = {r: model.new_bool_var(f"x{r}") for r in rows}
    holders: dict[int, list[int]] = {}
    for r in x:
        for item in problem.members[r].tolist():
            if item >= 0:
                holders.setdefault(item, []).append(r)
    for item in range(problem.items):
        held = holders.get(item, [])
        if problem.must[item]:
            model.add_exactly_one(x[r] for r in held)
        elif len(held) > 1:
            model.add_at_most_one(x[r] for r in held)
    for side in problem.sides:
        low = side.at_least if side.at_least is not None else -FAR
        high = side.at_most if side.at_most is not None else FAR
        model.add_linear_constraint(_total(model, x, side.of), low, high)
    for of, value in fixed:
        model.add(_total(model, x, of) == value)
    return model, x


def _total(model: Any, x: Mapping[int, Any], of: NDArray[Any]) -> Any:
    """Sum whole coefficients over the variables, none of them `SAFE` or beyond.

    Larger ones are split in two, low and high, with a variable for the sum of the high ones.
    """
    rows = [r for r in x if of[r]]
    values = [int(of[r]) for r in rows]
    if any(abs(value) > LARGEST for value in values):
        raise too_large()
    if all(abs(value) < SAFE for value in values):
        return _sum(x, rows, values)
    highs = [value // SPLIT for value in values]
    least, most = sum(min(h, 0) for h in highs), sum(max(h, 0) for h in highs)
    high = model.new_int_var(least, most, "")
    model.add(high == _sum(x, rows, highs))
    return SPLIT * high + _sum(x, rows, [value % SPLIT for value in values])


def _sum(x: Mapping[int, Any], rows: Sequence[int], values: Sequence[int]) -> Any:
    from ortools.sat.python import cp_model

    assert all(abs(value) < SAFE for value in values), "a coefficient is too large"
    return cp_model.LinearExpr.weighted_sum([x[r] for r in rows], values)


def _solved(
    model: object,
    x: Mapping[int, object],
    objective: NDArray[Any],
    stop: Stop,
    workers: int,
    seed: int,
) -> Found:
    from ortools.sat.python import cp_model

    solver = make_solver(stop, workers, seed)
    status = run(solver, model)
    if status == cp_model.INFEASIBLE:
        return Found("infeasible")
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        if status == cp_model.MODEL_INVALID:
            raise ArithmeticError(f"model refused: {solver.solution_info()}")
        return Found("unknown")
    rows = tuple(sorted(r for r, variable in x.items() if solver.boolean_value(variable)))
    value = sum(int(objective[r]) for r in rows)
    if status == cp_model.OPTIMAL:
        return Found("optimal", rows, value)
    bound = round(solver.best_objective_bound - 0.5 + 1e-6) if rows else None
    return Found("feasible", rows, None if bound is None else min(bound, value))


def make_solver(stop: Stop, workers: int, seed: int) -> Any:
    """Make a CP-SAT solver with our settings; see the traps above."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.relative_gap_limit = 0.0
    solver.parameters.absolute_gap_limit = 0.0
    solver.parameters.presolve_inclusion_work_limit = 0
    solver.parameters.catch_sigint_signal = False
    left = stop.left()
    if left is not None:
        solver.parameters.max_time_in_seconds = max(left, 0.01)
    return solver


def run(solver: Any, model: Any) -> int:
    """Solve in a thread, so that an interrupt reaches Python at once and stops the search."""
    before = signal.getsignal(signal.SIGINT)
    answer: list[Any] = []

    def work() -> None:
        try:
            answer.append(solver.solve(model))
        except BaseException as error:  # noqa: BLE001  handed on to the caller below
            answer.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.05)
    except KeyboardInterrupt:
        solver.stop_search()
        thread.join()
        raise
    finally:
        if threading.current_thread() is threading.main_thread() and before is not None:
            signal.signal(signal.SIGINT, before)
    if isinstance(answer[0], BaseException):
        raise answer[0]
    return int(answer[0])

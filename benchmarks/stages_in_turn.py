"""Stages solved in turn with CP-SAT: what the peer models share.

Each stage's objective is minimised, then fixed as a row, with the plan in hand as a hint; the first
hint is a plan without federations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import Any

from ortools.sat.python import cp_model

Groups = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Outcome:
    """How a peer ended: status, the value and bound of each stage it reached, the groups found.

    `status` is "optimal", "feasible", "infeasible" or "unknown"; groups are positions.
    """

    status: str
    values: tuple[int, ...] = ()
    bounds: tuple[int, ...] = ()
    groups: Groups = ()


@dataclass(eq=False)
class InTurn:
    """A model with its stages.

    Parameters
    ----------
    model
        The CP-SAT model.
    stages
        A linear expression for each stage, all minimised.
    hinted
        Variables whose values are carried from one solve to the next.
    groups
        The groups of an answer, from a function that gives a variable's value.
    """

    model: Any
    stages: Sequence[Any]
    hinted: Sequence[Any]
    groups: Callable[[Callable[[Any], bool]], Groups]

    def solve(self, *, limit: float, workers: int = 2, seed: int = 0) -> Outcome:
        """Solve the stages in turn within so many seconds in all."""
        until = monotonic() + limit
        values: list[int] = []
        bounds: list[int] = []
        groups: Groups = ()
        self._hint(lambda variable: False)
        for stage in self.stages:
            self.model.minimize(stage)
            solver = solver_of(max(until - monotonic(), 0.01), workers, seed)
            status = solver.solve(self.model)
            if status == cp_model.INFEASIBLE:
                return Outcome("infeasible")
            if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                return Outcome("unknown", tuple(values), tuple(bounds), groups)
            groups = self.groups(solver.boolean_value)
            values.append(solver.value(stage))
            bounds.append(ceil(solver.best_objective_bound - 1e-6))
            if status != cp_model.OPTIMAL:
                return Outcome("feasible", tuple(values), tuple(bounds), groups)
            self.model.add(stage == values[-1])
            self._hint(solver.boolean_value)
        return Outcome("optimal", tuple(values), tuple(bounds), groups)

    def _hint(self, value: Callable[[Any], bool]) -> None:
        self.model.clear_hints()
        for variable in self.hinted:
            self.model.add_hint(variable, value(variable))


def solver_of(limit: float, workers: int, seed: int) -> Any:
    """Make a CP-SAT solver that proves to the unit, without the presolve step known to be wrong."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    solver.parameters.relative_gap_limit = 0.0
    solver.parameters.absolute_gap_limit = 0.0
    solver.parameters.presolve_inclusion_work_limit = 0
    solver.parameters.max_time_in_seconds = limit
    return solver

"""The pipeline, straight down one page: schools, journeys and a policy in, a plan out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from grouping.answers.conflicts import conflicts
from grouping.answers.plan import Plan, Stage, Step
from grouping.errors import PolicyRefused
from grouping.policy.survey import Survey, survey
from grouping.policy.words import Policy
from grouping.search.gathering import Gathered, gather, hash_of, problem_of
from grouping.search.packing import Solution
from grouping.search.stages import Search, Ways, possible
from grouping.search.stopping import Stop
from grouping.world.county import SMALL, URGENT
from grouping.world.federations import Federations
from grouping.world.journeys import Journeys
from grouping.world.schools import Schools

if TYPE_CHECKING:
    import networkx as nx

Made = TypeVar("Made")


def propose(
    schools: Schools,
    policy: Policy,
    journeys: Journeys | None = None,
    *,
    neighbours: nx.Graph | None = None,
    time_limit: float | None = None,
    workers: int = 1,
    seed: int = 0,
    candidates_at_most: int | None = None,
) -> Plan:
    """Suggest the provably best plan of federations under a policy: candidates for discussion.

    Parameters
    ----------
    schools
        Every school of the county: `grouping.read_schools(path)` or `Schools.from_geodataframe`.
    policy
        What is wanted: `grouping.read_policy("norfolk-2012")`.
    journeys
        Where minutes come from; straight lines by the policy where None.
    neighbours
        A networkx graph of URNs to use in place of the policy's kind of neighbour graph.
    time_limit
        Seconds; the best plan in hand is given with its bounds when they are over.
    workers, seed
        How to search; a proved plan is the same for all.
    candidates_at_most
        Cap on candidate federations; where None, ten million, or a thousand million where there
        are more than 1,500 schools: those of a country are worked place by place, and few held.

    Returns
    -------
    Plan
        Its `status` is "optimal", "feasible", "infeasible" (no plan can exist), "unknown" (stopped
        with nothing in hand) or "stopped" (by the user, with the best plan in hand).

    Raises
    ------
    PolicyRefused
        Where the policy does not fit these schools.
    CapReached
        Where there are more candidates than the cap, naming the rule that would help.
    """
    clock = _Clock()
    seen = clock.step("survey", lambda: survey(schools, policy, journeys, neighbours), _taking)
    ways = Ways(Stop.after(time_limit), workers, seed)
    search: Search | None = None
    stopped = False
    try:
        gathered = gather(seen.county, seen.policy, at_most=candidates_at_most, workers=workers)
        clock.gathered(gathered)
        table = gathered.table
        problem = problem_of(seen.county, seen.policy, table, gathered.cost)
        search = Search(problem, lambda row: hash_of(table.urns(row)))
        solution = clock.step("solve", lambda: search.solve(problem, ways), lambda s: s.columns)
    except KeyboardInterrupt:
        best = None if search is None else search.in_hand()
        if best is None:
            raise
        solution = Solution("stopped", best, problem.values(best))
    if solution.status == "stopped":
        stopped = True
        solution.bounds = [None] * len(solution.values)
    clashing: tuple[str, ...] = ()
    if solution.status == "infeasible":

        def has_plan(lighter: Policy) -> bool:
            return _has_plan(schools, lighter, journeys, neighbours, ways, candidates_at_most)

        clashing = conflicts(policy, has_plan, {s.urn: s for s in schools.rows})
    return plan_of(
        seen,
        table,
        replace(solution, status="feasible" if stopped else solution.status),
        candidates=gathered.count,
        held=gathered.held,
        steps=tuple(clock.steps),
        ways=ways,
        stopped=stopped,
        clashing=clashing,
    )


def plan_of(
    seen: Survey,
    table: Federations,
    solution: Solution,
    *,
    candidates: int,
    held: NDArray[np.int64],
    steps: tuple[Step, ...],
    ways: Ways,
    stopped: bool = False,
    clashing: tuple[str, ...] = (),
) -> Plan:
    """Make the plan of a solution: rows of a table of candidates."""
    if not candidates:
        nothing = "no federation is possible under these rules: every school stays alone"
        seen = replace(seen, warnings=(*seen.warnings, nothing))
    return Plan(
        status=solution.status,
        stopped=stopped,
        survey=seen,
        federations=_in_order(table, solution.rows),
        stages=stages_of(seen, solution),
        candidates=candidates,
        held=held,
        steps=steps,
        workers=ways.workers,
        seed=ways.seed,
        conflicts=clashing,
    )


def _has_plan(
    schools: Schools,
    policy: Policy,
    journeys: Journeys | None,
    neighbours: nx.Graph | None,
    ways: Ways,
    at_most: int | None,
) -> bool:
    """Whether any plan exists under a policy: if any does, a best one is among what is gathered."""
    try:
        seen = survey(schools, policy, journeys, neighbours)
    except PolicyRefused:
        return True
    gathered = gather(seen.county, seen.policy, at_most=at_most, workers=ways.workers)
    problem = problem_of(seen.county, seen.policy, gathered.table, gathered.cost)
    return possible(problem, ways)


def stages_of(seen: Survey, solution: Solution) -> tuple[Stage, ...]:
    """Turn covered schools and their bounds into schools alone, and add the price of those."""
    if not solution.values:
        return ()
    county, policy = seen.county, seen.policy
    stages, k, prices = [], 0, 0
    for name, role, points in (
        ("urgent alone", URGENT, policy.alone.urgent),
        ("small alone", SMALL, policy.alone.small),
    ):
        count = int((county.role == role).sum())
        if points is not None:
            prices += count * round(1000 * points)
            continue
        bound = solution.bounds[k]
        stages.append(
            Stage(
                name,
                count - solution.values[k],
                None if bound is None else count - bound,
                "schools",
            )
        )
        k += 1
    bound = solution.bounds[-1]
    stages.append(
        Stage(
            "cost",
            solution.values[-1] + prices,
            None if bound is None else bound + prices,
            "thousandths of a point",
        )
    )
    return tuple(stages)


def _in_order(table: Federations, rows: list[int]) -> Federations:
    chosen = table.take(np.asarray(rows, dtype=np.intp))
    return chosen.take(np.argsort(chosen.members[:, 0], kind="stable"))


def _taking(seen: Survey) -> int:
    return len(seen.county)


@dataclass
class _Clock:
    """Seconds and counts of each step."""

    steps: list[Step] = field(default_factory=list)

    def gathered(self, found: Gathered) -> None:
        """Note the steps of the gathering: seconds of all places, worked side by side or not."""
        names = ("candidates", "prices", "dominance")
        counts = (found.count, found.count, len(found.table))
        for name, seconds, count in zip(names, found.seconds, counts, strict=True):
            if name != "dominance" or found.thinned:
                self.steps.append(Step(name, round(seconds, 3), count))

    def step(self, name: str, work: Callable[[], Made], count: Callable[[Made], int]) -> Made:
        start = perf_counter()
        made = work()
        self.steps.append(Step(name, round(perf_counter() - start, 3), count(made)))
        return made

"""A solved case, to be asked again: two schools together or apart, a weight moved, a school out.

Every answer is that of the changed policy solved from nothing: the same stages, the same plan. What
is kept is the candidates, the columns and cuts of the linear problem, and the parts of the county
that a change does not touch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from grouping.answers.plan import Plan, Step
from grouping.engine import plan_of
from grouping.errors import Fault, PolicyRefused
from grouping.policy import changes
from grouping.policy.survey import Survey, survey
from grouping.policy.words import Policy
from grouping.questions.bench import Bench
from grouping.search.gathering import gather, hash_of, problem_of
from grouping.search.packing import Problem, Solution
from grouping.search.stages import Search, Ways
from grouping.search.stopping import Stop

if TYPE_CHECKING:
    from grouping.policy.changes import Number
    from grouping.questions.case import Case


@dataclass(frozen=True, eq=False)
class Solved:
    """A plan, the policy it was asked with, and a way to ask again.

    Each change gives a new `Solved`; `undo` gives the one before, and neither plan nor policy ever
    changes. All that come of one case share its search, so only one thread may ask at a time.
    Where no plan can exist, `plan.conflicts` is empty: what clashes is looked for by `propose`.
    """

    bench: Bench
    policy: Policy
    plan: Plan
    problem: Problem
    rows: tuple[int, ...]
    before: Solved | None = None

    def undo(self) -> Solved:
        """Return what was solved before the last change; itself where there was none."""
        return self.before or self

    def together(self, *urns: int) -> Solved:
        """Ask again with these schools in one federation."""
        return self.again(changes.together(self.policy, *urns))

    def apart(self, *urns: int) -> Solved:
        """Ask again with these schools never in one federation."""
        return self.again(changes.apart(self.policy, *urns))

    def fixed(self, *urns: int) -> Solved:
        """Ask again with a federation of exactly these schools."""
        return self.again(changes.fixed(self.policy, *urns))

    def forbidden(self, *urns: int) -> Solved:
        """Ask again without the federation of exactly these schools.

        Raises
        ------
        PolicyRefused
            Where the policy keeps or fixes that very federation.
        """
        county, held = self.bench.seen.county, tuple(sorted(set(urns)))
        kept = [tuple(county.urns[block].tolist()) for block in county.blocks()]
        if held in [*kept, *(tuple(sorted(lock)) for lock in self.policy.locks.federations)]:
            what = "the policy keeps or fixes this very federation"
            do = 'Set take_part.existing = "free", or take the lock out'
            raise PolicyRefused(Fault(what, do, value=", ".join(map(str, held))))
        return self.again(changes.forbidden(self.policy, *urns))

    def left_out(self, *urns: int) -> Solved:
        """Ask again with these schools taking no part."""
        return self.again(changes.left_out(self.policy, *urns))

    def limited(
        self, name: str, *, at_least: int | None = None, at_most: int | None = None
    ) -> Solved:
        """Ask again with a bound on a measure of the plan."""
        return self.again(changes.limited(self.policy, name, at_least=at_least, at_most=at_most))

    def priced(self, **points: Number | None) -> Solved:
        """Ask again with a price on each small school left alone: urgent=, small=."""
        return self.again(changes.priced(self.policy, **points))

    def weighed(self, term: str, weight: Number) -> Solved:
        """Ask again with another weight of a term."""
        return self.again(changes.weighed(self.policy, term, weight))

    def again(self, policy: Policy) -> Solved:
        """Ask again with any policy: in a moment where the candidates at hand serve.

        Raises
        ------
        PolicyRefused
            Where the policy does not fit these schools.
        """
        quick = self.quickly(policy)
        if quick is not None:
            return quick
        case = replace(self.bench.case, policy=policy)
        return replace(solved(case, workers=self.plan.workers, seed=self.plan.seed), before=self)

    def quickly(self, policy: Policy) -> Solved | None:
        """Ask again with any policy that the candidates at hand serve; None where they do not.

        Raises
        ------
        PolicyRefused
            Where the policy does not fit these schools.
        """
        start = perf_counter()
        found = self.bench.turned(policy)
        if found is None:
            return None
        seen, problem = found
        ways = Ways(Stop.after(None), self.plan.workers, self.plan.seed)
        solution = self.bench.search.solve(problem, ways)
        plan = _plan(self.bench, seen, problem, solution, ways, start)
        return Solved(self.bench, policy, plan, problem, tuple(solution.rows), self)


def solved(case: Case, *, workers: int = 1, seed: int = 0) -> Solved:
    """Solve a case and keep what is needed to ask again.

    Raises
    ------
    PolicyRefused
        Where the policy does not fit these schools.
    CapReached
        Where there are more candidates than can be held.
    """
    start = perf_counter()
    seen = survey(case.schools, case.policy, case.journeys)
    gathered = gather(seen.county, seen.policy, workers=workers, thin=None)
    table = gathered.table
    problem = problem_of(seen.county, seen.policy, table, gathered.cost)
    search = Search(problem, lambda row: hash_of(table.urns(row)))
    bench = Bench(case, seen, gathered, search)
    ways = Ways(Stop.after(None), workers, seed)
    solution = search.solve(problem, ways)
    steps = (Step("solve", round(perf_counter() - start, 3), solution.columns),)
    plan = plan_of(
        seen, table, solution,
        candidates=gathered.count, held=gathered.held, steps=steps, ways=ways,
    )  # fmt: skip
    return Solved(bench, case.policy, plan, problem, tuple(solution.rows))


def _plan(
    bench: Bench, seen: Survey, problem: Problem, solution: Solution, ways: Ways, start: float
) -> Plan:
    """Make the plan of a changed policy: rows of the table at hand."""
    gathered, county = bench.gathered, seen.county
    held, count = gathered.held, gathered.count
    if problem.banned is not None:
        members = gathered.table.members[problem.banned]
        gone = np.bincount(members[members >= 0], minlength=len(held))
        held, count = held - gone, count - int(problem.banned.sum())
    table = gathered.table.take(np.asarray(solution.rows, dtype=np.intp))
    chosen = replace(solution, rows=list(range(len(table))))
    if county is not bench.seen.county:
        table, held = table.over(county), held[np.isin(bench.seen.county.urns, county.urns)]
    step = Step("asked again", round(perf_counter() - start, 3), solution.columns)
    return plan_of(
        seen, table, chosen,
        candidates=count, held=held, steps=(step,), ways=ways,
    )  # fmt: skip

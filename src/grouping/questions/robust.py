"""Other rolls: which federations stay viable, and the plans best on average and at worst.

Every candidate is priced again, exactly, at the rolls of each scenario. On average: the sum over
the scenarios is one cost a candidate, so the plan is found and proved as any. In the worst case:

1. the least cost in the scenario that is worst for the plans at hand bounds every plan's worst
   case, and leaves few candidates: those whose reduced cost there fits in what is left to win;
2. among these, ask for a plan whose cost in each scenario that has mattered is at most z; where one
   is found, all scenarios are looked at and those beyond z are held too; where none is, z + 1
   bounds every plan. The gap is halved until it is closed or time is up;
3. of the plans equal in the worst case, the one best on average is given.

Coverage in every stage is that of the best plan, which no roll moves: roles are nominal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from grouping.answers.robustness import Outlook, Robust
from grouping.errors import Fault, UsageRefused
from grouping.policy.rules import combined_budget
from grouping.policy.words import SHARED, Policy
from grouping.questions.choices import Choices
from grouping.questions.rolls import Prices, Scenario, counties
from grouping.questions.solved import Solved
from grouping.questions.worst import Worst
from grouping.search.stopping import Stop
from grouping.search.window import LARGEST
from grouping.world.county import County
from grouping.world.federations import Federations, table
from grouping.world.ledger import ledger

Whole = NDArray[np.int64]
Rows = Sequence[int]


def robust(
    solved: Solved, scenarios: Sequence[Scenario], *, seconds: float | None = None
) -> Robust:
    """Hold a plan against other rolls, beside the plans best on average and in the worst case.

    Parameters
    ----------
    solved
        A solved case with a plan.
    scenarios
        Rolls by URN; see `rolls` for changes of all rolls and for random ones.
    seconds
        Time limit of the search; what is not proved by then has its gap.

    Raises
    ------
    UsageRefused
        Where there is no scenario, or no proved plan to start from; where so many scenarios add
        up beyond what the solver can be trusted with.
    """
    if not scenarios:
        do = "Give --rolls, --forecast or --scenarios"
        raise UsageRefused(Fault("there is no scenario to hold the plan against", do))
    if solved.plan.status != "optimal":
        raise UsageRefused(Fault("there is no proved plan to start from", "Solve it to the end"))
    stop = Stop.after(seconds)
    county = solved.plan.county
    moved = counties(county, scenarios)
    costs = Costs(solved, moved)
    choices = Choices(solved)
    average = choices.least(costs.summed, seconds=stop.left())
    rows = average.rows if average.status in ("optimal", "feasible") else list(solved.rows)
    hand = [list(solved.rows), rows]
    worst = Worst(choices, costs, stop)
    best, bound = worst.found(hand)
    share = viable_from(solved.policy)

    def outlook(held: Rows) -> Outlook:
        groups = choices.groups(held)
        f = table(county, [[county.position(urn) for urn in group] for group in groups])
        counts = None if solved.policy.form == SHARED else _viable(f, moved, share)
        return Outlook(groups, costs.of_plan(held), counts)

    proved = average.bounds[-1] if average.bounds else None
    return Robust(
        schools=county.schools,
        names=tuple(one.name for one in scenarios),
        rolls=tuple(int(other.rolls.sum()) for other in moved),
        share=share,
        nominal=outlook(solved.rows),
        average=outlook(rows),
        worst=outlook(best),
        least_sum=None if proved is None else proved + costs.constant * len(moved),
        least_worst=bound,
    )


class Costs:
    """What every candidate costs in each scenario, less the prices of the schools it covers.

    A plan's cost in a scenario is the sum over its rows and `constant`: all priced schools alone.
    """

    def __init__(self, solved: Solved, moved: Sequence[County]) -> None:
        self.solved, self.moved = solved, moved
        table, banned = solved.bench.gathered.table, solved.problem.banned
        self.free = np.arange(len(table)) if banned is None else np.flatnonzero(~banned)
        self.prices = self._prices(self.free)
        self.saved = self.prices.nominal - solved.problem.cost[self.free]
        value = solved.problem.values(solved.rows)[-1]
        self.constant = solved.plan.stages[-1].value - value
        self.known: dict[int, Whole] = {}

    def __len__(self) -> int:
        return len(self.moved)

    def at(self, scenario: int) -> Whole:
        """Cost of every row in one scenario."""
        found = np.zeros(len(self.solved.problem), dtype=np.int64)
        found[self.free] = self.prices.at(self.moved[scenario]) - self.saved
        return found

    @cached_property
    def summed(self) -> Whole:
        """Sum of the costs of every row over all scenarios.

        Raises
        ------
        UsageRefused
            Where a sum is beyond what the solver can be trusted with.
        """
        total = np.zeros(len(self.solved.problem), dtype=np.int64)
        for scenario in range(len(self)):
            total += self.at(scenario)
        if np.abs(total).max(initial=0) > LARGEST:
            what = f"the costs of {len(self):,} scenarios add up beyond what can be trusted"
            raise UsageRefused(Fault(what, "Ask for fewer", place="--scenarios"))
        return total

    def of_rows(self, rows: Rows) -> Whole:
        """Cost of some rows in every scenario, scenarios x rows."""
        fresh = [row for row in rows if row not in self.known]
        if fresh:
            prices = self._prices(np.asarray(fresh, dtype=np.intp))
            saved = prices.nominal - self.solved.problem.cost[fresh]
            columns = np.stack([prices.at(county) - saved for county in self.moved])
            self.known |= {row: columns[:, k] for k, row in enumerate(fresh)}
        made = np.zeros((len(self), len(rows)), dtype=np.int64)
        for k, row in enumerate(rows):
            made[:, k] = self.known[row]
        return made

    def of_plan(self, rows: Rows) -> tuple[int, ...]:
        """Cost of a plan in every scenario, Python integers."""
        return tuple(sum(costs) + self.constant for costs in self.of_rows(rows).tolist())

    def _prices(self, rows: NDArray[np.intp]) -> Prices:
        table, county = self.solved.bench.gathered.table.take(rows), self.solved.plan.county
        if county is not table.county:
            table = table.over(county)
        return Prices(table, self.solved.plan.survey.policy.terms)


def viable_from(policy: Policy) -> Fraction:
    """Balance that a viable federation has at least, as a share of its income.

    That of the policy's rule `combined_budget`, or what the rule has by itself where it is off.
    """
    rule = next((r for r in policy.rules if r.title == "combined_budget"), None)
    settings = (rule or combined_budget()).settings or combined_budget().settings
    assert settings is not None
    return Fraction(settings["at_least"])


def _viable(f: Federations, moved: Sequence[County], share: Fraction) -> tuple[int, ...]:
    """In how many scenarios each federation keeps its balance."""
    counts = np.zeros(len(f), dtype=np.int64)
    for county in moved:
        again = replace(f, county=county)
        counts += ledger(county, Fraction(0)).at_least(again, share)
    return tuple(counts.tolist())

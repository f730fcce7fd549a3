"""Every plan of a small county, for answers to be held against: by the checker, not the engine.

What a county is, which sets are candidates, which plans are allowed and what they are worth all
come from the independent checker's functions; the questions of random counties from random_cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from unittest import mock

import oracle
import random_cases
import survivors
from grouping import check
from grouping.errors import GroupingError
from grouping.questions.case import Case
from grouping.questions.solved import Solved

Federation = tuple[int, ...]
Plan = tuple[Federation, ...]
MOST_PLANS = 200_000


@dataclass(frozen=True, eq=False)
class Every:
    """All plans of a county, each with its stage values: (urgent alone, small alone, cost) or less.

    `plans` are those without a fault, in no order of worth.
    """

    county: check.Case
    plans: tuple[Plan, ...]
    worth: dict[Plan, tuple[int, ...]]

    @cached_property
    def best(self) -> Plan:
        """The best plan: stages in order, then the canonical choice."""
        return min(self.plans, key=lambda plan: (*self.worth[plan], hashes(plan)))

    def least(self, plans: list[Plan] | None = None) -> tuple[int, ...] | None:
        """Least stage values over some plans, or all; None where there is none."""
        values = [self.worth[plan] for plan in (self.plans if plans is None else plans)]
        return min(values, default=None)

    def with_pair(self, one: int, other: int) -> list[Plan]:
        """Plans that have two schools in one federation."""
        return [p for p in self.plans if any(one in f and other in f for f in p)]

    def without_pair(self, one: int, other: int) -> list[Plan]:
        """Plans that do not."""
        return [p for p in self.plans if not any(one in f and other in f for f in p)]


def hashes(plan: Plan) -> int:
    """Sum of canonical hashes of a plan."""
    return sum(check.canonical_hash(federation) for federation in plan)


def every_plan(county: check.Case, most: int = MOST_PLANS) -> Every | None:
    """Give all plans of a county; None where there are more than so many."""
    with mock.patch.object(check, "allowed", check.kept(check.allowed)):  # the same sets again
        return _every_plan(county, most)


def _every_plan(county: check.Case, most: int) -> Every | None:
    choices = oracle.candidates(county)
    plans: list[Plan] = []
    worth = {}
    tried = 0
    for plan in oracle.plans(county.taking, choices):
        tried += 1
        if tried > most:
            return None
        if check.plan_faults(county, plan):
            continue
        made = tuple(sorted(plan))
        plans.append(made)
        worth[made] = tuple(value for _, value in check.stage_values(county, plan))
    return Every(county, tuple(plans), worth)


def counties(
    first: int, count: int, *, crowded: bool = True, most: int = 20_000
) -> Iterator[tuple[int, Solved, Every]]:
    """Give random counties that can be asked, solved by the engine, with all their plans.

    Seeds from `first` on, so many of them; those that are refused, have fewer than two schools
    taking part, no plan at all or more than `most`, are passed over.
    """
    for seed in range(first, first + count):
        asked = survivors.crowded(seed) if crowded else random_cases.asked(seed)
        try:
            schools, policy = random_cases.schools_of(asked), random_cases.policy_for(asked)
            solved = Case(schools, policy, random_cases.journeys_for(asked)).solve()
        except GroupingError:
            continue
        if len(solved.plan.county) < 2 or solved.plan.status != "optimal":
            continue
        found = every_plan(random_cases.county_for(asked), most)
        if found is not None and found.plans:
            yield seed, solved, found

"""Whom one school could federate with in one form, and what stands in the way of the others.

Candidates are those of the engine: grown, priced and judged by the same rules, from the one school.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from grouping.answers.obstacles import obstacles
from grouping.answers.proposals import proposals
from grouping.answers.wording import known
from grouping.errors import CapReached
from grouping.policy.survey import Survey
from grouping.policy.words import SHARED, SOFT, Policy, Rule
from grouping.search.candidates import grow, price
from grouping.search.places import places
from grouping.world.county import County
from grouping.world.ethos import UNIT
from grouping.world.exact import decimal_places
from grouping.world.federations import Federations, federation

Urns = tuple[int, ...]

GROWN = 1_000_000  # candidates of one school, at most


@dataclass(frozen=True, eq=False)
class Partners:
    """One school under a policy of one form: `seen`, and the school's URN, which takes part."""

    seen: Survey
    urn: int

    @property
    def county(self) -> County:
        """Every school that takes part."""
        return self.seen.county

    @property
    def own(self) -> Urns:
        """The school itself, or all of the kept federation it is in."""
        return self.unit(self.urn)

    def unit(self, urn: int) -> Urns:
        """A school, or all of the kept federation it is in."""
        at = self.county.position(urn)
        block = int(self.county.block[at])
        if block < 0:
            return (urn,)
        return tuple(self.county.urns[self.county.block == block].tolist())

    def joined(self, urn: int) -> Urns:
        """The smallest federation that could hold the school and another."""
        return tuple(sorted({*self.own, *self.unit(urn)}))

    @cached_property
    def candidates(self) -> tuple[dict[Urns, int], bool]:
        """Every candidate federation that holds the school, with its cost; whether these are all.

        Where there are too many, only those of the smallest size are given.
        """
        try:
            return self._grown(self.seen.policy), True
        except CapReached:
            few = Rule(
                "a school, or a kept federation and one more",
                lambda f: f.size <= np.maximum(2, f.largest_block + 1),
                name="schools",
                most=lambda block: max(2, block + 1),
            )
            return self._grown(self.seen.policy.with_rule(few)), False

    def _grown(self, policy: Policy) -> dict[Urns, int]:
        """Grow from the school alone."""
        at = np.zeros(len(self.county), dtype=np.bool_)
        at[self.county.position(self.urn)] = True
        most = next((rule.most for rule in policy.rules if rule.most), None)
        blocks = [len(block) for block in self.county.blocks()]
        hops = len(self.county) if most is None else most(max(blocks, default=1))
        place = next(places(self.county, policy, at, hops)).county
        inside = set(place.urns.tolist())
        fixed = policy.locks.federations
        here = tuple(lock for lock in fixed if inside >= set(lock))
        away = {urn for lock in fixed if lock not in here for urn in lock}
        urn = self.urn
        holds = Rule(
            "holds the school",
            lambda f: np.asarray(f.sum((f.county.urns == urn).astype(np.int8)) > 0, dtype=np.bool_),
            seeds=lambda county: np.asarray(county.urns == urn, dtype=np.bool_),
        )
        local = replace(
            policy, rules=(holds, *policy.rules), locks=replace(policy.locks, federations=here)
        )
        grown = grow(place, local, at_most=GROWN)
        ours = grown.take(np.asarray(holds.allows(grown)))
        cost = price(ours, policy)
        found = {ours.urns(row): int(cost[row]) for row in range(len(ours))}
        return {urns: points for urns, points in found.items() if not away & set(urns)}

    def table(self, urns: Urns) -> Federations:
        """Give the table of one federation, over no more than its own schools."""
        return federation(self.county, urns).one(0)

    def facts(self, urns: Urns) -> dict[str, Any]:
        """Give the facts of one federation as `plan.json` has them, with names and its form."""
        one = self.table(urns)
        facts = proposals(one, self.seen.policy)[0]
        del facts["id"]
        facts["schools"] = [known(school) for school in one.schools()]
        facts["form"] = one.county.form
        facts["ethos_penalty"] = mean_penalty(one)
        budget = facts["budget"]
        facts["shown"] = None if budget is None else shown(budget)
        manager = one.county.form == SHARED
        post = one.county.money.business_manager_least
        facts["manager_posts"] = decimal_places(post, 2) if manager else None
        return facts

    def refusals(self, urns: Urns) -> list[dict[str, Any]]:
        """Give the rules that refuse a set of schools, with the figure and the bound of each."""
        return [one.document() for one in obstacles(self.table(urns), self.seen.policy)]


def shown(budget: Mapping[str, Any]) -> dict[str, float]:
    """Give what is said of a budget: the nearest thousand, as good as the model is at best."""
    return {"balance": round(budget["balance"], -3), "t_star": round(budget["t_star"], 2)}


def mean_penalty(one: Federations) -> float:
    """Mean penalty of the pairs of one federation by the table of ethos; halved where soft."""
    size = int(one.size[0])
    total = Fraction(int(one.sum_pairs(one.county.pairs.penalty)[0]), UNIT)
    mean = total / (size * (size - 1) // 2)
    return decimal_places(mean / 2 if one.county.form == SOFT else mean, 4)

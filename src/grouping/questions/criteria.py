"""What plans are held against each other by: whole numbers summed over a plan, each with its unit.

A criterion is one of
    covered, urgent, small      small schools in a federation; more is better, of all others less
    cost, or a term's name      points of the policy, in whole thousandths
    minutes                     of the trees of all federations, in whole tenths
    a limit's name              federations, mixed_federations, changed_schools, or one of your own
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from grouping.errors import Fault, PolicyRefused, UsageRefused
from grouping.policy import limits
from grouping.policy.words import Limit, Policy
from grouping.questions.choices import Choices
from grouping.questions.solved import Solved
from grouping.search.candidates import points
from grouping.search.gathering import side_of
from grouping.search.packing import Side
from grouping.world.county import NO_JOURNEY, SMALL, URGENT
from grouping.world.federations import Federations

Whole = NDArray[np.int64]

ROLES = {"covered": (URGENT, SMALL), "urgent": (URGENT,), "small": (SMALL,)}
WORDS = {
    "covered": "small schools covered",
    "urgent": "urgent schools covered",
    "small": "other small schools covered",
    "mixed_federations": "federations of mixed ethos",
    "changed_schools": "schools changed from today",
    "minutes": "driving between members",
    "leadership": "leadership load",
}
BEST, FREE = "best", "free"


@dataclass(frozen=True, eq=False)
class Criterion:
    """A measure of plans: whole steps a row of the table, and what every plan has besides.

    `per` steps make one of the unit (1,000 thousandths a point, 10 tenths a minute); `more` where
    more is better.
    """

    name: str
    unit: str
    per: int
    more: bool
    of: Whole
    constant: int

    @property
    def words(self) -> str:
        """What it is, in words."""
        return WORDS.get(self.name, self.name)

    def value(self, rows: Sequence[int]) -> int:
        """Steps of a choice of rows, in Python integers."""
        return self.constant + sum(int(self.of[row]) for row in rows)

    @property
    def least(self) -> Whole:
        """Whole coefficients to make least, one a row: the better, the less."""
        return -self.of if self.more else self.of

    def no_worse(self, value: int, by: int = 0) -> Side:
        """Hold plans to a value, or better by so many steps."""
        wall = value - self.constant
        if self.more:
            return Side(self.name, self.of, wall + by, None)
        return Side(self.name, self.of, None, wall - by)

    def worth(self, value: int) -> int:
        """Turn a value so that less is better."""
        return -value if self.more else value

    def take(self, rows: NDArray[np.intp]) -> Criterion:
        """Return the criterion over these rows only."""
        return replace(self, of=self.of[rows])


def criterion(solved: Solved, name: str) -> Criterion:
    """Find a criterion by its name.

    Raises
    ------
    UsageRefused
        Where there is none of that name, or its term is off in this policy.
    PolicyRefused
        Where minutes are asked for and two schools of a kept or fixed federation have no journey.
    """
    policy = solved.plan.survey.policy
    if name in ROLES:
        flags = np.isin(solved.bench.seen.county.role, ROLES[name]).astype(np.int64)
        of = np.asarray(solved.bench.gathered.table.sum(flags), dtype=np.int64)
        return Criterion(name, "schools", 1, True, of, 0)
    if name == "cost":
        stage = solved.plan.stages[-1].value
        constant = stage - solved.problem.values(solved.rows)[-1]
        return Criterion(name, "points", 1000, False, solved.problem.cost, constant)
    if name == "minutes":
        return Criterion(name, "minutes", 10, False, _over(solved, _tenths), 0)
    term = next((term for term in policy.terms if term.name == name), None)
    if term is not None:
        of = _over(solved, lambda f: points(term, term.measure(f)))
        return Criterion(name, "points", 1000, False, of, 0)
    found = _limit(policy, name)
    if found is None:
        known = ", ".join(names(policy))
        off = name in ("journey", "ethos", "leadership")
        what = "is a term that is off in this policy" if off else "is nothing plans are measured by"
        raise UsageRefused(Fault(what, f"Known here: {known}", "--of", value=name))
    county, table = solved.bench.seen.county, solved.bench.gathered.table
    side = side_of(replace(found, at_least=None, at_most=0), county, table)
    assert side.at_most is not None
    whole = -side.at_most  # what all schools alone count
    left = np.isin(county.urns, policy.take_part.leave_out)
    if found.alone is not None:  # who is left out is no school alone
        whole -= int(found.alone(county)[left].sum())
    unit = "schools" if name == "changed_schools" else "federations"
    if name not in limits.__all__:
        unit = "units"
    return Criterion(name, unit, 1, False, side.of, whole)


def names(policy: Policy) -> list[str]:
    """Names of all that plans of a policy are measured by."""
    own = [limit.name for limit in policy.limits if limit.name not in limits.__all__]
    return [*ROLES, "cost", *(term.name for term in policy.terms), "minutes", *limits.__all__, *own]


def held(choices: Choices, criteria: Sequence[Criterion], coverage: str | int) -> list[Side]:
    """Hold coverage, as rows of sides.

    `coverage`: "best" holds each stage of coverage to the best plan's, but for one that is a
    criterion itself; "free" holds none; a number holds so many small schools in all.
    """
    if coverage == FREE:
        return []
    if coverage != BEST:
        return [replace(criterion(choices.solved, "covered").no_worse(int(coverage)), name="small")]
    asked = {one.name for one in criteria}
    of_stages = zip(tiers(choices.solved.policy), choices.covering(), strict=True)
    return [replace(side, name=name) for name, side in of_stages if not asked & {name, "covered"}]


def tiers(policy: Policy) -> list[str]:
    """Names of the stages of coverage, those not priced, in order."""
    priced = {"urgent": policy.alone.urgent, "small": policy.alone.small}
    return [name for name, price in priced.items() if price is None]


def _limit(policy: Policy, name: str) -> Limit | None:
    own = next((limit for limit in policy.limits if limit.name == name), None)
    if own is not None:
        return own
    return getattr(limits, name)() if name in limits.__all__ else None


def _over(solved: Solved, measure: Callable[[Federations], Whole]) -> Whole:
    """Measure every row that may be chosen, by size, as it is priced; 0 where it may not."""
    table, county, banned = solved.bench.gathered.table, solved.plan.county, solved.problem.banned
    rows = np.arange(len(table)) if banned is None else np.flatnonzero(~banned)
    some = table if banned is None else table.take(rows)
    if county is not table.county:
        some = some.over(county)
    found = np.zeros(len(table), dtype=np.int64)
    for piece, part in some.locally():
        for at, same in part.by_size():
            found[rows[piece.start + at]] = measure(same)
    return found


def _tenths(f: Federations) -> Whole:
    """Tenths of a minute of the tree."""
    tenths = f.tree_tenths
    if (tenths >= NO_JOURNEY).any():
        what = "two schools of a kept or fixed federation have no journey between them"
        raise PolicyRefused(Fault(what, "Ask of journey in place of minutes"))
    return np.asarray(np.maximum(tenths, 0).sum(axis=1), dtype=np.int64)

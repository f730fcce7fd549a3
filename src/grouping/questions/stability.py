"""Would they walk away? Candidates whose members would all be better off than in the plan.

A school in federation F bears an equal share of its cost, cost(F) / |F|. Alone it bears its price
where its tier has one; where its tier has a stage of its own, being alone is worse than any
federation; a partner alone bears nothing. A candidate blocks the plan if each of its members would
bear strictly less in it. Every candidate counts, dominated ones too; shares are compared as whole
products, cost(G) |F| < cost(F) |G|, never as floats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping.answers.wording import count, headed, known, listed, named, points
from grouping.errors import Fault, InputRefused, NoPlanExists
from grouping.questions.solved import Solved
from grouping.search.candidates import among
from grouping.world.county import SMALL, URGENT
from grouping.world.schools import School

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

SHOWN = 10  # blocking candidates said in sentences
LISTED = 200  # and in the document, unless asked otherwise
ROOMY = 2**20  # common denominators up to this keep sums within 64 bits


@dataclass(frozen=True, eq=False)
class Burdens:
    """What each school of a county's table bears under a plan: `num / den`, or worse than any.

    `cost` is what each candidate costs by its terms, thousandths of a point, prices of schools
    alone left out. `group` is the federation of each school, -1 where it is alone.
    """

    cost: Whole
    num: Whole
    den: Whole
    worst: Flags
    group: Whole

    def of(self, position: int) -> Fraction | None:
        """What one school bears, thousandths of a point; None where alone is worse than any."""
        if self.worst[position]:
            return None
        return Fraction(int(self.num[position]), int(self.den[position]))


def burdens(solved: Solved, rows: Sequence[int]) -> Burdens:
    """Share the cost of a plan, given as rows of the table, among its schools."""
    county, table = solved.bench.seen.county, solved.bench.gathered.table
    price, worst = np.zeros(len(county), dtype=np.int64), np.zeros(len(county), dtype=np.bool_)
    for role, alone in ((URGENT, solved.policy.alone.urgent), (SMALL, solved.policy.alone.small)):
        if alone is None:
            worst |= county.role == role
        else:
            price[county.role == role] = round(1000 * alone)
    cost = solved.problem.cost
    if price.any():
        cost = cost + np.asarray(table.sum(price), dtype=np.int64)
    num, den = price, np.ones(len(county), dtype=np.int64)
    group = np.full(len(county), -1, dtype=np.int64)
    for place, row in enumerate(rows):
        held = table.members[row][table.members[row] >= 0]
        num[held], den[held], worst[held], group[held] = cost[row], len(held), False, place
    return Burdens(cost, num, den, worst, group)


@dataclass(frozen=True)
class Leaver:
    """A member of a blocking candidate: what it bears now (None: alone, worse than any) and then.

    Thousandths of a point; `partners` are those of the plan.
    """

    school: School
    partners: tuple[int, ...]
    now: Fraction | None
    then: Fraction

    @property
    def words(self) -> str:
        """What the school bears now, in plain words."""
        if self.now is None:
            return f"{named(self.school)} is alone"
        alone = "" if self.partners else " alone"
        return f"{named(self.school)}{alone} about {points(round(self.now))}"

    def document(self) -> dict[str, Any]:
        """Return the member as plain values."""
        return {
            **known(self.school),
            "partners_now": list(self.partners),
            "bears_now": None if self.now is None else shared(self.now),
        }


@dataclass(frozen=True)
class Blocking:
    """A candidate whose members would all be better off, and what it costs."""

    key: str
    cost: int
    members: tuple[Leaver, ...]

    @property
    def share(self) -> Fraction:
        """What each member would bear."""
        return self.members[0].then

    @property
    def sentence(self) -> str:
        """The candidate in plain words."""
        who = listed(named(one.school) for one in self.members)
        each = f"{who} together would bear about {points(round(self.share))} each"
        return f"{each}; now {listed(one.words for one in self.members)}."

    def document(self) -> dict[str, Any]:
        """Return the candidate as plain values."""
        return {
            "key": self.key,
            "cost": self.cost,
            "each_would_bear": shared(self.share),
            "members": [one.document() for one in self.members],
        }


def shared(share: Fraction) -> dict[str, Any]:
    """Return what a school bears as plain values: whole thousandths, and exactly."""
    return {"about": round(share), "exactly": str(share)}


@dataclass(frozen=True)
class WalkingAway:
    """Whether any candidate federation would walk away from a plan.

    `blocking` are the candidates whose members would all be better off, those with most to gain
    first, `count` of them in all; `candidates` how many were looked at.
    """

    federations: tuple[str, ...]
    candidates: int
    count: int
    blocking: tuple[Blocking, ...]

    @property
    def stable(self) -> bool:
        """Whether nobody would walk away."""
        return self.count == 0

    @property
    def sentences(self) -> list[str]:
        """The answer in plain words."""
        looked = f"all {count(self.candidates, 'candidate federation')}"
        if self.candidates == 1:
            looked = "the one candidate federation"
        said = []
        if self.stable:
            what = "No candidate federation has members who would all be better off in it than in"
            said.append(f"{what} this plan: proved over {looked}.")
        else:
            one = self.count == 1
            have = "candidate federation has" if one else "candidate federations have"
            said.append(
                f"{self.count:,} {have} members who would all be better off in it than in this "
                f"plan, of {looked}: they might walk away together."
            )
            said += [one.sentence for one in self.blocking[:SHOWN]]
            if self.count > SHOWN:
                said.append(f"These are the {SHOWN} with most to gain.")
        said.append(
            "Better off means: the points of a federation are shared equally among its members, "
            "and each would bear fewer. A small school alone bears its price, or is worse off "
            "than in any federation where the policy puts no price on it; a partner alone bears "
            "nothing. What governors prefer is theirs to say."
        )
        return said

    def document(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        answer = {
            "stable": self.stable,
            "proved": True,
            "federations": list(self.federations),
            "candidates": self.candidates,
            "count": self.count,
            "said": min(SHOWN, self.count),
            "unit": "thousandths of a point",
            "blocking": [one.document() for one in self.blocking],
        }
        return headed("walking away", answer, self.sentences)


def walking_away(
    solved: Solved,
    federations: Sequence[Sequence[int]] | None = None,
    *,
    at_most: int = LISTED,
) -> WalkingAway:
    """Find the candidate federations whose members would all be better off than in a plan.

    Parameters
    ----------
    solved
        The case.
    federations
        URNs of each federation of the plan that is asked about; the best plan where None.
    at_most
        How many of them to list; all are counted.

    Raises
    ------
    InputRefused
        Where a federation of the plan is no candidate of this case.
    NoPlanExists
        Where there is no plan.
    """
    rows = _rows(solved, federations)
    bears, table = burdens(solved, rows), solved.bench.gathered.table
    banned = solved.problem.banned
    fine = np.ones(len(table), dtype=np.bool_) if banned is None else ~banned
    blocks = fine & _better(table.members, table.size, bears)
    found = np.flatnonzero(blocks)
    ranked = _ranked(found, table.members, table.size, bears)
    groups = tuple(sorted(table.urns(int(row)) for row in rows))
    mates = groups_of(bears, solved)
    chosen = [_blocking(solved, bears, mates, row) for row in ranked[:at_most]]
    keys = tuple("-".join(map(str, urns)) for urns in groups)
    return WalkingAway(keys, int(fine.sum()), len(found), tuple(chosen))


def groups_of(bears: Burdens, solved: Solved) -> dict[int, tuple[int, ...]]:
    """Give the URNs of each federation of a plan, by its number in `Burdens.group`."""
    urns = solved.bench.seen.county.urns
    numbers = range(int(bears.group.max(initial=-1)) + 1)
    return {k: tuple(urns[bears.group == k].tolist()) for k in numbers}


def _rows(solved: Solved, federations: Sequence[Sequence[int]] | None) -> list[int]:
    if federations is None:
        if solved.plan.status == "infeasible":
            raise NoPlanExists("no plan can exist under this policy: there is none to leave")
        return list(solved.rows)
    asked = {tuple(sorted(map(int, urns))) for urns in federations}
    table, banned = solved.bench.gathered.table, solved.problem.banned
    marked = among(table, asked)
    if banned is not None:
        marked &= ~banned
    rows = np.flatnonzero(marked).tolist()
    held = [urn for urns in asked for urn in urns]
    if len(rows) < len(asked) or len(held) != len(set(held)):
        strange = asked - {table.urns(row) for row in rows}
        what = "is no candidate federation under this policy"
        raise InputRefused(
            [Fault(what, "Ask about a plan of this policy", value=str(one)) for one in strange]
            or Fault("a school is in two federations", "Ask about a plan")
        )
    return rows


def _better(members: NDArray[Any], size: Whole, bears: Burdens) -> Flags:
    """Mark the rows in which every member would bear strictly less."""
    better = np.ones(len(members), dtype=np.bool_)
    for column in members.T:
        less = bears.cost * bears.den[column] < bears.num[column] * size
        better &= (column < 0) | bears.worst[column] | less
    return better


def _ranked(found: NDArray[Any], members: NDArray[Any], size: Whole, bears: Burdens) -> list[int]:
    """Put rows in order of what their members would gain: most out of being alone, then points."""
    held = members[found]
    there = held >= 0
    freed = (there & bears.worst[held]).sum(axis=1)
    common = lcm(*{int(n) for n in bears.den}, *{int(n) for n in size[found]}, 1)
    kind: Any = np.int64 if common <= ROOMY else object
    num, den, cost = (column.astype(kind) for column in (bears.num, bears.den, bears.cost[found]))
    share = np.where(there & ~bears.worst[held], num[held] * (common // den[held]), 0)
    then = cost * (common // size[found].astype(kind)) * (size[found] - freed)
    gain = share.sum(axis=1) - then
    order = sorted(
        range(len(found)), key=lambda k: (-int(freed[k]), -int(gain[k]), held[k].tolist())
    )
    return [int(found[k]) for k in order]


def _blocking(
    solved: Solved, bears: Burdens, groups: dict[int, tuple[int, ...]], row: int
) -> Blocking:
    table, county = solved.bench.gathered.table, solved.bench.seen.county
    held = [int(i) for i in table.members[row] if i >= 0]
    share = Fraction(int(bears.cost[row]), len(held))
    members = []
    for i in held:
        urn = int(county.urns[i])
        mates = groups.get(int(bears.group[i]), ())
        partners = tuple(other for other in mates if other != urn)
        members.append(Leaver(county.schools[i], partners, bears.of(i), share))
    key = "-".join(map(str, table.urns(row)))
    return Blocking(key, int(bears.cost[row]), tuple(members))

"""What one plan does better than another, and for whom: terms, measures of the plan, schools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grouping.answers.plan import Plan
from grouping.answers.wording import count, known, listed, named, points
from grouping.policy.words import SHARED
from grouping.questions.solved import Solved
from grouping.questions.stability import burdens, shared
from grouping.world.county import County
from grouping.world.journeys import NONE
from grouping.world.schools import School

Held = tuple[Plan, Sequence[int]]  # a plan, and its rows of the table

SAID = 5  # schools named in a sentence
ALONE = "schools alone"  # what a price on them makes of the cost


@dataclass(frozen=True)
class Moved:
    """A school with other partners: before and after, its nearest partner and what it bears.

    Minutes are None where it has no partner, or no journey to one; a burden is None where it is
    alone and that is worse than any federation.
    """

    school: School
    partners: tuple[tuple[int, ...], tuple[int, ...]]
    minutes: tuple[float | None, float | None]
    bears: tuple[Fraction | None, Fraction | None]

    @property
    def nearer(self) -> bool:
        """Whether its nearest partner is nearer than before."""
        before, after = self.minutes
        return before is not None and after is not None and after < before

    @property
    def lighter(self) -> bool:
        """Whether it bears less than before."""
        before, after = self.bears
        return after is not None and (before is None or after < before)

    def document(self) -> dict[str, Any]:
        """Return it as plain values."""
        shares = [None if share is None else shared(share) for share in self.bears]
        return {
            **known(self.school),
            "partners_best": list(self.partners[0]),
            "partners": list(self.partners[1]),
            "nearest_minutes_best": self.minutes[0],
            "nearest_minutes": self.minutes[1],
            "bears_best": shares[0],
            "bears": shares[1],
        }


@dataclass(frozen=True)
class Measure:
    """A figure of the whole plan, in the best and in this one."""

    name: str
    best: float
    here: float


@dataclass(frozen=True)
class Difference:
    """How a plan differs from the best: `terms` are points in the best and here, in thousandths."""

    terms: tuple[tuple[str, int, int], ...]
    measures: tuple[Measure, ...]
    moved: tuple[Moved, ...]

    @property
    def sentences(self) -> list[str]:
        """The difference in plain words."""
        said = []
        for word, sign in (("Better", -1), ("Worse", 1)):
            by = [
                f"{name} by {points(abs(here - best))}"
                for name, best, here in self.terms
                if sign * (here - best) > 0
            ]
            if by:
                said.append(f"{word} than the best in {listed(by)}.")
        other = [
            f"{one.name} {one.here:g} (the best {one.best:g})"
            for one in self.measures
            if one.here != one.best
        ]
        if other:
            said.append(f"Figures of the whole plan that differ: {listed(other)}.")
        return [*said, *self._schools()]

    def _schools(self) -> list[str]:
        moved = self.moved
        if not moved:
            return []
        nearer = [one for one in moved if one.nearer]
        found = [one for one in moved if not one.partners[0]]
        left = [one for one in moved if not one.partners[1]]
        lighter = sum(one.lighter for one in moved)
        said = f"{count(len(moved), 'school changes', 'schools change')} partners"
        said += f"; {lighter} of them would bear fewer points." if lighter else "."
        nearest = [
            f"{named(one.school)} {one.minutes[1]:g} minutes, not {one.minutes[0]:g}"
            for one in nearer
        ]
        sentences = [said]
        for one, more, names in (
            ("has a nearer partner", "have a nearer partner", nearest),
            (
                "has a partner and is alone in the best",
                "have a partner and are alone in the best",
                [named(one.school) for one in found],
            ),
            (
                "is alone and has a partner in the best",
                "are alone and have a partner in the best",
                [named(one.school) for one in left],
            ),
        ):
            if names:
                who = count(len(names), f"school {one}", f"schools {more}")
                others = ["others"] if len(names) > SAID else []
                sentences.append(f"{who}: {listed([*names[:SAID], *others])}.")
        return sentences

    def document(self) -> dict[str, Any]:
        """Return the difference as plain values."""
        return {
            "terms": [
                {"name": name, "points_best": best, "points": here, "difference": here - best}
                for name, best, here in self.terms
            ],
            "measures": [
                {"name": one.name, "best": one.best, "here": one.here} for one in self.measures
            ],
            "changed": len(self.moved),
            "bear_less": sum(one.lighter for one in self.moved),
            "nearer": [one.school.urn for one in self.moved if one.nearer],
            "partner_found": [one.school.urn for one in self.moved if not one.partners[0]],
            "left_alone": [one.school.urn for one in self.moved if not one.partners[1]],
            "schools": [one.document() for one in self.moved],
        }


def difference(solved: Solved, best: Held, here: Held) -> Difference:
    """Tell a plan from the best."""
    plan, other = best[0], here[0]
    before, after = _points(plan), _points(other)
    return Difference(
        tuple((name, before[name], after[name]) for name in before),
        tuple(
            Measure(name, a, b)
            for (name, a), (_, b) in zip(_measures(plan), _measures(other), strict=True)
        ),
        tuple(_moved(solved, best, here)),
    )


def _points(plan: Plan) -> dict[str, int]:
    """Sum each term over a plan, and what schools alone cost where they have a price."""
    names = [term.name for term in plan.survey.policy.terms]
    found = {
        name: sum(facts["terms"][name]["points"] for facts in plan.proposals) for name in names
    }
    alone = plan.stages[-1].value - sum(facts["cost"] for facts in plan.proposals)
    prices = plan.survey.policy.alone
    return found if prices.urgent is None is prices.small else {**found, ALONE: alone}


def _measures(plan: Plan) -> list[tuple[str, float]]:
    found = plan.summary
    longest = [f["longest_journey"] for f in plan.proposals if f["longest_journey"] is not None]
    measures: list[tuple[str, float]] = [
        ("federations", len(plan)),
        ("schools alone of any size", len(plan.county) - sum(map(len, plan.groups))),
        ("consents beside the governing bodies", sum(len(f["consents"]) for f in plan.proposals)),
        ("longest journey in minutes", max(longest, default=0)),
    ]
    if plan.survey.policy.form != SHARED:
        measures += [
            ("head posts", found["head_posts"]["after"]),
            ("heads who need not teach", found["non_teaching_heads"]["after"]),
        ]
    return measures


def _moved(solved: Solved, best: Held, here: Held) -> list[Moved]:
    """Schools whose partners differ, in order of URN."""
    mates = [_mates(plan) for plan, _ in (best, here)]
    shares = [burdens(solved, rows) for _, rows in (best, here)]
    base, county = solved.bench.seen.county, best[0].county
    found = []
    for school in county.schools:
        before, after = (held.get(school.urn, ()) for held in mates)
        if before == after:
            continue
        at = base.position(school.urn)
        near = (_nearest(county, school.urn, before), _nearest(county, school.urn, after))
        bears = (shares[0].of(at), shares[1].of(at))
        found.append(Moved(school, (before, after), near, bears))
    return found


def _mates(plan: Plan) -> dict[int, tuple[int, ...]]:
    return {
        urn: tuple(other for other in group if other != urn)
        for group in plan.groups
        for urn in group
    }


def _nearest(county: County, urn: int, others: Sequence[int]) -> float | None:
    """Minutes to the nearest of some schools; None where there is none."""
    row = county.tenths[county.position(urn)]
    tenths = [int(row[county.position(other)]) for other in others]
    known_ones = [one for one in tenths if one != NONE]
    return min(known_ones) / 10 if known_ones else None

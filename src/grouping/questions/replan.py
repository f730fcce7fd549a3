"""From today's federations: the best plan with few schools changed, and what each change buys.

The curve over m: the best stage values among the plans in which at most m schools have other
partners than today (the measure of the limit `changed_schools`). It is walked downwards. A best
plan with at most m changed that changes c is also best for every number from c to m; so the next
asked is c - 1, and no step of the curve is passed over. Each point is a solve of its own, proved as
any; the last asked is the fewest schools that any plan the policy allows can change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping.answers.judged import Groups, Judged, groups_today, judged, stages_told
from grouping.answers.plan import Stage
from grouping.answers.wording import count, headed, known, listed, named, points, valued
from grouping.engine import stages_of
from grouping.errors import Fault, UsageRefused
from grouping.policy.limits import changed_schools
from grouping.questions.case import Case
from grouping.questions.choices import Choices
from grouping.questions.solved import Solved
from grouping.search.dominance import undominated
from grouping.search.gathering import side_of
from grouping.search.packing import Problem, Side, Solution
from grouping.world.county import County

Flags = NDArray[np.bool_]
WHOLE_UNITS = {"urgent alone": "urgent", "small alone": "small"}


@dataclass(frozen=True)
class Change:
    """A school whose partners are others than today, none where it is alone: URNs."""

    urn: int
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True)
class Point:
    """A step of the curve: the fewest schools changed with which a plan can be so good.

    `buys` is what the stages gain on the step before, by name; nothing for the first.
    """

    changed: int
    stages: tuple[Stage, ...]
    groups: Groups
    changes: tuple[Change, ...]
    more: int = 0
    buys: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, eq=False)
class Replan:
    """The curve over the number of schools changed from today, fewest first.

    Parameters
    ----------
    today
        Today's federations, judged by the policy.
    points
        The steps. Between two the best plan is that of the lower; each is proved.
    at_most
        Most schools that were asked to change; None: no bound.
    fewest
        Fewest schools that a plan the policy allows can change; None where it allows none.
    complete
        Whether every step from `fewest` to `at_most` is there; else time was up, and the steps
        there are the upper ones.
    """

    today: Judged
    points: tuple[Point, ...]
    at_most: int | None
    fewest: int | None
    complete: bool

    @property
    def best(self) -> Point | None:
        """The best plan within what was asked; None where there is none, or time was up."""
        return self.points[-1] if self.points else None

    def at(self, changed: int) -> Point | None:
        """The best plan with at most so many schools changed; None where there is none here."""
        within = [point for point in self.points if point.changed <= changed]
        return within[-1] if within else None

    @property
    def sentences(self) -> list[str]:
        """The curve in plain words."""
        return [*_of_today(self), *_of_curve(self), *_of_best(self), *_of_proof(self)]

    def document(self) -> dict[str, Any]:
        """Return the curve as plain values."""
        county = self.today.county
        answer = {
            "schools_taking_part": len(county),
            "in_federations_today": sum(map(len, self.today.groups)),
            "today": {"changed": 0, **self.today.document()},
            "at_most": self.at_most,
            "fewest": self.fewest,
            "complete": self.complete,
            "points": [_told(county, point) for point in self.points],
        }
        return headed("replan", answer, self.sentences)


def replan(
    case: Case | Solved, at_most: int | None = None, *, seconds: float | None = None
) -> Replan:
    """Ask how good a plan can be with few schools changed from today: the whole curve.

    Parameters
    ----------
    case
        A case, or one that is solved.
    at_most
        Most schools that may have other partners than today; no bound where None.
    seconds
        Time limit; the steps found by then, from the top, are given.

    Raises
    ------
    PolicyRefused
        Where the policy does not fit these schools.
    UsageRefused
        Where `at_most` is negative.
    """
    if at_most is not None and at_most < 0:
        raise UsageRefused(Fault("is negative", "Give 0 or more", "at_most", value=at_most))
    start = perf_counter()
    solved = case if isinstance(case, Solved) else case.solve()
    seen = solved.plan.survey
    today = judged(seen, groups_today(seen.county))
    if solved.plan.status == "infeasible":
        return Replan(today, (), at_most, None, complete=True)
    walk = _Walk(Choices(solved), start, seconds)
    fewest = walk.fewest()
    if fewest is None:
        return Replan(today, (), at_most, None, complete=False)
    found, complete = walk.down(at_most, fewest)
    county = seen.county
    steps = [
        Point(changed, stages_of(seen, one), groups, _changes(county, today.groups, groups))
        for changed, one, groups in reversed(found)
    ]
    return Replan(today, tuple(_bought(steps)), at_most, fewest, complete)


class _Walk:
    """The walk down the curve: plans with ever fewer schools changed."""

    def __init__(self, choices: Choices, start: float, seconds: float | None) -> None:
        self.choices, self.start, self.seconds = choices, start, seconds
        county = choices.table.county
        side = side_of(changed_schools(at_most=0), county, choices.table)
        self.of = side.of
        self.whole = -(side.at_most or 0)  # schools changed where all are alone
        self.beaten = _beaten(choices.problem, side)

    def changed(self, rows: Sequence[int]) -> int:
        """Schools changed in a plan."""
        return self.whole + sum(int(self.of[row]) for row in rows)

    def fewest(self) -> int | None:
        """Fewest schools that any plan can change; None where time is up."""
        found = self.choices.least(self.of, staged=False, seconds=self._left())
        return self.changed(found.rows) if found.status == "optimal" else None

    def down(
        self, bound: int | None, fewest: int
    ) -> tuple[list[tuple[int, Solution, Groups]], bool]:
        """Give each step from a bound down to the fewest, and whether all are there."""
        found: list[tuple[int, Solution, Groups]] = []
        while bound is None or bound >= fewest:
            holding = []
            if bound is not None:
                holding = [Side("changed from today", self.of, None, bound - self.whole)]
            left = self._left()
            if left == 0:
                return found, False
            one = self.choices.least(holding=holding, banned=self.beaten, seconds=left)
            if one.status != "optimal":
                return found, False
            if found and found[-1][1].values == one.values:
                del found[-1]  # as good with fewer changed
            changed = self.changed(one.rows)
            found.append((changed, one, self.choices.groups(one.rows)))
            bound = changed - 1
        return found, True

    def _left(self) -> float | None:
        if self.seconds is None:
            return None
        return max(0.0, self.seconds - (perf_counter() - self.start))


def _beaten(problem: Problem, changed: Side) -> Flags:
    """Mark rows that no best plan holds, however many schools it may change: those dominated."""
    asked = replace(problem, sides=(*problem.sides, changed), banned=None)
    open_ = np.ones(len(problem), np.bool_) if problem.banned is None else ~problem.banned
    rows = np.flatnonzero(open_)
    beaten = np.zeros(len(problem), dtype=np.bool_)
    beaten[rows] = ~undominated(asked.part(rows, np.arange(problem.items)))
    return beaten


def _bought(steps: list[Point]) -> Iterator[Point]:
    """Say of each step what it gains on the one before."""
    for k, step in enumerate(steps):
        if k == 0:
            yield step
            continue
        before = steps[k - 1]
        gains = tuple(
            (a.name, a.value - b.value) for a, b in zip(before.stages, step.stages, strict=True)
        )
        more = step.changed - before.changed
        yield Point(step.changed, step.stages, step.groups, step.changes, more, gains)


def partners(groups: Groups) -> dict[int, tuple[int, ...]]:
    """Partners of every school that is in a federation."""
    return {urn: tuple(o for o in group if o != urn) for group in groups for urn in group}


def _changes(county: County, before: Groups, after: Groups) -> tuple[Change, ...]:
    old, new = partners(before), partners(after)
    found = (Change(urn, old.get(urn, ()), new.get(urn, ())) for urn in county.urns.tolist())
    return tuple(change for change in found if change.before != change.after)


def _told(county: County, point: Point) -> dict[str, Any]:
    return {
        "changed": point.changed,
        "stages": stages_told(point.stages),
        "federations": ["-".join(map(str, group)) for group in point.groups],
        "more_changed": point.more,
        "buys": dict(point.buys),
        "changes": [
            {
                **known(county.schools[county.position(change.urn)]),
                "before": list(change.before),
                "after": list(change.after),
            }
            for change in point.changes
        ],
    }


def _of_today(answer: Replan) -> Iterator[str]:
    today = answer.today
    inside = sum(map(len, today.groups))
    yield (
        f"Today {count(len(today), 'federation')} "
        f"{'holds' if len(today) == 1 else 'hold'} {inside:,} of the "
        f"{count(len(today.county), 'school')} that take part: {today.said}."
    )
    yield from today.breaches_said()


def _of_curve(answer: Replan) -> Iterator[str]:
    if answer.fewest is None:
        if answer.complete:
            yield "No plan can exist under this policy, however many schools change."
        else:
            yield "Time was up before the first plan was proved."
        return
    if answer.at_most is not None and answer.at_most < answer.fewest:
        yield (
            f"No plan that this policy allows changes at most {count(answer.at_most, 'school')}: "
            f"the fewest that can change is {answer.fewest:,}. This is proved."
        )
        return
    if not answer.today.allowed:
        yield (
            "So today's federations as they are cannot be a plan under this policy: the fewest "
            f"schools that can change is {answer.fewest:,}. This is proved."
        )
    for point in answer.points:
        yield _step_said(point)


def _step_said(point: Point) -> str:
    if point.changed == 0:
        return f"With no school changed: {valued(point.stages)}."
    said = f"With {count(point.changed, 'school')} changed: {valued(point.stages)}"
    if not point.buys:
        return f"{said}."
    return f"{said}; {count(point.more, 'more school')} changed {bought(point.buys)}."


def bought(buys: Sequence[tuple[str, int]]) -> str:
    """Say what a step gains: the stages that move, the first of them a gain."""
    said = []
    for name, gain in buys:
        tier = WHOLE_UNITS.get(name)
        fewer = "fewer" if gain > 0 else "more"
        if gain and tier:
            said.append(f"{count(abs(gain), f'{tier} school')} {fewer} alone")
        elif gain:
            said.append(f"{points(abs(gain))} {'less' if gain > 0 else 'more'}")
    return f"for {listed(said)}"


def _of_best(answer: Replan) -> Iterator[str]:
    """Say what would be new or changed in the plan with the most schools changed."""
    best = answer.best
    if best is None or not best.changes:
        return
    county, before = answer.today.county, set(answer.today.groups)
    yield f"With {count(best.changed, 'school')} changed there would be, beside today's:"
    for group in best.groups:
        if group not in before:
            schools = [named(county.schools[county.position(urn)]) for urn in group]
            yield f"- {listed(schools)}"
    for change in best.changes:
        if not change.after:
            was = [named(county.schools[county.position(urn)]) for urn in change.before]
            school = county.schools[county.position(change.urn)]
            yield f"- {named(school)} alone, today with {listed(was)}"


def _of_proof(answer: Replan) -> Iterator[str]:
    if not answer.points:
        if not answer.complete and answer.fewest is not None:
            yield "Time was up before the first step was proved."
        return
    last, first = answer.points[-1], answer.points[0]
    if answer.at_most is None:
        yield (
            f"More than {count(last.changed, 'school')} changed buys nothing: that is the best "
            "plan without a bound."
        )
    if answer.complete:
        yield (
            "Each step is proved: no plan with so few schools changed is better, and between two "
            "steps more change buys nothing."
        )
    else:
        yield (
            f"Time was up: below {count(first.changed, 'school')} changed nothing is worked out, "
            "and whether fewer would do as well is not known. The steps above are proved."
        )
    yield "These are candidates for discussion: people decide."

"""An order over years in which the federations of a plan could be taken up, and every step of it.

The order is simple, so that it can be argued with. First come federations with a school whose head
is leaving or vacant, since a post is filled or shared in that year; then those with more urgent
schools; then those of fewer points; then by first URN. Federations that stand today as they are
need no consultation.

After each step the county is judged: federations taken up so far, and those of today that are still
there. Where a new federation takes schools from one of today, that one ends; what remains of it
stays together meanwhile, if it is two schools or more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grouping.answers.judged import Groups, Judged, groups_today, judged, stages_told
from grouping.answers.plan import Plan
from grouping.answers.told import NO_PLAN
from grouping.answers.wording import count, headed, known, listed, named, points, valued
from grouping.errors import Fault, UsageRefused
from grouping.world.county import URGENT, County

A_YEAR = 3  # consultations a year, where nothing else is asked
OPEN_HEADS = ("leaving", "vacant")
Group = tuple[int, ...]


@dataclass(frozen=True)
class Ending:
    """A federation of today that a step takes schools from, and what remains of it."""

    today: Group
    rest: Group


@dataclass(frozen=True, eq=False)
class Step:
    """A federation taken up: when, why then, and how the county stands after it.

    `heads` are URNs of its schools whose head is leaving or vacant, `urgent` those of its urgent
    schools, `cost` its thousandths of a point.
    """

    year: int
    group: Group
    heads: Group
    urgent: Group
    cost: int
    endings: tuple[Ending, ...]
    state: Judged


@dataclass(frozen=True, eq=False)
class Order:
    """An order in which to take up a plan; a candidate for discussion like the plan itself.

    `unchanged` are federations that exist today as they are in the plan; `unknown` schools of the
    others whose head is not known.
    """

    plan: Plan | Judged
    a_year: int
    given: bool
    today: Judged
    unchanged: Groups
    steps: tuple[Step, ...]
    unknown: Group

    @property
    def years(self) -> int:
        """How many years it takes."""
        return self.steps[-1].year if self.steps else 0

    @property
    def late(self) -> list[Step]:
        """Steps after the first year with a head leaving or a post vacant."""
        return [step for step in self.steps if step.heads and step.year > 1]

    @property
    def worse(self) -> list[Step]:
        """Steps after which more urgent or small schools are alone than before them."""
        found, before = [], self.today
        for step in self.steps:
            pairs = zip(before.stages, step.state.stages, strict=True)
            if any(b.value > a.value for a, b in pairs if a.name != "cost"):
                found.append(step)
            before = step.state
        return found

    @property
    def sentences(self) -> list[str]:
        """The order in plain words."""
        return [*_first(self), *_years(self), *_last(self)]

    def document(self) -> dict[str, Any]:
        """Return the order as plain values."""
        answer = {
            "a_year": self.a_year,
            "a_year_given": self.given,
            "years": self.years,
            "today": self.today.document(),
            "unchanged": ["-".join(map(str, group)) for group in self.unchanged],
            "steps": [self._step_told(k, step) for k, step in enumerate(self.steps)],
            "heads_after_first_year": ["-".join(map(str, s.group)) for s in self.late],
            "heads_unknown": list(self.unknown),
            "steps_that_leave_more_alone": ["-".join(map(str, s.group)) for s in self.worse],
        }
        return headed("order", answer, self.sentences)

    def _step_told(self, at: int, step: Step) -> dict[str, Any]:
        county = self.plan.county
        return {
            "step": at + 1,
            "year": step.year,
            "key": "-".join(map(str, step.group)),
            "schools": [known(_school(county, urn)) for urn in step.group],
            "heads_leaving_or_vacant": list(step.heads),
            "urgent": list(step.urgent),
            "cost": step.cost,
            "ends": [{"today": list(e.today), "rest": list(e.rest)} for e in step.endings],
            "after": {**step.state.document(), "stages": stages_told(step.state.stages)},
        }


def order(plan: Plan | Judged, *, a_year: int | None = None) -> Order:
    """Suggest an order in which to take up the federations of a plan.

    Parameters
    ----------
    plan
        A plan, or federations judged.
    a_year
        Consultations a year, at most; 3 where None.

    Raises
    ------
    UsageRefused
        Where `a_year` is below 1, or there is no plan.
    """
    many = A_YEAR if a_year is None else a_year
    if many < 1:
        raise UsageRefused(Fault("is below 1", "Give 1 or more", "a_year", value=many))
    if not plan.stages or plan.status in NO_PLAN:
        raise UsageRefused(Fault(f'there is no plan: its status is "{plan.status}"'))
    county, seen = plan.county, plan.survey
    now = groups_today(county)
    unchanged = tuple(group for group in plan.groups if group in now)
    fresh = [(g, f["cost"]) for g, f in zip(plan.groups, plan.proposals, strict=True)]
    waiting = sorted((_rank(county, group, cost) for group, cost in fresh if group not in now))
    held = list(now)
    steps = []
    for at, (*_, group, cost) in enumerate(waiting):
        held, endings = _taken_up(held, group)
        steps.append(
            Step(
                year=1 + at // many,
                group=group,
                heads=_open_heads(county, group),
                urgent=_urgent(county, group),
                cost=cost,
                endings=tuple(e for e in endings if set(e.today) - set(group)),
                state=judged(seen, held),
            )
        )
    unknown = [urn for step in steps for urn in step.group]
    return Order(
        plan=plan,
        a_year=many,
        given=a_year is not None,
        today=judged(seen, now),
        unchanged=unchanged,
        steps=tuple(steps),
        unknown=tuple(sorted(u for u in unknown if _school(county, u).head == "unknown")),
    )


def _rank(county: County, group: Group, cost: int) -> tuple[int, int, int, Group, int]:
    """Rank a federation: heads open, urgent schools, points, first URN; with its cost again."""
    heads, urgent = _open_heads(county, group), _urgent(county, group)
    return (-len(heads), -len(urgent), cost, group, cost)


def _taken_up(held: Sequence[Group], group: Group) -> tuple[list[Group], list[Ending]]:
    """Take up a federation: what it touches ends, and what remains of that stays together."""
    taken, left, endings = set(group), [group], []
    for one in held:
        rest = tuple(urn for urn in one if urn not in taken)
        if rest == one:
            left.append(one)
            continue
        endings.append(Ending(one, rest))
        if len(rest) > 1:
            left.append(rest)
    return left, endings


def _school(county: County, urn: int) -> Any:
    return county.schools[county.position(urn)]


def _open_heads(county: County, group: Group) -> Group:
    return tuple(urn for urn in group if _school(county, urn).head in OPEN_HEADS)


def _urgent(county: County, group: Group) -> Group:
    return tuple(urn for urn in group if county.role[county.position(urn)] == URGENT)


def _names(county: County, urns: Sequence[int]) -> str:
    return listed(named(_school(county, urn)) for urn in urns)


def _first(answer: Order) -> Iterator[str]:
    steps, unchanged = len(answer.steps), len(answer.unchanged)
    if unchanged:
        stand = "stands today as it is and needs" if unchanged == 1 else "stand today and need"
        yield f"{count(unchanged, 'federation')} of the plan {stand} no consultation."
    if not steps:
        yield "There is nothing to take up: the plan has no other federation."
        return
    how = "as asked" if answer.given else "as nothing else was asked"
    yield (
        f"{count(steps, 'federation')} to take up, {count(answer.a_year, 'consultation')} a year "
        f"at most ({how}): {count(answer.years, 'year')}."
    )
    yield (
        "In order of: heads leaving or vacant, the most first; urgent schools, the most first; "
        "points, the fewest first; first URN."
    )


def _years(answer: Order) -> Iterator[str]:
    county, year = answer.plan.county, 0
    for k, step in enumerate(answer.steps):
        if step.year != year:
            year = step.year
            yield f"Year {year}:"
        yield f"- {_names(county, step.group)}: {listed(_reasons(county, step))}."
        for ending in step.endings:
            yield f"- {_ending_said(county, ending)}"
        for breach in step.state.breaches_said() if step.endings else ():
            yield f"- After it: {breach}"
        last = k + 1 == len(answer.steps) or answer.steps[k + 1].year != year
        if last:
            yield f"After year {year}: {valued(step.state.stages)}."


def _reasons(county: County, step: Step) -> list[str]:
    said = []
    for word in OPEN_HEADS:
        heads = [urn for urn in step.heads if _school(county, urn).head == word]
        if heads:
            said.append(_heads_said(county, heads, word))
    if step.urgent:
        said.append(count(len(step.urgent), "urgent school"))
    return [*said, points(step.cost)]


def _heads_said(county: County, heads: Sequence[int], word: str) -> str:
    who = _names(county, heads)
    if word == "leaving":
        return f"the head of {who} is leaving" if len(heads) == 1 else f"the heads of {who} leave"
    return f"{who} {'has' if len(heads) == 1 else 'have'} no head"


def _ending_said(county: County, ending: Ending) -> str:
    was = f"It takes schools from {_names(county, ending.today)}, federated today"
    if len(ending.rest) > 1:
        return f"{was}: {_names(county, ending.rest)} are taken to stay together meanwhile."
    return f"{was}: {_names(county, ending.rest)} would be alone until its own turn, if any."


def _last(answer: Order) -> Iterator[str]:
    if not answer.steps:
        return
    if answer.late:
        yield (
            f"{count(len(answer.late), 'federation')} with a head leaving or a post vacant "
            f"{'comes' if len(answer.late) == 1 else 'come'} after the first year: more "
            "consultations a year would bring them forward."
        )
    if answer.unknown:
        yield (
            f"The head of {count(len(answer.unknown), 'school')} to be federated is not known: "
            "the order may change when it is."
        )
    if answer.worse:
        yield (
            f"{count(len(answer.worse), 'step')} would leave more urgent or small schools alone "
            "than there were before it; each is named above with what it ends."
        )
    else:
        yield "No step leaves more urgent or small schools alone than there were before it."
    faulty = [step for step in answer.steps if not step.state.allowed]
    if not faulty:
        yield "After every step the county stands as a plan that the policy allows."
    else:
        yield (
            f"After {count(len(faulty), 'step')} the county would not be a plan that the policy "
            "allows: the last of them breaks what follows."
        )
        yield from (f"- {said}" for said in faulty[-1].state.breaches_said())
    yield "An order to talk about: governing bodies decide, each for its own school."

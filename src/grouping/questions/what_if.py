"""What if a school left, closed or became an academy: the plan kept as it is, and the best anew.

A what-if is a question and never a suggestion: no plan of this program closes a school. Two answers
stand side by side. *Kept*: every federation that the school is not in stays as it is; of its own,
what remains stays where the policy still allows it. *Anew*: the best plan of the changed case, as
solved from nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from grouping.answers.compare import CHANGES, JOINS, LEAVES, Comparison, compare
from grouping.answers.judged import Breach, Groups, Judged, breach_said, judged, stages_told
from grouping.answers.plan import Plan
from grouping.answers.wording import count, headed, known, listed, named, points, valued
from grouping.errors import Fault, UsageRefused
from grouping.policy import changes
from grouping.policy.eligibility import MAINTAINED, take_part
from grouping.policy.survey import Survey
from grouping.policy.words import Policy
from grouping.questions.solved import Solved
from grouping.world.schools import School, Schools

LEFT, CLOSED, CONVERTED = "leaves", "closes", "converts"
SAID = {
    LEFT: "left: it stays open and takes part in no federation",
    CLOSED: "closed",
    CONVERTED: "became an academy",
}
ACADEMY = "Academy converter"
Group = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class WhatIf:
    """What would come of one school leaving, closing or converting.

    Parameters
    ----------
    event
        "leaves", "closes" or "converts".
    school
        The school, as it is today.
    reason
        Why it would take no part then; empty where it still would.
    unlocked
        Whether locks of the policy name it, and hold on for the others only.
    own, rest
        URNs of the federation it is in, and those of it that remain; none where it is in none.
    rest_breaks
        What the policy has against what remains staying together; none where it may.
    before
        The plan as solved.
    kept, kept_change
        The rest of the plan kept as it is, judged by the changed case, and compared with `before`.
    anew, anew_change
        The best plan of the changed case; None where none can exist.
    """

    event: str
    school: School
    reason: str
    unlocked: bool
    own: Group
    rest: Group
    rest_breaks: tuple[Breach, ...]
    before: Plan
    kept: Judged
    kept_change: Comparison
    anew: Plan | None
    anew_change: Comparison | None

    @property
    def sentences(self) -> list[str]:
        """The answer in plain words."""
        return [*_of_school(self), *_of_kept(self), *_of_anew(self), *_last(self)]

    def document(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        moves = {} if self.anew is None else _against(self.kept.stages, self.anew.stages)
        answer = {
            "event": self.event,
            "school": {**known(self.school), "roll": self.school.roll},
            "takes_part_then": not self.reason,
            "reason": self.reason,
            "locks_name_it": self.unlocked,
            "federation": list(self.own),
            "remaining": list(self.rest),
            "remaining_breaks": [breach.document() for breach in self.rest_breaks],
            "before": {"stages": stages_told(self.before.stages)},
            "kept": {**self.kept.document(), "against_before": self.kept_change.figures()},
            "anew": None
            if self.anew is None or self.anew_change is None
            else {
                "federations": ["-".join(map(str, group)) for group in self.anew.groups],
                "stages": stages_told(self.anew.stages),
                "against_before": self.anew_change.figures(),
                "moved": len(_moved(self)),
            },
            "kept_against_anew": moves,
        }
        return headed("what-if", answer, self.sentences)


def what_if(
    solved: Solved,
    *,
    leaves: int | None = None,
    closes: int | None = None,
    converts: int | None = None,
) -> WhatIf:
    """Ask what if a school left every federation, closed, or became an academy.

    Parameters
    ----------
    solved
        A solved case; its plan is what is kept and compared with.
    leaves
        URN of a school that would stay open and take no part.
    closes
        URN of a school that would close. Its pupils are not moved: their number is not guessed.
    converts
        URN of a maintained school that would become an academy.

    Raises
    ------
    UsageRefused
        Where not just one is asked, or what is asked cannot be of that school.
    """
    event, urn = refuse_but_one(leaves, closes, converts)
    case, policy = solved.bench.case, solved.policy
    school = _school(solved, event, urn)
    schools = _changed(case.schools, event, urn)
    after = policy if event != LEFT else changes.left_out(changes.unlocked(policy, urn), urn)
    reason = take_part(schools, after).left_out.get(urn, "")
    if reason:
        after = changes.unlocked(after, urn)
    anew = _anew(solved, schools, after)
    seen = anew.survey
    own = next((group for group in solved.plan.groups if urn in group), ())
    rest = tuple(one for one in own if one != urn or not reason)
    groups, against = _kept(solved.plan, seen, own, rest)
    kept = judged(seen, groups)
    best = None if anew.status == "infeasible" else anew
    return WhatIf(
        event=event,
        school=school,
        reason=reason,
        unlocked=after.locks != policy.locks,
        own=own,
        rest=rest,
        rest_breaks=against,
        before=solved.plan,
        kept=kept,
        kept_change=compare(solved.plan, kept),
        anew=best,
        anew_change=None if best is None else compare(solved.plan, best),
    )


def refuse_but_one(leaves: int | None, closes: int | None, converts: int | None) -> tuple[str, int]:
    """Give the one event that is asked, and its URN.

    Raises
    ------
    UsageRefused
        Where none is asked, or more than one.
    """
    asked = {LEFT: leaves, CLOSED: closes, CONVERTED: converts}
    given = [(event, urn) for event, urn in asked.items() if urn is not None]
    if len(given) != 1:
        what = f"{count(len(given), 'event')} asked"
        raise UsageRefused(Fault(what, "Give just one of leaves, closes and converts"))
    return given[0]


def _school(solved: Solved, event: str, urn: int) -> School:
    """Find the school, and refuse what cannot be of it."""
    schools = solved.bench.case.schools
    if not schools.has(urn):
        what = "no such school in the file"
        raise UsageRefused(Fault(what, "Mend the URN", field=event, value=urn))
    if solved.plan.status == "infeasible":
        raise UsageRefused(Fault("no plan can exist under this policy, so none can be kept"))
    school = schools.rows[schools.index_of(urn)]
    out = solved.plan.left_out.get(urn)
    if event == LEFT and out is not None:
        raise UsageRefused(Fault(f"it takes no part already: {out}", field=event, value=urn))
    if event != LEFT and school.status != "Open":
        raise UsageRefused(Fault(f'its status is "{school.status}"', field=event, value=urn))
    if event == CONVERTED and school.type not in MAINTAINED:
        what = f"only a maintained school converts, and its type is {school.type}"
        raise UsageRefused(Fault(what, field=event, value=urn))
    return school


def _changed(schools: Schools, event: str, urn: int) -> Schools:
    if event == CLOSED:
        return schools.changed(urn, status="Closed")
    return schools.changed(urn, type=ACADEMY) if event == CONVERTED else schools


def _anew(solved: Solved, schools: Schools, policy: Policy) -> Plan:
    """Solve the changed case: from the candidates at hand where the schools are the same."""
    case = solved.bench.case
    if schools is case.schools:
        return solved.again(policy).plan
    workers, seed = solved.plan.workers, solved.plan.seed
    return replace(case, schools=schools, policy=policy).solve(workers=workers, seed=seed).plan


def _kept(plan: Plan, seen: Survey, own: Group, rest: Group) -> tuple[Groups, tuple[Breach, ...]]:
    """Keep the rest of a plan, and what remains of a federation where the policy allows it.

    Where it does not, federations of today that are to be kept stand by themselves.
    """
    others = [group for group in plan.groups if group != own]
    if len(rest) < 2:
        return tuple(others), ()
    whole = judged(seen, [*others, rest])
    against = tuple(
        breach
        for breach in whole.breaches
        if breach.kind == "rule" and breach.schools == rest and not breach.waived
    )
    if not against:
        return whole.groups, ()
    county = seen.county
    blocks = [tuple(county.urns[block].tolist()) for block in county.blocks()]
    stay = [block for block in blocks if set(block) <= set(rest)]
    return tuple(sorted([*others, *stay])), against


def _moved(answer: WhatIf) -> list[int]:
    """Schools beside the one asked about whose partners the best plan anew would change."""
    if answer.anew_change is None:
        return []
    moves = answer.anew_change.of_kind(JOINS, LEAVES, CHANGES)
    return [move.urn for move in moves if move.urn != answer.school.urn]


def _against(a: Any, b: Any) -> dict[str, int]:
    return {one.name: other.value - one.value for one, other in zip(a, b, strict=True)}


def _name(answer: WhatIf, urn: int) -> str:
    rows = answer.before.survey.schools
    return named(rows.rows[rows.index_of(urn)])


def _names(answer: WhatIf, urns: Any) -> str:
    return listed(_name(answer, urn) for urn in urns)


def _of_school(answer: WhatIf) -> Iterator[str]:
    who = named(answer.school)
    yield f"What if {who} {SAID[answer.event]}?"
    if answer.reason and answer.event != LEFT:
        yield f"It would take no part: {answer.reason}."
    elif not answer.reason:
        yield "It would still take part under this policy."
    if answer.unlocked:
        yield "Locks of the policy name it: they are taken to hold on for the other schools only."
    if answer.event == CLOSED:
        yield (
            f"Its {count(answer.school.roll, 'pupil')} are moved to no other school, as nobody "
            "knows where they would go: rolls and budgets of the others leave them out."
        )
    partners = [urn for urn in answer.own if urn != answer.school.urn]
    if partners:
        yield f"In the plan it is with {_names(answer, partners)}."
    elif answer.school.urn not in answer.before.left_out:
        yield "In the plan it is alone."
    yield f"The plan as it is: {valued(answer.before.stages)}."


def _of_kept(answer: WhatIf) -> Iterator[str]:
    rest, own = answer.rest, answer.own
    if answer.rest_breaks:
        yield f"{_names(answer, rest)} could not stay together without it:"
        for breach in answer.rest_breaks:
            yield f"- {breach_said(answer.kept.county, breach)}"
    elif len(rest) == 1 and rest != own:
        yield f"{_names(answer, rest)} would be alone if the rest of the plan stayed as it is."
    elif rest and rest != own:
        yield f"{_names(answer, rest)} could stay together."
    other = [b for b in answer.kept.breaches if not b.waived]
    yield f"With the rest of the plan kept as it is: {answer.kept.said}."
    if other:
        yield "That would not be a plan this policy allows:"
        for breach in other:
            yield f"- {breach_said(answer.kept.county, breach)}"


def _of_anew(answer: WhatIf) -> Iterator[str]:
    if answer.anew is None or answer.anew_change is None:
        yield "No plan can exist under this policy then: its locks and limits leave none."
        return
    proved = " (proved)" if answer.anew.status == "optimal" else ""
    yield f"The best plan anew{proved}: {valued(answer.anew.stages)}."
    moved = _moved(answer)
    if not moved:
        yield "It changes the partners of no other school."
    else:
        have = "has" if len(moved) == 1 else "have"
        yield (
            f"In it {count(len(moved), 'other school')} {have} other partners than in the "
            f"plan as it is: {_names(answer, moved)}."
        )
    gains = _against(answer.kept.stages, answer.anew.stages)
    said = []
    for name, gain in gains.items():
        if gain and name == "cost":
            said.append(f"{points(abs(gain))} {'more' if gain > 0 else 'less'}")
        elif gain:
            tier = name.removesuffix(" alone")
            more = "more" if gain > 0 else "fewer"
            said.append(f"{count(abs(gain), f'{tier} school')} {more} alone")
    if said:
        yield f"Against keeping the rest of the plan, that is {listed(said)}."
    else:
        yield "Against keeping the rest of the plan, it is worth the same."


def _last(answer: WhatIf) -> Iterator[str]:
    if answer.event == CONVERTED:
        yield "In the register a school that converts has a new URN; here it keeps its own."
    yield "This answers a question and suggests nothing: no school is to leave, close or convert."

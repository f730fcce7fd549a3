"""Soundings: what bodies said of the plan's schools, what the plan does of it, what it would cost.

A saying changes nothing: each is priced alone, then all that can be honoured are priced together.
Schools that nobody has asked are named as such, since silence is no consent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from grouping.answers.proposals import existing
from grouping.answers.voices import contradictions
from grouping.answers.wording import count, headed, known, listed, named, points
from grouping.errors import Fault, NoPlanExists, PolicyRefused
from grouping.policy.sayings import Saying, policy_with, standing
from grouping.questions import against, wishes
from grouping.questions.choices import Choices
from grouping.questions.pairs import NO_CANDIDATE, pair
from grouping.questions.solved import Solved
from grouping.questions.wishes import Difference, Wish
from grouping.world.schools import School

if TYPE_CHECKING:
    from grouping.policy.changes import Number

HEARD, COSTS, IMPOSSIBLE, NO_WISH, OLDER = "heard", "costs", "impossible", "no wish", "older"


@dataclass(frozen=True)
class Sounding:
    """What comes of one saying.

    `status` is "heard" (the plan does so already), "costs" (`difference` says what), "impossible"
    (`why` says why), "no wish" (a view of 0) or "older" (the same body said something since).
    """

    saying: Saying
    status: str
    difference: Difference | None = None
    why: tuple[str, ...] = ()

    @property
    def others(self) -> tuple[int, ...]:
        """URNs of the other schools whose partners would change."""
        asked = (self.saying.urn, self.saying.other or 0)
        return () if self.difference is None else self.difference.besides(*asked)

    def document(self) -> dict[str, Any]:
        """Return the sounding as plain values."""
        said = self.saying
        return {
            "who": said.who,
            "date": said.date.isoformat(),
            "urn": said.urn,
            "other_urn": said.other,
            "view": said.view,
            "reason": said.reason,
            "status": self.status,
            "difference": None if self.difference is None else self.difference.document(),
            "others_changed": list(self.others),
            "why": list(self.why),
        }


@dataclass(frozen=True)
class Soundings:
    """What comes of all sayings, one by one and together.

    `together` are those that were honoured together, `difference` what that costs, None where they
    contradict each other (`clashes`) or no plan honours all (`conflict`: a smallest set of them).
    `new` are the schools in federations that the plan makes or changes, `unasked` those of them of
    whom nothing was said; `termed` is what the plan becomes where the views are priced at `weight`.
    """

    soundings: tuple[Sounding, ...]
    clashes: tuple[tuple[Saying, ...], ...]
    together: tuple[Saying, ...]
    difference: Difference | None
    conflict: tuple[Saying, ...]
    new: tuple[School, ...]
    unasked: tuple[School, ...]
    names: dict[int, School]
    notes: tuple[str, ...] = ()
    weight: Fraction | None = None
    termed: Difference | None = None
    heard_then: int = 0

    def count(self, status: str) -> int:
        """Count the sayings of a status."""
        return sum(one.status == status for one in self.soundings)

    @property
    def sentences(self) -> list[str]:
        """The answer in plain words."""
        many = count(len(self.soundings), "saying")
        heard = f"{self.count(HEARD)} heard by the plan already, {self.count(COSTS)} not heard yet"
        never = f"{self.count(IMPOSSIBLE)} that no plan can honour"
        said = [f"{many}: {heard}, {never}. Nothing was changed.", *self.notes]
        said += [
            f"These contradict each other: {listed(map(self._said, clash))}."
            for clash in self.clashes
        ]
        said += [self._one(one) for one in self.soundings]
        return [*said, *self._all(), *self._term(), self._unasked()]

    def _said(self, saying: Saying) -> str:
        who = f"the {saying.who} of {named(self.names[saying.urn])}"
        whom = "in a federation" if saying.other is None else ""
        if saying.other is not None:
            whom = (
                f"{'with' if saying.view > 0 else 'apart from'} {named(self.names[saying.other])}"
            )
        elif saying.view < 0:
            whom = "alone"
        wish = f"would have it {whom} ({saying.view:+d})" if saying.view else "have no wish (0)"
        return f"{who} {wish}"

    def _one(self, one: Sounding) -> str:
        why = f' Their reason: "{one.saying.reason}".' if one.saying.reason else ""
        return self._priced(one) + why

    def _priced(self, one: Sounding) -> str:
        said = f"{self._said(one.saying)[0].upper()}{self._said(one.saying)[1:]}"
        if one.status == HEARD:
            return f"{said}: heard."
        if one.status == NO_WISH:
            return f"{said}: recorded."
        if one.status == OLDER:
            return f"{said}: said on {one.saying.date}, and something else since."
        if one.difference is None:
            return f"{said}: no plan can" + (f", since {listed(one.why)}." if one.why else ".")
        changed = [self.names[urn] for urn in one.others]
        return f"{said}: not heard; it would cost {one.difference.words}; {wishes.others(changed)}."

    def _all(self) -> list[str]:
        if self.clashes:
            return ["What they would cost together is not asked while they contradict each other."]
        if not self.together:
            return []
        what = "All of them" if len(self.together) == self._wishes else "All that a plan can honour"
        if self.difference is None:
            return [f"No plan honours these together: {listed(map(self._said, self.conflict))}."]
        changed = [self.names[urn] for urn in self.difference.changed]
        whole = f"{what} together would cost {self.difference.words}"
        return [f"{whole}; {count(len(changed), 'school')} would change partner."]

    @property
    def _wishes(self) -> int:
        return sum(one.status in (HEARD, COSTS, IMPOSSIBLE) for one in self.soundings)

    def _term(self) -> list[str]:
        if self.weight is None or self.termed is None:
            return []
        each = points(round(1000 * self.weight))
        moved = f"{count(len(self.termed.changed), 'school')} would change partner"
        plan = "the plan stays as it is" if not self.termed.changed else moved
        heard = f"{self.heard_then} of the sayings would be heard"
        worth = f"at the policy's own figures that plan costs {self.termed.words}"
        return [f"At {each} for each step of a view {plan}, and {heard}; {worth}."]

    def _unasked(self) -> str:
        if not self.new:
            return "The plan makes or changes no federation, so there is nobody to ask."
        many = count(len(self.new), "school")
        if not self.unasked:
            return f"All {many} in federations that the plan makes or changes were asked."
        names = listed(named(school) for school in self.unasked[: wishes.SHOWN])
        among = ", among them" if len(self.unasked) > wishes.SHOWN else ":"
        return (
            f"Of {many} in federations that the plan makes or changes, {len(self.unasked)} "
            f"{'is' if len(self.unasked) == 1 else 'are'} not yet asked{among} {names}."
        )

    @property
    def _mentioned(self) -> list[int]:
        urns = {u for one in self.soundings for u in (one.saying.urn, one.saying.other)}
        for found in (self.difference, self.termed, *(one.difference for one in self.soundings)):
            urns |= set(() if found is None else found.changed)
        return sorted(urn for urn in urns if urn is not None)

    def document(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        statuses = (HEARD, COSTS, IMPOSSIBLE, NO_WISH, OLDER)
        found = {
            "counts": {status.replace(" ", "_"): self.count(status) for status in statuses},
            "sayings": [one.document() for one in self.soundings],
            "contradictions": [[self._said(s) for s in clash] for clash in self.clashes],
            "together": {
                "sayings": [self._said(saying) for saying in self.together],
                "difference": None if self.difference is None else self.difference.document(),
                "conflict": [self._said(saying) for saying in self.conflict],
            },
            "as_term": None
            if self.weight is None or self.termed is None
            else {
                "weight": round(1000 * self.weight),
                "difference": self.termed.document(),
                "heard": self.heard_then,
            },
            "new_or_changed": [known(school) for school in self.new],
            "not_yet_asked": [known(school) for school in self.unasked],
            "named": [known(self.names[urn]) for urn in self._mentioned],
            "notes": list(self.notes),
        }
        return headed("soundings", found, self.sentences)


def soundings(
    solved: Solved, sayings: Iterable[Saying], *, weight: Number | None = None
) -> Soundings:
    """Record what bodies said, tell what the plan does of it, and price the rest.

    Parameters
    ----------
    solved
        A solved case that has a plan.
    sayings
        As `read_sayings` gives them.
    weight
        Points for each step of a view: what the plan would become is told too.

    Raises
    ------
    PolicyRefused
        Where a URN is not in the schools file, or a body said two things on one day.
    NoPlanExists
        Where the case has no plan.
    """
    if solved.plan.status == "infeasible":
        raise NoPlanExists("no plan can exist under this policy, so there is nothing to price")
    every = tuple(sayings)
    schools = {school.urn: school for school in solved.plan.survey.schools.rows}
    _known(every, schools)
    held = standing(every)
    choices = Choices(solved)
    stands = {id(saying): _sounded(solved, choices, saying, schools) for saying in held}
    found = tuple(stands.get(id(saying)) or Sounding(saying, OLDER) for saying in every)
    clashes = contradictions(held)
    able = tuple(one.saying for one in found if one.status in (HEARD, COSTS))
    able = tuple(saying for saying in able if _takes_part(solved, saying))
    difference, conflict = (None, ()) if clashes else _together(choices, able)
    new = _new(solved)
    asked = {saying.urn for saying in held}
    termed = None if weight is None else _termed(solved, choices, held, weight)
    exact = Fraction(repr(weight)) if isinstance(weight, float) else weight
    return Soundings(
        found, clashes, able, difference, conflict, new,
        tuple(school for school in new if school.urn not in asked),
        schools,
        _notes(solved, every),
        None if exact is None else Fraction(exact),
        termed,
        0 if termed is None else sum(_heard(termed.groups, saying) for saying in held),
    )  # fmt: skip


def _known(sayings: Sequence[Saying], schools: dict[int, School]) -> None:
    faults = [
        Fault("no such school in the schools file", "Mend the URN", urn=urn, field="sayings")
        for saying in sayings
        for urn in (saying.urn, saying.other)
        if urn is not None and urn not in schools
    ]
    if faults:
        raise PolicyRefused(faults)


def _notes(solved: Solved, sayings: Sequence[Saying]) -> tuple[str, ...]:
    """Say which of the schools take no part, with the reason."""
    urns = {urn for saying in sayings for urn in (saying.urn, saying.other)}
    return tuple(
        f"{urn} takes no part: {why}." for urn, why in solved.plan.left_out.items() if urn in urns
    )


def _takes_part(solved: Solved, saying: Saying) -> bool:
    return not {saying.urn, saying.other} & set(solved.plan.left_out)


def _heard(groups: Sequence[tuple[int, ...]], saying: Saying) -> bool:
    """Whether a plan does as a saying says; never of one that has no wish."""
    urns = {saying.urn} if saying.other is None else {saying.urn, saying.other}
    joined = any(urns <= set(group) for group in groups)
    return bool(saying.view) and joined == (saying.view > 0)


def _sounded(
    solved: Solved, choices: Choices, saying: Saying, schools: dict[int, School]
) -> Sounding:
    if not saying.view:
        return Sounding(saying, NO_WISH)
    if _heard(solved.plan.groups, saying):
        return Sounding(saying, HEARD)
    out = [urn for urn in (saying.urn, saying.other) if urn in solved.plan.left_out]
    if out:
        return Sounding(saying, IMPOSSIBLE, why=tuple(f"{urn} takes no part" for urn in out))
    if saying.other is not None:
        found = pair(solved, schools[saying.urn], schools[saying.other])
        if found.difference is not None:
            return Sounding(saying, COSTS, found.difference)
        why = found.against
        if found.other_way == NO_CANDIDATE and found.between is not None:
            why = tuple(one.words for one in found.between.obstacles)
        return Sounding(saying, IMPOSSIBLE, why=why)
    difference = wishes.honoured(choices, _wish(choices, saying))
    if difference is not None:
        return Sounding(saying, COSTS, difference)
    ask = against.against_covered if saying.view > 0 else against.against_alone
    if saying.view > 0 and not wishes.allowed(choices, saying.urn).any():
        return Sounding(saying, IMPOSSIBLE, why=("no candidate federation holds it",))
    return Sounding(saying, IMPOSSIBLE, why=ask(solved, saying.urn))


def _wish(choices: Choices, saying: Saying) -> Wish:
    if saying.other is None:
        wish = wishes.covered if saying.view > 0 else wishes.alone
        return wish(choices, saying.urn)
    both = wishes.together if saying.view > 0 else wishes.apart
    return both(choices, saying.urn, saying.other)


def _together(
    choices: Choices, sayings: tuple[Saying, ...]
) -> tuple[Difference | None, tuple[Saying, ...]]:
    """Honour all of some sayings; where no plan does, find a smallest set of them that cannot be.

    Leaving out one after another keeps those that the conflict needs.
    """
    if not sayings:
        return None, ()
    asked = {id(saying): _wish(choices, saying) for saying in sayings}

    def best(of: Sequence[Saying]) -> Difference | None:
        return wishes.honoured(
            choices, wishes.together_all(choices, (asked[id(one)] for one in of))
        )

    found = best(sayings)
    if found is not None:
        return found, ()
    needed = list(sayings)
    for saying in sayings:
        rest = [one for one in needed if one is not saying]
        if best(rest) is None:
            needed = rest
    return None, tuple(needed)


def _new(solved: Solved) -> tuple[School, ...]:
    """Schools in federations that the plan makes or changes."""
    f = solved.plan.federations
    rows = [row for row in range(len(f)) if existing(f.one(row)) != "unchanged"]
    found = {school.urn: school for row in rows for school in f.schools(row)}
    return tuple(found[urn] for urn in sorted(found))


def _termed(
    solved: Solved, choices: Choices, sayings: Sequence[Saying], weight: Number
) -> Difference:
    """Tell the plan under the views' price from the best plan, at the policy's own figures."""
    after = solved.again(policy_with(solved.policy, sayings, weight=weight))
    size = np.asarray(choices.table.size)
    rows = [
        int(np.flatnonzero(wishes.holding(choices, *group) & (size == len(group)))[0])
        for group in after.plan.groups
    ]
    return wishes.difference(choices, rows)

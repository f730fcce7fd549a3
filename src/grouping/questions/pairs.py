"""Why two schools are together, or are not: what the other way would cost, or what refuses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grouping.answers.between import Between, between
from grouping.answers.wording import headed, known, listed, named
from grouping.questions import against, wishes
from grouping.questions.choices import Choices
from grouping.questions.solved import Solved
from grouping.questions.wishes import Difference
from grouping.world.schools import School

POSSIBLE, NO_CANDIDATE, NO_PLAN = "possible", "no candidate", "no plan"


@dataclass(frozen=True)
class WhyPair:
    """Two schools, whether the plan has them together, and what the other way would take.

    `other_way` is "possible" (`difference` says at what cost), "no candidate" (no federation that
    holds both is allowed: `between` says why) or "no plan" (`against` says what forbids it).
    `out` gives those of the two that take no part, with the reason.
    """

    one: School
    other: School
    together: bool
    other_way: str
    difference: Difference | None = None
    between: Between | None = None
    against: tuple[str, ...] = ()
    candidates: int = 0
    out: tuple[tuple[int, str], ...] = ()
    names: tuple[School, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """The answer in plain words."""
        now, then = ("together", "apart") if self.together else ("apart", "together")
        both = f"{named(self.one)} and {named(self.other)}"
        said = [f"{both} are {now} in the best plan."]
        if self.out:
            school = {self.one.urn: self.one, self.other.urn: self.other}
            said = [f"{named(school[urn])} takes no part: {why}." for urn, why in self.out]
        if self.difference is not None:
            price = self.difference.words
            who = wishes.others([s for s in self.names if s.urn in self.changed])
            said += [f"The best plan that has them {then} costs {price}; {who}."]
            return [*said, *_covered(self.difference, self.names)]
        if self.other_way == NO_PLAN:
            many = f", though {wishes.candidates(self.candidates)} hold both" * (not self.together)
            said.append(f"No plan has them {then}{many}. {_standing(self.against)}")
            return said
        return said + refused(self.between, self.names, out=bool(self.out))

    @property
    def changed(self) -> tuple[int, ...]:
        """The other schools whose partners would change."""
        return self.difference.besides(self.one.urn, self.other.urn) if self.difference else ()

    def document(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        found = {
            "schools": [known(self.one), known(self.other)],
            "together": self.together,
            "takes_no_part": [{"urn": urn, "reason": why} for urn, why in self.out],
            "other_way": self.other_way,
            "difference": None if self.difference is None else self.difference.document(),
            "others_changed": [known(s) for s in self.names if s.urn in self.changed],
            "candidates_holding_both": self.candidates,
            "named": [known(s) for s in self.names],
            "between": None if self.between is None else self.between.document(),
            "against": list(self.against),
        }
        return headed("why", found, self.sentences)


def pair(solved: Solved, one: School, other: School) -> WhyPair:
    """Say why two schools are together or apart, and what the other way would take."""
    left_out = solved.plan.left_out
    out = tuple((s.urn, left_out[s.urn]) for s in (one, other) if s.urn in left_out)
    if out:
        return _no_candidate(solved, one, other, out)
    choices = Choices(solved)
    together = any({one.urn, other.urn} <= set(group) for group in solved.plan.groups)
    several = int(wishes.allowed(choices, one.urn, other.urn).sum())
    if together:
        held = against.holding_together(solved, one.urn, other.urn)
        wish = wishes.apart(choices, one.urn, other.urn)
    else:
        if not several:
            return _no_candidate(solved, one, other)
        held, wish = (), wishes.together(choices, one.urn, other.urn)
    difference = None if held else wishes.honoured(choices, wish)
    if difference is not None:
        return WhyPair(
            one, other, together, POSSIBLE, difference,
            candidates=several, names=wishes.schools_of(solved, difference.changed),
        )  # fmt: skip
    ask = against.against_apart if together else against.against_together
    stands = held or ask(solved, one.urn, other.urn)
    return WhyPair(one, other, together, NO_PLAN, against=stands, candidates=several)


def _no_candidate(
    solved: Solved, one: School, other: School, out: tuple[tuple[int, str], ...] = ()
) -> WhyPair:
    found = between(solved.plan.survey, one.urn, other.urn)
    names = wishes.schools_of(solved, () if found is None else found.schools)
    return WhyPair(one, other, False, NO_CANDIDATE, between=found, out=out, names=names)


def _standing(against_it: tuple[str, ...]) -> str:
    if not against_it:
        return "Nothing that could be taken out by itself stands against it."
    return f"What stands against it: {listed(against_it)}."


def _covered(difference: Difference, names: tuple[School, ...]) -> list[str]:
    said = []
    for urns, what in (
        (difference.loses, "would be left alone that the plan has a partner for"),
        (difference.gains, "would have a partner that the plan leaves alone"),
    ):
        if urns:
            said.append(f"{listed(named(s) for s in names if s.urn in urns)} {what}.")
    return said


def refused(found: Between | None, names: tuple[School, ...], *, out: bool) -> list[str]:
    """Say what refuses every federation that holds some schools, and the smallest relaxation."""
    if found is None:
        return ["No change of the policy would let them into one federation."]
    extra = [named(s) for s in names if s.urn not in found.asked]
    where = f" in a federation with {listed(extra)}" if extra else ""
    said = [] if out else ["No federation that the policy allows holds both."]
    if found.obstacles:
        words = "; ".join(one.words for one in found.obstacles)
        said.append(f"What refuses them{where}: {words}.")
    if found.repairs:
        tried = "" if found.every_set else ", as far as larger sets were looked at"
        sure = "It would take" if found.works else "It would take at least"
        said.append(f"{sure} {found.words}{tried}.")
    elif out:
        said.append("Nothing else stands between them.")
    return said

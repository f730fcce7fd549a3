"""Why one school is where the plan has it, and the next best homes; why two are, or are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grouping.answers.alone import reason
from grouping.answers.between import Between
from grouping.answers.proposals import proposals
from grouping.answers.repairs import Repair, let_in
from grouping.answers.wording import count, headed, known, listed, named, points
from grouping.errors import Fault, NoPlanExists, UsageRefused
from grouping.questions import against, wishes
from grouping.questions.choices import Choices
from grouping.questions.homes import Home, homes
from grouping.questions.pairs import WhyPair, pair
from grouping.questions.partners import ways_in
from grouping.questions.solved import Solved
from grouping.world.county import ROLE_WORDS
from grouping.world.schools import School

HOMES = 3  # next best homes told, where nobody says how many


@dataclass(frozen=True)
class WhySchool:
    """One school: its federation in the best plan with the figures, or why it has none.

    `facts` is its federation as `plan.json` has it, None where it is alone; `homes` the next best
    homes, best first, `all_homes` whether no plan has another. For a school that no candidate
    holds, `ways` are the easiest partners, each with what refuses and what it would take.
    """

    school: School
    role: str
    candidates: int
    facts: dict[str, Any] | None
    homes: tuple[Home, ...]
    all_homes: bool
    against: tuple[str, ...]
    reason: str
    ways: tuple[Between, ...]
    names: tuple[School, ...]

    @property
    def sentences(self) -> list[str]:
        """The answer in plain words."""
        if self.facts is not None:
            return [*self._placed(self.facts), *self._next()]
        first = f"{named(self.school)} is alone in the best plan: {self.reason}."
        return [first, *(self._next() if self.candidates else self._ways())]

    def _placed(self, facts: dict[str, Any]) -> list[str]:
        mates = self._named(urn for urn in facts["schools"] if urn != self.school.urn)
        who = f"{named(self.school)}, {count(self.school.roll, 'pupil')} ({self.role})"
        said = [
            f"{who}, is with {mates} in the best plan.",
            f"It could be in {wishes.candidates(self.candidates)}.",
        ]
        terms = sorted(facts["terms"].items(), key=lambda item: -abs(item[1]["points"]))
        parts = [f"{name} {points(term['points'])}" for name, term in terms if term["points"]]
        told = f": {listed(parts)}" if parts else ""
        said.append(f"That federation counts {points(facts['cost'])}{told}.")
        inside = [_inside(rule) for rule in facts["rules"]]
        if any(inside):
            said.append(f"How far inside the rules it is: {'; '.join(filter(None, inside))}.")
        broken = [rule["sentence"] for rule in facts["rules"] if not rule["holds"]]
        if broken:
            said.append(f"It stands though it breaks: {'; '.join(broken)}.")
        return said

    def _next(self) -> list[str]:
        said = []
        for k, home in enumerate(self.homes):
            lead = "The next best home is" if not k else "After that it is"
            mates = self._named(urn for urn in home.schools if urn != self.school.urn)
            where = "to be alone" if home.alone else f"with {mates}"
            price = home.difference.words
            whole = f"the whole plan would cost {price}"
            changed = home.difference.besides(self.school.urn)
            who = wishes.others([s for s in self.names if s.urn in changed])
            said.append(f"{lead} {where}: {whole}; {who}.")
        if self.all_homes:
            stands = f": {listed(self.against)}" if self.against else ""
            said.append(
                f"No plan has {'any other' if self.homes else 'another'} home for it{stands}."
            )
        return said

    def _ways(self) -> list[str]:
        said = []
        for way in self.ways:
            mates = self._named(urn for urn in way.schools if urn != self.school.urn)
            words = "; ".join(one.words for one in way.obstacles)
            stands = f" ({words})" if words else ""
            said.append(f"To be with {mates} it would take {way.words}{stands}.")
        return said or ["No change of one key of the policy would give it a partner."]

    def _named(self, urns: Any) -> str:
        known_by = {school.urn: school for school in self.names}
        return listed(named(known_by[urn]) for urn in urns)

    def document(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        found = {
            "school": {**known(self.school), "roll": self.school.roll, "role": self.role},
            "candidates_holding_it": self.candidates,
            "federation": self.facts,
            "room": {} if self.facts is None else _rooms(self.facts["rules"]),
            "reason": self.reason,
            "homes": [home.document(self.school.urn) for home in self.homes],
            "all_homes": self.all_homes,
            "against": list(self.against),
            "ways": [way.document() for way in self.ways],
            "named": [known(school) for school in self.names],
        }
        return headed("why", found, self.sentences)


@dataclass(frozen=True)
class WhyOut:
    """A school that takes no part: the reason, and what would let it in, None where nothing."""

    school: School
    reason: str
    repairs: tuple[Repair, ...] | None

    @property
    def sentences(self) -> list[str]:
        """The answer in plain words."""
        said = [f"{named(self.school)} takes no part: {self.reason}."]
        if self.repairs is None:
            return [*said, "No change of the policy would let it in."]
        return [*said, f"It would take {listed(one.words for one in self.repairs)}."]

    def document(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        found = {
            "school": {**known(self.school), "roll": self.school.roll},
            "takes_no_part": self.reason,
            "repairs": None if self.repairs is None else [one.document() for one in self.repairs],
        }
        return headed("why", found, self.sentences)


def why(
    solved: Solved, urn: int, other: int | None = None, *, homes: int = HOMES
) -> WhySchool | WhyOut | WhyPair:
    """Say why a school is where the best plan has it, or why two are together or apart.

    Parameters
    ----------
    solved
        A solved case that has a plan.
    urn, other
        A school; a second one to ask about the pair.
    homes
        How many next best homes, or easiest partners, to tell of one school.

    Raises
    ------
    UsageRefused
        Where a URN is not in the schools file, or both are one.
    NoPlanExists
        Where the case has no plan.
    """
    if solved.plan.status == "infeasible":
        raise NoPlanExists("no plan can exist under this policy, so there is nothing to explain")
    school = asked_for(solved, urn)
    if other is not None:
        if int(other) == school.urn:
            raise UsageRefused(Fault("asks of one school twice", "Give two schools", value=urn))
        return pair(solved, school, asked_for(solved, other))
    reasons = solved.plan.left_out
    if school.urn in reasons:
        repairs = let_in(solved.plan.survey.schools, solved.plan.survey.asked, school.urn)
        return WhyOut(school, reasons[school.urn], repairs)
    return _school(solved, school, homes)


def asked_for(solved: Solved, urn: int) -> School:
    """Give the school of a URN.

    Raises
    ------
    UsageRefused
        Where it is not in the schools file.
    """
    for school in solved.plan.survey.schools.rows:
        if school.urn == int(urn):
            return school
    raise UsageRefused(Fault("no such school in the file", "Mend the URN", urn=int(urn)))


def _school(solved: Solved, school: School, many: int) -> WhySchool:
    plan, choices, urn = solved.plan, Choices(solved), school.urn
    at = plan.county.position(urn)
    row = next((k for k, group in enumerate(plan.groups) if urn in group), None)
    facts = None
    if row is not None:
        facts = proposals(plan.federations.take([row]), plan.survey.policy)[0]
        facts["id"] = f"F{row + 1:03d}"
    several = int(plan.held[at])
    found, all_of = homes(choices, urn, many) if several else ((), True)
    stands: tuple[str, ...] = ()
    if all_of and not found and several:
        stands = _no_other(solved, urn, row)
    ways = ways_in(plan.survey, urn, many) if not several else ()
    named_too = {u for home in found for u in (*home.schools, *home.difference.changed)}
    named_too |= {u for way in ways for u in way.schools} | {urn}
    named_too |= set() if facts is None else set(facts["schools"])
    return WhySchool(
        school,
        ROLE_WORDS[plan.county.role[at]],
        several,
        facts,
        found,
        all_of,
        stands,
        reason(plan, at) if facts is None else "",
        ways,
        wishes.schools_of(solved, named_too),
    )


def _no_other(solved: Solved, urn: int, row: int | None) -> tuple[str, ...]:
    """Name what leaves a school no home but the one it has."""
    if row is None:
        return against.against_covered(solved, urn)
    county = solved.plan.county
    if county.block[county.position(urn)] >= 0:
        return against.against_alone(solved, urn)
    fixed = [lock for lock in solved.policy.locks.federations if urn in lock]
    return tuple(f"{listed(map(str, sorted(lock)))} are fixed as a federation" for lock in fixed)


def _room(rule: dict[str, Any]) -> float | None:
    """How far inside its nearest bound a rule is met; None where that is no number."""
    value, limit = rule["value"], rule["limit"] or {}
    if not rule["holds"] or value is None or limit.get("at_most") == 0:
        return None
    low, high = limit.get("at_least"), limit.get("at_most")
    rooms = [value - low] if low is not None else []
    rooms += [high - value] if high is not None else []
    return round(min(rooms), 6) if rooms else None


def _rooms(rules: list[dict[str, Any]]) -> dict[str, float]:
    found = {rule["name"]: _room(rule) for rule in rules}
    return {name: room for name, room in found.items() if room is not None}


def _inside(rule: dict[str, Any]) -> str:
    room = _room(rule)
    if room is None or rule["name"] in ("schools", "for_the_small", "connected"):
        return ""
    return f"{rule['sentence']}: {rule['value']:g}, with {room:g} to spare"

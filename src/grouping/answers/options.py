"""The options of one school, side by side, with no plan: what its governors could talk about.

Nothing is ranked for them: pairs come in order of minutes, larger federations in order of points.
Figures of a federation are those a plan would show of it (`proposals`).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from grouping.answers.budgets import budgets
from grouping.answers.joining import Partners, Urns, shown
from grouping.answers.proposals import roll_change_of
from grouping.answers.spoken import SAID, spoken
from grouping.answers.surroundings import Neighbour, Trust, around, neighbours, trusts
from grouping.answers.wording import headed, known
from grouping.errors import Fault, InputRefused, PolicyRefused
from grouping.policy.forms import FORMS, in_form
from grouping.policy.survey import Survey, survey
from grouping.policy.words import HARD, SHARED, Policy
from grouping.world.county import ROLE_WORDS
from grouping.world.journeys import Journeys, straight_lines
from grouping.world.schools import School, Schools

MOST = 3  # larger federations of a form that are shown
WITHIN = Fraction(3, 2)  # times the longest link: how far a neighbour may be


@dataclass(frozen=True, eq=False)
class Form:
    """One form of working together, for one school.

    `reason` says why the school takes no part in it; empty where it does. `whole` says whether
    every larger federation was looked at.
    """

    name: str
    policy: Policy
    partners: Partners | None
    reason: str
    left_out: dict[int, str]

    @cached_property
    def pairs(self) -> dict[int, Urns]:
        """Every possible partner, and the smallest federation with it."""
        if self.partners is None:
            return {}
        candidates, _ = self.partners.candidates
        held = set(self.partners.own)
        others = {urn for urns in candidates for urn in urns} - held
        joined = {urn: self.partners.joined(urn) for urn in sorted(others)}
        return {urn: urns for urn, urns in joined.items() if urns in candidates}

    @cached_property
    def larger(self) -> list[Urns]:
        """Every other candidate federation that holds the school, the fewest points first."""
        if self.partners is None:
            return []
        candidates, _ = self.partners.candidates
        smallest = {*self.pairs.values(), self.partners.own}
        rest = [urns for urns in candidates if urns not in smallest]
        return sorted(rest, key=lambda urns: (candidates[urns], urns))

    @property
    def stays(self) -> Urns | None:
        """The kept federation it stays in where nothing is done; None where it is in none."""
        own = () if self.partners is None else self.partners.own
        return own if len(own) > 1 else None

    @property
    def whole(self) -> bool:
        """Whether every candidate federation was looked at."""
        return self.partners is None or self.partners.candidates[1]

    def of(self, urn: int) -> dict[str, Any]:
        """Say of a neighbour whether it could be a partner, or what refuses it."""
        if self.partners is None:
            return {"possible": False, "reason": self.reason, "refusals": []}
        if urn in self.pairs:
            key = "-".join(map(str, self.pairs[urn]))
            return {"possible": True, "key": key, "refusals": []}
        if urn in self.left_out:
            return {"possible": False, "reason": self.left_out[urn], "refusals": []}
        if urn in self.partners.own:
            return {"possible": False, "reason": "in one federation already", "refusals": []}
        joined = self.partners.joined(urn)
        return {"possible": False, "refusals": self.partners.refusals(joined)}


@dataclass(frozen=True, eq=False)
class Options:
    """What one school could do; see `options`."""

    school: School
    policy: Policy
    role: str
    today: dict[str, Any] | None
    forms: tuple[Form, ...]
    neighbours: tuple[Neighbour, ...]
    trusts: tuple[Trust, ...]
    source: str
    most: int

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Everything but the sentences, as plain values."""
        own = {name: getattr(self.school, name) for name in ("roll", "type", "head", "trust")}
        return {
            "school": {**known(self.school), **own, "role": self.role},
            "policy": self.policy.name,
            "roll_change": float(roll_change_of(self.policy)),
            "journey_source": self.source,
            "today": self.today,
            "forms": [
                {
                    "form": form.name,
                    "takes_part": form.partners is not None,
                    "reason": form.reason,
                    "partners": len(form.pairs),
                    "larger": len(form.larger),
                    "refused": self._refused(form),
                    "unsaid": max(0, self._refused(form) - SAID),
                    "all_looked_at": form.whole,
                }
                for form in self.forms
            ],
            "options": self._options(),
            "neighbours": [
                {**_place(one), "forms": {f.name: f.of(one.school.urn) for f in self.forms}}
                for one in self.neighbours
            ],
            "trusts": [
                {"trust": one.name, "schools": one.schools, "nearest": _place(one.nearest)}
                for one in self.trusts
            ],
        }

    def _refused(self, form: Form) -> int:
        """Count the neighbours that are no possible partners in a form."""
        return sum(one.school.urn not in form.pairs for one in self.neighbours)

    def _options(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for form in self.forms:
            if form.partners is None:
                continue
            if form.stays:
                found.append({"kind": "stay", **form.partners.facts(form.stays)})
            order = {one.school.urn: k for k, one in enumerate(self.neighbours)}
            pairs = {urns: urn for urn, urns in sorted(form.pairs.items(), reverse=True)}
            near = sorted(pairs.items(), key=lambda one: order[one[1]])
            found += [
                {"kind": "pair", "partner": urn, **form.partners.facts(urns)} for urns, urn in near
            ]
            larger = form.larger[: self.most]
            found += [{"kind": "larger", **form.partners.facts(urns)} for urns in larger]
        return found

    @property
    def sentences(self) -> list[str]:
        """The answer in plain words; every figure in them is in the document."""
        return spoken(self.facts)

    @property
    def brief(self) -> list[str]:
        """The sentences without those of each option, for where a table stands beside them."""
        return spoken({**self.facts, "options": []})

    def document(self) -> dict[str, Any]:
        """Return the answer as plain values, as its JSON has it."""
        return headed("options", self.facts, self.sentences)


def options(
    schools: Schools,
    policy: Policy,
    urn: int,
    journeys: Journeys | None = None,
    *,
    most: int = MOST,
) -> Options:
    """Put what one school could do side by side; no plan is needed.

    Doing nothing; each possible partner as a pair in a hard federation, in a soft one, or sharing a
    business manager; larger federations; the nearest trusts; and every neighbour that is refused,
    with the rules that refuse it.

    Parameters
    ----------
    schools
        Every school of the county.
    policy
        Whose rules, terms and money are used; the other forms are this policy in that form.
    urn
        The school.
    journeys
        Where minutes come from; straight lines by the policy where None.
    most
        Larger federations of each form that are shown, those of fewest points.

    Raises
    ------
    InputRefused
        Where the file has no such school.
    PolicyRefused
        Where the policy does not fit these schools.
    """
    if not schools.has(urn):
        raise InputRefused(Fault("no such school in the file", "Mend the URN", urn=urn))
    school = schools.rows[schools.index_of(urn)]
    own = survey(schools, policy, journeys)
    forms = tuple(_form(schools, policy, own, name, urn, journeys) for name in FORMS)
    travel = policy.travel
    ways = journeys or straight_lines(
        travel.detour, travel.mph, travel.parking_minutes, policy.barriers
    )
    always = {other for form in forms for other in form.pairs}
    near = around(school, schools.rows, ways, always)
    reach = WITHIN * policy.neighbours.link_at_most
    return Options(
        school=school,
        policy=policy,
        role=_role(own, urn),
        today=_today(schools, policy, urn),
        forms=forms,
        neighbours=tuple(neighbours(near, reach, always)),
        trusts=trusts(near, schools.rows, school.trust) if school.status == "Open" else (),
        source=ways.source,
        most=most,
    )


def _form(
    schools: Schools,
    policy: Policy,
    own: Survey,
    name: str,
    urn: int,
    journeys: Journeys | None,
) -> Form:
    """Look at a school in one form; why it takes no part there, where it does not."""
    changed = in_form(policy, name)
    try:
        seen = own if changed is policy else survey(schools, changed, journeys)
    except PolicyRefused as refused:  # a lock on a school that takes no part in this form
        return Form(name, changed, None, f"the policy does not fit: {refused.faults[0]}", {})
    left = seen.taking_part.left_out
    partners = None if urn in left else Partners(seen, urn)
    return Form(name, changed, partners, left.get(urn, ""), left)


def _role(seen: Survey, urn: int) -> str:
    if urn in seen.taking_part.left_out:
        return "none"
    return ROLE_WORDS[int(seen.county.role[seen.county.position(urn)])]


def _today(schools: Schools, policy: Policy, urn: int) -> dict[str, Any] | None:
    """Give a school's own money if nothing is done, at the rolls that federations are judged at.

    None where it takes no part, so that the model of maintained schools is not for it.
    """
    hard = in_form(policy, HARD) if policy.form == SHARED else policy
    change = roll_change_of(hard)
    found = [one for one in budgets(schools, policy, change) if one.urn == urn]
    if not found:
        return None
    names = ("roll", "income", "cost", "residual", "balance", "t_star", "grade", "federation")
    own = {name: getattr(found[0], name) for name in names}
    return {**own, "roll_change": float(change), "shown": shown(own)}


def _place(one: Neighbour) -> dict[str, Any]:
    own = {"roll": one.school.roll, "type": one.school.type}
    return {**known(one.school), **own, "minutes": one.minutes, "miles": one.miles}

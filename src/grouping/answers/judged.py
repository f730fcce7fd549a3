"""Any federations of a county judged by a policy: today's, a plan's half-way, what one leaves.

A plan that is solved is the best; what is judged here need not be, nor even be allowed. It is
valued by the same terms and held against the same rules, and what it breaks is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from grouping.answers.plan import Stage
from grouping.answers.proposals import proposals
from grouping.answers.wording import listed, named, valued
from grouping.policy.survey import Survey
from grouping.policy.words import Limit, Rule
from grouping.search.candidates import price
from grouping.world.county import SMALL, URGENT, County
from grouping.world.federations import Federations, table

Group = tuple[int, ...]
Groups = tuple[Group, ...]


@dataclass(frozen=True)
class Breach:
    """Something that federations break.

    Parameters
    ----------
    kind
        "rule", "lock", "kept" (a federation of today that is to be kept whole) or "limit".
    name, sentence
        Of the rule, lock or limit.
    schools
        URNs of the federation, or of the schools of the lock; none for a limit.
    value, limit
        What was found, and the bound it is held against, as plain values.
    waived
        Whether the policy lets it stand: a federation that is kept or fixed may break rules.
    """

    kind: str
    name: str
    sentence: str
    schools: Group
    value: Any
    limit: Any
    waived: bool = False

    def document(self) -> dict[str, Any]:
        """Return the breach as plain values."""
        return {
            "kind": self.kind,
            "name": self.name,
            "sentence": self.sentence,
            "schools": list(self.schools),
            "value": self.value,
            "limit": self.limit,
            "waived": self.waived,
        }


@dataclass(frozen=True, eq=False)
class Judged:
    """Federations as they stand or would stand: what they are worth and what they break.

    `federations` is a table in order of first URN. Where `allowed`, they are a plan of the policy,
    though seldom its best.
    """

    survey: Survey
    federations: Federations
    stages: tuple[Stage, ...]
    breaches: tuple[Breach, ...]
    status: str = "judged"

    @property
    def county(self) -> County:
        """The schools that take part."""
        return self.survey.county

    @property
    def allowed(self) -> bool:
        """Whether they are a plan that the policy allows."""
        return all(breach.waived for breach in self.breaches)

    def __len__(self) -> int:
        return len(self.federations)

    @cached_property
    def groups(self) -> Groups:
        """URNs of each federation, ascending, in order of first URN."""
        return tuple(self.federations.urns(row) for row in range(len(self)))

    @cached_property
    def proposals(self) -> list[dict[str, Any]]:
        """Facts of each federation, as `plan.json` has them."""
        return proposals(self.federations, self.survey.policy)

    @property
    def said(self) -> str:
        """Say what they are worth: "1 urgent and 3 small schools alone, 12.5 points"."""
        return valued(self.stages)

    def document(self) -> dict[str, Any]:
        """Return what is judged as plain values."""
        return {
            "federations": ["-".join(map(str, group)) for group in self.groups],
            "stages": stages_told(self.stages),
            "allowed": self.allowed,
            "breaches": [breach.document() for breach in self.breaches],
        }

    def breaches_said(self) -> list[str]:
        """Say each breach in a sentence."""
        return [breach_said(self.county, breach) for breach in self.breaches]


def judged(seen: Survey, groups: Iterable[Sequence[int]]) -> Judged:
    """Judge federations by a policy.

    Parameters
    ----------
    seen
        The county as the policy sees it.
    groups
        URNs of each federation, of schools that take part, none twice.

    Raises
    ------
    KeyError
        Naming a school that takes no part.
    """
    county = seen.county
    order = sorted(sorted(county.position(urn) for urn in group) for group in groups)
    f = table(county, order)
    return Judged(seen, f, _stages(seen, f), tuple(_breaches(seen, f)))


def groups_today(county: County) -> Groups:
    """URNs of each federation today, ascending, in order of first URN."""
    found = (tuple(county.urns[held].tolist()) for held in county.federations_today())
    return tuple(sorted(found))


def stages_told(stages: Sequence[Stage]) -> list[dict[str, Any]]:
    """Return stages as plain values: name, value, unit."""
    return [{"name": s.name, "value": s.value, "unit": s.unit} for s in stages]


def breach_said(county: County, breach: Breach) -> str:
    """Say a breach in a sentence, with its figures."""
    schools = [named(county.schools[county.position(urn)]) for urn in breach.schools]
    who = f"{listed(schools)}: " if schools else ""
    held = breach.limit if isinstance(breach.limit, dict) else {}
    words = {"at_least": "at least", "at_most": "at most"}
    bounds = [f"{words[key]} {held[key]}" for key in words if held.get(key) is not None]
    found = "" if breach.kind in ("lock", "kept") else f": found {_shown(breach.value)}"
    asked = f", where {listed(bounds)} is asked" if found and bounds else ""
    waived = "; the policy lets it stand, as it is kept or fixed" if breach.waived else ""
    what = {"rule": "breaks the rule", "limit": "the plan breaks the limit"}
    if breach.kind in what:
        return f'{who}{what[breach.kind]} "{breach.sentence}"{found}{asked}{waived}.'
    return f"{who}{breach.sentence}{waived}."


def _shown(value: Any) -> str:
    return "none" if value is None else str(value)


def _stages(seen: Survey, f: Federations) -> tuple[Stage, ...]:
    county, alone = seen.county, _alone(f)
    cost, stages = int(price(f, seen.policy).sum()), []
    for name, role, points in (
        ("urgent alone", URGENT, seen.policy.alone.urgent),
        ("small alone", SMALL, seen.policy.alone.small),
    ):
        count = int((county.role[alone] == role).sum())
        if points is None:
            stages.append(Stage(name, count, None, "schools"))
        else:
            cost += count * round(1000 * points)
    return (*stages, Stage("cost", cost, None, "thousandths of a point"))


def _alone(f: Federations) -> Any:
    marks = np.ones(len(f.county), dtype=np.bool_)
    marks[f.members[f.there]] = False
    return np.flatnonzero(marks)


def _breaches(seen: Survey, f: Federations) -> Iterator[Breach]:
    county, policy = seen.county, seen.policy
    groups = [f.urns(row) for row in range(len(f))]
    blocks = [tuple(county.urns[held].tolist()) for held in county.blocks()]
    fixed = sorted({tuple(sorted(set(lock))) for lock in policy.locks.federations})
    stands = {*blocks, *fixed}
    for rule in policy.rules:
        if rule.title == "together":
            continue  # below, with the schools that are left alone
        fine = np.asarray(rule.allows(f), dtype=np.bool_) if len(f) else np.ones(0, np.bool_)
        for row in np.flatnonzero(~fine).tolist():
            yield _broken(rule, f.one(row), waived=groups[row] in stands)
    for block in blocks:
        if not any(set(block) <= set(group) for group in groups):
            yield Breach("kept", "existing", "federated today, not kept whole", block, None, None)
    for lock in policy.locks.together:
        if not any(set(lock) <= set(group) for group in groups):
            held = tuple(sorted(set(lock)))
            yield Breach("lock", "together", "to be together, and are not", held, None, None)
    for lock in fixed:
        if lock not in groups:
            yield Breach("lock", "federations", "fixed as one, and are not", lock, None, None)
    for limit in policy.limits:
        yield from _limit(limit, f)


def _broken(rule: Rule, one: Federations, *, waived: bool) -> Breach:
    value = None if rule.value is None else rule.value(one)
    bound = None if rule.limit is None else dict(rule.limit(one))
    return Breach("rule", rule.title, rule.sentence, one.urns(), value, bound, waived)


def _limit(limit: Limit, f: Federations) -> Iterator[Breach]:
    value = int(np.asarray(limit.measure(f), dtype=np.int64).sum()) if len(f) else 0
    if limit.alone is not None:
        value += int(limit.alone(f.county)[_alone(f)].sum())
    bounds = {"at_least": limit.at_least, "at_most": limit.at_most}
    low, high = bounds["at_least"], bounds["at_most"]
    if (low is not None and value < low) or (high is not None and value > high):
        yield Breach("limit", limit.name, limit.name.replace("_", " "), (), value, bounds)

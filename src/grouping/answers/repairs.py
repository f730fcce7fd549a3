"""What a policy would have to give so that a set of schools may be a federation: the least of each.

A repair moves one key of the policy as far as one federation needs, and no further; where a key
cannot be moved so far, the rule goes. Nothing here asks the solver.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from grouping.answers.obstacles import FIXED, judged, split_locks
from grouping.answers.wording import listed, named
from grouping.policy import rules as ready
from grouping.policy.eligibility import take_part
from grouping.policy.survey import Survey
from grouping.policy.words import Policy, Rule
from grouping.world.ethos import ACADEMIES, REFUSED
from grouping.world.federations import EMPTY, Federations, federation
from grouping.world.journeys import NONE
from grouping.world.schools import School, Schools

FINEST = Fraction(1, 10**6)  # of a share of income, as the rule's own figure is told
LAW = "a what-if only: by law academies may not federate"


@dataclass(frozen=True)
class Repair:
    """One change of a policy that lets more be a federation.

    `setting` is what `--set` takes, empty for what only Python can change; `more` how much more
    than the policy has, where that is a number.
    """

    rule: str
    words: str
    setting: str
    apply: Callable[[Policy], Policy]
    more: float | None = None

    def document(self) -> dict[str, Any]:
        """Return the repair as plain values."""
        return {
            "rule": self.rule,
            "words": self.words,
            "setting": self.setting or None,
            "more": self.more,
        }


def applied(policy: Policy, repairs: Sequence[Repair]) -> Policy:
    """Make every repair to a policy."""
    for repair in repairs:
        policy = repair.apply(policy)
    return policy


def repair_of(name: str, one: Federations, policy: Policy, *, moved: bool = False) -> Repair:
    """Say the least that a broken rule would have to give for the first federation of a table.

    `moved`: its key has been moved already, and that did not do.
    """
    one = one.one(0)
    if name == FIXED:
        return _freed(one, policy)
    rule = next(rule for rule in policy.rules if rule.title == name)
    if name in ("apart", "together"):
        return _unlocked(name, one, policy)
    make = None if moved or rule.settings is None else _REPAIRS.get(name)
    found = None if make is None else make(rule, one, policy)
    return _without(rule) if found is None else found


def let_in(schools: Schools, policy: Policy, urn: int) -> tuple[Repair, ...] | None:
    """List what would let a school take part, in turn; None where no key of the policy would."""
    school = next(one for one in schools.rows if one.urn == urn)
    found: list[Repair] = []
    while True:
        if urn in {one.urn for one in take_part(schools, policy).schools}:
            return tuple(found)
        repair = _let_in(school, policy)
        if repair is None:
            return None
        found.append(repair)
        policy = repair.apply(policy)


def _let_in(school: School, policy: Policy) -> Repair | None:
    wanted, roles = policy.take_part, policy.roles
    if school.urn in wanted.leave_out:
        left = tuple(urn for urn in wanted.leave_out if urn != school.urn)
        return _taking("leave_out", left, f"{named(school)} no longer left out by the policy")
    if wanted.authorities and school.local_authority not in wanted.authorities:
        if school.local_authority is None:
            return None
        chosen = (*wanted.authorities, school.local_authority)
        return _taking("authorities", chosen, f"{school.local_authority} chosen too")
    if school.type in ACADEMIES and wanted.academies == "leave out":
        return _taking("academies", "as maintained", f"academies as maintained ({LAW})")
    if school.roll > roles.partner_at_most:
        return Repair(
            "partner_at_most",
            f"partners up to {school.roll} pupils, where the policy has {roles.partner_at_most}",
            f"roles.partner_at_most={school.roll}",
            lambda policy: _parted(policy, school.roll),
            float(school.roll - roles.partner_at_most),
        )
    return None


def _parted(policy: Policy, most: int) -> Policy:
    return replace(policy, roles=replace(policy.roles, partner_at_most=most))


def _taking(key: str, value: Any, words: str) -> Repair:
    plain = list(value) if isinstance(value, tuple) else value
    return Repair(
        key,
        words,
        f"take_part.{key}={json.dumps(plain, ensure_ascii=False)}",
        lambda policy: replace(policy, take_part=replace(policy.take_part, **{key: value})),
    )


def _without(rule: Rule) -> Repair:
    setting = "" if rule.settings is None else f"rules.{rule.title}=false"
    words = f'no rule "{rule.title}"'
    return Repair(rule.title, words, setting, lambda policy: policy.without(rule.title))


def _put(rule: Rule, words: str, setting: str, more: float | None = None) -> Repair:
    key = f"rules.{rule.title}.{setting}"
    return Repair(rule.title, words, key, lambda policy: policy.with_rule(rule), more)


def _longer(rule: Rule, one: Federations, _: Policy) -> Repair | None:
    tenths = [int(one.county.tenths[i, j]) for i, j in judged(one)]
    if min(tenths) == NONE:
        return None
    most = Fraction(max(tenths), 10)
    more = float(most - Fraction((rule.settings or {})["at_most"]))
    words = f"a longest journey of {float(most):.1f} minutes, {more:.1f} more than the policy has"
    return _put(
        ready.longest_journey(at_most=most), words, f"at_most={float(most):.1f}", round(more, 6)
    )


def _wider_ethos(rule: Rule, one: Federations, _: Policy) -> Repair | None:
    asked = (rule.settings or {})["policy"]
    standing = one.county.pairs.standing
    if asked == "strict" and all(standing[i, j] != REFUSED for i, j in judged(one)):
        words = "the ethos rule as it is by default, with the consents it asks for"
        return _put(ready.ethos(policy="default"), words, 'policy="default"')
    words = "an ethos rule open to any pair, with the consents of both"
    return _put(ready.ethos(policy="open"), words, 'policy="open"')


def _linked(_: Rule, one: Federations, policy: Policy) -> Repair | None:
    """Links as long as the set needs them; for other kinds of graph, links put in."""
    edges = missing_links(one)
    wanted, county = policy.neighbours, one.county
    tenths = [int(county.tenths[i, j]) for i, j in edges]
    if (
        wanted.kind == "minutes"
        and NONE not in tenths
        and Fraction(max(tenths), 10) > (wanted.link_at_most)
    ):
        most = Fraction(max(tenths), 10)
        more = float(most - wanted.link_at_most)
        return Repair(
            "connected",
            f"links of up to {float(most):.1f} minutes, {more:.1f} more than the policy has",
            f"neighbours.link_at_most={float(most):.1f}",
            lambda policy: _neighbouring(policy, link_at_most=most),
            round(more, 6),
        )
    pairs = [(int(county.urns[i]), int(county.urns[j])) for i, j in edges]
    barred = {frozenset(pair) for pair in wanted.barred}
    if any(frozenset(pair) in barred for pair in pairs):
        return None
    added = (*wanted.added, *pairs)
    names = listed(f"{named(county.schools[i])} and {named(county.schools[j])}" for i, j in edges)
    return Repair(
        "connected",
        f"a link added between {names}",
        f"neighbours.added={json.dumps([list(pair) for pair in added])}",
        lambda policy: _neighbouring(policy, added=added),
    )


def _neighbouring(policy: Policy, **moved: Any) -> Policy:
    return replace(policy, neighbours=replace(policy.neighbours, **moved))


def missing_links(one: Federations) -> list[tuple[int, int]]:
    """Shortest links that would join the first federation, as positions; no journey last."""
    county = one.county
    members = [int(i) for i in one.members[0] if i != EMPTY]
    inside, outside, found = members[:1], members[1:], []
    while outside:
        linked, _, _, i, j = min(
            (not county.linked[i, j], int(county.keys[i, j]), k, i, j)
            for i in inside
            for k, j in enumerate(outside)
        )
        if linked:
            found.append((min(i, j), max(i, j)))
        inside.append(j)
        outside.remove(j)
    return found


def _rolls(rule: Rule, one: Federations, _: Policy) -> Repair | None:
    roll, bounds = int(one.sum("roll")[0]), dict(rule.settings or {})
    most = bounds["at_most"]
    key = "at_most" if most is not None and roll > most else "at_least"
    more = abs(float(roll - Fraction(bounds[key])))
    words = f"a combined roll {key.replace('_', ' ')} {roll} pupils"
    return _put(ready.combined_roll(**{**bounds, key: roll}), words, f"{key}={roll}", more)


def _balance(rule: Rule, one: Federations, _: Policy) -> Repair | None:
    share = None if rule.value is None else rule.value(one)
    if share is None:
        return None
    least = Fraction(repr(share))
    if not ready.combined_budget(at_least=least).allows(one)[0]:
        least -= FINEST
    more = float(Fraction((rule.settings or {})["at_least"]) - least)
    words = f"an in-year balance of at least {float(least):f} of income"
    return _put(
        ready.combined_budget(at_least=least), words, f"at_least={float(least):f}", round(more, 6)
    )


def _sizes(rule: Rule, one: Federations, policy: Policy) -> Repair | None:
    size, bounds = int(one.size[0]), dict(rule.settings or {})
    key = "at_most" if size > bounds["at_most"] else "at_least"
    if size < 2:
        return None
    grow = policy.take_part.existing_may_grow_by
    made = ready.schools(**{**bounds, key: size}, existing_may_grow_by=grow)
    words = f"federations of {key.replace('_', ' ')} {size} schools"
    return _put(made, words, f"{key}={size}", float(abs(size - bounds[key])))


def _unlocked(kind: str, one: Federations, policy: Policy) -> Repair:
    """Take out the locks that stand against a set."""
    held = set(one.urns())

    def against(lock: tuple[int, ...]) -> bool:
        inside = len(held & set(lock))
        return inside > 1 if kind == "apart" else 0 < inside < len(set(lock))

    gone = tuple(lock for lock in getattr(policy.locks, kind) if against(lock))
    return _locks(kind, gone, policy)


def _freed(one: Federations, policy: Policy) -> Repair:
    return _locks("federations", tuple(split_locks(set(one.urns()), policy)), policy)


def _locks(kind: str, gone: tuple[tuple[int, ...], ...], policy: Policy) -> Repair:
    kept = tuple(lock for lock in getattr(policy.locks, kind) if lock not in gone)
    names = listed(" and ".join(map(str, sorted(set(lock)))) for lock in gone)

    def drop(policy: Policy) -> Policy:
        policy = replace(policy, locks=replace(policy.locks, **{kind: kept}))
        if kind != "federations":
            made = getattr(ready, kind)(kept)
            policy = policy.with_rule(made) if kept else policy.without(kind)
        return policy

    return Repair(
        FIXED if kind == "federations" else kind,
        f"the lock of {names} ({kind}) taken out",
        f"locks.{kind}={json.dumps([list(lock) for lock in kept])}",
        drop,
    )


_REPAIRS: dict[str, Callable[[Rule, Federations, Policy], Repair | None]] = {
    "longest_journey": _longer,
    "ethos": _wider_ethos,
    "connected": _linked,
    "combined_roll": _rolls,
    "combined_budget": _balance,
    "schools": _sizes,
}


def is_candidate(seen: Survey, urns: Sequence[int]) -> bool:
    """Whether these schools are a federation that a policy allows, told by its rules one by one."""
    county, held = seen.county, set(urns)
    try:
        one = federation(county, sorted(held))
    except KeyError:
        return False
    kept = [{int(county.urns[i]) for i in block} for block in county.blocks()]
    if held in kept or held in map(set, seen.asked.locks.federations):
        return True  # whatever rules it breaks
    if any(block & held and not block <= held for block in kept):
        return False
    return not split_locks(held, seen.asked) and not seen.policy.refusals(one)

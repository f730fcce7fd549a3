"""Small changes of a policy, as a planner makes them one by one: each gives a new policy.

Names of schools are checked where a policy meets a county (`survey`); what can be told of a policy
by itself is told here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from fractions import Fraction
from typing import Any

import numpy as np

from grouping.errors import Fault, PolicyRefused
from grouping.policy import limits, rules
from grouping.policy.contradictions import locks_at_odds
from grouping.policy.words import Limit, Locks, Policy, Rule

Number = int | float | Fraction


def together(policy: Policy, *urns: int) -> Policy:
    """Ask for some schools in one federation of the plan."""
    return _locked(policy, together=(*policy.locks.together, _set(urns)))


def apart(policy: Policy, *urns: int) -> Policy:
    """Ask for some schools never in one federation."""
    return _locked(policy, apart=(*policy.locks.apart, _set(urns)))


def fixed(policy: Policy, *urns: int) -> Policy:
    """Ask for a federation of exactly these schools."""
    return _locked(policy, federations=(*policy.locks.federations, _set(urns)))


def forbidden(policy: Policy, *urns: int) -> Policy:
    """Ask for no federation of exactly these schools; more or fewer of them may be in one."""
    held = _set(urns)
    name = "not " + "-".join(map(str, held))

    def allows(f: Any) -> Any:
        inside = f.sum(np.isin(f.county.urns, held).astype(np.int64))
        return (inside < len(held)) | (f.size != len(held))

    sentence = "not exactly " + ", ".join(map(str, held))
    return policy.with_rule(Rule(sentence, allows, name=name))


def left_out(policy: Policy, *urns: int) -> Policy:
    """Let some schools take no part."""
    held = dict.fromkeys((*policy.take_part.leave_out, *_whole(urns)))
    return replace(policy, take_part=replace(policy.take_part, leave_out=tuple(held)))


def unlocked(policy: Policy, urn: int) -> Policy:
    """Take a school out of every lock; a lock of two or more others holds on for them."""
    kept = {
        f.name: tuple(
            rest
            for lock in getattr(policy.locks, f.name)
            if len(rest := tuple(one for one in lock if one != urn)) > 1
        )
        for f in fields(Locks)
    }
    locks = Locks(**kept)
    if locks == policy.locks:
        return policy
    made = {"apart": rules.apart, "together": rules.together}
    held: list[Rule] = []
    for rule in policy.rules:
        if rule.title not in made:
            held.append(rule)
        elif getattr(locks, rule.title):
            held.append(made[rule.title](getattr(locks, rule.title)))
    return replace(policy, locks=locks, rules=tuple(held))


def limited(
    policy: Policy, name: str, *, at_least: int | None = None, at_most: int | None = None
) -> Policy:
    """Bound a measure of the plan: one that is ready-made, or that the policy has already."""
    held = next((limit for limit in policy.limits if limit.name == name), None)
    if at_least is not None and at_most is not None and at_least > at_most:
        what = f"at_least {at_least} is more than at_most {at_most}"
        raise PolicyRefused(Fault(what, "Make at_most the larger", field=f"limits.{name}"))
    if name in limits.__all__:
        made: Limit = getattr(limits, name)(at_least=at_least, at_most=at_most)
    elif held is not None:
        made = replace(held, at_least=at_least, at_most=at_most)
    else:
        known = ", ".join([*limits.__all__, *(limit.name for limit in policy.limits)])
        raise PolicyRefused(Fault(f'no limit "{name}"', f"There are: {known}", field="limits"))
    return policy.with_limit(made)


def priced(policy: Policy, **points: Number | None) -> Policy:
    """Price a small school left alone, by tier (urgent, small); None for a stage of its own."""
    unknown = set(points) - {"urgent", "small"}
    wrong = [name for name, value in points.items() if value is not None and value < 0]
    if unknown or wrong:
        what = f"no tier {sorted(unknown)}" if unknown else f"the price of {wrong} is negative"
        raise PolicyRefused(Fault(what, "Give urgent= or small=, 0 or more", field="alone"))
    tiers = {name: None if v is None else _fraction(v) for name, v in points.items()}
    return replace(policy, alone=replace(policy.alone, **tiers))


def weighed(policy: Policy, term: str, weight: Number) -> Policy:
    """Give a term another weight, points per unit of its measure."""
    held = next((one for one in policy.terms if one.name == term), None)
    if held is None:
        known = ", ".join(one.name for one in policy.terms)
        raise PolicyRefused(Fault(f'no term "{term}"', f"There are: {known}", field="terms"))
    exact = _fraction(weight)
    if exact < 0:
        raise PolicyRefused(Fault("a weight is negative", "Give 0 or more", field=f"terms.{term}"))
    settings = None if held.settings is None else {**held.settings, "weight": exact}
    return policy.with_term(replace(held, weight=exact, settings=settings))


def _locked(policy: Policy, **more: tuple[tuple[int, ...], ...]) -> Policy:
    """Put locks in place, with the rules that hold to them."""
    locks: Locks = replace(policy.locks, **more)
    faults = [
        Fault(what, do, field=place) for place, what, do in locks_at_odds({"locks": asdict(locks)})
    ]
    if faults:
        raise PolicyRefused(faults)
    policy = replace(policy, locks=locks)
    if locks.apart:
        policy = policy.with_rule(rules.apart(locks.apart))
    if locks.together:
        policy = policy.with_rule(rules.together(locks.together))
    return policy


def _set(urns: Iterable[int]) -> tuple[int, ...]:
    held = tuple(sorted(set(_whole(urns))))
    if len(held) < 2:
        raise PolicyRefused(Fault("a lock names fewer than two schools", "Name two or more"))
    return held


def _whole(urns: Iterable[int]) -> list[int]:
    return [int(urn) for urn in urns]


def _fraction(value: Number) -> Fraction:
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)

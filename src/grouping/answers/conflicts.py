"""What a policy asks in a planner's words, and one conflict of it, quickly: why no plan can exist.

All conflicts, and what would mend them, are a question of their own: `questions.conflicts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from grouping.answers.wording import count, known, listed, named
from grouping.policy.asks import APART, EXISTING, LIMIT, RULE, TOGETHER, Ask, asks_of, without
from grouping.policy.words import Policy
from grouping.world.schools import School

Names = Mapping[int, School]

MEASURES = {
    "federations": ("federation", "in the plan"),
    "mixed_federations": ("federation", "of more than one ethos"),
    "changed_schools": ("school", "with partners other than today's"),
}


def conflicts(
    policy: Policy, possible: Callable[[Policy], bool], names: Names | None = None
) -> tuple[str, ...]:
    """Name locks, limits and kept federations that cannot all hold, each needed for the conflict.

    One conflict, with the rules as they are: each that is named was left out in turn, and a plan
    existed without it.

    Parameters
    ----------
    policy
        A policy under which no plan exists.
    possible
        Whether any plan exists under a policy.
    names
        Schools by URN, to be named.
    """
    needed = []
    for ask in asks_of(policy):
        if ask.kind == RULE:
            continue
        lighter = without(policy, [ask])
        if possible(lighter):
            needed.append(ask)
        else:
            policy = lighter
    return tuple(sentence(ask, policy, names or {}) for ask in needed)


def sentence(ask: Ask, policy: Policy, names: Names) -> str:
    """Say one ask in a planner's words, without a full stop."""
    if ask.kind == RULE:
        rule = next((one for one in policy.rules if one.title == ask.name), None)
        return f"rule {ask.name}: {rule.sentence}" if rule else f"rule {ask.name}"
    if ask.kind == LIMIT:
        bound = ask.bound.replace("_", " ")
        if ask.name not in MEASURES:
            return f"limit {ask.name}: {bound} {ask.value}"
        what, more = MEASURES[ask.name]
        return f"{bound} {count(ask.value, what)} {more}"
    if ask.kind == EXISTING:
        return "existing federations are kept whole"
    schools = listed(named(names[urn]) if urn in names else str(urn) for urn in ask.urns)
    if ask.kind == TOGETHER:
        return f"{schools} are to be together"
    if ask.kind == APART:
        return f"{schools} are to stay apart"
    return f"{schools} are fixed as a federation"


def as_document(asks: Iterable[Ask], policy: Policy, names: Names) -> list[dict[str, Any]]:
    """Give asks as documents do: their kind, what they name, and their sentence."""
    found = []
    for ask in asks:
        facts: dict[str, Any] = {"kind": ask.kind}
        if ask.name:
            facts["name"] = ask.name
        if ask.bound:
            facts |= {"bound": ask.bound, "value": ask.value}
        if ask.urns:
            facts["schools"] = [known(names[u]) if u in names else {"urn": u} for u in ask.urns]
        found.append(facts | {"sentence": sentence(ask, policy, names)})
    return found

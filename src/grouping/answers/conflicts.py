"""Why no plan can exist: the locks, kept federations and limits that cannot all hold.

A set is found by leaving one out after another and asking whether a plan exists without it, so
that each that is named is needed for the conflict.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from grouping.policy import rules as ready
from grouping.policy.words import Policy

Drop = Callable[[Policy], Policy]


def conflicts(policy: Policy, possible: Callable[[Policy], bool]) -> tuple[str, ...]:
    """Name asks of an impossible policy that cannot all hold, each needed for the conflict.

    Parameters
    ----------
    policy
        A policy under which no plan exists.
    possible
        Whether any plan exists under a policy.
    """
    needed = []
    for sentence, drop in droppable(policy):
        lighter = drop(policy)
        if possible(lighter):
            needed.append(sentence)
        else:
            policy = lighter
    return tuple(needed)


def droppable(policy: Policy) -> list[tuple[str, Drop]]:
    """List what forces something in a policy: locks, limits, kept federations."""
    asks: list[tuple[str, Drop]] = []
    for key, sentence in (
        ("together", "are to be together"),
        ("apart", "are to stay apart"),
        ("federations", "are fixed as a federation"),
    ):
        asks += [
            (f"{_listed(lock)} {sentence}", _without_lock(key, lock))
            for lock in getattr(policy.locks, key)
        ]
    for limit in policy.limits:
        given = (("at least", limit.at_least), ("at most", limit.at_most))
        bounds = ", ".join(f"{word} {bound}" for word, bound in given if bound is not None)
        asks.append((f"limit {limit.name}: {bounds}", _without(limit.name)))
    if policy.take_part.existing == "keep":
        asks.append(("existing federations are kept whole", _freed))
    return asks


def _listed(lock: tuple[int, ...]) -> str:
    return " and ".join(map(str, sorted(set(lock))))


def _without_lock(key: str, lock: tuple[int, ...]) -> Drop:
    def drop(policy: Policy) -> Policy:
        kept = tuple(one for one in getattr(policy.locks, key) if one != lock)
        locks = replace(policy.locks, **{key: kept})
        rules = policy.rules
        if key in ("together", "apart"):
            rules = tuple(r for r in rules if r.title != key)
            if kept:
                rules = (*rules, getattr(ready, key)(kept))
        return replace(policy, locks=locks, rules=rules)

    return drop


def _without(name: str) -> Drop:
    return lambda policy: policy.without(name)


def _freed(policy: Policy) -> Policy:
    return replace(policy, take_part=replace(policy.take_part, existing="free"))

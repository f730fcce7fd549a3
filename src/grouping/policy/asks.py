"""What a policy asks that can be taken back piece by piece: locks, limits, kept federations, rules.

Each ask is told apart from the others so that a plan, or a policy without some of them, can be held
against each. Terms, prices and tiers are no asks: they say which plan is better, never that none is
a plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from grouping.policy import rules as ready
from grouping.policy.words import Limit, Locks, Policy

LOCKS = ("together", "apart", "federations")
TOGETHER, APART, FEDERATIONS = LOCKS
LIMIT, EXISTING, RULE = "limit", "existing", "rule"
BOUNDS = ("at_least", "at_most")


@dataclass(frozen=True)
class Ask:
    """One thing a policy asks.

    `kind` is one of "together", "apart", "federations" (then `urns`), "limit" (then `name`, and
    `bound` with its `value`), "existing" (kept federations stay whole), or "rule" (then `name`).
    """

    kind: str
    name: str = ""
    urns: tuple[int, ...] = ()
    bound: str = ""
    value: int = 0


def asks_of(policy: Policy, *, kept: bool = True) -> tuple[Ask, ...]:
    """List what a policy asks: locks, limits bound by bound, kept federations, rules.

    `kept` says whether there is any federation today to keep.
    """
    asks = [
        Ask(kind, urns=tuple(sorted(set(lock)))) for kind in LOCKS for lock in _locks(policy, kind)
    ]
    for limit in policy.limits:
        for bound in BOUNDS:
            value = getattr(limit, bound)
            if value is not None:
                asks.append(Ask(LIMIT, limit.name, bound=bound, value=value))
    if kept and policy.take_part.existing == "keep":
        asks.append(Ask(EXISTING))
    asks += [Ask(RULE, rule.title) for rule in policy.rules if rule.title not in LOCKS]
    return tuple(dict.fromkeys(asks))


def without(policy: Policy, dropped: Iterable[Ask]) -> Policy:
    """Give a policy without some of what it asks; all else stays."""
    gone = set(dropped)
    if Ask(EXISTING) in gone:
        policy = replace(policy, take_part=replace(policy.take_part, existing="free"))
    locks = Locks(
        **{
            kind: tuple(
                lock
                for lock in _locks(policy, kind)
                if Ask(kind, urns=tuple(sorted(set(lock)))) not in gone
            )
            for kind in LOCKS
        }
    )
    rules = [
        rule
        for rule in policy.rules
        if rule.title not in (TOGETHER, APART) and Ask(RULE, rule.title) not in gone
    ]
    rules += [getattr(ready, k)(getattr(locks, k)) for k in (APART, TOGETHER) if getattr(locks, k)]
    limits = [_bounded(limit, gone) for limit in policy.limits]
    held = tuple(limit for limit in limits if limit is not None)
    return replace(policy, locks=locks, rules=tuple(rules), limits=held)


def bounded(policy: Policy, ask: Ask, value: int) -> Policy:
    """Give a policy with one bound of a limit at another value."""
    limit = next(one for one in policy.limits if one.name == ask.name)
    return policy.with_limit(_moved(limit, {ask.bound: value}))


def _locks(policy: Policy, kind: str) -> tuple[tuple[int, ...], ...]:
    found: tuple[tuple[int, ...], ...] = getattr(policy.locks, kind)
    return found


def _bounded(limit: Limit, gone: set[Ask]) -> Limit | None:
    """Give a limit without the bounds that are gone; None where none is left."""
    off: dict[str, int | None] = {}
    for bound in BOUNDS:
        value = getattr(limit, bound)
        if value is not None and Ask(LIMIT, limit.name, bound=bound, value=value) in gone:
            off[bound] = None
    left = _moved(limit, off)
    return limit if not off else None if left.at_least is left.at_most is None else left


def _moved(limit: Limit, bounds: dict[str, int | None]) -> Limit:
    settings = None if limit.settings is None else {**limit.settings, **bounds}
    return replace(limit, settings=settings, **bounds)  # type: ignore[arg-type]  # two ints by name

"""What stands against an ask that no plan can meet: locks, kept federations, limits, by name.

Found as the conflicts of a policy are: by asking again without one after another, so that each
that is named is needed. The ask itself is not named.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from grouping.answers.conflicts import conflicts, sentence
from grouping.answers.wording import listed
from grouping.errors import PolicyRefused
from grouping.policy import changes
from grouping.policy.asks import asks_of
from grouping.policy.words import Limit, Policy
from grouping.questions.solved import Solved
from grouping.world.federations import Federations

KEPT = "they are in one federation today, and existing federations are kept whole"


def holding_together(solved: Solved, one: int, other: int) -> tuple[str, ...]:
    """Say what by itself holds two schools in one federation: kept, fixed or locked."""
    county, locks = solved.plan.county, solved.policy.locks
    pair = {one, other}
    said = [
        KEPT
        for block in county.blocks()
        if pair <= {int(county.urns[i]) for i in block}
    ]  # fmt: skip
    for key, what in (("federations", "are fixed as a federation"), ("together", "are locked")):
        for lock in getattr(locks, key):
            if pair <= set(lock):
                end = " together" if key == "together" else ""
                said.append(f"{listed(map(str, sorted(set(lock))))} {what}{end}")
    return tuple(dict.fromkeys(said))


def against_together(solved: Solved, *urns: int) -> tuple[str, ...]:
    """Name what stands against these schools in one federation."""
    return _against(solved, lambda policy: changes.together(policy, *urns))


def against_apart(solved: Solved, one: int, other: int) -> tuple[str, ...]:
    """Name what stands against two schools in no federation with each other."""
    held = holding_together(solved, one, other)
    return held or _against(solved, lambda policy: changes.apart(policy, one, other))


def against_covered(solved: Solved, urn: int) -> tuple[str, ...]:
    """Name what stands against a school in a federation."""
    return _against(solved, lambda policy: policy.with_limit(_inside(urn, at_least=1)))


def against_alone(solved: Solved, urn: int) -> tuple[str, ...]:
    """Name what stands against a school alone."""
    county = solved.plan.county
    if county.block[county.position(urn)] >= 0:
        return ("it is in a federation today, and existing federations are kept whole",)
    return _against(solved, lambda policy: policy.with_limit(_inside(urn, at_most=0)))


def _inside(urn: int, *, at_least: int | None = None, at_most: int | None = None) -> Limit:
    """Bound the number of federations of the plan that hold a school."""

    def holds(f: Federations) -> NDArray[np.int64]:
        return np.asarray(f.sum((f.county.urns == urn).astype(np.int64)), dtype=np.int64)

    return Limit(f"{urn} in a federation", holds, at_least=at_least, at_most=at_most)


def _against(solved: Solved, asking: Callable[[Policy], Policy]) -> tuple[str, ...]:
    policy = asking(solved.policy)
    names = {school.urn: school for school in solved.bench.case.schools.rows}
    before = asks_of(solved.policy)
    own = {sentence(ask, policy, names) for ask in asks_of(policy) if ask not in before}

    def possible(lighter: Policy) -> bool:
        try:
            return solved.again(lighter).plan.status != "infeasible"
        except PolicyRefused:
            return True

    return tuple(said for said in conflicts(policy, possible, names) if said not in own)

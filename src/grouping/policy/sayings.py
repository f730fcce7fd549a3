"""Sayings: what bodies said of schools together or apart, and a policy that takes them up.

A saying changes no plan by itself. Only who asks for it gets a policy with the sayings as locks, or
as a term that prices each step of each view.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from grouping.errors import Fault, PolicyRefused
from grouping.policy import changes
from grouping.policy.changes import Number
from grouping.policy.words import Policy, Term
from grouping.world.federations import Federations

TOGETHER, APART = 2, -2  # the strongest views, as the words stand for
TERM = "soundings"


@dataclass(frozen=True)
class Saying:
    """What one body said of one school.

    Parameters
    ----------
    who
        A body, never a person: "governors", "parents", "diocese".
    date
        When it was said; of one body about the same schools the latest stands.
    urn, other
        The school asked, and the school it speaks of; None where it speaks of being in any
        federation at all.
    view
        From -2, apart, to 2, together; 0 for no wish either way.
    reason
        In its own words, without names.
    row
        Row of the file, 0 where it is of none.
    """

    who: str
    date: date
    urn: int
    other: int | None
    view: int
    reason: str = ""
    row: int = 0

    @property
    def key(self) -> tuple[str, int, int | None]:
        """What tells one voice on one matter from another."""
        return (self.who.casefold(), self.urn, self.other)


def standing(sayings: Iterable[Saying]) -> tuple[Saying, ...]:
    """Give the latest saying of each body on each matter, in the order given.

    Raises
    ------
    PolicyRefused
        Where a body said two things of one matter on one day.
    """
    latest: dict[tuple[str, int, int | None], Saying] = {}
    faults = []
    for saying in sayings:
        held = latest.get(saying.key)
        if held is None or saying.date > held.date:
            latest[saying.key] = saying
        elif saying.date == held.date and saying.view != held.view:
            what = f"one body says two things of one matter on {saying.date}"
            faults.append(Fault(what, "Keep the one that stands", urn=saying.urn))
    if faults:
        raise PolicyRefused(faults)
    kept = set(map(id, latest.values()))
    return tuple(saying for saying in sayings if id(saying) in kept)


def policy_with(
    policy: Policy,
    sayings: Sequence[Saying],
    *,
    as_locks: bool = False,
    weight: Number | None = None,
) -> Policy:
    """Take sayings up into a policy, as locks or as a term.

    Parameters
    ----------
    policy
        The policy they are laid over.
    sayings
        Those that stand count; a view of 0 asks for nothing.
    as_locks
        Every view of two schools becomes a lock, whatever its strength. What is said of one
        school by itself becomes none: to keep a school out, leave it out of the policy.
    weight
        Points for each step of each view: a federation that joins two schools is cheaper by so
        much for every step for it, and dearer for every step against; one that holds a school,
        likewise by what is said of that school by itself.

    Raises
    ------
    PolicyRefused
        Where neither or both are asked for, the weight is negative, or the locks contradict each
        other or the policy's own.
    """
    if as_locks == (weight is not None):
        raise PolicyRefused(Fault("asks for neither locks nor a term, or both", "Ask for one"))
    held = standing(sayings)
    if weight is None:
        for saying in held:
            if saying.other is not None and saying.view:
                lock = changes.together if saying.view > 0 else changes.apart
                policy = lock(policy, saying.urn, saying.other)
        return policy
    exact = Fraction(repr(weight)) if isinstance(weight, float) else Fraction(weight)
    if exact < 0:
        raise PolicyRefused(Fault("a weight is negative", "Give 0 or more", field=TERM))
    return policy.with_term(Term(TERM, "steps against", exact, lambda f: steps_against(f, held)))


def steps_against(f: Federations, sayings: Iterable[Saying]) -> NDArray[np.int64]:
    """Sum the steps of all views against each federation; those for it count below zero."""
    total = np.zeros(len(f), dtype=np.int64)
    for saying in sayings:
        if saying.view:
            urns = [saying.urn] if saying.other is None else [saying.urn, saying.other]
            inside = f.sum(np.isin(f.county.urns, urns).astype(np.int64))
            total -= saying.view * (inside == len(urns))
    return total

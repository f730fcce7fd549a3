"""A policy that a lead-school model can say word for word, so that optima can be compared.

The default policy's journey (a tree), ethos (a mean over pairs), leadership (a budget) and
dominance are not linear in "school i is in the federation led by l", and no such model can hold
them. In their place one term, linear there and as easy for us: the drive to the lead school and the
ethos shared with it, the lead being the member for which that is least. Size and vacancies stay, as
do all rules and both stages before the cost. Existing federations are free.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

import grouping
from grouping.policy.words import Policy, Term
from grouping.world.county import County
from grouping.world.ethos import UNIT
from grouping.world.federations import Federations

MINUTE = 1_000  # thousandths of a point a minute between a school and its lead
ETHOS = 12_000  # thousandths of a point a whole penalty between a school and its lead
NOT_LINEAR = ("journey", "ethos", "leadership", "dominance", "partnerships")
FAR = 10**6  # between two schools with no journey; no federation holds them


def lead_policy() -> Policy:
    """Return the policy: norfolk-2012, its costs by the lead school."""
    off = (f"terms.{name}=false" for name in NOT_LINEAR)
    rest = grouping.read_policy("norfolk-2012", ["take_part.existing=free", *off])
    return rest.with_term(Term("lead", "thousandths", Fraction(1, 1000), by_the_lead))


def with_lead(county: County) -> NDArray[np.int64]:
    """Thousandths of a point of each school with each lead, n x n."""
    minutes = np.where(county.tenths < 0, FAR, county.tenths).astype(np.int64) * (MINUTE // 10)
    total = minutes + county.pairs.penalty.astype(np.int64) * (ETHOS // UNIT)
    np.fill_diagonal(total, 0)
    return total


def by_the_lead(f: Federations) -> NDArray[np.int64]:
    """Least over the members of the sum of what the others have with it."""
    cost = np.pad(with_lead(f.county), ((0, 1), (0, 1)))
    best = np.full(len(f), np.iinfo(np.int64).max)
    for lead in f.members.T:
        total = sum(cost[member, lead] for member in f.members.T)
        best = np.minimum(best, np.where(lead >= 0, total, best))
    return best

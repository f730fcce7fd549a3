"""Gather what the solver looks at: candidates grown, priced, and put as a set-packing problem.

A county keeps every candidate, so that it can be asked again whatever is moved. A country is
gathered place by place and keeps only what an optimal plan can hold (see `dominance`): the rest is
counted, and a bound that stands on the rows kept stands on all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from time import perf_counter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from grouping.policy.words import Limit, Policy
from grouping.search.candidates import CANDIDATES, by_place, joined, price
from grouping.search.dominance import undominated
from grouping.search.packing import Problem, Side
from grouping.search.places import in_places
from grouping.world.county import SMALL, URGENT, County
from grouping.world.federations import Federations

Whole = NDArray[np.int64]
COUNTED = 1_000_000_000  # candidates counted at most where few are held
Work = TypeVar("Work")
Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Gathered:
    """Candidates that the solver looks at, their cost, and what is known of all there are.

    Parameters
    ----------
    table, cost
        The candidates kept, and thousandths of a point each.
    count
        How many there are in all.
    held
        How many of all hold each school of the county.
    seconds
        Time to grow, to price and to thin, summed over places.
    """

    table: Federations
    cost: Whole
    count: int
    held: Whole
    seconds: tuple[float, float, float]

    @property
    def thinned(self) -> bool:
        """Whether fewer are kept than there are."""
        return self.count > len(self.table)


Thin = Callable[[Problem], NDArray[np.bool_]]


def gather(
    county: County,
    policy: Policy,
    *,
    at_most: int | None = None,
    workers: int = 1,
    thin: Thin | None = undominated,
) -> Gathered:
    """Grow and price every candidate of a policy; thin them out where the county is a country.

    Parameters
    ----------
    county, policy
        The schools that take part, and what is wanted.
    at_most
        Cap on candidates; where None, `CANDIDATES`, or `COUNTED` where they are thinned and so
        need not be held.
    workers
        How many places are worked at once.
    thin
        Which rows of the problem of a place are kept; None keeps all of a country too.

    Raises
    ------
    CapReached
        Where there are more than the cap.
    """
    thinning = thin if in_places(county, policy) else None
    at_most = at_most or (CANDIDATES if thinning is None else COUNTED)

    def one(grow: Callable[[], Federations]) -> tuple[Gathered, Whole]:
        times = [perf_counter()]
        f = grow()
        times.append(perf_counter())
        cost = price(f, policy)
        times.append(perf_counter())
        held = np.bincount(f.members[f.there], minlength=len(f.county))
        count = len(f)
        if thinning is not None:
            kept = np.flatnonzero(thinning(problem_of(f.county, policy, f, cost)))
            f, cost = f.take(kept), cost[kept]
        times.append(perf_counter())
        grew, priced, thinned = np.diff(times).tolist()
        return Gathered(f, cost, count, held, (grew, priced, thinned)), f.county.urns

    side_by_side = 1 if thinning is None else workers
    parts = list(_each(one, by_place(county, policy, at_most=at_most), side_by_side))
    held = np.zeros(len(county), dtype=np.int64)
    for part, urns in parts:
        held[np.searchsorted(county.urns, urns)] += part.held
    return Gathered(
        joined(county, [part.table for part, _ in parts]),
        np.concatenate([part.cost for part, _ in parts]),
        sum(part.count for part, _ in parts),
        held,
        tuple(np.sum([part.seconds for part, _ in parts], axis=0).tolist()),
    )


def _each(work: Callable[[Work], Made], things: Iterable[Work], workers: int) -> Iterator[Made]:
    """Work on each thing, in order, so many at a time."""
    if workers == 1:
        yield from map(work, things)
        return
    with ThreadPoolExecutor(workers) as pool:
        try:
            yield from pool.map(work, things)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def hash_of(urns: tuple[int, ...]) -> int:
    """Canonical hash of a federation: SHA-256 of its ascending URNs joined by commas."""
    return int.from_bytes(sha256(",".join(map(str, urns)).encode()).digest(), "big")


def problem_of(county: County, policy: Policy, table: Federations, cost: Whole) -> Problem:
    """Put candidates of a policy as a set-packing problem over the schools of a county."""
    tiers, price_alone = [], np.zeros(len(county), dtype=np.int64)
    for role, points in ((URGENT, policy.alone.urgent), (SMALL, policy.alone.small)):
        if points is None:
            tiers.append(county.role == role)
        else:
            price_alone[county.role == role] = round(1000 * points)
    must = np.zeros(len(county), dtype=np.bool_)
    for held in county.blocks():
        must[held[0]] = True
    firsts = [min(urns) for urns in (*policy.locks.together, *policy.locks.federations)]
    must[np.isin(county.urns, firsts)] = True
    sides = [side_of(limit, county, table) for limit in policy.limits]
    saved = np.zeros(len(table), dtype=np.int64)
    if price_alone.any():
        saved = np.asarray(table.sum(price_alone), dtype=np.int64)
    return Problem(len(county), table.members, tuple(tiers), cost - saved, must, tuple(sides))


def side_of(limit: Limit, county: County, table: Federations) -> Side:
    """Put a limit over a plan as a side row: what schools alone count is in the rows' own numbers.

    A plan's measure is the sum of its rows, plus what all schools would count were each alone; the
    bounds of the side are those of the limit less that number.
    """
    nothing = np.zeros(len(county), dtype=np.int64)
    alone = nothing if limit.alone is None else limit.alone(county)
    whole = int(alone.sum())
    measured = np.zeros(len(table), dtype=np.int64)
    for piece, part in table.locally():
        measured[piece] = np.asarray(limit.measure(part), dtype=np.int64)
    return Side(
        limit.name,
        measured - table.sum(alone),
        None if limit.at_least is None else limit.at_least - whole,
        None if limit.at_most is None else limit.at_most - whole,
    )

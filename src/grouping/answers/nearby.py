"""The schools nearest to being a partner of one: the fewest rules against the pair come first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from grouping.policy.words import Policy
from grouping.world.county import County
from grouping.world.federations import Federations
from grouping.world.journeys import NONE

AROUND = 300  # nearest schools among which partners are looked for

Nearby = tuple[int, tuple[str, ...]]


def around(county: County, held: Sequence[int]) -> County:
    """Give the schools nearest to some, given as positions, with them and their federations."""
    if len(county) <= AROUND:
        return county
    east, north = county.points
    squares = np.min([(east - east[i]) ** 2 + (north - north[i]) ** 2 for i in held], axis=0)
    near = np.argsort(squares, kind="stable")[:AROUND]
    return county.part(np.union1d(near, held))


def nearby(county: County, policy: Policy, i: int) -> Iterator[Nearby]:
    """Give the other schools, by position, each with the titles of the rules against the pair.

    The fewest rules first, then the shortest journey, the fewest metres, the lowest URN.
    """
    others = np.asarray([j for j in range(len(county)) if j != i], dtype=np.int32)
    if not len(others):
        return
    pairs = np.stack([np.minimum(others, i), np.maximum(others, i)], axis=1).astype(np.int32)
    f = Federations(county, pairs)
    broken = [(rule, ~np.asarray(rule.allows(f), dtype=np.bool_)) for rule in policy.rules]
    count = sum((marks.astype(np.int64) for _, marks in broken), start=np.zeros(len(f), np.int64))
    tenths = county.tenths[i, others]
    far = np.where(tenths == NONE, np.iinfo(np.int32).max, tenths)
    for best in np.lexsort((others, county.metres[i, others], far, count)).tolist():
        yield int(others[best]), tuple(rule.title for rule, marks in broken if marks[best])

"""Places of a country: a few schools to grow from, with every school they can reach.

No federation is wider than its rules let it be, so a country is searched place by place, each as a
county of its own. A federation belongs to the first place that holds one of its starts: there it
is grown, and in later places those starts are not used again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grouping.policy.words import Policy
from grouping.world.county import County, with_their_groups
from grouping.world.federations import WHOLE
from grouping.world.journeys import near
from grouping.world.runs import runs

Flags = NDArray[np.bool_]
Positions = NDArray[np.intp]

CROWDED = 800  # schools a place may hold before it is split, where it has more than one start
NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True, eq=False)
class Place:
    """A part of a county, the positions of its schools there, and when each of them is a start.

    `turn` is the number of the place in which a school is a start, `NEVER` where in none.
    """

    number: int
    county: County
    at: Positions
    turn: NDArray[np.int32]


def places(county: County, policy: Policy, starts: Flags, hops: int) -> Iterator[Place]:
    """Split a county into places; one, as it is, where it is no larger than `WHOLE`.

    Parameters
    ----------
    county
        The schools that take part.
    policy
        Its rules say how far a federation reaches.
    starts
        Schools to grow from, flags.
    hops
        Links that a federation can reach beyond a start, at most.
    """
    within = [rule.within for rule in policy.rules if rule.within is not None]
    everything = np.arange(len(county))
    if not in_places(county, policy):
        turn = np.where(starts, 0, NEVER).astype(np.int32)
        yield Place(0, county, everything, turn)
        return
    if within:
        one, other, _ = near(county.journeys, county.urns, *county.points, int(10 * min(within)))
        reach = _Reach(county, one, other, 1)
    else:
        one, other = county.links.T.astype(np.intp)
        reach = _Reach(county, one, other, hops)
    groups = list(_split(np.flatnonzero(starts), np.stack(county.points, axis=1), reach))
    turn = np.full(len(county), NEVER, dtype=np.int32)
    for number, (group, _) in enumerate(groups):
        turn[group] = np.minimum(turn[group], number)
    turn = reach.by_block(turn)
    for number, (_, marks) in enumerate(groups):
        part = county.part(np.flatnonzero(marks))
        at = everything if part is county else part.at
        yield Place(number, part, at, turn[at])


def in_places(county: County, policy: Policy) -> bool:
    """Whether a county is a country, and its policy says how far a federation reaches."""
    far = any(rule.within is not None or rule.linked for rule in policy.rules)
    return len(county) > WHOLE and far


class _Reach:
    """Which schools a group can be in one federation with, at most."""

    def __init__(self, county: County, one: Positions, other: Positions, hops: int) -> None:
        ends = np.concatenate([one, other]).astype(np.intp)
        order = np.argsort(ends, kind="stable")
        self.county, self.hops = county, hops
        self.others = np.concatenate([other, one])[order]
        self.start = np.searchsorted(ends[order], np.arange(len(county) + 1))

    def of(self, group: Positions) -> Flags:
        """Mark the schools that a group reaches, and its own."""
        marks = np.zeros(len(self.county), dtype=np.bool_)
        marks[group] = True
        for _ in range(self.hops):
            marks = with_their_groups(marks, self.county.block)
            here = np.flatnonzero(marks)
            marks[self.others[runs(self.start[here], np.diff(self.start)[here])]] = True
        return with_their_groups(marks, self.county.block)

    def by_block(self, turn: NDArray[np.int32]) -> NDArray[np.int32]:
        """Give all schools of a kept federation the first turn of any of them."""
        block = self.county.block
        first = np.full(int(block.max(initial=-1)) + 1, NEVER, dtype=np.int32)
        inside = block >= 0
        np.minimum.at(first, block[inside], turn[inside])
        turn = turn.copy()
        turn[inside] = first[block[inside]]
        return turn


def _split(
    group: Positions, points: NDArray[np.int64], reach: _Reach
) -> Iterator[tuple[Positions, Flags]]:
    """Halve a group of starts, east from west or north from south, until it reaches few enough."""
    if not len(group):
        return
    marks = reach.of(group)
    spread = np.ptp(points[group], axis=0)
    if int(marks.sum()) <= CROWDED or len(group) == 1 or not spread.any():
        yield group, marks
        return
    order = group[np.argsort(points[group, int(spread.argmax())], kind="stable")]
    for half in (order[: len(order) // 2], order[len(order) // 2 :]):
        yield from _split(np.sort(half), points, reach)

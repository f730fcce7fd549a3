"""What stands between some schools and one federation: the nearest set to a candidate, and repairs.

Of all sets that hold the schools, the one that breaks the fewest rules is taken: rules of pairs
that the schools themselves break are broken by every set that holds them, so what those would have
to give is needed whatever is done; then any further schools are tried that fit under the policy so
relaxed. Every repair is checked: under it, and the others named with it, the set is a candidate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping.answers.nearby import around
from grouping.answers.obstacles import Obstacle, obstacles, split_locks
from grouping.answers.repairs import Repair, applied, is_candidate, let_in, repair_of
from grouping.answers.wording import listed
from grouping.policy.survey import Survey, survey
from grouping.policy.words import Policy, Rule
from grouping.search.growth import Growth, Kin
from grouping.world.county import NO_JOURNEY, County
from grouping.world.federations import EMPTY, WHOLE, Federations, federation
from grouping.world.journeys import NONE

SETS = 200_000  # sets looked at, at most
ROUNDS = 4  # how often repairs are looked at again under the policy they make

Flags = NDArray[np.bool_]
Members = NDArray[np.int32]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Between:
    """What refuses the schools `asked`, told of `schools`: they alone, or with others.

    `repairs` together make a candidate of `schools` where `works`; `every_set` says whether every
    set of schools was looked at (else only the smaller ones, or those near).
    """

    asked: tuple[int, ...]
    schools: tuple[int, ...]
    obstacles: tuple[Obstacle, ...]
    repairs: tuple[Repair, ...]
    works: bool
    every_set: bool

    @property
    def settings(self) -> tuple[str, ...]:
        """Settings that make the repairs, as `--set` takes them."""
        return tuple(repair.setting for repair in self.repairs if repair.setting)

    @property
    def words(self) -> str:
        """The repairs in words."""
        return listed(repair.words for repair in self.repairs)

    def document(self) -> dict[str, Any]:
        """Return what stands between as plain values."""
        return {
            "asked": list(self.asked),
            "schools": list(self.schools),
            "obstacles": [one.document() for one in self.obstacles],
            "repairs": [one.document() for one in self.repairs],
            "settings": list(self.settings),
            "repairs_checked": self.works,
            "every_set_looked_at": self.every_set,
        }


def between(seen: Survey, *urns: int) -> Between | None:
    """Say what stands between some schools and one federation; None where no key would help.

    Schools that take no part are let in first, where a key of the policy would; `obstacles` are
    then those of the policy that lets them in.
    """
    asked, entering = tuple(sorted(set(urns))), list[Repair]()
    takes = set(seen.county.urns.tolist())
    for urn in asked:
        if urn in takes:
            continue
        found = let_in(seen.schools, applied(seen.asked, entering), urn)
        if found is None:
            return None
        entering += found
    if entering:
        seen = _again(seen, applied(seen.asked, entering))
    first = _closed(seen, set(asked))
    if is_candidate(seen, tuple(first)):
        return Between(asked, tuple(sorted(first)), (), tuple(entering), True, True)
    nearest, every_set = _nearest(seen, first, _relaxed_for(seen, first))
    return _repaired(seen, asked, nearest, entering, every_set)


def _again(seen: Survey, policy: Policy) -> Survey:
    return survey(seen.schools, policy, seen.county.journeys)


def _closed(seen: Survey, urns: set[int]) -> set[int]:
    """Add what kept federations and locks bring along, as far as it takes part."""
    county = seen.county
    brought = [{int(county.urns[i]) for i in block} for block in county.blocks()]
    brought += [set(lock) for lock in seen.asked.locks.together]
    while True:
        more = urns.union(*(group for group in brought if group & urns))
        if more == urns:
            return urns
        urns = more


def _relaxed_for(seen: Survey, urns: set[int]) -> Policy:
    """Relax the rules of pairs that a set breaks, as little as it needs."""
    policy, one = seen.asked, federation(seen.county, sorted(urns))
    names = [r.title for r in seen.policy.rules if r.pairs is not None and not r.allows(one)[0]]
    for name in names:
        policy = repair_of(name, one, policy).apply(policy)
        rule = next((rule for rule in policy.rules if rule.title == name), None)
        if rule is not None and not rule.allows(one)[0]:
            policy = repair_of(name, one, policy, moved=True).apply(policy)
    if split_locks(urns, policy):
        policy = repair_of("locks.federations", one, policy).apply(policy)
    return policy


def _nearest(seen: Survey, first: set[int], relaxed: Policy) -> tuple[tuple[int, ...], bool]:
    """Find the set that breaks the fewest rules of sets, then asks the least of links."""
    alone = federation(seen.county, sorted(first))
    asked = [rule for rule in seen.policy.rules if rule.pairs is None]
    if len(first) > 1 and all(rule.allows(alone)[0] for rule in asked):
        return tuple(sorted(first)), True
    county, held = seen.county, [seen.county.position(urn) for urn in sorted(first)]
    county = county if len(county) <= WHOLE else around(county, held)
    best: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    every_set = len(county) == len(seen.county)
    looked = 0
    for f in _grown(county, first, relaxed):
        if f is None:
            every_set = False
            break
        looked += len(f)
        key, row = _least(f, asked)
        if best is None or key < best[0]:
            best = (key, f.urns(row))
        if key[0] == 0:
            break
        if looked > SETS:
            every_set = False
            break
    assert best is not None
    return best[1], every_set or best[0][0] == 0


def _grown(county: County, first: set[int], policy: Policy) -> Iterator[Federations | None]:
    """Grow the sets that hold the first schools and fit by pairs, by size.

    None where more of them are not looked at: too many, or larger than a set may be already.
    """
    units = _Units(county, first, policy)
    most = next((rule.most for rule in policy.rules if rule.most), lambda block: len(county))
    blocks = sorted({len(block) for block in county.blocks()})
    largest = max(most(size) for size in (0, *blocks))
    may_still = max((most(size) - size for size in blocks), default=0)
    bound = np.asarray([most(size) for size in range(max(blocks, default=0) + 1)])
    kin = Kin(units.size, units.fits, None, largest)
    growth = Growth(kin, np.asarray([0], dtype=np.intp), units.fits[0])
    while len(growth):
        sets = units.table(growth.sets)
        size, most_of = sets.size, bound[sets.largest_block]
        kept = (size <= most_of) | (size <= may_still)
        if growth.width == 1:
            yield sets
        elif kept.any():
            yield sets.take(kept)
        growth.keep((size < most_of) | (size <= may_still))
        at_hand = 0
        for at_hand in growth.grow():
            if at_hand > SETS:
                yield None
        if not at_hand:
            break
    if len(first) > bound[units.largest_block]:
        yield None


class _Units:
    """The first schools as one unit, and every school or kept federation that fits with them."""

    def __init__(self, county: County, first: set[int], policy: Policy) -> None:
        self.county = county
        fits = county.together_today.copy()
        others = np.ones_like(fits)
        for rule in policy.rules:
            if rule.pairs is not None:
                others &= rule.pairs(county)
        fits |= others
        held = [county.position(urn) for urn in sorted(first)]
        fixed = {urn for lock in policy.locks.federations for urn in lock}
        blocks = [block for block in county.blocks() if not set(block) & set(held)]
        single = (county.block < 0) & ~np.isin(county.urns, sorted(fixed))
        single[held] = False
        sets = [[int(i)] for i in np.flatnonzero(single)]
        sets += [b for b in blocks if not fixed & {int(county.urns[i]) for i in b}]
        sets = [held, *(one for one in sets if fits[np.ix_(held, one)].all())]
        self.size = np.asarray([len(one) for one in sets], dtype=np.int64)
        heads = np.asarray([one[0] for one in sets], dtype=np.intp)
        self.fits = fits[np.ix_(heads, heads)]
        width = int(self.size.max())
        self.members = np.full((len(sets), width), EMPTY, dtype=np.int32)
        for k, one in enumerate(sets):
            self.members[k, : len(one)] = one
        for k, one in enumerate(sets):
            if len(one) > 1:
                whole = np.append(fits[one].all(axis=0), True)
                self.fits[k] = self.fits[:, k] = whole[self.members].all(axis=1)
        self.fits[0], self.fits[:, 0] = True, True
        self.largest_block = int(self.table(np.zeros((1, 1), dtype=np.intp)).largest_block[0])
        np.fill_diagonal(self.fits, False)

    def table(self, sets: Members) -> Federations:
        """Give sets of units as a table of their schools."""
        spread = self.members[sets].reshape(len(sets), -1)
        last = np.iinfo(np.int32).max
        ordered = np.sort(np.where(spread == EMPTY, last, spread), axis=1)
        ordered = ordered[:, : max(int((ordered != last).sum(axis=1).max(initial=2)), 2)]
        return Federations(self.county, np.where(ordered == last, EMPTY, ordered).astype(np.int32))


def _least(f: Federations, asked: Sequence[Rule]) -> tuple[tuple[int, ...], int]:
    """Find the row that breaks the fewest rules, then asks the least of links and of bounds."""
    broken = np.zeros(len(f), dtype=np.int64)
    for rule in asked:
        broken += ~np.asarray(rule.allows(f), dtype=np.bool_)
    rows = np.flatnonzero(broken == broken.min())
    few = f.take(rows)
    keys = [_bottleneck(few), *_beyond(few, asked), few.size, few.tree_metres]
    best = int(np.lexsort((np.arange(len(few)), *reversed(keys)))[0])
    return (int(broken.min()), *(int(key[best]) for key in keys)), int(rows[best])


def _beyond(f: Federations, asked: Sequence[Rule]) -> Iterator[Whole]:
    """Tell how far each row is beyond the bounds on schools, then those on combined rolls."""
    for name, values in (("schools", f.size), ("combined_roll", f.sum("roll"))):
        rule = next((r for r in asked if r.title == name and r.settings is not None), None)
        if rule is None or rule.limit is None:
            continue
        far = np.zeros(len(f), dtype=np.int64)
        bounds = rule.settings or {}
        if bounds["at_least"] is not None:
            far = np.maximum(far, math.ceil(bounds["at_least"]) - values)
        if bounds["at_most"] is not None:
            far = np.maximum(far, values - math.floor(bounds["at_most"]))
        yield np.where(rule.allows(f), 0, far)


def _bottleneck(f: Federations) -> Whole:
    """Tenths of the longest link that joining each federation takes, links there are for nothing.

    Every two members by the way whose longest step is least (Floyd and Warshall's way).
    """
    county, width = f.county, f.width
    tenths = np.where(county.tenths == NONE, NO_JOURNEY, county.tenths).astype(np.int64)
    tenths[county.linked] = 0
    at = np.maximum(f.members, 0)
    steps = tenths[at[:, :, None], at[:, None, :]]
    there = f.there[:, :, None] & f.there[:, None, :]
    steps[~there] = 2 * NO_JOURNEY
    for k in range(width):
        steps = np.minimum(steps, np.maximum(steps[:, :, k, None], steps[:, None, k, :]))
    steps[~there] = 0
    steps[:, range(width), range(width)] = 0
    longest: Whole = steps.max(axis=(1, 2))
    return longest


def _repaired(
    seen: Survey,
    asked: tuple[int, ...],
    urns: tuple[int, ...],
    entering: Sequence[Repair],
    every_set: bool,
) -> Between:
    """Repair the rules a set breaks one by one, looking again under the policy that makes."""
    policy, now = seen.asked, seen
    found = stands = obstacles(federation(seen.county, urns), seen.policy)
    made: dict[str, Repair] = {}
    for _ in range(ROUNDS):
        if not found:
            break
        one = federation(now.county, urns)
        for obstacle in found:
            repair = repair_of(obstacle.rule, one, policy, moved=obstacle.rule in made)
            policy, made[obstacle.rule] = repair.apply(policy), repair
        now = _again(seen, policy)
        found = obstacles(federation(now.county, urns), now.policy)
    works = is_candidate(now, urns)
    return Between(asked, urns, stands, (*entering, *made.values()), works, every_set)

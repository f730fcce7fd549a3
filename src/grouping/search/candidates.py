"""Grow the table of all federations a policy allows: every one of them, each once.

Sets of units (a school, or a kept federation taken whole) are grown one unit at a time, all rows
at once. Rules of pairs and hereditary rules prune while growing; where the policy asks for
connection, growth follows the links, for every connected set has a unit whose removal leaves it
connected. The other rules are asked of what has grown. Kept federations and fixed ones are
candidates whatever they break.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grouping.errors import CapReached, Fault
from grouping.policy.words import Policy, Rule
from grouping.search.window import LARGEST, too_large
from grouping.world.county import County
from grouping.world.exact import scaled
from grouping.world.federations import EMPTY, Federations, table

Flags = NDArray[np.bool_]
Members = NDArray[np.int32]

CHUNK = 100_000  # sets extended at once, which bounds memory
PIECE = 500_000  # federations judged or priced at once
SPARE = 16  # sets at hand while growing, for each candidate the cap allows


@dataclass(frozen=True)
class Units:
    """Schools and kept federations as units: members (padded), sizes, who may join, who links."""

    members: Members
    size: NDArray[np.int64]
    fits: Flags
    linked: Flags
    blocks: tuple[int, ...]


def grow(county: County, policy: Policy, *, at_most: int) -> Federations:
    """Grow every candidate of a policy, in order of size, then of members.

    Raises
    ------
    CapReached
        Where there are more than `at_most`, naming the rules that would help. The count decides,
        never the clock, so that no machine answers another question than the next.
    """
    units = _units(county, policy.rules)
    most = next((rule.most for rule in policy.rules if rule.most), None)
    limit = most or (lambda block: len(county))
    by_links = any(rule.linked for rule in policy.rules)
    counter = _Counter(at_most)
    tables: list[Members] = []
    roots = sorted(
        (b for b in units.blocks if limit(int(units.size[b])) > limit(0)),
        key=lambda b: (-int(units.size[b]), b),
    )
    usable = np.ones(len(units.size), dtype=np.bool_)
    for root in roots:
        start = np.asarray([[root]], dtype=np.int32)
        largest = limit(int(units.size[root]))
        tables += _grown(county, policy, units, usable, start, largest, by_links, counter)
        usable[root] = False
    singles = np.flatnonzero(usable & _seeds(county, policy, units)).astype(np.int32)[:, None]
    tables += _grown(county, policy, units, usable, singles, limit(0), by_links, counter)
    return _with_locks(county, policy, tables)


def _seeds(county: County, policy: Policy, units: Units) -> Flags:
    """Units to grow from: all, or those that hold what the first rule with seeds asks for."""
    seeds = next((rule.seeds(county) for rule in policy.rules if rule.seeds), None)
    if seeds is None:
        return np.ones(len(units.size), dtype=np.bool_)
    held = np.append(seeds, False)[units.members].any(axis=1)
    return np.asarray(held, dtype=np.bool_)


class _Counter:
    """Counts candidates, and stops by count."""

    def __init__(self, at_most: int) -> None:
        self.at_most, self.found = at_most, 0

    def add(self, count: int) -> None:
        self.found += count
        self.look(self.found)

    def look(self, count: int) -> None:
        """Stop where so many are at hand."""
        if count > self.at_most:
            raise CapReached(
                Fault(
                    f"more than {self.at_most:,} candidate federations",
                    "Lower rules.schools.at_most, rules.longest_journey.at_most or "
                    "neighbours.link_at_most, choose fewer authorities, "
                    "or raise --candidates-at-most",
                )
            )


def _units(county: County, rules: Sequence[Rule]) -> Units:
    n = len(county)
    blocks = county.blocks()
    inside = county.block >= 0
    sets = [[i] for i in range(n) if not inside[i]] + blocks
    sets.sort()
    width = max((len(s) for s in sets), default=1)
    members = np.full((len(sets), width), EMPTY, dtype=np.int32)
    owner = np.zeros(n, dtype=np.intp)
    for u, held in enumerate(sets):
        members[u, : len(held)] = held
        owner[held] = u
    fits = np.ones((n, n), dtype=np.bool_)
    for rule in rules:
        if rule.pairs is not None:
            fits &= rule.pairs(county)
    fits |= county.together_today
    unit_fits = np.ones((len(sets), len(sets)), dtype=np.bool_)
    unit_links = np.zeros_like(unit_fits)
    if len(blocks):
        clash = np.zeros_like(unit_fits)
        i, j = np.nonzero(~fits)
        clash[owner[i], owner[j]] = True
        unit_fits = ~clash
        i, j = np.nonzero(county.linked)
        unit_links[owner[i], owner[j]] = True
    else:
        unit_fits, unit_links = fits, county.linked.copy()
    np.fill_diagonal(unit_fits, False)
    np.fill_diagonal(unit_links, False)
    held_blocks = tuple(u for u, held in enumerate(sets) if len(held) > 1)
    size = (members != EMPTY).sum(axis=1)
    return Units(members, size.astype(np.int64), unit_fits, unit_links & unit_fits, held_blocks)


def _grown(
    county: County,
    policy: Policy,
    units: Units,
    usable: Flags,
    start: Members,
    largest: int,
    by_links: bool,
    counter: _Counter,
) -> list[Members]:
    """Grow from the starting sets up to `largest` schools; the members of what passes."""
    step = (units.linked if by_links else units.fits) & usable[None, :]
    heirs = [rule for rule in policy.rules if rule.hereditary and rule.pairs is None]
    asked = [r for r in policy.rules if r.pairs is None and not r.linked and r not in heirs]
    found: list[Members] = []
    sets = start
    while len(sets):
        members = _members(units, sets)
        whole = Federations(county, members)
        if heirs and sets.shape[1] > 1:
            kept = _passes(whole, heirs)
            sets, members = sets[kept], members[kept]
            whole = Federations(county, members)
        if sets.shape[1] > 1:
            passed = members[_passes(whole, asked)]
            counter.add(len(passed))
            found.append(passed)
        sets = _extended(sets, units, step, largest, counter, by_links=by_links)
    return found


def _passes(f: Federations, rules: Sequence[Rule]) -> Flags:
    """Whether each federation meets every rule, asked piece by piece."""
    fine = np.ones(len(f), dtype=np.bool_)
    for first in range(0, len(f) if rules else 0, PIECE):
        piece = slice(first, first + PIECE)
        part = Federations(f.county, f.members[piece])
        for rule in rules:
            fine[piece] &= np.asarray(rule.allows(part), dtype=np.bool_)
    return fine


def _members(units: Units, sets: Members) -> Members:
    """Ascending schools of sets of units, padded at the end."""
    if units.members.shape[1] == 1:
        schools = units.members[sets, 0]
        return np.sort(schools, axis=1)
    spread = units.members[sets].reshape(len(sets), -1)
    last = np.iinfo(np.int32).max
    ordered = np.sort(np.where(spread == EMPTY, last, spread), axis=1)
    width = int((ordered != last).sum(axis=1).max(initial=1))
    ordered = ordered[:, :width]
    return np.where(ordered == last, EMPTY, ordered).astype(np.int32)


def _extended(
    sets: Members, units: Units, step: Flags, largest: int, counter: _Counter, *, by_links: bool
) -> Members:
    """Return every set with one more unit that fits, each once, in order.

    By links, a unit is reached from any unit of the set; else from the first, since what fits the
    set fits that.
    """
    lists = [np.flatnonzero(row).astype(np.int32) for row in step]
    counts = np.asarray([len(row) for row in lists], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)])
    flat = np.concatenate(lists) if lists else np.zeros(0, dtype=np.int32)
    made: list[NDArray[np.int64]] = []
    bits = max(len(units.size).bit_length(), 1)
    width = sets.shape[1] + 1
    sets = sets[units.size[sets].sum(axis=1) < largest]
    for first in range(0, len(sets), CHUNK):
        part = sets[first : first + CHUNK]
        sources = part if by_links else part[:, :1]
        for column in sources.T:
            rows, new = _spread(column, counts, starts, flat)
            keep = units.size[part].sum(axis=1)[rows] + units.size[new] <= largest
            rows, new = rows[keep], new[keep]
            for old in part.T:
                keep = units.fits[old[rows], new]
                rows, new = rows[keep], new[keep]
            grown = np.sort(np.concatenate([part[rows], new[:, None]], axis=1), axis=1)
            made.append(_packed(grown, bits))
            counter.look(sum(map(len, made)) // SPARE)
    if not made:
        return np.zeros((0, width), dtype=np.int32)
    keys = np.concatenate(made)
    return _unpacked(_distinct(keys), bits, width)


def _spread(
    column: Members,
    counts: NDArray[np.int64],
    starts: NDArray[np.int64],
    flat: Members,
) -> tuple[NDArray[np.int64], Members]:
    """Each row beside each unit its column's unit may step to."""
    many = counts[column]
    rows = np.repeat(np.arange(len(column)), many)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(many) - many, many)
    return rows, flat[starts[column][rows] + within]


def _packed(sets: Members, bits: int) -> NDArray[np.int64]:
    """Pack ascending units into whole numbers, so many to a word of 63 bits: n x words."""
    each = 63 // bits
    words = -(-sets.shape[1] // each)
    packed = np.zeros((len(sets), words), dtype=np.int64)
    for place in range(sets.shape[1]):
        packed[:, place // each] = (packed[:, place // each] << bits) | sets[:, place]
    return packed


def _unpacked(packed: NDArray[np.int64], bits: int, width: int) -> Members:
    each = 63 // bits
    sets = np.empty((len(packed), width), dtype=np.int32)
    for place in range(width):
        last = min((place // each + 1) * each, width) - 1
        sets[:, place] = (packed[:, place // each] >> (bits * (last - place))) & ((1 << bits) - 1)
    return sets


def _distinct(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    if keys.shape[1] > 1:
        return np.unique(keys, axis=0)
    ordered = np.sort(keys[:, 0])
    fresh = np.ones(len(ordered), dtype=np.bool_)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return ordered[fresh][:, None]


def _with_locks(county: County, policy: Policy, tables: list[Members]) -> Federations:
    """Join the tables, add kept and fixed federations, drop what the locks rule out."""
    fixed = [sorted(county.position(urn) for urn in urns) for urns in policy.locks.federations]
    special = sorted({tuple(held) for held in (*county.blocks(), *fixed)})
    extra = table(county, special).members
    width = max([t.shape[1] for t in tables] + [extra.shape[1]])
    padded = [np.pad(t, ((0, 0), (0, width - t.shape[1])), constant_values=-1) for t in tables]
    whole = np.concatenate([np.zeros((0, width), dtype=np.int32), *padded])
    already = {tuple(row) for row in whole[_holding(county, whole, special)].tolist()}
    rows = [row + [EMPTY] * (width - len(row)) for row in extra.tolist()]
    fresh = [row for row in rows if tuple(row) not in already]
    if fresh:
        whole = np.concatenate([whole, np.asarray(fresh, dtype=np.int32)])
    f = Federations(county, whole)
    keep = np.ones(len(f), dtype=np.bool_)
    for held in fixed:
        inside = f.sum(_mark(county, held))
        keep &= (inside == 0) | ((inside == len(held)) & (f.size == len(held)))
    for urns in policy.locks.together:
        held = sorted({county.position(urn) for urn in urns})
        inside = f.sum(_mark(county, held))
        keep &= (inside == 0) | (inside == len(held))
    whole = whole[keep]
    size = (whole != EMPTY).sum(axis=1)
    order = np.lexsort((*whole.T[::-1], size))
    return Federations(county, whole[order])


def _holding(county: County, whole: Members, special: Sequence[tuple[int, ...]]) -> Flags:
    """Mark the rows that hold nothing but schools of a kept or fixed federation."""
    inside = _mark(county, [i for held in special for i in held])
    marks = Federations(county, whole).sum(inside)
    return np.asarray(marks == (whole != EMPTY).sum(axis=1), dtype=np.bool_)


def _mark(county: County, positions: Sequence[int]) -> NDArray[np.int64]:
    marks = np.zeros(len(county), dtype=np.int64)
    marks[list(positions)] = 1
    return marks


def price(f: Federations, policy: Policy) -> NDArray[np.int64]:
    """Cost of each federation, thousandths of a point, each term rounded once, exactly.

    Raises
    ------
    CapReached
        Where a term is beyond what any solver could be trusted with.
    """
    cost = np.zeros(len(f), dtype=np.int64)
    for rows in _by_size(f):
        part = Federations(f.county, f.members[rows, : int(f.size[rows][0])])
        for term in policy.terms:
            try:
                points = scaled(term.exact_weight, term.measure(part))
            except OverflowError:
                raise too_large() from None
            if np.abs(points).max(initial=0) > LARGEST:
                raise too_large()
            cost[rows] += points
    return cost


def _by_size(f: Federations) -> list[NDArray[np.int64]]:
    """Row numbers of each size, in pieces."""
    groups = []
    for size in np.unique(f.size):
        rows = np.flatnonzero(f.size == size)
        groups += [rows[k : k + PIECE] for k in range(0, len(rows), PIECE)]
    return groups

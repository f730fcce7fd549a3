"""Grow the table of all federations a policy allows: every one of them, each once.

Sets of units (a school, or a kept federation taken whole) are grown one unit at a time, all rows
at once, place by place where a county is a country. Rules of pairs and hereditary rules prune while
growing; links are looked at as sets grow; the other rules are asked of what has grown. Kept
federations and fixed ones are candidates whatever they break.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from grouping.errors import CapReached, Fault
from grouping.policy.words import Policy, Rule, Term
from grouping.search.growth import Growth, Kin
from grouping.search.places import NEVER, Place, places
from grouping.search.window import LARGEST, too_large
from grouping.world.county import County
from grouping.world.exact import Ratio, scaled
from grouping.world.federations import EMPTY, Federations, table

Flags = NDArray[np.bool_]
Members = NDArray[np.int32]

CANDIDATES = 10_000_000  # held at most, about 40 bytes each with their costs
SPARE = 16  # sets at hand while growing a place, for each candidate the cap allows


@dataclass(frozen=True, eq=False)
class Units:
    """Schools and kept federations as units: members (padded), sizes, who may join, who links.

    `turn` is the number of the place in which a unit is a start, `NEVER` where in none.
    """

    members: Members
    size: NDArray[np.int64]
    fits: Flags
    linked: Flags
    turn: NDArray[np.int32]


def grow(county: County, policy: Policy, *, at_most: int) -> Federations:
    """Grow every candidate of a policy, in order of place, then of size.

    Raises
    ------
    CapReached
        Where there are more than `at_most`, naming the rules that would help. The count decides,
        never the clock, so that no machine answers another question than the next.
    """
    return joined(county, [grown() for grown in by_place(county, policy, at_most=at_most)])


def by_place(
    county: County, policy: Policy, *, at_most: int
) -> Iterator[Callable[[], Federations]]:
    """Give for each place of a county what grows its candidates, each a table over its place.

    Every candidate is of one place. Those that a policy keeps or fixes, whatever rules they break,
    come last, over the whole county.
    """
    seeds = _seeds(county, policy)
    most = next((rule.most for rule in policy.rules if rule.most), None)
    limit = most or (lambda block: len(county))
    size = _block_sizes(county)
    heads = np.asarray([held[0] for held in county.blocks()], dtype=np.intp)
    roots = np.zeros(len(county), dtype=np.bool_)
    roots[heads] = [limit(int(size[head])) > limit(0) for head in heads]
    fixed = [sorted(county.position(urn) for urn in urns) for urns in policy.locks.federations]
    special = table(county, sorted({tuple(held) for held in (*county.blocks(), *fixed)}))
    counter = _Counter(at_most)
    for place in places(county, policy, roots | seeds, limit(int(size.max(initial=0))) - 1):

        def work(place: Place = place) -> Federations:
            growing = _Growing(place, policy, _units(place, policy.rules), counter)
            return _asked(joined(place.county, list(growing.found(limit))), policy, special)

        yield work
    yield lambda: _asked(special, policy)


def joined(county: County, tables: Sequence[Federations]) -> Federations:
    """Put tables over places of a county one after the other."""
    width = max((f.width for f in tables), default=2)
    whole = np.full((width, sum(map(len, tables))), EMPTY, dtype=np.int32)
    first = 0
    for f in tables:
        held = f.members if f.county is county else f.over(county).members
        whole[: f.width, first : first + len(f)] = held.T
        first += len(f)
    return Federations(county, whole.T)


def _block_sizes(county: County) -> NDArray[np.int64]:
    """Size of the kept federation each school is of; 1 where it is of none."""
    inside = county.block >= 0
    sizes = np.bincount(county.block[inside], minlength=1)
    return np.where(inside, sizes[county.block], 1).astype(np.int64)


class _Growing:
    """Grows the candidates of one place."""

    def __init__(self, place: Place, policy: Policy, units: Units, counter: _Counter) -> None:
        self.place, self.policy, self.units, self.counter = place, policy, units, counter
        self.by_links = any(rule.linked for rule in policy.rules)
        self.seeded = next((rule for rule in policy.rules if rule.seeds), None)
        self.heirs = [rule for rule in policy.rules if rule.hereditary and rule.pairs is None]
        self.asked = [
            r for r in policy.rules if r.pairs is None and not r.linked and r not in self.heirs
        ]

    def found(self, limit: Callable[[int], int]) -> Iterator[Federations]:
        """Grow from kept federations, the largest first, since what they may hold is more."""
        units, now = self.units, self.place.number
        usable = np.ones(len(units.size), dtype=np.bool_)
        root = (units.size > 1) & np.asarray(
            [limit(int(k)) > limit(0) for k in units.size], dtype=np.bool_
        )
        for size in sorted(set(units.size[root].tolist()), reverse=True):
            these = root & (units.size == size)
            usable &= ~(these & (units.turn < now))
            yield from self._grown(these & (units.turn == now), usable, limit(size), self.asked)
            usable &= ~these
        seeds = self._seeds() & usable
        asked = [rule for rule in self.asked if rule is not self.seeded]
        usable &= ~(seeds & (units.turn < now))
        yield from self._grown(seeds & (units.turn == now), usable, limit(0), asked)

    def _seeds(self) -> Flags:
        held = np.append(_seeds(self.place.county, self.policy), False)[self.units.members]
        return np.asarray(held.any(axis=1), dtype=np.bool_)

    def _grown(
        self, starts: Flags, usable: Flags, largest: int, asked: Sequence[Rule]
    ) -> Iterator[Federations]:
        """Grow from the starts up to `largest` schools; the tables of what passes."""
        units, county = self.units, self.place.county
        if not starts.any():
            return
        kin = Kin(units.size, units.fits, units.linked if self.by_links else None, largest)
        growth = Growth(kin, np.flatnonzero(starts), usable)
        while len(growth):
            members = _members(units, growth.sets)
            if self.heirs and growth.width > 1:
                kept = _passes(Federations(county, members), self.heirs)
                growth.keep(kept)
                members = members[kept]
            if growth.width > 1:
                whole = growth.whole
                passed = members if whole is None else members[whole]
                if asked:
                    passed = passed[_passes(Federations(county, passed), asked)]
                self.counter.add(len(passed))
                yield Federations(county, passed)
            for many in growth.grow():
                self.counter.look(many)


def _seeds(county: County, policy: Policy) -> Flags:
    """Schools to grow from: all, or those that the first rule with seeds asks for."""
    seeds = next((rule.seeds(county) for rule in policy.rules if rule.seeds), None)
    return np.ones(len(county), dtype=np.bool_) if seeds is None else seeds


class _Counter:
    """Counts the candidates of all places, which may be worked side by side; stops by count."""

    def __init__(self, at_most: int) -> None:
        self.at_most, self.found, self.lock = at_most, 0, Lock()

    def add(self, count: int) -> None:
        """Count candidates."""
        with self.lock:
            self.found += count
            if self.found > self.at_most:
                raise _beyond(f"more than {self.at_most:,} candidate federations")

    def look(self, at_hand: int) -> None:
        """Stop where one place has more sets at hand than memory should hold."""
        most = SPARE * min(self.at_most, CANDIDATES)
        if at_hand > most:
            raise _beyond(f"more than {most:,} sets of schools of one place that may be candidates")


def _beyond(what: str) -> CapReached:
    return CapReached(
        Fault(
            what,
            "Lower rules.schools.at_most, rules.longest_journey.at_most or "
            "neighbours.link_at_most, choose fewer authorities, "
            "or raise --candidates-at-most",
        )
    )


def _units(place: Place, rules: Sequence[Rule]) -> Units:
    county, n = place.county, len(place.county)
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
    size = (members != EMPTY).sum(axis=1).astype(np.int64)
    turn = np.append(place.turn, NEVER)[members].min(axis=1, initial=NEVER)
    return Units(members, size, unit_fits, unit_links & unit_fits, turn)


def _passes(f: Federations, rules: Sequence[Rule]) -> Flags:
    """Whether each federation meets every rule, asked piece by piece."""
    fine = np.ones(len(f), dtype=np.bool_)
    for piece, part in f.in_pieces():
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


def _asked(f: Federations, policy: Policy, special: Federations | None = None) -> Federations:
    """Drop what the locks rule out, and what is among the special ones, which stand elsewhere."""
    keep = np.ones(len(f), dtype=np.bool_)
    for locks, whole in ((policy.locks.federations, True), (policy.locks.together, False)):
        for urns in locks:
            inside = f.sum(np.isin(f.county.urns, urns).astype(np.int64))
            fine = inside == len(set(urns))
            keep &= (inside == 0) | (fine & (f.size == inside) if whole else fine)
    if special is not None:
        keep &= ~among(f, {special.urns(row) for row in range(len(special))})
    return f if keep.all() else f.take(keep)


def among(f: Federations, sets: Collection[tuple[int, ...]]) -> Flags:
    """Whether each federation is just one of these, given as ascending URNs."""
    marks = np.zeros(len(f), dtype=np.bool_)
    if sets:
        known = [urn for held in sets for urn in held]
        only = f.sum((~np.isin(f.county.urns, known)).astype(np.int64)) == 0
        marks[[row for row in np.flatnonzero(only).tolist() if f.urns(row) in sets]] = True
    return marks


def price(f: Federations, policy: Policy) -> NDArray[np.int64]:
    """Cost of each federation, thousandths of a point, each term rounded once, exactly.

    Raises
    ------
    CapReached
        Where a term is beyond what any solver could be trusted with.
    """
    cost = np.zeros(len(f), dtype=np.int64)
    for piece, part in f.locally():
        for rows, same in part.by_size():
            cost[piece.start + rows] = _priced(same, policy)
    return cost


def _priced(f: Federations, policy: Policy) -> NDArray[np.int64]:
    """Price federations of one size."""
    cost = np.zeros(len(f), dtype=np.int64)
    for term in policy.terms:
        cost += points(term, term.measure(f))
    return cost


def points(term: Term, measure: Ratio | NDArray[np.generic]) -> NDArray[np.int64]:
    """Thousandths of a point of a measure at a term's weight, rounded once, exactly.

    Raises
    ------
    CapReached
        Where a result is beyond what any solver could be trusted with.
    """
    try:
        found = scaled(term.exact_weight, measure)
    except OverflowError:
        raise too_large() from None
    if np.abs(found).max(initial=0) > LARGEST:
        raise too_large()
    return found

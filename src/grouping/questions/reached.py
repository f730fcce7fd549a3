"""Federations grown from what is asked for, as far as they could be needed and no further.

See `views`: schools asked for come in clusters that must be in one federation each. A federation is
a cluster, or several, with as few other schools as mend the rules that more schools can mend.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grouping.policy.words import Rule
from grouping.world.county import County
from grouping.world.federations import table

Flags = NDArray[np.bool_]
Group = tuple[int, ...]

LOOKED = 20_000  # sets looked at, at most
LEAST = 2  # schools of a cluster


@dataclass(frozen=True)
class Reached:
    """Federations that could be needed; `whole` where no other could."""

    groups: set[Group]
    whole: bool


def reached(
    county: County,
    rules: Sequence[Rule],
    clusters: Sequence[Group],
    *,
    special: Collection[Group] = (),
    fixed: Iterable[Group] = (),
    apart: Iterable[Sequence[int]] = (),
    also: Iterable[Sequence[int]] = (),
    merging: bool = False,
) -> Reached:
    """Grow federations from clusters.

    Parameters
    ----------
    county
        The schools that take part.
    rules
        What a federation must meet.
    clusters
        Schools that must be in one federation, disjoint.
    special
        Federations that exist whatever rules they break.
    fixed
        Federations that stand as they are: nothing grows from them.
    apart
        Schools of which no two may be in one.
    also
        Federations to give too, where they meet the rules.
    merging
        Whether fewer federations may be wanted than there are clusters.
    """
    held = [set(one) for one in fixed]
    starts = [one for one in clusters if not any(f & set(one) for f in held)]
    growing = _Growing(county, rules, starts, apart, held, special)
    return growing.found(merging, [tuple(sorted(one)) for one in also])


class _Growing:
    """Grows sets of schools level by level."""

    def __init__(
        self,
        county: County,
        rules: Sequence[Rule],
        clusters: Sequence[Group],
        apart: Iterable[Sequence[int]],
        barred: Sequence[set[int]],
        special: Collection[Group],
    ) -> None:
        self.county, self.rules, self.clusters = county, rules, clusters
        self.special = special
        self.fits = np.ones((len(county), len(county)), dtype=np.bool_)
        for rule in rules:
            if rule.pairs is not None:
                self.fits &= rule.pairs(county)
        self.fits |= county.together_today
        for lock in apart:
            self.fits[np.ix_(lock, lock)] = False
        np.fill_diagonal(self.fits, True)
        self.linked = any(rule.linked for rule in rules)
        self.mosts = [rule.most for rule in rules if rule.most]
        self.sizes = sorted({len(block) for block in county.blocks()})
        self.useful = _useful(county, rules)
        self.heirs = [rule for rule in rules if rule.hereditary and rule.pairs is None]
        inside = {i for one in (*clusters, *barred) for i in one}
        self.free = np.asarray([i not in inside for i in range(len(county))], dtype=np.bool_)

    def found(self, merging: bool, also: Sequence[Group]) -> Reached:
        """Grow until no set could be needed, or too many were looked at.

        A cluster that meets the rules need not grow, save where fewer federations are wanted; one
        that does not must, and may take in any other.
        """
        fine = self._met(self.clusters)
        groups = {one for one, met in zip(self.clusters, fine, strict=True) if met}
        needy = [one for one in self.clusters if one not in groups]
        level = [one for one in (self.clusters if merging else needy) if self._may(one)]
        joining = self.clusters if merging else needy
        fine = [one in groups for one in level]
        looked = set(level)
        whole = True
        while level and whole:
            grown: set[Group] = set()
            for one, met in zip(level, fine, strict=True):
                grown.update(new for new in self._more(one, met, joining) if new not in looked)
                if len(looked) + len(grown) > LOOKED:
                    whole = False
                    break
            level = sorted(grown)
            looked |= grown
            if self.heirs and level:
                level = [one for one, kept in zip(level, self._heirs(level), strict=True) if kept]
            fine = self._met(level)
            groups |= {one for one, met in zip(level, fine, strict=True) if met}
        if not whole:
            groups |= self._guesses()
        groups |= {one for one, met in zip(also, self._met(also), strict=True) if met}
        return Reached(groups, whole)

    def _room(self, group: Group) -> int:
        """Count the schools that a set may yet take in, at most; below nothing: it is too large.

        A set that takes in a kept federation may grow beyond what it could without.
        """
        blocks = self.county.block[list(group)]
        own = int(np.bincount(blocks[blocks >= 0], minlength=1).max())
        beyond = [(size, self._most(max(own, size)) - len(group)) for size in self.sizes]
        room = self._most(own) - len(group)
        return max([room, *(more for size, more in beyond if more >= size)])

    def _most(self, block: int) -> int:
        return min((most(block) for most in self.mosts), default=len(self.county))

    def _may(self, group: Group) -> bool:
        """Whether a set may yet become a federation: pairs fit, links exist, not too large."""
        room = self._room(group)
        if room < 0 or not self.fits[np.ix_(group, group)].all():
            return False
        between = self._between(group) if self.linked and room else 0  # no room: told with the rest
        return between is not None and between <= room

    def _fitting(self, group: Group) -> Flags:
        """Mark the schools whose pairs with all of a set fit."""
        return np.asarray(self.fits[list(group)].all(axis=0), dtype=np.bool_)

    def _between(self, group: Group) -> int | None:
        """Count the others that the links of a set need at least; None where no others link it.

        The most that lie between its first school and any other, by the ways with fewest; only
        schools that fit with all of the set are of use.
        """
        fits, linked = self._fitting(group), self.county.linked
        inside = np.zeros(len(fits), dtype=np.bool_)
        inside[list(group)] = True
        seen = np.zeros(len(fits), dtype=np.bool_)
        new = np.asarray([group[0]], dtype=np.intp)
        between = 0
        while True:
            while len(new):  # members of the set are passed for nothing
                seen[new] = True
                new = np.flatnonzero(linked[new].any(axis=0) & inside & ~seen)
            if seen[inside].all():
                return between
            new = np.flatnonzero(linked[seen].any(axis=0) & fits & ~seen)
            if not len(new):
                return None
            between += 1

    def _more(self, group: Group, met: bool, joining: Sequence[Group]) -> Iterator[Group]:
        """Give the sets of one cluster or one school more that could be needed."""
        held = set(group)
        for one in joining if met else self.clusters:
            new = tuple(sorted((*group, *one)))
            if held.isdisjoint(one) and self._may(new):
                yield new
        room = 0 if met else self._room(group)
        if room > 0:
            fits = self.free & self.useful & self._fitting(group)
            if self.linked:
                fits &= self.county.linked[list(group)].any(axis=0)
            for i in np.flatnonzero(fits).tolist():
                new = tuple(sorted((*group, i)))
                if i not in held and (room == 1 or self._may(new)):
                    yield new

    def _met(self, groups: Sequence[Group]) -> list[bool]:
        """Whether each set meets every rule."""
        if not groups:
            return []
        f = table(self.county, groups)
        fine = f.every_pair(self.fits)
        for rule in self.rules:
            fine &= np.asarray(rule.allows(f), dtype=np.bool_)
        return [bool(met) or one in self.special for one, met in zip(groups, fine, strict=True)]

    def _heirs(self, groups: Sequence[Group]) -> Flags:
        f = table(self.county, groups)
        fine = np.ones(len(f), dtype=np.bool_)
        for rule in self.heirs:
            fine &= np.asarray(rule.allows(f), dtype=np.bool_)
        return fine

    def _guesses(self) -> set[Group]:
        """Give a few sets that may do, where not all were looked at: joined by shortest ways."""
        sets = [*self.clusters, tuple(sorted(i for one in self.clusters for i in one))]
        tried = [self._joined(one) for one in sets]
        return {one for one, met in zip(tried, self._met(tried), strict=True) if met}

    def _joined(self, group: Group) -> Group:
        """Join the pieces of a set by links, each by the fewest schools between."""
        held = set(group)
        fits = self._kin(group)
        while True:
            inside = self._piece(held)
            if inside == held:
                return tuple(sorted(held))
            way = self._way(inside, held - inside, fits)
            if way is None:
                return tuple(sorted(held))
            held |= way

    def _kin(self, group: Group) -> Flags:
        """Mark schools that fit with a set and with each other, those first that fit with most."""
        fits = self.free & self._fitting(group)
        kin = np.zeros(len(fits), dtype=np.bool_)
        for i in np.argsort(-self.fits.sum(axis=0), kind="stable").tolist():
            if fits[i]:
                kin[i] = True
                fits &= self.fits[i]
        return kin

    def _piece(self, held: set[int]) -> set[int]:
        inside, new = set(), {min(held)}
        while new:
            inside |= new
            near = np.flatnonzero(self.county.linked[sorted(new)].any(axis=0)).tolist()
            new = (set(near) & held) - inside
        return inside

    def _way(self, inside: set[int], goal: set[int], fits: Flags) -> set[int] | None:
        """Find the fewest schools that link what is inside to the goal; None where none do."""
        came: dict[int, int] = dict.fromkeys(inside, -1)
        level = sorted(inside)
        while level:
            further = []
            for i in level:
                for j in np.flatnonzero(self.county.linked[i]).tolist():
                    if j in came or not (fits[j] or j in goal):
                        continue
                    came[j] = i
                    if j in goal:
                        way, at = set(), i
                        while at not in inside:
                            way.add(at)
                            at = came[at]
                        return way
                    further.append(j)
            level = further
        return None


def _useful(county: County, rules: Sequence[Rule]) -> Flags:
    """Mark the schools that may mend a rule: all, unless one of a kind is all that can be missing.

    Rules that more schools never mend aside, and a size that every cluster has.
    """
    mended = [
        rule
        for rule in rules
        if rule.pairs is None
        and not rule.hereditary
        and not (rule.most and rule.settings and rule.settings["at_least"] <= LEAST)
    ]
    marks = np.ones(len(county), dtype=np.bool_)
    if mended and all(rule.seeds is not None and rule.settings is not None for rule in mended):
        for rule in mended:
            assert rule.seeds is not None
            marks &= rule.seeds(county)
    return marks

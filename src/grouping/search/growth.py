"""Grow sets of units: every set in which each two fit, all rows at once, each set once.

Two ways. By rank, a set is grown in one order only, its starts first, so that none comes twice; by
links, from any unit it holds to the next, which is less work where few of those that fit are
linked, and twins are dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from grouping.world.runs import runs

Flags = NDArray[np.bool_]
Members = NDArray[np.int32]
Whole = NDArray[np.int64]

CHUNK = 50_000  # sets extended at once, which bounds memory
CODED = 6  # units whose links are told from one number, at most
MANY_TIMES = 4  # how many times more units fit than are linked before growth goes by links


@dataclass(frozen=True, eq=False)
class Kin:
    """Which units may be in one set, u x u: those that fit, and of these those that are linked.

    `size` is the number of schools of each; no set holds more than `largest`. `linked` is None
    where sets need not be connected.
    """

    size: Whole
    fits: Flags
    linked: Flags | None
    largest: int


class Growth:
    """Sets of units, grown level by level from some starts.

    After each `grow`, `sets` holds every set of the next number of units (rows, in any order of
    units) and `whole` says which of them are connected; `keep` drops sets that need not be grown.
    """

    def __init__(self, kin: Kin, starts: NDArray[np.intp], usable: Flags) -> None:
        rest = usable.copy()
        rest[starts] = False
        self.units = np.concatenate([starts, np.flatnonzero(rest)]).astype(np.int32)
        around = np.ix_(self.units, self.units)
        self.size, self.largest = kin.size[self.units], kin.largest
        self.fits = kin.fits[around]
        self.linked = None if kin.linked is None else kin.linked[around]
        self.by_links = self.linked is not None and (
            self.fits[: len(starts)].sum() > MANY_TIMES * self.linked[: len(starts)].sum()
        )
        self._step = self.linked if self.by_links else np.triu(self.fits, 1)
        assert self._step is not None
        self._next = np.nonzero(self._step)[1].astype(np.int32)
        self._count = self._step.sum(axis=1)
        self._start = np.cumsum(self._count) - self._count
        self._ranks = np.arange(len(starts), dtype=np.int32)[:, None]
        self._codes = np.zeros(len(starts), dtype=np.int32)

    def __len__(self) -> int:
        return len(self._ranks)

    @property
    def width(self) -> int:
        """Units in each set."""
        return int(self._ranks.shape[1])

    @property
    def sets(self) -> Members:
        """Units of each set."""
        return self.units[self._ranks]

    @property
    def whole(self) -> Flags | None:
        """Which sets are connected; None where all are or need not be."""
        if self.linked is None or self.by_links:
            return None
        if self._ranks.shape[1] <= CODED:
            return _connected(self._ranks.shape[1])[self._codes]
        return self._reached()

    def keep(self, rows: Flags) -> None:
        """Go on with these sets only."""
        self._ranks, self._codes = self._ranks[rows], self._codes[rows]

    def grow(self) -> Iterator[int]:
        """Put one more unit to every set; tells how many sets are at hand, chunk by chunk."""
        room = self.size[self._ranks].sum(axis=1) < self.largest
        if not room.all():
            self.keep(room)
        ranks: list[Members] = []
        codes: list[NDArray[np.int32]] = []
        many = 0
        for first in range(0, len(self._ranks), CHUNK):
            part = slice(first, first + CHUNK)
            way = self._by_links if self.by_links else self._by_rank
            grown, code = way(self._ranks[part], self._codes[part])
            ranks.append(grown)
            codes.append(code)
            many += len(ranks[-1])
            yield many
        width = self._ranks.shape[1] + 1
        self._ranks = np.concatenate([np.zeros((0, width), dtype=np.int32), *ranks])
        self._codes = np.concatenate([np.zeros(0, dtype=np.int32), *codes])
        if self.by_links:
            self._ranks = _each_once(self._ranks, len(self.units))
            self._codes = np.zeros(len(self._ranks), dtype=np.int32)

    def _stepped(self, column: Members) -> tuple[NDArray[np.intp], Members]:
        """Each row beside each unit that its column's unit may step to."""
        many = self._count[column]
        rows = np.repeat(np.arange(len(column)), many)
        return rows, self._next[runs(self._start[column], many)]

    def _by_rank(
        self, sets: Members, codes: NDArray[np.int32]
    ) -> tuple[Members, NDArray[np.int32]]:
        """Put a unit of higher rank than all of a set to it."""
        n, width = np.intp(len(self.units)), sets.shape[1]
        fits = self.fits.ravel()
        rows, new = self._stepped(sets[:, -1])
        if (self.size != 1).any():
            fine = self.size[sets].sum(axis=1)[rows] + self.size[new] <= self.largest
            rows, new = rows[fine], new[fine]
        for column in sets.T[:-1]:
            fine = fits[column[rows] * n + new]
            rows, new = rows[fine], new[fine]
        grown = np.concatenate([sets[rows], new[:, None]], axis=1)
        if self.linked is None or width >= CODED:
            return grown, np.zeros(len(grown), dtype=np.int32)
        code = codes[rows]
        linked = self.linked.ravel().view(np.int8)
        shift = width * (width - 1) // 2
        for place, column in enumerate(sets.T):
            code |= linked[column[rows] * n + new].astype(np.int32) << (shift + place)
        return grown, code

    def _by_links(
        self, sets: Members, codes: NDArray[np.int32]
    ) -> tuple[Members, NDArray[np.int32]]:
        """Put a unit linked with any of a set to it; twins within the chunk are dropped."""
        n, fits = np.intp(len(self.units)), self.fits.ravel()
        sizes = self.size[sets].sum(axis=1)
        made = []
        for column in sets.T:
            rows, new = self._stepped(column)
            fine = sizes[rows] + self.size[new] <= self.largest
            rows, new = rows[fine], new[fine]
            for other in sets.T:
                fine = fits[other[rows] * n + new]
                rows, new = rows[fine], new[fine]
            made.append(np.sort(np.concatenate([sets[rows], new[:, None]], axis=1), axis=1))
        return _each_once(np.concatenate(made), len(self.units)), codes[:0]

    def _reached(self) -> Flags:
        """Whether every unit of a set is reached from its first by links."""
        assert self.linked is not None
        sets, linked = self._ranks, self.linked
        reached = np.zeros(sets.shape, dtype=np.bool_)
        reached[:, 0] = True
        for _ in range(sets.shape[1] - 1):
            for b in range(1, sets.shape[1]):
                for a in range(sets.shape[1]):
                    reached[:, b] |= reached[:, a] & linked[sets[:, a], sets[:, b]]
        return np.asarray(reached.all(axis=1), dtype=np.bool_)


@cache
def _connected(width: int) -> Flags:
    """Whether so many units are connected, by the number that codes their links."""
    pairs = [(a, b) for b in range(width) for a in range(b)]
    codes = np.arange(2 ** len(pairs))
    reached = np.zeros((len(codes), width), dtype=np.bool_)
    reached[:, 0] = True
    for _ in range(width - 1):
        for place, (a, b) in enumerate(pairs):
            link = codes >> place & 1 != 0
            both = link & (reached[:, a] | reached[:, b])
            reached[:, a] |= both
            reached[:, b] |= both
    return np.asarray(reached.all(axis=1), dtype=np.bool_)


def _each_once(sets: Members, count: int) -> Members:
    """Drop twins among sets of ascending units."""
    bits = max(count.bit_length(), 1)
    each = 63 // bits
    words = -(-sets.shape[1] // each)
    packed = np.zeros((len(sets), words), dtype=np.int64)
    for place in range(sets.shape[1]):
        packed[:, place // each] = (packed[:, place // each] << bits) | sets[:, place]
    if words > 1:
        packed = np.unique(packed, axis=0)
    else:
        ordered = np.sort(packed[:, 0])
        fresh = np.ones(len(ordered), dtype=np.bool_)
        fresh[1:] = ordered[1:] != ordered[:-1]
        packed = ordered[fresh][:, None]
    found = np.empty((len(packed), sets.shape[1]), dtype=np.int32)
    for place in range(sets.shape[1]):
        last = min((place // each + 1) * each, sets.shape[1]) - 1
        found[:, place] = (packed[:, place // each] >> (bits * (last - place))) & ((1 << bits) - 1)
    return found

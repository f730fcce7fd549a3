"""A county as a policy sees it: the schools that take part and all that is known of each pair.

Positions 0..n-1 are in ascending URN, so that no row order of a file can matter. Positions never
leave the engine: answers speak of URNs.

What is known of pairs is worked out when first asked for, as n x n arrays: right for a county,
too large for a country. There `part` gives the schools of one place as a county of their own, whose
facts of schools are those of the whole (`whole`, `at`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grouping.world import budgets
from grouping.world.budgets import Account, Money
from grouping.world.ethos import Creeds, Pairs, PairTable
from grouping.world.journeys import NONE, Journeys, squared_metres
from grouping.world.runs import runs
from grouping.world.schools import School

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

NO_ROLE, URGENT, SMALL, PARTNER = 0, 1, 2, 3
ROLE_WORDS = ("none", "urgent", "small", "partner")
METRES_BITS = 22  # of a key, for its metres: 4,194 km
METRES = np.int64(2**METRES_BITS - 1)
NO_JOURNEY = 2**21  # tenths that stand for no journey, behind every journey
NOWHERE = np.int64(2**62)  # key of no edge at all
NOT_OF_ROLLS = (
    "urns", "points", "tenths", "metres", "keys", "linked", "pairs", "heads", "together_today",
    "ethos_codes",
)  # fmt: skip
HEADS = ("in post", "leaving", "vacant", "shared", "unknown")


@dataclass(frozen=True, eq=False)
class County:
    """The schools that take part, in ascending URN, with every fact of schools and pairs.

    Parameters
    ----------
    schools
        The schools, n of them.
    role
        n; one of `NO_ROLE`, `URGENT`, `SMALL`, `PARTNER`.
    block, today
        n; number of the kept federation, and of the federation today, or -1.
    journeys
        Where minutes come from.
    links
        m x 2; positions of every two schools with a link in the neighbour graph.
    creeds
        Ethos of each school and what the pair table says of every two kinds.
    table
        The pair table itself.
    money
        Parameters of the budget model.
    sparsity_miles
        n; distance of the sparsity formula, None beyond reach.
    detour
        Road miles a straight mile, in money.
    form
        "hard federation", "soft federation" or "shared business manager".
    grant
        GBP a year to each federation.
    whole, at
        For a part: the county it is of, and the position there of each of its schools.
    """

    schools: tuple[School, ...]
    role: NDArray[np.int8]
    block: Whole
    today: Whole
    journeys: Journeys
    links: NDArray[np.int32]
    creeds: Creeds
    table: PairTable
    money: Money
    sparsity_miles: tuple[Fraction | None, ...]
    detour: Fraction
    form: str
    grant: Fraction
    whole: County | None = None
    at: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    _kept: dict[str, object] = field(default_factory=dict, compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.schools)

    @cached_property
    def urns(self) -> Whole:
        """URN of each school."""
        if self.whole is not None:
            return self.whole.urns[self.at]
        return np.asarray([s.urn for s in self.schools], dtype=np.int64)

    @cached_property
    def rolls(self) -> Whole:
        """Roll of each school, pupils."""
        return np.asarray([s.roll for s in self.schools], dtype=np.int64)

    @cached_property
    def points(self) -> tuple[Whole, Whole]:
        """Easting and northing of each school, whole metres."""
        east = np.asarray([s.easting for s in self.schools], dtype=np.int64)
        return east, np.asarray([s.northing for s in self.schools], dtype=np.int64)

    @property
    def journey_source(self) -> str:
        """Where the minutes come from."""
        return self.journeys.source

    @cached_property
    def tenths(self) -> NDArray[np.int32]:
        """Journeys in tenths of a minute, n x n, -1 where there is none."""
        return self.journeys.tenths(self.urns, *self.points)

    @cached_property
    def metres(self) -> NDArray[np.int32]:
        """Straight metres, whole, n x n."""
        return np.rint(np.sqrt(squared_metres(*self.points))).astype(np.int32)

    @cached_property
    def keys(self) -> Whole:
        """Minutes, then metres, as one whole number: what trees go by, n x n; no journey last."""
        tenths = np.where(self.tenths == NONE, NO_JOURNEY, self.tenths).astype(np.int64)
        return (tenths << METRES_BITS) + self.metres

    @cached_property
    def linked(self) -> Flags:
        """Links of the neighbour graph, and every two schools of a kept federation, n x n."""
        marks = self.together_today.copy()
        np.fill_diagonal(marks, False)
        one, other = self.links.T
        marks[one, other] = marks[other, one] = True
        return marks

    @cached_property
    def pairs(self) -> Pairs:
        """What the pair table says of every two schools, n x n."""
        return self.creeds.pairs()

    @cached_property
    def heads(self) -> NDArray[np.int8]:
        """Head of each school, as a position in `HEADS`."""
        return np.asarray([HEADS.index(s.head) for s in self.schools], dtype=np.int8)

    @cached_property
    def together_today(self) -> Flags:
        """Pairs that share a kept federation, n x n."""
        same = np.equal.outer(self.block, self.block) & (self.block >= 0)[:, None]
        return np.asarray(same, dtype=np.bool_)

    def codes(self, column: str) -> Whole:
        """Number the values of a text field of `School`; -1 where the school has none."""
        values = [getattr(school, column) for school in self.schools]
        return _numbered(values)

    @cached_property
    def ethos_codes(self) -> Whole:
        """Number of each school's ethos."""
        return _numbered(list(self.creeds.ethoses))

    def kept(self, key: str, make: Callable[[], object]) -> object:
        """Work something out once for this county and keep it."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def position(self, urn: int) -> int:
        """Position of a school that takes part.

        Raises
        ------
        KeyError
            Where no such school takes part.
        """
        at = int(np.searchsorted(self.urns, urn))
        if at == len(self) or self.urns[at] != urn:
            raise KeyError(urn)
        return at

    def blocks(self) -> list[list[int]]:
        """Kept federations, as ascending positions."""
        return _groups(self.block)

    def federations_today(self) -> list[list[int]]:
        """Federations today, as ascending positions."""
        return _groups(self.today)

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        """Money of each school as known."""
        if self.whole is not None:
            return tuple(self.whole.accounts[i] for i in self.at)
        return tuple(
            Account(s.roll, year_groups(s), miles, s.income, s.expenditure)
            for s, miles in zip(self.schools, self.sparsity_miles, strict=True)
        )

    @cached_property
    def residuals(self) -> tuple[Fraction, ...]:
        """Residual of each school: its accounts beyond the model; see `budgets.residuals`."""
        if self.whole is not None:
            return tuple(self.whole.residuals[i] for i in self.at)
        today = self.federations_today()
        miles = [self.part(members).tree_miles() for members in today]
        return tuple(budgets.residuals(self.money, self.accounts, today, miles))

    def part(self, positions: ArrayLike) -> County:
        """Return these schools and all of their federations today, as a county of their own."""
        marks = np.zeros(len(self), dtype=np.bool_)
        marks[np.asarray(positions, dtype=np.intp)] = True
        if marks.all():
            return self
        for numbers in (self.today, self.block):
            marks = with_their_groups(marks, numbers)
        at = np.flatnonzero(marks)
        place = np.full(len(self), -1, dtype=np.int32)
        place[at] = np.arange(len(at), dtype=np.int32)
        links = place[self._links_at(at)]
        whole = self if self.whole is None else self.whole
        return replace(
            self,
            schools=tuple(self.schools[i] for i in at),
            role=self.role[at],
            block=_renumbered(self.block[at]),
            today=_renumbered(self.today[at]),
            links=links[(links >= 0).all(axis=1)],
            creeds=self.creeds.take(at),
            sparsity_miles=tuple(self.sparsity_miles[i] for i in at),
            whole=whole,
            at=at if self.whole is None else self.at[at],
            _kept={},
        )

    def with_rolls(self, rolls: Whole) -> County:
        """Return the same schools at other rolls: roles, links and residuals stay as they are.

        Income and cost follow the rolls, the sum by sparsity among them; a residual is a fixed sum
        from today's rolls. For a whole county, not a part of one.
        """
        schools = tuple(
            replace(school, roll=roll)
            for school, roll in zip(self.schools, rolls.tolist(), strict=True)
        )
        made = replace(self, schools=schools, _kept={})
        made.__dict__["residuals"] = self.residuals
        for name in NOT_OF_ROLLS:
            if name in self.__dict__:
                made.__dict__[name] = self.__dict__[name]
        return made

    def _links_at(self, at: NDArray[np.intp]) -> NDArray[np.int32]:
        """Links whose first end is among these positions (`links` is in order of first end)."""
        first = self.links[:, 0]
        low, high = np.searchsorted(first, at), np.searchsorted(first, at, side="right")
        return self.links[runs(low, high - low)]

    def tree_miles(self, members: Sequence[int] = ()) -> Fraction:
        """Road miles of the tree of some schools, or of all (Prim, by minutes, then metres)."""
        members = members or range(len(self))
        metres, outside = 0, set(members[1:])
        inside = [members[0]]
        while outside:
            key, at = min((self._edge(i, j), j) for i in inside for j in outside)
            metres += key[2]
            inside.append(at)
            outside.remove(at)
        return metres * self.detour / budgets.METRES_A_MILE

    def _edge(self, i: int, j: int) -> tuple[bool, int, int]:
        minutes = int(self.tenths[i, j])
        return (minutes < 0, minutes, int(self.metres[i, j]))


def year_groups(school: School) -> int:
    """Year groups of a school; 4 to 11 where its ages are not known (problem statement 1)."""
    low, high = ages(school)
    return high - low


def ages(school: School) -> tuple[int, int]:
    """Lowest and highest age; a lowest age of 5 or under counts as 4."""
    low, high = school.age_low, school.age_high
    if low is None or high is None or low <= 0 or high <= 0:
        return 4, 11
    low = 4 if low <= 5 else low
    return (low, high) if high > low else (4, 11)


def _numbered(values: Sequence[str | None]) -> Whole:
    place = {name: k for k, name in enumerate(sorted({v for v in values if v is not None}))}
    return np.asarray([-1 if v is None else place[v] for v in values], dtype=np.int64)


def with_their_groups(marks: Flags, numbers: Whole) -> Flags:
    """Mark every school of a group, by number, that a marked one is of; -1 is of none."""
    touched = np.zeros(int(numbers.max(initial=-1)) + 2, dtype=np.bool_)
    touched[numbers[marks]] = True
    touched[-1] = False
    return np.asarray(marks | touched[numbers], dtype=np.bool_)


def _renumbered(numbers: Whole) -> Whole:
    """Number groups from 0 in the order of their numbers; -1 stays."""
    known = np.unique(numbers[numbers >= 0])
    return np.where(numbers >= 0, np.searchsorted(known, numbers), -1).astype(np.int64)


def _groups(numbers: Whole) -> list[list[int]]:
    held = np.flatnonzero(numbers >= 0)
    order = held[np.argsort(numbers[held], kind="stable")]
    starts = np.flatnonzero(np.diff(numbers[order], prepend=-1))
    return [group.tolist() for group in np.split(order, starts[1:])] if len(order) else []

"""A county as a policy sees it: the schools that take part and all that is known of each pair.

Positions 0..n-1 are in ascending URN, so that no row order of a file can matter. Positions never
leave the engine: answers speak of URNs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from grouping.world import budgets
from grouping.world.budgets import Account, Money
from grouping.world.ethos import Pairs, PairTable
from grouping.world.schools import School

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

NO_ROLE, URGENT, SMALL, PARTNER = 0, 1, 2, 3
ROLE_WORDS = ("none", "urgent", "small", "partner")
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
    tenths
        n x n; journey in tenths of a minute, -1 where there is none.
    metres
        n x n; straight metres, whole.
    linked
        n x n; link in the neighbour graph, or inside one kept federation.
    pairs
        Ethos of each school and what the pair table says of every two.
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
    journey_source
        Where the minutes come from.
    """

    schools: tuple[School, ...]
    role: NDArray[np.int8]
    block: Whole
    today: Whole
    tenths: NDArray[np.int32]
    metres: NDArray[np.int32]
    linked: Flags
    pairs: Pairs
    table: PairTable
    money: Money
    sparsity_miles: tuple[Fraction | None, ...]
    detour: Fraction
    form: str
    grant: Fraction
    journey_source: str
    _kept: dict[str, object] = field(default_factory=dict, compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.schools)

    @cached_property
    def urns(self) -> Whole:
        """URN of each school."""
        return np.asarray([s.urn for s in self.schools], dtype=np.int64)

    @cached_property
    def rolls(self) -> Whole:
        """Roll of each school, pupils."""
        return np.asarray([s.roll for s in self.schools], dtype=np.int64)

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
        return _numbered(list(self.pairs.ethoses))

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
        return tuple(
            Account(s.roll, year_groups(s), miles, s.income, s.expenditure)
            for s, miles in zip(self.schools, self.sparsity_miles, strict=True)
        )

    @cached_property
    def residuals(self) -> tuple[Fraction, ...]:
        """Residual of each school: its accounts beyond the model; see `budgets.residuals`."""
        today = self.federations_today()
        miles = [self.tree_miles(members) for members in today]
        return tuple(budgets.residuals(self.money, self.accounts, today, miles))

    def tree_miles(self, members: Sequence[int]) -> Fraction:
        """Road miles of a federation's tree (Prim's algorithm by minutes, then metres)."""
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


def _groups(numbers: Whole) -> list[list[int]]:
    return [np.flatnonzero(numbers == k).tolist() for k in range(int(numbers.max(initial=-1)) + 1)]

"""Balances of federations at one change of rolls: floats over the table, exact near a half.

A balance is the sum of what each school brings (income, its own site, its residual), less what the
federation shares, rounded half to even to a pound. See `budgets` for the model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from grouping.world import budgets
from grouping.world.county import County
from grouping.world.exact import Ratio, near_half, ratio
from grouping.world.federations import Federations

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
ZERO = Fraction(0)
CLOSE = 1e-3  # pounds: how near to a bound a float may come before it is compared exactly


@dataclass(frozen=True, eq=False)
class Ledger:
    """Money of the schools of a county at one change of rolls, GBP a year, exact.

    `rolls` are changed and rounded; `brings` is what a school brings to a hard federation, `own`
    its balance by itself with no head at all (the soft form adds its share of one).
    """

    county: County
    roll_change: Fraction
    rolls: Whole
    incomes: tuple[Fraction, ...]
    sites: tuple[Fraction, ...]
    brings: tuple[Fraction, ...]
    own: tuple[Fraction, ...]

    @cached_property
    def _floats(self) -> tuple[Floats, Floats, Floats]:
        """What schools bring, own and earn, as floats."""
        columns = (self.brings, self.own, self.incomes)
        made = [np.asarray([float(x) for x in column], dtype=np.float64) for column in columns]
        return made[0], made[1], made[2]

    def combined(self, f: Federations) -> Whole:
        """Combined changed roll of each federation."""
        return np.asarray(f.sum(self.rolls), dtype=np.int64)

    def hard_balance(self, f: Federations, grant: Fraction = ZERO) -> Whole:
        """Balance of each federation under one budget, whole pounds."""
        m, county = self.county.money, self.county
        pupils = self.combined(f)
        bills = _looked_up(m, _shared, f.size, pupils)
        per_metre = county.detour / budgets.METRES_A_MILE * m.travel_per_mile
        brought = np.asarray(f.sum(self._floats[0]))
        bill = bills + f.tree_metres * float(per_metre)
        values = brought - bill + float(grant)
        rounded = np.rint(values).astype(np.int64)
        for row in np.flatnonzero(near_half(values)):
            rounded[row] = round(
                sum((self.brings[i] for i in f.members[row] if i >= 0), start=ZERO)
                - _shared(m, int(pupils[row]), int(f.size[row]))
                - int(f.tree_metres[row]) * per_metre
                + grant
            )
        return np.asarray(rounded, dtype=np.int64)

    def own_balances(self, f: Federations) -> Whole:
        """Balance of each member's own books in a soft federation, n x width, whole pounds."""
        m, pupils = self.county.money, self.combined(f)
        heads = _looked_up(m, _head, f.size, pupils)
        rolls = np.asarray(f.gathered(self.rolls, 0))
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = np.where(pupils[:, None] > 0, rolls / pupils[:, None], 1.0 / f.size[:, None])
        own = np.asarray(f.gathered(self._floats[1], 0.0))
        values = np.where(f.there, own - heads[:, None] * shares, 0.0)
        rounded = np.rint(values).astype(np.int64)
        for row, place in np.argwhere(near_half(values) & f.there):
            i, size, total = f.members[row, place], int(f.size[row]), int(pupils[row])
            share = Fraction(int(self.rolls[i]), total) if total else Fraction(1, size)
            rounded[row, place] = round(self.own[i] - _head(m, total, size) * share)
        return np.asarray(rounded, dtype=np.int64)

    def balance(self, f: Federations, grant: Fraction = ZERO) -> Whole:
        """Balance of each federation in the county's form: one budget, or the members' own."""
        if self.county.form == "soft federation":
            return np.asarray(self.own_balances(f).sum(axis=1), dtype=np.int64)
        return self.hard_balance(f, grant)

    def teaching(self, f: Federations, grant: Fraction) -> Ratio:
        """Share of the week the head must teach, at most 1: k x it, or the members' own summed."""
        whole = self.county.money.teaching_head
        top, bottom = whole.denominator, whole.numerator
        if self.county.form == "soft federation":
            needed = np.minimum(np.maximum(-self.own_balances(f), 0) * top, bottom).sum(axis=1)
            return ratio(needed, bottom)
        needed = np.minimum(np.maximum(-self.hard_balance(f, grant), 0) * top, bottom)
        return ratio(f.size * needed, bottom)

    def at_least(self, f: Federations, share: Fraction) -> NDArray[np.bool_]:
        """Whether balance, without a grant, is at least this share of modelled income."""
        balances = self.balance(f)
        incomes = np.asarray(f.sum(self._floats[2]), dtype=np.float64)
        spare = balances - float(share) * incomes
        holds = spare >= 0
        for row in np.flatnonzero(np.abs(spare) < CLOSE):
            holds[row] = int(balances[row]) >= share * self.income(f, int(row))
        return np.asarray(holds, dtype=np.bool_)

    def income(self, f: Federations, row: int) -> Fraction:
        """Modelled income of one federation, exact."""
        return sum((self.incomes[i] for i in f.members[row] if i >= 0), start=ZERO)


def _looked_up(
    m: budgets.Money,
    cost: Callable[[budgets.Money, int, int], Fraction],
    size: Whole,
    pupils: Whole,
) -> Floats:
    """Cost by size and pupils of each row, worked once for each pair that ever occurs."""
    values = np.zeros(len(size), dtype=np.float64)
    for k in np.flatnonzero(np.bincount(size)).tolist():
        rows = size == k
        held = pupils[rows]
        costs = _known(m, cost, k).as_far_as(int(held.max(initial=0)))
        for n in np.flatnonzero(np.bincount(held[np.isnan(costs[held])])).tolist():
            costs[n] = float(cost(m, n, k))
        values[rows] = costs[held]
    return values


@dataclass
class _Known:
    """Costs by pupils as far as they are worked out; NaN where they are not."""

    costs: Floats

    def as_far_as(self, pupils: int) -> Floats:
        """Give the costs with room for so many pupils.

        Whoever asks writes to, and reads from, what is given and nothing else: another thread may
        put a longer one in its place meanwhile, and then no more is lost than work.
        """
        costs = self.costs
        if pupils >= len(costs):
            more = np.full(pupils + 1 - len(costs), np.nan)
            self.costs = costs = np.concatenate([costs, more])
        return costs


@cache
def _known(*_of_what: object) -> _Known:
    return _Known(np.zeros(0, dtype=np.float64))


def ledger(county: County, roll_change: Fraction) -> Ledger:
    """Open the ledger of a county at a change of rolls (-0.10: a tenth fewer), once."""
    key = f"ledger {roll_change}"
    found = county.kept(key, lambda: _open(county, roll_change))
    assert isinstance(found, Ledger)
    return found


def _open(county: County, roll_change: Fraction) -> Ledger:
    m = county.money
    if county.whole is not None:
        whole, at = ledger(county.whole, roll_change), county.at.tolist()
        return Ledger(
            county,
            roll_change,
            whole.rolls[county.at],
            *(tuple(of[i] for i in at) for of in (whole.incomes, whole.sites)),
            *(tuple(of[i] for i in at) for of in (whole.brings, whole.own)),
        )
    rolls = [round(school.roll * (1 + roll_change)) for school in county.schools]
    incomes = tuple(a.modelled_income(m, n) for a, n in zip(county.accounts, rolls, strict=True))
    sites = tuple(_site(m, n) for n in rolls)
    headless = [_alone(m, n) - _head(m, n, 1) for n in rolls]
    extra = county.residuals
    return Ledger(
        county,
        roll_change,
        np.asarray(rolls, dtype=np.int64),
        incomes,
        sites,
        tuple(i - s + r for i, s, r in zip(incomes, sites, extra, strict=True)),
        tuple(i - c + r for i, c, r in zip(incomes, headless, extra, strict=True)),
    )


@cache
def _site(m: budgets.Money, roll: int) -> Fraction:
    return budgets.federated_site(m, roll)


@cache
def _alone(m: budgets.Money, roll: int) -> Fraction:
    return budgets.cost_alone(m, roll, ZERO)


@cache
def _head(m: budgets.Money, roll: int, schools: int) -> Fraction:
    return budgets.head(m, roll, schools)


@cache
def _shared(m: budgets.Money, roll: int, schools: int) -> Fraction:
    return budgets.shared(m, roll, schools)

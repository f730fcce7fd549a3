"""Balances over the table, worked in floats, are those of Fractions to the last pound."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from grouping.world import budgets
from grouping.world.county import County
from grouping.world.federations import Federations
from grouping.world.ledger import _looked_up, ledger
from villages import county_of, every_set, policy_of, random_rows, row, schools_of

GRANT = Fraction("1234.5")
CHANGES = (Fraction(0), Fraction(-1, 10), Fraction("0.257"), Fraction(-1))


def random_county(seed: int, base: str = "norfolk-2012") -> County:
    rng = random.Random(seed)
    return county_of(schools_of(*random_rows(rng, 8)), policy_of(base=base))


def changed(county: County, i: int, change: Fraction) -> int:
    return round(county.schools[i].roll * (1 + change))


def hard(f: Federations, at: int, change: Fraction, grant: Fraction) -> Fraction:
    """Balance of one federation straight from the page: income - cost + residuals + grant."""
    county, m = f.county, f.county.money
    held = [int(i) for i in f.members[at] if i >= 0]
    rolls = [changed(county, i, change) for i in held]
    incomes = [county.accounts[i].modelled_income(m, n) for i, n in zip(held, rolls, strict=True)]
    cost = budgets.cost_federated(m, rolls, county.tree_miles(held))
    return sum(incomes) - cost + sum(county.residuals[i] for i in held) + grant


def own(f: Federations, at: int, change: Fraction) -> list[Fraction]:
    """Each member's own books: cost alone with no teaching by the head, the head line shared."""
    county, m = f.county, f.county.money
    held = [int(i) for i in f.members[at] if i >= 0]
    rolls = [changed(county, i, change) for i in held]
    whole, pupils = budgets.head(m, sum(rolls), len(rolls)), sum(rolls)
    found = []
    for i, n in zip(held, rolls, strict=True):
        share = Fraction(n, pupils) if pupils else Fraction(1, len(held))
        cost = budgets.cost_alone(m, n, Fraction(0)) - budgets.head(m, n, 1) + whole * share
        income = county.accounts[i].modelled_income(m, n)
        found.append(income - cost + county.residuals[i])
    return found


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_balance_of_one_budget_is_that_of_fractions(seed: int, change: Fraction) -> None:
    county = random_county(seed)
    f, books = every_set(county, 2, 5), ledger(county, change)
    found = books.hard_balance(f, GRANT)
    assert found.tolist() == [round(hard(f, at, change, GRANT)) for at in range(len(f))]
    whole = county.money.teaching_head
    teaching = books.teaching(f, GRANT)
    for at in range(0, len(f), 3):
        t_star = Fraction(max(0, -int(found[at]))) / whole
        assert teaching.at(at) == int(f.size[at]) * min(Fraction(1), t_star)


@pytest.mark.parametrize("change", CHANGES)
def test_own_books_are_those_of_fractions(change: Fraction) -> None:
    """Rounded school by school; the share of the week each at most 1; no grant."""
    county = random_county(3, "soft-federation")
    f, books = every_set(county, 2, 4), ledger(county, change)
    found, teaching, balance = books.own_balances(f), books.teaching(f, GRANT), books.balance(f)
    whole = county.money.teaching_head
    for at in range(len(f)):
        slow = [round(x) for x in own(f, at, change)]
        assert found[at][f.there[at]].tolist() == slow
        assert not found[at][~f.there[at]].any()
        assert balance[at] == sum(slow)
        assert teaching.at(at) == sum(min(Fraction(1), Fraction(max(0, -x)) / whole) for x in slow)


def with_half(settings: tuple[str, ...], base: str, whole: int) -> tuple[County, Federations]:
    """Two schools, the accounts of the first set so that a balance ends in exactly a half."""
    pair = schools_of(
        row(120001, 40, 0, income=500_000, expenditure=500_000), row(120002, 90, 8_047)
    )
    county = county_of(pair, policy_of(*settings, base=base))
    f = every_set(county)
    soft = county.form == "soft federation"
    exact = own(f, 0, Fraction(0))[0] if soft else hard(f, 0, Fraction(0), Fraction(0))
    first = replace(county.schools[0], expenditure=500_000 + exact - whole - Fraction(1, 2))
    county = replace(county, schools=(first, county.schools[1]), _kept={})
    return county, every_set(county)


@pytest.mark.parametrize("whole", [1000, 1001, -1000, -1001, 0])
def test_a_half_of_a_pound_goes_to_even(whole: int) -> None:
    county, f = with_half((), "norfolk-2012", whole)
    assert hard(f, 0, Fraction(0), Fraction(0)) == whole + Fraction(1, 2)
    found = int(ledger(county, Fraction(0)).hard_balance(f)[0])
    assert found == round(whole + Fraction(1, 2)) == found // 2 * 2
    soft, g = with_half((), "soft-federation", whole)
    assert own(g, 0, Fraction(0))[0] == whole + Fraction(1, 2)
    assert int(ledger(soft, Fraction(0)).own_balances(g)[0, 0]) == round(whole + Fraction(1, 2))


@pytest.mark.parametrize("hair", [Fraction(1, 10**12), -Fraction(1, 10**12)])
def test_a_hair_from_a_half_is_told_from_a_half(hair: Fraction) -> None:
    """No float tells 1,000.5 from 1,000.500000000001 after sums of hundreds of thousands."""
    county, f = with_half((), "norfolk-2012", 1000)
    books = ledger(county, Fraction(0))
    assert books.hard_balance(f, hair).tolist() == [1001 if hair > 0 else 1000]


def test_at_least_is_exact_at_the_bound() -> None:
    county = random_county(4)
    f, books = every_set(county, 2, 3), ledger(county, Fraction(0))
    balances = books.hard_balance(f)
    for at in range(0, len(f), 5):
        one = f.take([at])
        share = int(balances[at]) / books.income(f, at)
        assert books.at_least(one, share).all()
        assert not books.at_least(one, share + Fraction(1, 10**15)).any()
        assert books.at_least(one, share - Fraction(1, 10**15)).all()


def test_the_balance_is_that_of_the_form() -> None:
    for base in ("norfolk-2012", "soft-federation", "shared-business-manager"):
        county = random_county(5, base)
        f, books = every_set(county, 2, 2), ledger(county, Fraction(0))
        soft = books.own_balances(f).sum(axis=1)
        expected = soft if base == "soft-federation" else books.hard_balance(f)
        assert np.array_equal(books.balance(f), expected)


def test_a_ledger_is_opened_once_for_each_change_of_rolls() -> None:
    county = random_county(6)
    one = ledger(county, Fraction(0))
    assert ledger(county, Fraction(0)) is one
    other = ledger(county, Fraction(-1, 10))
    assert other.rolls.tolist() == [round(s.roll * Fraction(9, 10)) for s in county.schools]
    assert one.rolls.tolist() == county.rolls.tolist()


def test_a_longer_table_of_costs_put_in_place_meanwhile_loses_none() -> None:
    """As another thread does: while one asks for costs up to 20 pupils, one asks for 500."""
    money = county_of(schools_of(row(120001, 40, 0), row(120002, 40, 900))).money
    sizes, few = np.full(3, 2), np.asarray([5, 20, 11])

    def cost(m: budgets.Money, pupils: int, schools: int) -> Fraction:
        if pupils < 30:
            _looked_up(m, cost, np.full(1, schools), np.asarray([500]))
        return Fraction(pupils * schools)

    assert _looked_up(money, cost, sizes, few).tolist() == [10, 40, 22]
    assert _looked_up(money, cost, sizes[:1], np.asarray([500])).tolist() == [1000]

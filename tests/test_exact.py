"""Rounding of rationals: halves to even, exactly, however large."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from grouping.world.exact import (
    NEAR,
    ROOM,
    decimal_places,
    near_half,
    ratio,
    round_half_even,
    scaled,
)


def test_halves_go_to_even_on_both_sides_of_nothing() -> None:
    halves = np.arange(-9, 10, dtype=np.int64)
    found = round_half_even(halves, np.full_like(halves, 2))
    assert found.tolist() == [round(Fraction(int(h), 2)) for h in halves]
    assert found.tolist()[:4] == [-4, -4, -4, -3]


def test_rounding_against_fractions() -> None:
    rng = random.Random(7)
    den = [rng.randint(1, 12) for _ in range(500)]
    num = [rng.randint(-100, 100) * rng.choice([1, d]) for d in den]
    found = round_half_even(np.asarray(num), np.asarray(den))
    assert found.tolist() == [round(Fraction(n, d)) for n, d in zip(num, den, strict=True)]


@pytest.mark.parametrize("size", [1, 10**6, 10**12, 2**60])
@pytest.mark.parametrize(
    "weight",
    [Fraction(20), Fraction("0.0005"), Fraction(-1, 3), Fraction(0), Fraction("0.123456789012345")],
)
def test_thousandths_are_those_of_the_exact_product(size: int, weight: Fraction) -> None:
    """Of measures small and large, on 64 bits or beyond, the same rint(1000 x weight x measure)."""
    rng = random.Random(size)
    num = [rng.randint(-size, size) for _ in range(40)] + [size, -size, 0]
    for den in (1, 2, 7, 60_000, 2**40, 10**30):
        limit = 2**62 // max(1, round(1000 * abs(weight)))
        fits = [n for n in num if abs(n) < limit * den]
        found = scaled(weight, ratio(np.asarray(fits, dtype=np.int64), den))
        assert found.tolist() == [round(1000 * weight * Fraction(n, den)) for n in fits]


def test_products_beyond_64_bits_are_worked_in_whole_python_numbers() -> None:
    """A numerator just below the room, times a weight of 1,000: no wrapping round."""
    num = np.asarray([ROOM - 1, 1 - ROOM, ROOM // 2], dtype=np.int64)
    found = scaled(Fraction(1, 1000), ratio(num, 3))
    assert found.tolist() == [round(Fraction(int(n), 3)) for n in num]
    slow = scaled(Fraction(7, 10**25), ratio(np.asarray([10**30, 3 * 10**30], dtype=object), 11))
    assert slow.tolist() == [round(Fraction(7_000 * 10**5 * k, 11)) for k in (1, 3)]


def test_floats_of_a_researcher_are_rounded_as_they_stand() -> None:
    assert scaled(Fraction(1), np.asarray([0.0005, 0.0015, 1.2346])).tolist() == [0, 2, 1235]
    assert scaled(Fraction(2), np.asarray([True, False])).tolist() == [2000, 0]
    assert scaled(Fraction(1, 2), np.asarray([3, 4])).tolist() == [1500, 2000]
    with pytest.raises(ValueError, match="finite"):
        scaled(Fraction(1), np.asarray([np.nan]))


def test_no_rows_cost_nothing() -> None:
    assert scaled(Fraction(20), ratio(np.zeros(0, dtype=np.int64), 3)).tolist() == []


def test_a_ratio_keeps_its_exact_value() -> None:
    column = ratio(np.asarray([1, 10**40], dtype=object), 3)
    assert (column.at(0), column.at(1), len(column)) == (Fraction(1, 3), Fraction(10**40, 3), 2)
    each = ratio(np.asarray([1, 3]), np.asarray([2, 4]))
    assert [each.at(0), each.at(1)] == [Fraction(1, 2), Fraction(3, 4)]


def test_near_a_half_is_marked_on_both_sides() -> None:
    values = np.asarray(
        [0.5, -0.5, 7.5 + NEAR / 2, 7.5 - NEAR / 2, 7.5 + 3 * NEAR, 7.0, -1e9 - 0.5]
    )
    assert near_half(values).tolist() == [True, True, True, True, False, False, True]


@pytest.mark.parametrize(
    ("value", "places", "written"),
    [("0.0000005", 6, 0.0), ("0.0000015", 6, 2e-6), ("-2.345", 2, -2.34), ("1.005", 2, 1.0)],
)
def test_decimals_are_rounded_half_to_even_of_the_exact_value(
    value: str, places: int, written: float
) -> None:
    assert decimal_places(Fraction(value), places) == written

"""Exact arithmetic on columns: rational measures, rounded once, halves to even.

A measure is a rational number made of integers (tenths of a minute, pupils, pounds). It is held as
whole numerators and denominators, so that two honest implementations agree to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ROOM = 2**61  # products below this cannot overflow 64 bits, even doubled
NEAR = 1e-6  # how near to a half a float may come before it is worked again exactly


@dataclass(frozen=True, eq=False)
class Ratio:
    """A column of rational numbers: `num / den`, row by row; `den` positive."""

    num: Whole
    den: Whole

    def at(self, row: int) -> Fraction:
        """Return the exact value of one row."""
        return Fraction(int(self.num[row]), int(self.den[row]))

    def __len__(self) -> int:
        return len(self.num)


def ratio(num: NDArray[np.integer], den: NDArray[np.integer] | int = 1) -> Ratio:
    """Make a column of rationals from whole numerators and a denominator (one, or one a row)."""
    whole = np.asarray(num, dtype=np.int64)
    return Ratio(whole, np.broadcast_to(np.asarray(den, dtype=np.int64), whole.shape))


def round_half_even(num: Whole, den: Whole) -> Whole:
    """Round `num / den` to whole numbers, halves to even; products stay below `ROOM`."""
    quotient, rest = np.divmod(num, den)
    twice = 2 * rest
    up = (twice > den) | ((twice == den) & (quotient % 2 != 0))
    return quotient + up.astype(np.int64)


def scaled(weight: Fraction, measure: Ratio | NDArray[np.generic]) -> Whole:
    """Thousandths of a point, rint(1000 x weight x measure), of each row.

    A measure of floats (a researcher's own) is rounded as it stands; a `Ratio` exactly.
    """
    factor = 1000 * weight
    if not isinstance(measure, Ratio):
        column = np.asarray(measure)
        if column.dtype.kind not in "iub":
            points = np.rint(float(factor) * column.astype(np.float64))
            if not np.isfinite(points).all():
                raise ValueError("a term's measure is not a finite number")
            return points.astype(np.int64)
        measure = ratio(column)
    if not len(measure):
        return np.zeros(0, dtype=np.int64)
    top, bottom = factor.numerator, factor.denominator
    largest = int(np.abs(measure.num).max()) * abs(top)
    if largest < ROOM and int(measure.den.max()) * bottom < ROOM:
        return round_half_even(measure.num * top, measure.den * bottom)
    return _slowly(measure, factor)


def _slowly(measure: Ratio, factor: Fraction) -> Whole:
    pairs, where = np.unique(np.stack([measure.num, measure.den]), axis=1, return_inverse=True)
    values = [round(Fraction(int(n), int(d)) * factor) for n, d in pairs.T]
    return np.asarray(values, dtype=np.int64)[where.reshape(-1)]


def near_half(values: Floats) -> Flags:
    """Mark the floats that stand within `NEAR` of a half and must be worked again exactly."""
    return np.abs(values - np.floor(values) - 0.5) < NEAR


def decimal_places(value: Fraction, places: int) -> float:
    """Round a rational half to even to so many decimals, as the float that prints so."""
    return float(Fraction(round(value * 10**places), 10**places))

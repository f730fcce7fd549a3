"""Exact arithmetic on columns: rational measures, rounded once, halves to even.

A measure is a rational number made of integers (tenths of a minute, pupils, pounds). It is held as
whole numerators and denominators, so that two honest implementations agree to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ROOM = 2**61  # products below this cannot overflow 64 bits, even doubled
SURE = 2**30  # quotients below this, as floats, are off by far less than `NEAR`
NEAR = 1e-6  # how near to a half a float may come before it is worked again exactly


@dataclass(frozen=True, eq=False)
class Ratio:
    """A column of rational numbers: `num / den`, row by row; `den` positive."""

    num: NDArray[Any]
    den: NDArray[Any]

    def at(self, row: int) -> Fraction:
        """Return the exact value of one row."""
        return Fraction(int(self.num[row]), int(self.den[row]))

    def __len__(self) -> int:
        return int(self.num.shape[0])


def ratio(num: NDArray[Any], den: NDArray[Any] | int = 1) -> Ratio:
    """Make a column of rationals from whole numerators and a denominator (one, or one a row).

    Columns of Python integers (dtype object) stay so: slow, and exact beyond 64 bits.
    """
    kind: Any = np.int64
    if np.asarray(num).dtype == object or (isinstance(den, int) and den >= ROOM):
        kind = object
    whole = np.asarray(num, dtype=kind)
    return Ratio(whole, np.broadcast_to(np.asarray(den, dtype=kind), whole.shape))


def round_half_even(num: Whole, den: Whole) -> Whole:
    """Round `num / den` to whole numbers, halves to even; products stay below `ROOM`."""
    values = num / den
    if len(values) and np.abs(values).max() >= SURE:
        return _halves_to_even(num, den)
    rounded: Whole = np.rint(values).astype(np.int64)
    close = np.flatnonzero(near_half(values))
    if len(close):
        rounded[close] = _halves_to_even(num[close], den[close])
    return rounded


def _halves_to_even(num: Whole, den: Whole) -> Whole:
    quotient, rest = np.divmod(num, den)
    twice = 2 * rest
    up = (twice > den) | ((twice == den) & (quotient % 2 != 0))
    return np.asarray(quotient + up.astype(np.int64), dtype=np.int64)


def scaled(weight: Fraction, measure: Ratio | NDArray[np.generic]) -> Whole:
    """Thousandths of a point, rint(1000 x weight x measure), of each row.

    A measure of floats (a researcher's own) is rounded as it stands; a `Ratio` exactly.

    Raises
    ------
    OverflowError
        Where a result does not fit 64 bits.
    """
    factor = 1000 * weight
    if not isinstance(measure, Ratio):
        column = np.asarray(measure)
        if column.dtype.kind not in "iub":
            points = np.rint(float(factor) * column.astype(np.float64))
            if not np.isfinite(points).all():
                raise ValueError("a term's measure is not a finite number")
            if len(points) and np.abs(points).max() >= ROOM:
                raise OverflowError("a term is beyond 64 bits")
            return points.astype(np.int64)
        measure = ratio(column)
    if not len(measure):
        return np.zeros(0, dtype=np.int64)
    top, bottom = factor.numerator, factor.denominator
    largest = int(np.abs(measure.num).max()) * abs(top)
    wide = measure.num.dtype == object or measure.den.dtype == object
    if not wide and largest < ROOM and int(measure.den.max()) * bottom < ROOM:
        return round_half_even(measure.num * top, measure.den * bottom)
    return _slowly(measure, factor)


def _slowly(measure: Ratio, factor: Fraction) -> Whole:
    known: dict[tuple[int, int], int] = {}
    points = np.empty(len(measure), dtype=np.int64)
    for row, pair in enumerate(zip(measure.num.tolist(), measure.den.tolist(), strict=True)):
        if pair not in known:
            known[pair] = round(Fraction(*pair) * factor)
        points[row] = known[pair]
    return points


def near_half(values: Floats) -> Flags:
    """Mark the floats that stand within `NEAR` of a half and must be worked again exactly."""
    return np.abs(values - np.floor(values) - 0.5) < NEAR


def decimal_places(value: Fraction, places: int) -> float:
    """Round a rational half to even to so many decimals, as the float that prints so."""
    return float(Fraction(round(value * 10**places), 10**places))

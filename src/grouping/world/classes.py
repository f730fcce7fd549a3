"""Classes a school would need by its year groups: a check that is reported, never a cost.

Infant classes (Reception to Year 2) hold at most 30 by law, junior ones 32 by custom; a council
may want at most so many year groups in one class (domain notes 1.6, "Organisation check"). The
budget model counts classes by roll instead, in half steps (`budgets.classes`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

YEARS = ("year_r", "year_1", "year_2", "year_3", "year_4", "year_5", "year_6")
INFANTS = 3  # year groups of the infants: Reception, Years 1 and 2
INFANT_CLASS, JUNIOR_CLASS = 30, 32
YEAR_GROUPS_A_CLASS = 3  # Norfolk 2025
FIRST_AGE = 4


@dataclass(frozen=True)
class Organisation:
    """Least classes by numbers and by year groups; `counted` where the year groups are known."""

    least: int
    by_policy: int
    infants: Fraction
    juniors: Fraction
    counted: bool


def organisation(
    roll: int, ages: tuple[int, int], years: Sequence[int] | None = None
) -> Organisation:
    """Work out the classes of a school, Reception to Year 6.

    Parameters
    ----------
    roll
        Pupils.
    ages
        Lowest and highest age, 4 standing for Reception.
    years
        Pupils of Reception to Year 6 where known and of this very roll; else the roll is spread
        evenly over the school's year groups.
    """
    low, high = ages
    taught = [FIRST_AGE + k in range(low, high) for k in range(len(YEARS))]
    if years is not None and sum(years) == roll:
        counts = [Fraction(count) for count in years]
        counted = True
    else:
        each = Fraction(roll, max(1, sum(taught)))
        counts = [each if there else Fraction(0) for there in taught]
        counted = False
    infants, juniors = sum(counts[:INFANTS], Fraction(0)), sum(counts[INFANTS:], Fraction(0))
    groups = sum(count > 0 for count in counts) if counted else sum(taught)
    return Organisation(
        ceil(infants / INFANT_CLASS) + ceil(juniors / JUNIOR_CLASS),
        ceil(Fraction(groups, YEAR_GROUPS_A_CLASS)),
        infants,
        juniors,
        counted,
    )


def years_of(properties: Mapping[str, object]) -> tuple[int, ...] | None:
    """Pupils by year group as a school's file carries them; None where any is missing or odd."""
    counts = []
    for name in YEARS:
        value = properties.get(name)
        try:
            count = int(str(value))
        except ValueError:
            return None
        if count < 0:
            return None
        counts.append(count)
    return tuple(counts)

"""What a federation means for people: heads, governing bodies, the head's week, teachers.

Formulas of the domain notes 6.2; the workload index is a model to be argued with, not a fact.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from grouping.policy.words import HARD, SHARED
from grouping.world import budgets
from grouping.world.exact import decimal_places
from grouping.world.federations import Federations

DAYS_A_WEEK = 5
INFANT_YEARS, ALL_YEARS = 3, 7  # reception to year 2, of reception to year 6
WORKLOAD = {
    "schools": Fraction("0.4"),
    "pupils": Fraction(1, 150),
    "teaching": Fraction(2),
    "hours": Fraction(1, 5),
}


def people(f: Federations, row: int, t_star: Fraction | None) -> dict[str, Any]:
    """Count what a federation means for people; None where it cannot be known.

    Parameters
    ----------
    f, row
        One federation of a table.
    t_star
        Share of the week the head must teach; None where no head is shared.
    """
    county, schools = f.county, f.schools(row)
    own_head = county.form == SHARED
    bodies = bodies_today(f, row)
    fte = sum((budgets.classes(county.money, s.roll) for s in schools), start=Fraction(0)) * (
        1 + county.money.ppa
    )
    infants = fte * Fraction(INFANT_YEARS, ALL_YEARS)
    return {
        "heads_displaced": 0 if own_head else heads_displaced([s.head for s in schools]),
        "governing_bodies_before": bodies,
        "governing_bodies_after": 1 if county.form == HARD else bodies,
        "site_days_without_head": 0 if own_head else DAYS_A_WEEK * (len(schools) - 1),
        "workload": None if own_head or t_star is None else workload(f, row, t_star),
        "teachers_key_stage_1": decimal_places(infants, 1),
        "teachers_key_stage_2": decimal_places(fte - infants, 1),
    }


def heads_displaced(heads: list[str]) -> int | None:
    """Heads in post beyond the one who stays; schools that share a head count as one head."""
    if "unknown" in heads:
        return None
    return max(0, heads.count("in post") + ("shared" in heads) - 1)


def bodies_today(f: Federations, row: int) -> int:
    """Governing bodies over these schools today: one for each federation they are of."""
    numbers = [int(f.county.today[i]) for i in f.members[row] if i >= 0]
    return numbers.count(-1) + len({n for n in numbers if n >= 0})


def workload(f: Federations, row: int, t_star: Fraction) -> float | None:
    """Head's workload index; None where a journey of the tree is not known. Above 2.5: warn."""
    tree = f.tree
    tenths = [int(t) for t, one in zip(tree.tenths[row], tree.one[row], strict=True) if one >= 0]
    if min(tenths, default=0) < 0:
        return None
    pupils = sum(s.roll for s in f.schools(row))
    hours = Fraction(2 * sum(tenths), 10 * 60) * f.county.money.trips_a_week
    index = (
        WORKLOAD["schools"] * int(f.size[row])
        + WORKLOAD["pupils"] * pupils
        + WORKLOAD["teaching"] * t_star
        + WORKLOAD["hours"] * hours
    )
    return decimal_places(index, 2)

"""The table of budgets as a CSV: modelled money to the nearest hundred, returns as returned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grouping.answers.budgets import ACCURACY
from grouping.files.writing import csv_bytes

if TYPE_CHECKING:
    from grouping.answers.budgets import Budget

LINES = ("balance", "reserve", "years", "teaching", "roll loss", "sparsity", "classes")
WORDS_ONLY = ("teaching", "classes")  # their figures stand in columns of their own
COLUMNS = (
    "urn",
    "name",
    "role",
    "roll",
    "roll_change",
    "income",
    "cost",
    "residual",
    "balance",
    "reserve",
    "t_star",
    "federation",
    "sparsity",
    "sparsity_source",
    "balance_without_sparsity",
    "classes",
    "classes_least",
    "classes_by_policy",
    "year_groups",
    "grade",
    "returned_income",
    "returned_expenditure",
    "return_note",
    *(
        f"{name.replace(' ', '_')}_{part}"
        for name in LINES
        for part in (("line",) if name in WORDS_ONLY else ("share", "line"))
    ),
    "accuracy",
)


def hundreds(pounds: int) -> int:
    """Round pounds to the nearest hundred, halves to even."""
    return round(pounds, -2)


def budgets_csv(found: Sequence[Budget], roll_change: object) -> bytes:
    """Write one row a school, in the order given; an unknown is an empty cell."""
    return csv_bytes(COLUMNS, [_row(b, roll_change) for b in found])


def _row(b: Budget, roll_change: object) -> list[object]:
    counted = "as counted" if b.organisation.counted else "spread evenly"
    judged: list[object] = []
    for name in LINES:
        line = b.lines[name]
        judged += [line.word] if name in WORDS_ONLY else [line.value, line.word]
    return [
        b.urn,
        b.name,
        b.role,
        b.roll,
        roll_change,
        hundreds(b.income),
        hundreds(b.cost),
        hundreds(b.residual),
        hundreds(b.balance),
        b.reserve,
        b.t_star,
        b.federation,
        hundreds(b.sparsity),
        b.sparsity_source,
        hundreds(b.without_sparsity),
        b.classes,
        b.organisation.least,
        b.organisation.by_policy,
        counted,
        b.grade,
        b.returned_income,
        b.returned_expenditure,
        b.note or None,
        *judged,
        ACCURACY,
    ]

"""The properties of a school: what is remembered reads as what is read anew."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from grouping.errors import InputRefused
from grouping.world.cells import UnfitError
from grouping.world.properties import PROPERTIES, Property, remembered
from grouping.world.schools import Row, check_rows

CELLS: list[Any] = [
    None, "", " ", "\t", "0", "61", " 61 ", "61.0", "1,024", "1,02", "-3", "supp", "N/A", "x" * 300,
    0, 1, -1, 4, 61, 99, 100, 9_999, 10_000, 99_999, 120001, 1_000_000, 10**50, True, False,
    Decimal(0), Decimal("0.0"), Decimal(1), Decimal("1.0"), Decimal("1E+2"), Decimal("61.5"),
    Decimal("1992.5"), Decimal("1992.50"), Decimal("1e-40"), Decimal("NaN"), 61.0, 60.5, -0.0,
    float("nan"), float("inf"), [], [1], {}, {"a": 1}, "a\0b", "120001", "120001.0", "1.2E+5",
    "Community school", " community SCHOOL ", "Comunity school", "Open", "closed", "Primary",
    "vacant", "Mrs Smith", "church of england", "Né", "a\u200bb", "2019-09-01", "2019-13-01",
]  # fmt: skip


def reading(read: Any, value: object) -> tuple[str, ...]:
    """Read a cell and say what came of it, kinds and all."""
    try:
        got = read(value)
    except UnfitError as unfit:
        return "refused", unfit.what, unfit.do
    return "read", type(got).__name__, repr(got)


@pytest.mark.parametrize("column", PROPERTIES, ids=lambda column: column.name)
def test_what_is_remembered_reads_as_what_is_read_anew(column: Property) -> None:
    """Whatever came before it in the file: equal values of other kinds, other spellings, faults."""
    for seed in range(5):
        given = CELLS * 3
        random.Random(seed).shuffle(given)
        read = remembered(column.read)
        for value in given:
            assert reading(read, value) == reading(column.read, value)


def test_a_cell_met_before_is_read_once() -> None:
    read: list[object] = []
    again = remembered(lambda value: read.append(value) or str(value))
    assert [again(value) for value in ("x", 1, "x", 1, "1")] == ["x", "1", "x", "1", "1"]
    assert read == ["x", 1, "1"]


def test_a_fault_met_before_is_told_again() -> None:
    """The same wrong word in every row is a fault of every row."""
    wrong = {"name": "Elm Green", "roll": "many", "type": "Comunity school"}
    rows = [Row(f"feature {k}", {"urn": 120001 + k, **wrong}, (1.0, 52.7)) for k in range(3)]
    with pytest.raises(InputRefused) as caught:
        check_rows(rows, "schools.geojson")
    found = [(fault.place, fault.urn, fault.field) for fault in caught.value.faults]
    assert found == [(f"feature {k}", 120001 + k, f) for k in range(3) for f in ("roll", "type")]
    assert len({fault.what for fault in caught.value.faults}) == 2


def test_the_properties_given_are_not_those_kept() -> None:
    """What a caller does with a row afterwards changes no school."""
    given = {"urn": 120001, "name": "Elm Green", "roll": 61, "type": "Community school"}
    schools = check_rows([Row("feature 0", given, (1.0, 52.7))], "schools.geojson")
    given["roll"] = 0
    assert schools.rows[0].properties["roll"] == 61

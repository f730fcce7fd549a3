"""Rolls by year group and forecasts: read strictly, and never a nought for an unknown."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grouping.errors import InputRefused
from grouping.files.rolls import LONG, PARTS, read_forecast, read_rolls
from grouping.world.classes import organisation, years_of

SHARED = Path(__file__).parents[2] / "shared" / "data"
NORFOLK = SHARED / "norfolk_spc_year_groups_2022-23.csv"
ENGLAND = SHARED / "england_spc_school_level_2022-23.csv.gz"
real = pytest.mark.skipif(not NORFOLK.exists(), reason="the shared data is not here")

HEADER = "urn,N1,N2,R,Y1,Y2,Y3,Y4,Y5,Y6\n"


def write(path: Path, text: str | bytes, name: str = "rolls.csv") -> Path:
    path = path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_nursery_classes_are_no_part_of_the_roll(tmp_path: Path) -> None:
    found = read_rolls(write(tmp_path, HEADER + "120001,9,9,7,8,9,10,11,12,13\n"))
    assert found.totals == {120001: 70}
    assert found.beside.rows[120001]["year_6"] == 13
    assert years_of(found.beside.rows[120001]) == (7, 8, 9, 10, 11, 12, 13)


def test_a_suppressed_year_group_makes_the_roll_unknown(tmp_path: Path) -> None:
    found = read_rolls(write(tmp_path, HEADER + "120001,0,0,7,c,9,10,11,12,13\n"))
    assert found.totals == {}
    assert "year_1" not in found.beside.rows[120001]


def test_a_school_with_none_of_these_years_has_no_roll_from_them(tmp_path: Path) -> None:
    assert read_rolls(write(tmp_path, HEADER + "120001,40,9,0,0,0,0,0,0,0\n")).totals == {}


def test_the_national_layout_is_added_up(tmp_path: Path) -> None:
    names = [f"{part} {name}" for name in LONG for part in PARTS]
    header = ",".join(["time_period", "geographic_level", "urn", *names])
    one = ",".join(["202223", "School", "120001", *["1", "2", "3", "4"] * 7])
    total = ",".join(["202223", "National", "", *["9"] * 28])
    found = read_rolls(write(tmp_path, f"{header}\n{total}\n{one}\n"))
    assert found.totals == {120001: 70}
    assert found.beside.date == "school census of 2022/23"


BAD = [
    ("empty", "", ["empty"]),
    ("other columns", "urn,pupils\n120001,7\n", ["other columns", "row 1"]),
    ("a year missing", "urn,R,Y1,Y2,Y3,Y4,Y5\n", ['"Y6"', "row 1"]),
    ("a column twice", HEADER.replace("N1", "R"), ["twice", "row 1"]),
    ("no URN", HEADER + ",0,0,7,8,9,10,11,12,13\n", ["blank", "row 2"]),
    ("a name for a URN", HEADER + "Elm,0,0,7,8,9,10,11,12,13\n", ["not a URN", "row 2"]),
    ("half a pupil", HEADER + "120001,0,0,7.5,8,9,10,11,12,13\n", ['"R"', "row 2", "120001"]),
    ("fewer than none", HEADER + "120001,0,0,7,-8,9,10,11,12,13\n", ['"Y1"', "out of range"]),
    ("too many", HEADER + "120001,0,0,7,8,99999,10,11,12,13\n", ['"Y2"', "out of range"]),
    ("a short row", HEADER + "120001,0,0,7,8\n", ["5 cells", "row 2"]),
    ("a school twice", HEADER + "120001,0,0,7,8,9,10,11,12,13\n" * 2, ["twice", "row 3"]),
    ("UTF-16", HEADER.encode("utf-16"), ["UTF-16"]),
]


@pytest.mark.parametrize(("_", "text", "words"), BAD, ids=[name for name, *_ in BAD])
def test_bad_censuses_are_refused(
    tmp_path: Path, _: str, text: str | bytes, words: list[str]
) -> None:
    with pytest.raises(InputRefused) as caught:
        read_rolls(write(tmp_path, text))
    for word in ["rolls.csv", *words]:
        assert word in str(caught.value)


def test_two_censuses_in_one_file_are_refused(tmp_path: Path) -> None:
    header = "time_period," + HEADER
    rows = "202122,120001,0,0,7,8,9,1,1,1,1\n202223,120002,0,0,7,8,9,1,1,1,1\n"
    with pytest.raises(InputRefused, match="several years: 202122, 202223"):
        read_rolls(write(tmp_path, header + rows))


FORECAST = "urn,year,roll\n"


def test_one_year_of_a_forecast_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path, FORECAST + "120001,2026,60\n120001,2027,55\n120002,2027,0\n")
    found = read_forecast(path, 2027)
    assert found.totals == {120001: 55, 120002: 0}
    assert found.beside.date == "forecast for 2027"


BAD_FORECASTS = [
    ("empty", "", ["empty"]),
    ("other columns", "urn,roll\n120001,7\n", ["other columns", "urn,year,roll"]),
    ("not that year", FORECAST + "120001,2026,60\n", ["no rolls of 2027", "2026"]),
    ("header alone", FORECAST, ["no rolls of 2027"]),
    ("no year", FORECAST + "120001,,60\n", ['"year"', "blank", "row 2"]),
    ("a school year", FORECAST + "120001,2027/28,60\n", ['"year"', "row 2"]),
    ("a year long gone", FORECAST + "120001,1927,60\n", ['"year"', "out of range"]),
    ("no roll", FORECAST + "120001,2027,\n", ['"roll"', "blank"]),
    ("a word", FORECAST + "120001,2027,SUPP\n", ['"roll"', "suppressed"]),
    ("half a pupil", FORECAST + "120001,2027,60.5\n", ['"roll"', "whole"]),
    ("twice", FORECAST + "120001,2027,60\n" * 2, ["twice", "row 3"]),
    ("a long row", FORECAST + "120001,2027,60,1\n", ["4 cells", "row 2"]),
]


@pytest.mark.parametrize(("_", "text", "words"), BAD_FORECASTS, ids=[n for n, *_ in BAD_FORECASTS])
def test_bad_forecasts_are_refused(tmp_path: Path, _: str, text: str, words: list[str]) -> None:
    with pytest.raises(InputRefused) as caught:
        read_forecast(write(tmp_path, text), 2027)
    for word in ["rolls.csv", *words]:
        assert word in str(caught.value)


def test_classes_by_numbers_and_by_year_groups() -> None:
    """30 infants a teacher by law, 32 juniors by custom, three year groups a class at most."""
    even = organisation(70, (4, 11))
    assert (even.infants, even.juniors, even.counted) == (30, 40, False)
    assert (even.least, even.by_policy) == (3, 3)
    one_more = organisation(71, (4, 11))
    assert one_more.infants == Fraction(213, 7)
    assert one_more.least == 4
    counted = organisation(62, (4, 11), (10, 10, 11, 8, 8, 8, 7))
    assert (counted.infants, counted.juniors, counted.least, counted.counted) == (31, 31, 3, True)
    stale = organisation(61, (4, 11), (10, 10, 11, 8, 8, 8, 7))
    assert not stale.counted, "year groups of another roll are not used"
    infants = organisation(61, (4, 7))
    assert (infants.juniors, infants.least, infants.by_policy) == (0, 3, 1)
    juniors = organisation(64, (7, 11))
    assert (juniors.infants, juniors.least, juniors.by_policy) == (0, 2, 2)


@real
def test_the_real_census_agrees_with_the_notes() -> None:
    """347 state primaries of Norfolk: 62,847 pupils of Reception to Year 6, 107 under 100."""
    found = read_rolls(NORFOLK)
    with NORFOLK.open(encoding="utf-8") as handle:
        lines = handle.read().splitlines()
    primaries = [int(line[:6]) for line in lines if "State-funded primary" in line]
    rolls = [found.totals[urn] for urn in primaries]
    assert (len(rolls), sum(rolls)) == (347, 62_847)
    assert sum(n < 100 for n in rolls) == 107
    assert sum(n < 50 for n in rolls) == 26
    national = read_rolls(ENGLAND)
    assert {urn: national.totals[urn] for urn in primaries} == dict(
        zip(primaries, rolls, strict=True)
    )

"""Accounts: three layouts, and nothing that is not known read as a figure."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from grouping.errors import InputRefused, UsageRefused
from grouping.files.cfr import read_cfr

SHARED = Path(__file__).parents[2] / "shared" / "data"
TOTALS_FILE = SHARED / "england_cfr_totals_2014_2018.csv.gz"
HEADER_FILE = SHARED / "synthetic_cfr_maintained_schools_master_list_dfe_test.csv"
REGISTER = SHARED / "norfolk_schools_2022-07.csv"
real = pytest.mark.skipif(not TOTALS_FILE.exists(), reason="the shared data is not here")

WORKBOOK = [
    "LA",
    "LAEstab",
    "URN",
    "School Name",
    "Period covered by return (months)",
    "Did Not Supply flag",
    "Federation",
    "Lead school in federation",
    "I05  Pupil Premium",
    "Total Income   I01 to I08, I11 to I15, I18",
    "Total Income   I01 to I18",
    "Total Expenditure  E01 to E32",
    "B01 Committed revenue balances",
    "Revenue Reserve   B01 plus B02 plus B06",
    "In-year Balance   Total Income (I01 to I18) minus Total Expenditure (E01 to E32)",
]
ELM = ["926", "9262001", "120001", "Elm", "12", "0", "No", "0", "13000"]
ELM += ["500000", "512345.67", "500000", "0", "41000", "12345.67"]


def book(path: Path, *rows: dict[str, str], header: Sequence[str] = WORKBOOK) -> Path:
    """A workbook saved as CSV: the usual school, with some cells changed, a row each."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    usual = dict(zip(WORKBOOK, ELM, strict=True))
    for row in rows:
        writer.writerow([{**usual, **row}.get(name, "") for name in header])
    path = path / "book.csv"
    path.write_text(text.getvalue())
    return path


def table(path: Path, text: str) -> Path:
    path = path / "table.csv"
    path.write_text(text)
    return path


TOTALS = "URN,Income,Expenditure,Balance,Academic Year\n"


def test_the_workbook_gives_gross_totals_reserve_and_premium(tmp_path: Path) -> None:
    """Their difference is the in-year balance that the workbook works out itself."""
    found = read_cfr(book(tmp_path, {}), "2023-24")
    assert found.layout == "workbook"
    assert found.beside.rows[120001] == {
        "income": Decimal("512345.67"),
        "expenditure": 500000,
        "reserve": 41000,
        "pupil_premium": 13000,
    }
    assert found.beside.date == "the financial year that ended in March 2024"
    assert found.beside.notes == {}
    assert found.beside.warnings == ()


def test_a_balance_that_does_not_add_up_is_said(tmp_path: Path) -> None:
    found = read_cfr(book(tmp_path, {WORKBOOK[-1]: "99"}))
    assert "not the in-year balance it gives: 120001" in found.beside.warnings[0]


def test_a_joint_return_is_no_zero_for_the_others_and_not_the_leads_own(tmp_path: Path) -> None:
    """Three schools of one federation, returned under the first; each is unknown, said."""
    lead = {"Federation": "Lead school", "Lead school in federation": "9262001"}
    member = {"Lead school in federation": "9262001", "Federation": "Non returning school"}
    blank = dict.fromkeys(WORKBOOK[8:], "")
    found = read_cfr(
        book(
            tmp_path,
            lead,
            {
                "URN": "120002",
                "LAEstab": "9262002",
                **member,
                **blank,
                "Did Not Supply flag": "DNS",
            },
            {"URN": "120003", "LAEstab": "9262003", **member, **dict.fromkeys(blank, "0")},
        )
    ).beside
    assert "joint one of a whole federation" in found.notes[120001]
    assert "under another school" in found.notes[120002]
    assert "under another school" in found.notes[120003]
    assert all("income" not in row and "reserve" not in row for row in found.rows.values())


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"Did Not Supply flag": "1"}, "did not supply"),
        ({"Period covered by return (months)": "7"}, "covers 7 months"),
        ({"Period covered by return (months)": ""}, "does not say its months"),
        ({WORKBOOK[10]: "SUPP"}, "its income is not published"),
        ({WORKBOOK[11]: ""}, "its expenditure is not published"),
        ({WORKBOOK[10]: "0"}, "income of 0 is no year's total"),
        ({WORKBOOK[11]: "-4"}, "expenditure of -4 is no year's total"),
    ],
)
def test_what_is_not_known_stays_unknown(tmp_path: Path, row: dict[str, str], why: str) -> None:
    found = read_cfr(book(tmp_path, row)).beside
    assert why in found.notes[120001]
    assert found.rows[120001] == {"return_note": found.notes[120001]}


def test_one_year_of_the_totals_is_read_the_latest_by_default(tmp_path: Path) -> None:
    rows = "120001.0,5,4,1,2017\n120001.0,7.5,4,3.5,2018\n,0.0,0.0,0.0,2018\n120002,0,0,0,2018\n"
    path = table(tmp_path, TOTALS + rows)
    found = read_cfr(path).beside
    assert found.rows[120001] == {"income": Decimal("7.5"), "expenditure": 4}
    assert "no year's total" in found.notes[120002]
    assert read_cfr(path, "2016-17").beside.rows == {120001: {"income": 5, "expenditure": 4}}
    with pytest.raises(InputRefused, match="It has 2017, 2018"):
        read_cfr(path, "2015")
    with pytest.raises(UsageRefused, match="not a year"):
        read_cfr(path, "2016-18")


def test_the_totals_may_be_compressed(tmp_path: Path) -> None:
    path = tmp_path / "totals.csv.gz"
    path.write_bytes(gzip.compress((TOTALS + "120001,7,4,3,2018\n").encode()))
    assert read_cfr(path).beside.rows[120001]["income"] == 7


BAD = [
    ("a web page", b"<html><body>no", ["web page"]),
    ("an Excel file", b"PK\x03\x04rest", ["Excel"]),
    ("a gzip cut short", gzip.compress(b"URN," * 999)[:-9], ["cut short"]),
    ("a damaged gzip", b"\x1f\x8b\x08\x00" + b"\xff" * 40, ["gzip"]),
    ("other columns", b"LA,LA Name,URN\n1,2,3\n", ["other columns", "row 1"]),
    ("a total missing", b"URN,Income,Balance,Academic Year\n", ['"Expenditure"', "row 1"]),
    ("a word for a sum", (TOTALS + "120001,much,4,1,2018\n").encode(), ['"Income"', "row 2"]),
    ("a year that is none", (TOTALS + "120001,5,4,1,20l8\n").encode(), ['"Academic Year"']),
    ("a school twice", (TOTALS + "120001,5,4,1,2018\n" * 2).encode(), ["stands twice", "row 2"]),
    ("a URN lost", (TOTALS + "1.2E+05,5,4,1,2018\n").encode(), ["shortened", "row 2"]),
    ("sums without a school", (TOTALS + ",5,4,1,2018\n").encode(), ["is blank", "row 2"]),
    ("a short row", (TOTALS + "120001,5,4\n").encode(), ["3 cells", "row 2"]),
    ("no rows", TOTALS.encode(), ["no returns"]),
]


@pytest.mark.parametrize(("_", "content", "words"), BAD, ids=[name for name, *_ in BAD])
def test_bad_files_are_refused(tmp_path: Path, _: str, content: bytes, words: list[str]) -> None:
    path = tmp_path / "cfr.csv"
    path.write_bytes(content)
    with pytest.raises(InputRefused) as caught:
        read_cfr(path)
    for word in ["cfr.csv", *words]:
        assert word in str(caught.value)


def test_every_fault_of_a_workbook_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as caught:
        read_cfr(
            book(
                tmp_path,
                {"URN": "12001", WORKBOOK[10]: "much"},
                {"URN": "120002", "Did Not Supply flag": "perhaps"},
                {"URN": "120003", "Period covered by return (months)": "13.5"},
                {"URN": "120004", WORKBOOK[13]: "41k"},
            )
        )
    said = str(caught.value)
    assert len(caught.value.faults) == 5
    for words in ("row 2", "row 3, URN 120002", "Did Not Supply", "(months)", "Revenue Reserve"):
        assert words in said


def test_a_workbook_without_its_columns_is_refused(tmp_path: Path) -> None:
    short = [name for name in WORKBOOK if "Reserve" not in name]
    with pytest.raises(InputRefused, match="Revenue Reserve"):
        read_cfr(book(tmp_path, {}, header=short))


@real
def test_the_header_of_the_departments_workbook_is_known(tmp_path: Path) -> None:
    header = next(csv.reader(io.StringIO(HEADER_FILE.read_text("cp1252"))))
    found = read_cfr(book(tmp_path, {}, header=header)).beside
    assert len(header) == 125
    assert found.rows[120001]["reserve"] == 41000


@real
def test_31_of_44_small_maintained_schools_have_a_figure_and_none_is_zero() -> None:
    """Norfolk's register of July 2022 against the returns to March 2018."""
    with REGISTER.open(encoding="utf-8") as handle:
        small = [
            int(row["urn"])
            for row in csv.DictReader(handle)
            if row["education_phase"] == "Primary"
            and row["establishment_type_group"] == "Local authority maintained schools"
            and row["number_of_pupils"]
            and float(row["number_of_pupils"]) < 100
        ]
    found = read_cfr(TOTALS_FILE).beside
    with_figures = [u for u in small if "income" in found.rows.get(u, {})]
    assert (len(small), len(with_figures)) == (44, 31)
    deficits = [
        u
        for u in with_figures
        if found.rows[u]["income"] < found.rows[u]["expenditure"]  # type: ignore[operator]
    ]
    assert len(deficits) == 16
    assert all(row.get("income") != 0 for row in found.rows.values())
    assert found.date == "the financial year that ended in March 2018"

"""Schools' accounts: consistent financial reporting (CFR) returns of maintained schools.

Three layouts, told by the header: the department's workbook saved as CSV (125 columns), a table of
totals `URN,Income,Expenditure,Balance,Academic Year`, and a plain `urn,income,expenditure
[,reserve]`. GBP a year.

An unknown stays unknown: a school that did not supply, a return of other than twelve months, a
suppressed figure, a total of nought, and every school of a federation that makes one joint return
(its lead school's figures are those of all of them) have no figures here, and a note that says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from grouping.errors import Fault, UsageRefused
from grouping.files.beside import Beside, Reading, Table, table_of
from grouping.files.tables import records
from grouping.files.text import Text, read_text, refuse
from grouping.world import cells, register
from grouping.world.remarks import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from grouping.files.tables import Line

PLAIN = ("urn", "income", "expenditure", "reserve")
TOTALS = ("URN", "Income", "Expenditure", "Balance", "Academic Year")
MONTHS, SUPPLIED = "Period covered by return (months)", "Did Not Supply flag"
FEDERATION, LEAD, OWN = "Federation", "Lead school in federation", "LAEstab"
# Gross totals: their difference is the in-year balance as the workbook itself works it out.
INCOME, EXPENDITURE = "Total Income I01 to I18", "Total Expenditure E01 to E32"
BALANCE = "In-year Balance Total Income (I01 to I18) minus Total Expenditure (E01 to E32)"
RESERVE = "Revenue Reserve B01 plus B02 plus B06"
PREMIUM = "I05 Pupil Premium"
WORKBOOK = ("URN", OWN, MONTHS, SUPPLIED, FEDERATION, LEAD, INCOME, EXPENDITURE, RESERVE)
NONE = frozenset({"", "0", "0.0", "n", "no", "n/a", "na", "none", "false", "not applicable"})
DID_NOT = frozenset({"1", "1.0", "y", "yes", "dns", "true", "did not supply"})
JOINT = frozenset({"lead school", "lead", "non returning school", "non-returning school"})
LAYOUTS = (
    "Give the CFR workbook saved as CSV, or a table URN,Income,Expenditure,Balance,Academic Year,"
    " or urn,income,expenditure[,reserve]"
)
YEAR = re.compile(r"(?:(\d{4})(?:\.0)?|(\d{4})[-/]?(\d{2}))")
MOST_MONEY = 10**12
NOTE = "return_note"


@dataclass(frozen=True)
class Returns:
    """Accounts by URN; `marked` says whether the layout marks joint returns of federations."""

    beside: Beside
    layout: str
    marked: bool


def read_cfr(path: str | Path, year: str | None = None) -> Returns:
    """Read returns in any of the three layouts, plain CSV or gzip.

    `year`: the financial year, by the year it ends in (2018 or 2017-18); the latest in the file
    where None. A layout of one year takes it as the date of its figures.

    Raises
    ------
    InputRefused
        With every fault, by row and column.
    UsageRefused
        Where `year` is no year.
    """
    wanted = None if year is None else _year(year)
    if year is not None and wanted is None:
        do = "Write 2018 or 2017-18"
        raise UsageRefused(Fault("is not a year", do, "--cfr-year", value=year))
    text = read_text(path, code_page=True, packed=True)
    table = table_of(records(text), text.file)
    if table.names == PLAIN[: max(3, len(table.names))]:
        return Returns(_plain(text, table, wanted), "plain", marked=True)
    if table.place("Academic Year") >= 0:
        return Returns(_totals(text, table, wanted), "totals", marked=False)
    if table.place(SUPPLIED) >= 0 or table.place(LEAD) >= 0 or len(table.names) > len(TOTALS):
        return Returns(_workbook(text, table, wanted), "workbook", marked=True)
    return refuse("has other columns than a CFR return", LAYOUTS, text.file, "row 1")


def _plain(text: Text, table: Table, year: int | None) -> Beside:
    """The council's own table: blanks are unknown, anything odd is refused."""
    reading = Reading(text.file)
    seen: dict[object, int] = {}
    found: dict[int, dict[str, object]] = {}
    for line in table.rows(reading.faults):
        urn = reading.key(line, line.cells[0], seen)
        seen.setdefault(urn, line.number)
        values = {
            name: reading.take(line, name, value, _signed if name == "reserve" else _positive)
            for name, value in zip(table.names[1:], line.cells[1:], strict=True)
        }
        found[urn] = values
    reading.close()
    nought = [u for u, v in found.items() if v["income"] == 0 or v["expenditure"] == 0]
    taken = f"{text.file}: an income or expenditure of 0, taken as given: {listed(nought)}"
    said = [taken] * bool(nought)
    return Beside(
        table.names[1:], found, text.file, text.sha256, (*text.warnings, *said), _ended(year)
    )


def _signed(value: str) -> object:
    return cells.number(value, -MOST_MONEY, MOST_MONEY)


def _positive(value: str) -> object:
    return cells.number(value, 0, MOST_MONEY)


def _published(value: str) -> object:
    """Read a published sum; a word that stands for an unpublished one is unknown."""
    return None if value.strip().casefold() in register.SUPPRESSED else _signed(value)


def _totals(text: Text, table: Table, wanted: int | None) -> Beside:
    """Totals of several years, of which one is read."""
    table.needs(TOTALS, "Give the columns URN,Income,Expenditure,Balance,Academic Year")
    at = {name: table.place(name) for name in TOTALS}
    reading = Reading(text.file)
    lines = list(table.rows(reading.faults))
    years = [reading.take(n, TOTALS[4], n.cells[at[TOTALS[4]]], _year_needed) for n in lines]
    there = sorted({year for year in years if isinstance(year, int)})
    if not there:
        reading.close()
        refuse("holds no returns", "Check that the download finished", text.file)
    year = there[-1] if wanted is None else wanted
    if year not in there:
        do = f"It has {', '.join(map(str, there))}: give one of them with --cfr-year"
        refuse(f"has no returns of the year that ended in {year}", do, text.file)
    book = _Book(reading)
    for line in [n for n, y in zip(lines, years, strict=True) if y == year]:
        sums = [line.cells[at[name]].strip() for name in TOTALS[1:4]]
        if not line.cells[at["URN"]].strip() and not any(_weighs(sum_) for sum_ in sums):
            continue  # the published file ends its years with such rows
        urn = book.open(line, line.cells[at["URN"]])
        income, expenditure, _ = (
            reading.take(line, name, value, _published)
            for name, value in zip(TOTALS[1:4], sums, strict=True)
        )
        book.enter(urn, {"income": income, "expenditure": expenditure})
    columns = ("income", "expenditure", NOTE)
    return book.closed(text, columns, _ended(year))


def _weighs(value: str) -> bool:
    return bool(value.strip("0. "))


def _workbook(text: Text, table: Table, year: int | None) -> Beside:
    """The department's workbook of one year."""
    table.needs(WORKBOOK, "Save the sheet of the CFR workbook as CSV as it is, with its header")
    at = {name: table.place(name) for name in (*WORKBOOK, BALANCE, PREMIUM)}
    reading = Reading(text.file)
    book = _Book(reading)
    unbalanced = []
    for line in table.rows(reading.faults):
        urn = book.open(line, line.cells[at["URN"]])
        why = _why_unknown(line, at, reading)

        def sum_of(name: str, line: Line = line) -> Decimal | None:
            if at[name] < 0:
                return None
            found = reading.take(line, table.names[at[name]], line.cells[at[name]], _published)
            return found if isinstance(found, Decimal) else None

        income, expenditure, balance = sum_of(INCOME), sum_of(EXPENDITURE), sum_of(BALANCE)
        values: dict[str, object] = {
            "income": income,
            "expenditure": expenditure,
            "reserve": sum_of(RESERVE),
        }
        values["pupil_premium"] = sum_of(PREMIUM)
        if income is not None and expenditure is not None and balance is not None and not why:
            unbalanced += [urn] * (abs(income - expenditure - balance) > 1)
        book.enter(urn, values, why)
    said = [
        f"{text.file}: income less expenditure is not the in-year balance it gives: {urn}"
        for urn in unbalanced
    ]
    columns = ("income", "expenditure", "reserve", "pupil_premium", NOTE)
    return book.closed(text, columns, _ended(year), said)


def _why_unknown(line: Line, at: Mapping[str, int], reading: Reading) -> str:
    """Say why a school's figures are not its own for the year, "" where they are."""
    given = {name: line.cells[at[name]].strip() for name in (SUPPLIED, MONTHS, FEDERATION, LEAD)}
    flag, lead = given[SUPPLIED].casefold(), given[LEAD]
    if flag not in NONE | DID_NOT:
        reading.refuse(line, SUPPLIED, "is not a known flag", "Write 0 or 1", given[SUPPLIED])
    months = reading.take(line, MONTHS, given[MONTHS], _months)
    if lead.casefold() not in NONE or given[FEDERATION].casefold() in JOINT:
        if given[FEDERATION].casefold().startswith("lead") or _digits(lead) == _digits(
            line.cells[at[OWN]]
        ):
            return "its return is a joint one of a whole federation"
        return "its federation makes one joint return, under another school"
    if flag in DID_NOT:
        return "it did not supply a return"
    if months != 12:
        return (
            "its return does not say its months"
            if months is None
            else (f"its return covers {months} months, not 12")
        )
    return ""


def _months(value: str) -> object:
    return None if value.strip().casefold() in register.SUPPRESSED else cells.whole(value, 0, 24)


def _digits(value: str) -> str:
    return re.sub(r"\D", "", value.strip().removesuffix(".0"))


class _Book:
    """Collects the returns of a published layout; what is not known gets a note."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.rows: dict[int, dict[str, object]] = {}
        self.notes: dict[int, str] = {}
        self._seen: dict[object, int] = {}

    def open(self, line: Line, urn: str) -> int:
        """Read the URN of a row."""
        found = self.reading.key(line, urn, self._seen)
        self._seen.setdefault(found, line.number)
        return found

    def enter(self, urn: int, values: dict[str, object], why: str = "") -> None:
        """Enter the figures of a school, or why it has none of its own."""
        income, expenditure = values["income"], values["expenditure"]
        for name, sum_ in (("income", income), ("expenditure", expenditure)):
            if not why and sum_ is None:
                why = f"its {name} is not published"
            if not why and isinstance(sum_, Decimal) and sum_ <= 0:
                why = f"its {name} of {sum_:,.0f} is no year's total"
        if why:
            self.notes[urn] = why
            self.rows[urn] = {NOTE: why}
        else:
            self.rows[urn] = {k: v for k, v in values.items() if v is not None}

    def closed(
        self, text: Text, columns: Sequence[str], date: str, said: Sequence[str] = ()
    ) -> Beside:
        """Close the book: every fault at once, or the properties to add."""
        self.reading.close()
        return Beside(
            tuple(columns),
            self.rows,
            text.file,
            text.sha256,
            (*text.warnings, *said),
            date,
            national=True,
            notes=self.notes,
        )


def _year(written: str) -> int | None:
    """Year in which a financial year ends: 2018, 2017-18 and 201718 are all 2018."""
    found = YEAR.fullmatch(written.strip())
    if not found:
        return None
    if found[1]:
        return int(found[1])
    start, end = int(found[2]), int(found[3])
    return start + 1 if (start + 1) % 100 == end else None


def _year_needed(value: str) -> int:
    year = _year(value)
    if year is None or not 1990 <= year <= 2200:
        raise cells.UnfitError("is not a year", "Write the year it ends in, as in 2018")
    return year


def _ended(year: int | None) -> str:
    return "" if year is None else f"the financial year that ended in March {year}"

"""A plan as a workbook: every figure of `plan.json` in cells that people can sort and sum.

No cell is a formula: a name that begins like one is text, and marked so that it stays text when
it is edited.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grouping.answers.wording import STANDING
from grouping.files.office import fit, library, settled
from grouping.files.writing import FORMULA

if TYPE_CHECKING:
    from grouping.answers.budgets import Budget
    from grouping.files.dossiers import Dossier

WHAT = "a workbook"
WHOLE, TENTHS, POUNDS, POINTS, SHARE = (
    "#,##0",
    "#,##0.0",
    '"£"#,##0;[Red]-"£"#,##0',
    "0.000",
    "0.0%",
)
WIDEST, NARROWEST = 60, 8  # characters of a column
LINE, MOST_LINES = 15, 8  # points of a line of text; lines that a row is high at most
PRINTED = 190  # characters that a page of paper is wide
Value = str | int | float | bool | None


@dataclass(frozen=True)
class Column:
    """A column: its name as in the files of the plan, and how its figures are shown."""

    name: str
    form: str = ""


@dataclass(frozen=True)
class Sheet:
    """A sheet: a name, a line that says what it is, columns and rows."""

    name: str
    about: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]


def xlsx_bytes(dossier: Dossier, budgets: Sequence[Budget]) -> bytes:
    """Write the workbook of a plan; the same plan gives the same bytes.

    Raises
    ------
    UsageRefused
        Where openpyxl is not installed.
    """
    openpyxl = library("openpyxl", WHAT)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in sheets(dossier, budgets):
        _write(book, sheet)
    book.properties.title, book.properties.creator = fit(dossier.name), "grouping"
    book.properties.description = STANDING
    whole = io.BytesIO()
    book.save(whole)
    return settled(whole.getvalue(), str(dossier.document["run"].get("made", "")))


def sheets(dossier: Dossier, budgets: Sequence[Budget]) -> list[Sheet]:
    """Make the sheets: federations, schools, alone, budgets, consents and policy."""
    return [
        _federations(dossier),
        _schools(dossier),
        _alone(dossier),
        _budgets(dossier, budgets),
        _consents(dossier),
        _policy(dossier),
    ]


def _name_of(dossier: Dossier, urn: int) -> str:
    return str(dossier.schools[urn]["properties"]["name"])


def _federations(dossier: Dossier) -> Sheet:
    terms = list(dict.fromkeys(name for one in dossier.federations for name in one["terms"]))
    money = ("income", "cost", "residual", "grant", "balance")
    columns = [
        *(Column(name) for name in ("id", "key", "names", "schools")),
        Column("school_count", WHOLE), Column("roll", WHOLE), Column("longest_journey", TENTHS),
        Column("journey_source"), Column("points", POINTS),
        *(Column(name, POINTS) for name in terms),
        *(Column(name, POUNDS) for name in money),
        Column("roll_change", SHARE), Column("t_star", SHARE), Column("grade"),
        *(Column(name, WHOLE) for name in ("governing_bodies_before", "governing_bodies_after")),
        Column("heads_displaced", WHOLE), Column("workload", "0.00"), Column("existing"),
        Column("standing"),
    ]  # fmt: skip
    rows: list[list[Value]] = []
    for one in dossier.federations:
        budget, people = one["budget"] or {}, one["people"]
        rows.append(
            [
                one["id"], one["key"],
                "; ".join(_name_of(dossier, urn) for urn in one["schools"]),
                ",".join(map(str, one["schools"])), len(one["schools"]), one["roll"],
                one["longest_journey"], one["journey_source"], one["cost"] / 1000,
                *(one["terms"][name]["points"] / 1000 for name in terms),
                *(budget.get(name) for name in money),
                *(budget.get(name) for name in ("roll_change", "t_star", "grade")),
                people["governing_bodies_before"], people["governing_bodies_after"],
                people["heads_displaced"], people["workload"], one["existing"], STANDING,
            ]
        )  # fmt: skip
    about = "Candidate federations. Points: less is better. Money: good to a few per cent at best."
    return Sheet("federations", about, columns, rows)


SCHOOL = (
    "urn", "name", "roll", "type", "phase", "local_authority", "religious_character", "diocese",
    "head",
)  # fmt: skip


def _schools(dossier: Dossier) -> Sheet:
    known = {row.urn: row for row in dossier.register.rows}
    columns = [
        *(Column(name, WHOLE if name == "roll" else "") for name in SCHOOL),
        *(Column(name) for name in ("plan_federation", "plan_role", "plan_reason")),
        *(Column(name, "0") for name in ("easting", "northing")),
        Column("standing"),
    ]
    rows: list[list[Value]] = []
    for urn, one in dossier.schools.items():
        plan = [one["properties"].get(f"plan_{key}") for key in ("federation", "role", "reason")]
        school = known[urn]
        own = [getattr(school, name) for name in SCHOOL]
        rows.append([*own, *plan, school.easting, school.northing, STANDING])
    return Sheet("schools", "Every school of the file, taking part or not.", columns, rows)


def _alone(dossier: Dossier) -> Sheet:
    columns = [Column(name, WHOLE if name == "roll" else "") for name in
               ("urn", "name", "roll", "role", "reason")]  # fmt: skip
    rows = [
        [one["urn"], _name_of(dossier, one["urn"]),
         dossier.schools[one["urn"]]["properties"]["roll"], one["role"], one["reason"]]
        for one in dossier.document["alone"]
    ]  # fmt: skip
    about = "Schools that take part and are in no federation of this plan, and why."
    return Sheet("alone", about, columns, rows)


def _budgets(dossier: Dossier, budgets: Sequence[Budget]) -> Sheet:
    money = ("income", "cost", "residual", "balance", "reserve", "sparsity")
    columns = [
        *(Column(name) for name in ("urn", "name", "role")), Column("roll", WHOLE),
        *(Column(name, POUNDS) for name in money),
        Column("t_star", SHARE), Column("grade"), Column("federation"), Column("plan_federation"),
    ]  # fmt: skip
    rows: list[list[Value]] = []
    for b in budgets:
        home = dossier.federation_of(b.urn)
        figures = [getattr(b, name) for name in money]
        place = [b.t_star, b.grade, b.federation, home["id"] if home else None]
        rows.append([b.urn, b.name, b.role, b.roll, *figures, *place])
    about = "Each school's own budget today, before any federation: the model and the accounts."
    return Sheet("budgets", about, columns, rows)


def _consents(dossier: Dossier) -> Sheet:
    columns = [Column(name) for name in ("federation", "consent", "urn", "name")]
    rows = [
        [one["id"], asked["consent"], urn, _name_of(dossier, urn)]
        for one in dossier.federations
        for asked in one["consents"]
        for urn in asked["schools"]
    ]
    about = "Whose consent is needed, beside the governing bodies; nobody has been asked yet."
    return Sheet("consents", about, columns, rows)


def _policy(dossier: Dossier) -> Sheet:
    import tomllib

    found: list[tuple[str, Any]] = []

    def walk(table: dict[str, Any], before: str) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                walk(value, f"{before}{key}.")
            else:
                found.append((f"{before}{key}", value))

    walk(tomllib.loads(dossier.files["policy.toml"].decode("utf-8-sig")), "")
    rows: list[list[Value]] = [
        [key, value if isinstance(value, int | float | str) else str(value)] for key, value in found
    ]
    return Sheet("policy", "Every key of the policy.", [Column("key"), Column("value")], rows)


def _write(book: Any, sheet: Sheet) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    page = book.create_sheet(sheet.name)
    _set(page.cell(1, 1), f"{sheet.about} {STANDING.capitalize()}: governing bodies decide.")
    page.cell(1, 1).font = Font(italic=True)
    shade = PatternFill("solid", fgColor="E8EDF3")
    for j, column in enumerate(sheet.columns, 1):
        cell = page.cell(2, j)
        _set(cell, column.name)
        cell.font, cell.fill = Font(bold=True), shade
    for i, row in enumerate(sheet.rows, 3):
        lines = 1
        for j, (column, value) in enumerate(zip(sheet.columns, row, strict=True), 1):
            cell = page.cell(i, j)
            _set(cell, value)
            if isinstance(value, str):
                lines = max(lines, min(MOST_LINES, -(-len(value) // (WIDEST - 5))))
                cell.alignment = Alignment("left", "top", wrap_text=len(value) > WIDEST, indent=1)
            else:
                cell.alignment = Alignment(vertical="top")
                cell.number_format = column.form or "General"
        page.row_dimensions[i].height = LINE * lines
    last = page.cell(max(2, len(sheet.rows) + 2), len(sheet.columns)).coordinate
    page.freeze_panes = page.cell(3, 2 if sheet.name != "policy" else 1).coordinate
    page.auto_filter.ref = f"A2:{last}"
    whole = 0.0
    for j, column in enumerate(sheet.columns):
        texts = [column.name, *(_shown(row[j], column.form) for row in sheet.rows)]
        width = max(NARROWEST, min(WIDEST, max(map(len, texts)) + 3))
        page.column_dimensions[page.cell(2, j + 1).column_letter].width = width
        whole += width
    _for_print(page, max(1, round(whole / PRINTED)))


def _for_print(page: Any, across: int) -> None:
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = across, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows, page.print_title_cols = "2:2", "A:A"
    page.oddFooter.center.text = f"{STANDING.capitalize()}: governing bodies decide. Page &P of &N"


def _shown(value: Value, form: str) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:,.0f}££" if "£" in form else f"{value:,}" if form else str(value)


def _set(cell: Any, value: Value) -> None:
    """Put a value in a cell; text is text, whatever it begins with."""
    if isinstance(value, str):
        cell.value = fit(value)
        cell.data_type = "s"
        if value.startswith(FORMULA):
            cell.quotePrefix = True
    else:
        cell.value = value

"""Where every column of an imported file came from, and of which date: its "grouping" member."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from grouping.files.groups import ISO_DAY, UK_DAY
from grouping.files.register import COLUMNS, KEPT, ROLL_REGISTER, Register

if TYPE_CHECKING:
    from grouping.files.beside import Beside
    from grouping.files.groups import Groups
    from grouping.world.schools import Row

CENSUS, CHANGED = "CensusDate", "LastChangedDate"
GROUPED = ("federation", "federation_name", "trust", "trust_name")
UNSAID = "not said in the file"


def origins(
    register: Register,
    rows: Sequence[Row],
    groups: Groups,
    tables: Sequence[Beside],
    year: int | None = None,
) -> dict[str, Any]:
    """Say of every column its file, its date and how many schools have a value; and the sources.

    `year` is that of a forecast whose rolls stand in for today's.
    """
    file, changed = register.text.file, _latest(register.given, CHANGED)
    date = f"changed up to {changed}" if changed else UNSAID
    counted = _latest(register.given, CENSUS)
    sources = [{"file": file, "sha256": register.text.sha256, "date": date}]
    named = (*COLUMNS, *KEPT, *GROUPED, "geometry")
    told: dict[str, tuple[str, str]] = dict.fromkeys(named, (file, date))
    told["roll"] = (file, counted or UNSAID)
    if groups.source:
        sources.append(_source(groups.source, groups.sha256, groups.date))
        both = f"{groups.source}, then {file}"
        told |= dict.fromkeys(GROUPED, (both, groups.date or UNSAID))
    for table in tables:
        sources.append(_source(table.source, table.sha256, table.date))
        told |= dict.fromkeys(table.columns, (table.source, table.date or UNSAID))
    columns = {
        name: {"from": told[name][0], "date": told[name][1], "known": _known(rows, name)}
        for name in told
    }
    if register.rolls_from:
        columns["roll"] |= _rolls(register, rows, tables, counted or UNSAID)
        columns[ROLL_REGISTER] = {
            "from": file,
            "date": counted or UNSAID,
            "known": _known(rows, ROLL_REGISTER),
        }
    about: dict[str, Any] = {"sources": sources, "columns": columns}
    return about | ({"what_if": f"rolls of {year}"} if year is not None else {})


def _source(file: str, sha256: str, date: str) -> dict[str, str]:
    return {"file": file, "sha256": sha256, "date": date or UNSAID}


def _rolls(
    register: Register, rows: Sequence[Row], tables: Sequence[Beside], counted: str
) -> dict[str, object]:
    """Say how many rolls came from each file, with dates."""
    dates = {table.source: table.date or UNSAID for table in tables}
    dates[register.text.file] = counted
    count = Counter(
        register.rolls_from.get(int(str(row.properties["urn"])), register.text.file) for row in rows
    )
    parts = [f"{file} ({n} schools)" for file, n in count.most_common()]
    return {
        "from": ", ".join(parts),
        "date": "; ".join(f"{file}: {dates[file]}" for file, _ in count.most_common()),
    }


def _known(rows: Sequence[Row], name: str) -> int:
    if name == "geometry":
        return len(rows)
    return sum(row.properties.get(name) is not None for row in rows)


def _latest(given: Mapping[str, Mapping[str, str]], column: str) -> str:
    """Latest day of a column of the register, as YYYY-MM-DD; "" where it has none."""
    days = {cells.get(column, "").strip() for cells in given.values()}
    found = [UK_DAY.fullmatch(day) for day in days]
    uk = [f"{day[3]}-{day[2]}-{day[1]}" for day in found if day]
    return max([*uk, *(day for day in days if ISO_DAY.fullmatch(day))], default="")

"""Schools from the register's CSV (GIAS): the daily file and the search export.

Every row is accounted for: imported, or left out with the reason. Who takes part in a plan is
decided later; here only rows that cannot be a school on a map are left out. Heads' names and
telephones are never read. Layouts: domain notes on data, section 3.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from grouping.errors import Fault, GroupingError, InputRefused
from grouping.files.groups import (
    Beside,
    Groups,
    doubts,
    in_groups,
    joined,
    read_cfr,
    read_links,
    read_partnerships,
    strangers,
)
from grouping.files.tables import Line, records
from grouping.files.text import Text, read_text, refuse
from grouping.files.writing import csv_bytes
from grouping.world import cells, register
from grouping.world.places import to_grid, to_wgs84
from grouping.world.remarks import listed
from grouping.world.schools import MOST_METRES, MOST_PUPILS, Row, Schools, check_rows, outside

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

# Our property, and the column of the register it comes from, as it stands.
COLUMNS = {
    "urn": "URN",
    "name": "EstablishmentName",
    "roll": "NumberOfPupils",
    "type": "TypeOfEstablishment (name)",
    "status": "EstablishmentStatus (name)",
    "phase": "PhaseOfEducation (name)",
    "religious_character": "ReligiousCharacter (name)",
    "diocese": "Diocese (name)",
    "local_authority": "LA (name)",
    "age_low": "StatutoryLowAge",
    "age_high": "StatutoryHighAge",
    "capacity": "SchoolCapacity",
    "open_date": "OpenDate",
    "fsm_percent": "PercentageFSM",
}
KEPT = {
    "establishment_number": "EstablishmentNumber",
    "district": "DistrictAdministrative (name)",
    "urban_rural": "UrbanRural (name)",
    "postcode": "Postcode",
}
NEEDED = (*COLUMNS.values(), "Easting", "Northing")
WHOLE = ("age_low", "age_high", "capacity")
LINKED = "Linked establishments"  # last column of the search export; more links, more cells
LINK = re.compile(r"\s*(?:[0-9]{5,7}\s.*)?")
GIAS_DAY = re.compile(r"([0-9]{2})[-/]([0-9]{2})[-/]([0-9]{4})")
OTHER_LA = "of another local authority"
IMPORTED, LEFT_OUT = "imported", "left out"
PLACES = 7  # decimal places of a degree: about a centimetre


@dataclass(frozen=True)
class Entry:
    """What became of one row of the register."""

    urn: str
    name: str
    outcome: str
    reason: str = ""


@dataclass(frozen=True)
class Account:
    """What became of every row of the register, in its order, with warnings."""

    source: str
    sha256: str
    entries: tuple[Entry, ...]
    warnings: tuple[str, ...] = ()

    @property
    def imported(self) -> int:
        """How many rows became schools."""
        return sum(entry.outcome == IMPORTED for entry in self.entries)

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows were left out, by reason, the most frequent first."""
        left = Counter(entry.reason for entry in self.entries if entry.outcome == LEFT_OUT)
        return dict(left.most_common())

    def to_csv(self) -> bytes:
        """Write the account as urn,name,outcome,reason."""
        rows = [(e.urn, e.name, e.outcome, e.reason) for e in self.entries]
        return csv_bytes(("urn", "name", "outcome", "reason"), rows)


@dataclass(frozen=True)
class _Found:
    """Everything one reading of the register gave."""

    rows: list[Row]
    account: Account
    schools: Schools


def read_gias(
    path: str | Path,
    *,
    links: str | Path | None = None,
    cfr: str | Path | None = None,
    partnerships: str | Path | None = None,
    la: str | None = None,
) -> tuple[dict[str, Any], Account]:
    """Import the register's CSV: a FeatureCollection for `schools.geojson`, and the account.

    `links`: group links of GIAS, for federations and trusts. `cfr`: urn,income,expenditure
    [,reserve]. `partnerships`: urn,partnership[,head]. `la`: only this authority, by name.

    Raises
    ------
    InputRefused
        With every fault of the register's rows, or of one of the files beside it.
    """
    found = _read(
        path,
        read_links(links) if links else Groups(),
        [read_cfr(cfr)] if cfr else [],
        [read_partnerships(partnerships)] if partnerships else [],
        la,
    )
    account = found.account
    features = [
        {
            "type": "Feature",
            "id": row.properties["urn"],
            "geometry": {"type": "Point", "coordinates": list(row.point or ())},
            "properties": dict(row.properties),
        }
        for row in found.rows
    ]
    about = {
        "schema": "grouping-schools/1",
        "source": account.source,
        "sha256": account.sha256,
        "rows": len(account.entries),
        "imported": account.imported,
        "left_out": account.reasons,
    }
    return {"type": "FeatureCollection", "grouping": about, "features": features}, account


def schools_from_gias(path: str | Path) -> Schools:
    """Read the register's CSV straight into checked schools, places saying "row N".

    Raises
    ------
    InputRefused
        With every fault of the register's rows.
    """
    return _read(path, Groups(), [], [], None).schools


def _read(
    path: str | Path, groups: Groups, cfr: list[Beside], partnerships: list[Beside], la: str | None
) -> _Found:
    text = read_text(path, code_page=True)
    header, lines, said = _layout(text)
    faults: list[Fault] = []
    rows: list[Row] = []
    entries: list[Entry] = []
    records_read = [(line, _named(header, line, text.file, faults)) for line in lines]
    wanted = _authority([cells_of for _, cells_of in records_read], la, text.file)
    for line, given in records_read:
        if given is None:
            continue
        urn, name = given["URN"].strip(), given["EstablishmentName"].strip()
        if not urn.isdecimal():
            do = "Give the URN, or take the row out (a total or a footnote?)"
            faults.append(Fault("is not a URN", do, text.file, line.place, None, "URN", urn))
            continue
        reason = _reason(given, wanted)
        entries.append(Entry(urn, name, LEFT_OUT if reason else IMPORTED, reason))
        if not reason:
            rows.append(_row(line, given, text.file, faults))
    if faults:
        raise InputRefused(faults)
    rows, entries = _on_the_map(rows, entries)
    given_at = {line.place: given for line, given in records_read if given is not None}
    rows = [replace(row, properties=in_groups(row, given_at[row.place], groups)) for row in rows]
    for beside in (*cfr, *partnerships):
        rows = [replace(row, properties=joined(row, beside)) for row in rows]
        said += [*beside.warnings, *strangers(rows, beside)]
    said += [
        *groups.warnings,
        *doubts(rows, given_at, groups),
        *_left_out_open(records_read, entries),
        *_new_words(records_read),
    ]
    account = Account(text.file, text.sha256, tuple(entries), tuple(said))
    return _Found(rows, account, _checked(rows, text, account))


def _layout(text: Text) -> tuple[list[str], Iterable[Line], list[str]]:
    """Return the header, the lines below it and the warnings so far."""
    said = list(text.warnings)
    first = text.text.split("\n", 1)[0]
    marks = [mark for mark in ",;\t" if mark in first]
    mark = max(marks, key=first.count, default=",")
    if mark != ",":
        said.append(f"{text.file} is separated by {mark!r}, not by commas; read so")
    lines = records(text, mark)
    top = next(lines, None)
    header = [name.strip() for name in top.cells] if top else []
    missing = [name for name in NEEDED if name not in header]
    if missing:
        near = [(name, register.nearest(name, set(header) - set(NEEDED))) for name in missing]
        hints = [f'"{name}"' + (f' ("{like}"?)' if like else "") for name, like in near]
        do = "Download the CSV from GIAS and give it as it is"
        refuse(f"lacks columns of the register: {', '.join(hints)}", do, text.file, "row 1")
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        refuse(f"has columns twice: {listed(twice)}", "Keep one of each", text.file, "row 1")
    return header, lines, said


def _named(
    header: Sequence[str], line: Line, file: str, faults: list[Fault]
) -> dict[str, str] | None:
    """Name the cells of a row; a row of another length is a fault, save for further links."""
    extra = line.cells[len(header) :]
    linked = header[-1] == LINKED and all(LINK.fullmatch(cell) for cell in extra)
    if len(line.cells) < len(header) or (extra and not linked):
        what = f"has {len(line.cells)} cells where the header has {len(header)}"
        do = "Download the file again; a comma in a cell must stand in quotes"
        faults.append(Fault(what, do, file, line.place, line.cells[0]))
        return None
    return dict(zip(header, line.cells, strict=False))


def _authority(rows: Sequence[Mapping[str, str] | None], la: str | None, file: str) -> str | None:
    """Return the wanted authority, case-folded; refuse a name no row has."""
    if la is None:
        return None
    names = dict.fromkeys(row["LA (name)"].strip() for row in rows if row is not None)
    if la.strip().casefold() not in {name.casefold() for name in names}:
        near = register.nearest(la, names)
        do = f'Did you mean "{near}"?' if near else f"It has {listed(names)}"
        refuse("has no school of this local authority", do, file, value=la)
    return la.strip().casefold()


def _reason(given: Mapping[str, str], wanted: str | None) -> str:
    """Say why a row cannot be a school of the file, "" where it can."""
    kind, status = given[COLUMNS["type"]].strip(), given[COLUMNS["status"]].strip()
    if wanted is not None and given["LA (name)"].strip().casefold() != wanted:
        return OTHER_LA
    if len(given["URN"].strip()) != 6 or given["URN"].strip()[0] == "0":
        return "its number is not a URN of six digits"
    if not given["EstablishmentName"].strip():
        return "no name"
    if kind.casefold() not in register.KNOWN_TYPES:
        return f"a type of establishment not known here: {kind or 'blank'}"
    if status.casefold() not in register.KNOWN_STATUSES:
        return f"a status not known here: {status or 'blank'}"
    pupils = given["NumberOfPupils"].strip()
    if not pupils:
        return "no number of pupils"
    if pupils.isdecimal() and int(pupils[:20]) > MOST_PUPILS:
        return f"more than {MOST_PUPILS:,} pupils"
    if any(given[name].strip() in ("", "0") for name in ("Easting", "Northing")):
        return "no easting and northing"
    return ""


def _row(line: Line, given: Mapping[str, str], file: str, faults: list[Fault]) -> Row:
    """Make the properties of one school; its point is still easting and northing."""

    def read(column: str, kind: type | str) -> object:
        value = given.get(column, "")
        try:
            if kind is int:
                return cells.whole(value, -(10**9), 10**9)
            if kind is Decimal:
                return cells.number(value)
            return _day(value) if kind is date else cells.text(value)
        except cells.UnfitError as unfit:
            urn = given["URN"].strip()
            faults.append(Fault(unfit.what, unfit.do, file, line.place, urn, column, value))
            return None

    kinds: dict[str, type] = {"urn": int, "roll": int, "open_date": date, "fsm_percent": Decimal}
    kinds |= dict.fromkeys(WHOLE, int)
    properties = {
        name: read(column, kinds.get(name, str)) for name, column in (COLUMNS | KEPT).items()
    }
    east, north = read("Easting", int), read("Northing", int)
    point = (float(str(east or 0)), float(str(north or 0)))
    return Row(line.place, properties, point)


def _day(value: str) -> str | None:
    """Turn dd-mm-yyyy into YYYY-MM-DD."""
    if cells.is_blank(value):
        return None
    found = GIAS_DAY.fullmatch(value.strip())
    if found:
        try:
            return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
        except ValueError:
            pass
    raise cells.UnfitError("is not a date", "The register writes dates dd-mm-yyyy")


def _on_the_map(rows: list[Row], entries: list[Entry]) -> tuple[list[Row], list[Entry]]:
    """Turn eastings and northings into degrees that give back the very same metres."""
    metres = np.array([row.point for row in rows], dtype=np.float64).reshape(-1, 2)
    there = ((metres > 0) & (metres < np.array(MOST_METRES))).all(axis=1)
    degrees = np.full_like(metres, np.nan)
    if there.any():
        degrees[there] = np.stack(to_wgs84(*metres[there].T), axis=1).round(PLACES)
        if not (np.stack(to_grid(*degrees[there].T), axis=1) == metres[there]).all():
            raise GroupingError("degrees do not give back the register's metres")
    placed: list[Row] = []
    gone: set[str] = set()
    for row, (longitude, latitude) in zip(rows, degrees, strict=True):
        if np.isnan(longitude) or outside(float(longitude), float(latitude)):
            gone.add(str(row.properties["urn"]))
        else:
            placed.append(replace(row, point=(float(longitude), float(latitude))))
    moved = [
        replace(e, outcome=LEFT_OUT, reason="its place is outside Great Britain")
        if e.outcome == IMPORTED and e.urn in gone
        else e
        for e in entries
    ]
    return placed, moved


def _left_out_open(
    records_read: Sequence[tuple[Line, Mapping[str, str] | None]], entries: Sequence[Entry]
) -> list[str]:
    """Name the open schools that were left out: those a planner would miss."""
    openly = {
        given["URN"].strip()
        for _, given in records_read
        if given is not None and given[COLUMNS["status"]].strip().casefold() == "open"
    }
    by_reason: dict[str, list[str]] = {}
    for entry in entries:
        if entry.outcome == LEFT_OUT and entry.urn in openly and entry.reason != OTHER_LA:
            by_reason.setdefault(entry.reason, []).append(entry.urn)
    return [
        f"{len(urns)} open schools of the register left out, {reason}: {listed(urns, 20)}"
        for reason, urns in by_reason.items()
    ]


def _new_words(records_read: Sequence[tuple[Line, Mapping[str, str] | None]]) -> list[str]:
    """Warn of phases this package has not met."""
    phases = {given[COLUMNS["phase"]].strip() for _, given in records_read if given is not None}
    new = sorted(
        phase for phase in phases if phase and phase.casefold() not in register.KNOWN_PHASES
    )
    return [f"phases not known here: {listed(new)}"] if new else []


def _checked(rows: Sequence[Row], text: Text, account: Account) -> Schools:
    """Take the rows through the gate; its faults name the register's columns."""
    if not rows:
        counts = [f"{reason}: {count}" for reason, count in account.reasons.items()]
        do = f"Left out: {'; '.join(counts)}" if counts else "It holds only the header"
        refuse("holds no school that could be imported", do, text.file)
    try:
        return check_rows(rows, text.file, text.sha256, account.warnings)
    except InputRefused as refused:
        faults = [replace(f, field=COLUMNS.get(f.field, f.field)) for f in refused.faults]
        raise InputRefused(faults) from None

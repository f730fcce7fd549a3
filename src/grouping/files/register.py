"""The register's CSV (GIAS) row by row: the daily file and the search export.

Every row is accounted for: read, or left out with the reason. Who takes part in a plan is decided
later; here only rows that cannot be a school on a map are left out. Telephones are never read, and
heads' names only compared (`arrangements`). Layouts: domain notes on data, section 3.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from grouping.errors import Fault, GroupingError, InputRefused
from grouping.files.tables import Line, records
from grouping.files.text import Text, read_text, refuse
from grouping.world import cells, register
from grouping.world.places import to_grid, to_wgs84
from grouping.world.properties import MOST_PUPILS
from grouping.world.remarks import listed
from grouping.world.schools import MOST_METRES, Row, outside

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from grouping.files.rolls import Rolls

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
PUPILS = COLUMNS["roll"]
ROLL_REGISTER = "roll_register"  # the register's own, where another has taken its place
PLACES = 7  # decimal places of a degree: about a centimetre


@dataclass(frozen=True)
class Entry:
    """What became of one row of the register."""

    urn: str
    name: str
    outcome: str
    reason: str = ""


@dataclass(frozen=True)
class Register:
    """One reading of the register: its rows on the map, and what became of every row.

    `given` holds the cells of each row by its place; `rolls_from` says of a URN where its roll is
    from, where that is not the register.
    """

    text: Text
    rows: list[Row]
    entries: tuple[Entry, ...]
    given: Mapping[str, Mapping[str, str]]
    rolls_from: Mapping[int, str]
    warnings: tuple[str, ...]


def read_register(path: str | Path, la: str | None = None, rolls: Sequence[Rolls] = ()) -> Register:
    """Read the register's CSV; `rolls`, each over the one before, replace its numbers of pupils.

    Raises
    ------
    InputRefused
        With every fault of its rows.
    """
    text = read_text(path, code_page=True)
    header, lines, said = _layout(text)
    faults: list[Fault] = []
    rows: list[Row] = []
    entries: list[Entry] = []
    rolls_from: dict[int, str] = {}
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
        counted = _with_rolls(given, int(urn), rolls, rolls_from)
        reason = _reason(counted, wanted)
        entries.append(Entry(urn, name, LEFT_OUT if reason else IMPORTED, reason))
        if not reason:
            row = _row(line, counted, text.file, faults)
            was = {ROLL_REGISTER: _number_or_none(given[PUPILS])} if rolls else {}
            rows.append(replace(row, properties={**row.properties, **was}))
    if faults:
        raise InputRefused(faults)
    rows, entries = _on_the_map(rows, entries)
    said += [*_left_out_open(records_read, entries), *_new_words(records_read)]
    given_at = {line.place: given for line, given in records_read if given is not None}
    return Register(text, rows, tuple(entries), given_at, rolls_from, tuple(said))


def _with_rolls(
    given: Mapping[str, str], urn: int, rolls: Sequence[Rolls], rolls_from: dict[int, str]
) -> Mapping[str, str]:
    """Cells of a row with its roll replaced: a census speaks for primary schools only."""
    primary = given[COLUMNS["phase"]].strip().casefold() == register.PRIMARY.casefold()
    for one in rolls:
        if urn in one.totals and (primary or one.kind == "forecast"):
            given = {**given, PUPILS: str(one.totals[urn])}
            rolls_from[urn] = one.beside.source
    return given


def _number_or_none(value: str) -> int | None:
    plain = value.strip()
    return int(plain) if plain.isdecimal() and len(plain) < 10 else None


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

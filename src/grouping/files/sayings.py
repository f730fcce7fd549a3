"""Sayings from CSV: `who,date,urn,other_urn,view,reason`, every fault of the file at once.

`who` is a body and never a person. A body that is not one of the usual words is kept as one voice,
but is not repeated: it may be a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from grouping.files.beside import Reading, table_of
from grouping.files.tables import Line, records
from grouping.files.text import read_text, refuse
from grouping.policy.sayings import APART, TOGETHER, Saying
from grouping.world import cells
from grouping.world.remarks import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

COLUMNS = ("who", "date", "urn", "other_urn", "view", "reason")
LAYOUT = f'The first line must read "{",".join(COLUMNS)}"'
BODIES = (
    "community", "council", "councillor", "diocese", "governors", "head", "parents", "parish",
    "pupils", "staff", "trust", "trustees", "union",
)  # fmt: skip
ANOTHER = "another body"
VIEWS = {"together": TOGETHER, "apart": APART}
LONGEST = 500  # characters of a reason


@dataclass(frozen=True)
class Sayings:
    """The sayings of a file, in its order, with its name, hash and warnings."""

    rows: tuple[Saying, ...]
    source: str = ""
    sha256: str = ""
    warnings: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Saying]:
        return iter(self.rows)


def read_sayings(path: str | Path, known_urns: Collection[int] | None = None) -> Sayings:
    """Read what bodies said of schools together or apart.

    Parameters
    ----------
    path
        A CSV in UTF-8 or Windows-1252.
    known_urns
        URNs of the schools file: another is a fault. None takes every URN.

    Raises
    ------
    InputRefused
        With every fault, by row and column.
    """
    text = read_text(path, code_page=True)
    table = table_of(records(text), text.file)
    if any(";" in name or "\t" in name for name in table.names):
        refuse("is not separated by commas", f"Save it with commas. {LAYOUT}", text.file, "row 1")
    table.needs(COLUMNS, LAYOUT)
    at = [table.place(name) for name in COLUMNS]
    said = list(text.warnings)
    if len(table.names) > len(COLUMNS):
        said.append(f"{text.file}: columns not read: {len(table.names) - len(COLUMNS)}")
    reading, found = Reading(text.file), list[Saying]()
    strange: dict[str, int] = {}
    for line in table.rows(reading.faults):
        saying = _saying(line, [line.cells[k] for k in at], reading, strange, known_urns)
        if saying is not None:
            found.append(saying)
    rows, doubled = _each_once(found, reading)
    reading.close()
    if doubled:
        said.append(f"{text.file}: rows that say the same twice, taken once: {listed(doubled)}")
    if strange:
        rows_of = listed(sorted(strange.values()))
        said.append(
            f'{text.file}: "who" is not one of {", ".join(BODIES)} first in rows {rows_of}: '
            f'each reads "{ANOTHER}" in the answer. Never keep names of people in this file'
        )
    if not rows:
        said.append(f"{text.file} holds no sayings")
    return Sayings(tuple(rows), text.file, text.sha256, tuple(said))


def _saying(
    line: Line,
    given: list[str],
    reading: Reading,
    strange: dict[str, int],
    known: Collection[int] | None,
) -> Saying | None:
    before = len(reading.faults)
    reading.urn = None
    urn = _urn(line, "urn", given[2], reading, known)
    reading.urn = urn
    other = _urn(line, "other_urn", given[3], reading, known)
    if urn is None and len(reading.faults) == before:
        reading.refuse(line, "urn", "is blank", "Give the URN of the school that was asked")
    if urn is not None and urn == other:
        do = "Leave other_urn blank where it speaks of the school by itself"
        reading.refuse(line, "other_urn", "is the school itself", do)
    who = _who(line, given[0], reading, strange)
    when = reading.take(line, "date", given[1], _day)
    view = reading.take(line, "view", given[4], _view)
    reason = reading.take(line, "reason", given[5], _reason, shown=False)
    if len(reading.faults) > before or urn is None:
        return None
    assert isinstance(when, date)
    return Saying(who, when, urn, other, int(str(view)), str(reason), line.number)


def _urn(
    line: Line, name: str, value: str, reading: Reading, known: Collection[int] | None
) -> int | None:
    urn = reading.take(line, name, value, cells.urn)
    if isinstance(urn, int) and known is not None and urn not in known:
        reading.refuse(line, name, "no such school in the schools file", "Mend the URN", value)
    return urn if isinstance(urn, int) else None


def _who(line: Line, value: str, reading: Reading, strange: dict[str, int]) -> str:
    """Give the body; one that is not known by a number of its own, so that it is never shown."""
    word = " ".join(value.split()).casefold()
    if not word:
        do = f"Say which body: {', '.join(BODIES)}; never a name"
        reading.refuse(line, "who", "is blank", do)
    if word in BODIES or not word:
        return word
    strange.setdefault(word, line.number)
    return f"{ANOTHER} ({list(strange).index(word) + 1})"


def _day(value: str) -> date:
    found = cells.day(value)
    if found is None:
        raise cells.UnfitError("is blank", "Give the day it was said, as in 2026-03-01")
    return found


def _view(value: str) -> int:
    word = " ".join(value.split()).casefold()
    if not word:
        raise cells.UnfitError("is blank", "Write together, apart, or a number from -2 to 2")
    if word in VIEWS:
        return VIEWS[word]
    try:
        found = cells.whole(word.removeprefix("+"), APART, TOGETHER)
    except cells.UnfitError:
        found = None
    if found is None:
        raise cells.UnfitError(
            "is no view", "Write together, apart, or a whole number from -2 to 2"
        )
    return found


def _reason(value: str) -> str:
    found = " ".join((cells.text(value) or "").split())
    if len(found) > LONGEST:
        raise cells.UnfitError(f"is longer than {LONGEST} characters", "Shorten it; keep no names")
    return found


def _each_once(found: list[Saying], reading: Reading) -> tuple[list[Saying], list[int]]:
    """Drop rows that say the same of the same on the same day; those that say otherwise fault."""
    kept: dict[tuple[object, ...], Saying] = {}
    doubled = []
    for saying in found:
        key = (*saying.key, saying.date)
        before = kept.setdefault(key, saying)
        if before is saying:
            continue
        if before.view == saying.view:
            doubled.append(saying.row)
            continue
        reading.urn = saying.urn
        what = f"says otherwise than row {before.row}, of the same body, schools and day"
        reading.refuse(Line(saying.row, ()), "view", what, "Keep the one that stands")
    return list(kept.values()), doubled

"""Schools from the register (GIAS), gathered with all that lies beside it into one file.

The register says who there is; group links, accounts, rolls and partnerships are joined to it by
URN. The file's "grouping" member says of every column where it came from and of which date. Every
fault of every file is told at once, and then nothing is written.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from grouping.errors import Fault, InputRefused, UsageRefused
from grouping.files.arrangements import FIRST_NAME, LAST_NAME, arrangements_csv, suggested
from grouping.files.beside import Beside, joined, strangers
from grouping.files.cfr import Returns, read_cfr
from grouping.files.groups import Groups, doubts, in_groups, read_links
from grouping.files.joint import without_joint
from grouping.files.origins import origins
from grouping.files.partnerships import read_partnerships
from grouping.files.register import COLUMNS, IMPORTED, LEFT_OUT, Entry, Register, read_register
from grouping.files.rolls import Rolls, read_forecast, read_rolls
from grouping.files.text import Text, refuse
from grouping.files.writing import csv_bytes
from grouping.world.remarks import listed
from grouping.world.schools import Row, Schools, check_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Made = TypeVar("Made")


@dataclass(frozen=True)
class Account:
    """What became of every row of the register, in its order, with warnings.

    `arrangements` is the CSV of schools that may share a head, where the register names heads.
    """

    source: str
    sha256: str
    entries: tuple[Entry, ...]
    warnings: tuple[str, ...] = ()
    arrangements: bytes | None = None

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
class Gathered:
    """The files beside the register, as read; those that were not given are empty."""

    groups: Groups = Groups()  # noqa: RUF009  frozen, and empty
    cfr: Returns | None = None
    rolls: tuple[Rolls, ...] = ()
    partnerships: Beside | None = None

    @property
    def tables(self) -> list[Beside]:
        """Tables of properties, in the order in which they are joined."""
        census = [one.beside for one in self.rolls]
        returns = [self.cfr.beside] if self.cfr else []
        return [*census, *returns, *([self.partnerships] if self.partnerships else [])]


def read_gias(
    path: str | Path,
    *,
    links: str | Path | None = None,
    cfr: str | Path | None = None,
    cfr_year: str | None = None,
    rolls: str | Path | None = None,
    forecast: str | Path | None = None,
    year: int | None = None,
    partnerships: str | Path | None = None,
    la: str | None = None,
) -> tuple[dict[str, Any], Account]:
    """Import the register's CSV: a FeatureCollection for `schools.geojson`, and the account.

    Parameters
    ----------
    path
        The daily file or a search export.
    links
        Group links of GIAS, for federations and trusts.
    cfr, cfr_year
        CFR returns, and the financial year to take from them (the latest).
    rolls
        School census by year group: its Reception to Year 6 replace the rolls of primary schools.
    forecast, year
        Table `urn,year,roll`, and the year whose rolls replace today's.
    partnerships
        Table urn, partnership, head (CSV or XLSX).
    la
        Only this authority, by name.

    Raises
    ------
    InputRefused
        With every fault of all the files.
    UsageRefused
        Where only one of `forecast` and `year` is given, or `cfr_year` is no year.
    """
    if (forecast is None) != (year is None):
        do = "Give both: the file, and the year whose rolls to take"
        raise UsageRefused(Fault("--forecast and --year go together", do))
    if cfr_year is not None and cfr is None:
        raise UsageRefused(Fault("--cfr-year says which year of --cfr", "Give --cfr too"))
    faults: list[Fault] = []

    def read(file: str | Path | None, how: Callable[[str | Path], Made]) -> Made | None:
        try:
            return None if file is None else how(file)
        except InputRefused as refused:
            faults.extend(refused.faults)
            return None

    groups = read(links, read_links)
    returns = read(cfr, lambda file: read_cfr(file, cfr_year))
    census = read(rolls, read_rolls)
    expected = read(forecast, lambda file: read_forecast(file, year or 0))
    soft = read(partnerships, read_partnerships)
    counts = tuple(one for one in (census, expected) if one is not None)
    register = read(path, lambda file: read_register(file, la, counts))
    if faults or register is None:
        raise InputRefused(faults)
    beside = Gathered(groups or Groups(), returns, counts, soft)
    rows, account, _ = _gathered(register, beside)
    features = [
        {
            "type": "Feature",
            "id": row.properties["urn"],
            "geometry": {"type": "Point", "coordinates": list(row.point or ())},
            "properties": dict(row.properties),
        }
        for row in rows
    ]
    about = {
        "schema": "grouping-schools/1",
        "source": account.source,
        "sha256": account.sha256,
        "rows": len(account.entries),
        "imported": account.imported,
        "left_out": account.reasons,
        **origins(register, rows, beside.groups, beside.tables, year),
    }
    return {"type": "FeatureCollection", "grouping": about, "features": features}, account


def schools_from_gias(path: str | Path) -> Schools:
    """Read the register's CSV straight into checked schools, places saying "row N".

    Raises
    ------
    InputRefused
        With every fault of the register's rows.
    """
    return _gathered(read_register(path), Gathered())[2]


def _gathered(register: Register, beside: Gathered) -> tuple[list[Row], Account, Schools]:
    """Join all that lies beside the register to its rows, and take them through the gate."""
    said = list(register.warnings)
    rows = [
        replace(row, properties=in_groups(row, register.given[row.place], beside.groups))
        for row in register.rows
    ]
    for table in beside.tables:
        rows = [replace(row, properties=joined(row, table)) for row in rows]
        said += [*table.warnings, *strangers(rows, table), *_unknown(rows, table)]
    if beside.cfr and not beside.cfr.marked:
        rows, joint = without_joint(rows, beside.cfr.beside)
        said += joint
    said += [*beside.groups.warnings, *doubts(rows, register.given, beside.groups)]
    said += _rolls_said(rows, register, beside.rolls)
    names_heads = {FIRST_NAME, LAST_NAME} <= set(next(iter(register.given.values()), ()))
    together = suggested(rows, register.given) if names_heads else []
    if together:
        said.append(
            f"{len(together)} groups of schools have heads of one name and may share one:"
            " confirm them in the table of partnerships; until then they count for nothing"
        )
    file, sha256 = register.text.file, register.text.sha256
    asked = arrangements_csv(together) if names_heads else None
    account = Account(file, sha256, register.entries, tuple(said), asked)
    return rows, account, _checked(rows, register.text, account)


def _unknown(rows: Sequence[Row], table: Beside) -> list[str]:
    """Say why figures of imported schools are held unknown, a sentence a reason."""
    why: dict[str, list[int]] = {}
    for row in rows:
        urn = int(str(row.properties["urn"]))
        if urn in table.notes:
            why.setdefault(table.notes[urn], []).append(urn)
    return [
        f"{table.source}: figures unknown of {len(urns)}, as {reason}: {listed(urns, 20)}"
        for reason, urns in sorted(why.items())
    ]


def _rolls_said(rows: Sequence[Row], register: Register, rolls: Sequence[Rolls]) -> list[str]:
    """Say whose roll stays the register's, and what a forecast does to the accounts."""
    said = []
    if rolls:
        kept = [r.properties["urn"] for r in rows if r.properties["urn"] not in register.rolls_from]
        if kept:
            said.append(f"{len(kept)} schools keep the register's roll: {listed(kept)}")
    return said + [
        f"rolls are a what-if ({one.beside.date}): accounts, and the residuals worked out from"
        " them, are set against these rolls, not against today's"
        for one in rolls
        if one.kind == "forecast"
    ]


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

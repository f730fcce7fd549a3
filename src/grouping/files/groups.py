"""What the register does not say, from files beside it: groups, money, partnerships.

Groups come from GIAS ("All group data", group links); money and partnerships from two small
tables of our own, as the register and its finance workbooks hold neither in a plain form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grouping.errors import Fault, InputRefused
from grouping.files.tables import records
from grouping.files.text import Text, read_text, refuse
from grouping.world import cells, register
from grouping.world.remarks import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from grouping.world.schools import Row

LINKS = ("URN", "Group UID", "Group Name", "Group Type", "Group Status")
FEDERATION = "federation"
TRUSTS = ("multi-academy trust", "single-academy trust", "secure single-academy trust")
CFR = ("urn", "income", "expenditure", "reserve")
PARTNERSHIPS = ("urn", "partnership", "head")
FEDERATED = "supported by a federation"
IN_TRUST = ("supported by a multi-academy trust", "supported by a single-academy trust")
MOST_MONEY = 10**12


@dataclass(frozen=True)
class Groups:
    """Open groups by URN: federation and trust ids, names by id, and ids of federations by name.

    `twice`: URNs that stand in two open federations, of which the first is taken.
    """

    federations: Mapping[int, str] = field(default_factory=dict)
    trusts: Mapping[int, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    by_name: Mapping[str, str] = field(default_factory=dict)
    twice: tuple[int, ...] = ()
    source: str = ""
    sha256: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Beside:
    """Properties to add to schools, by URN, from one small table; `columns` are all it may add."""

    columns: tuple[str, ...] = ()
    rows: Mapping[int, Mapping[str, object]] = field(default_factory=dict)
    source: str = ""
    sha256: str = ""
    warnings: tuple[str, ...] = ()


def read_links(path: str | Path) -> Groups:
    """Read GIAS group links: one row a school and group; only open groups count.

    Raises
    ------
    InputRefused
        Where a column is missing or a row is short.
    """
    text = read_text(path, code_page=True)
    lines = records(text)
    header = next(lines, None)
    names = [name.strip() for name in header.cells] if header else []
    missing = [name for name in LINKS if name not in names]
    if missing:
        do = "Download the group links of GIAS (All group data) as CSV"
        refuse(f"lacks the columns {listed(missing)}", do, text.file, "row 1")
    places = [names.index(name) for name in LINKS]
    federations: dict[int, list[str]] = {}
    trusts: dict[int, list[str]] = {}
    titles: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for line in lines:
        if len(line.cells) < len(names):
            refuse("is a short row", "Download the file again", text.file, line.place)
        urn, uid, title, kind, status = (line.cells[k].strip() for k in places)
        if status.casefold() != "open" or not (urn.isdecimal() and len(urn) == 6):
            continue
        if kind.casefold() == FEDERATION:
            federations.setdefault(int(urn), []).append(uid)
            by_name.setdefault(title.casefold(), uid)
        elif kind.casefold() in TRUSTS:
            trusts.setdefault(int(urn), []).append(uid)
        titles[uid] = title
    return Groups(
        {urn: uids[0] for urn, uids in federations.items()},
        {urn: uids[0] for urn, uids in trusts.items()},
        titles,
        by_name,
        tuple(urn for urn, uids in federations.items() if len(set(uids)) > 1),
        text.file,
        text.sha256,
        text.warnings,
    )


def read_cfr(path: str | Path) -> Beside:
    """Read `urn,income,expenditure[,reserve]`: GBP a year; a blank is not known.

    Raises
    ------
    InputRefused
        With every fault and its line; also for the full workbook, whose import does not exist yet.
    """
    text = read_text(path, code_page=True)

    def money(name: str, value: str) -> object:
        return cells.number(value, -MOST_MONEY if name == "reserve" else 0, MOST_MONEY)

    do = (
        "Give a plain CSV urn,income,expenditure[,reserve]: the import of the full CFR workbook"
        " does not exist yet"
    )
    return _beside(text, CFR, 3, money, do)


def read_partnerships(path: str | Path) -> Beside:
    """Read `urn,partnership[,head]`: which soft partnership a school is in, and its head's state.

    `head` is one of the words in post, leaving, vacant, shared, unknown: never a name, and what is
    found there is not shown.

    Raises
    ------
    InputRefused
        With every fault and its line.
    """
    text = read_text(path, code_page=True)

    def read(name: str, value: str) -> object:
        if name == "head":
            return cells.word(value, register.KNOWN_HEADS, name, secret=True)
        return cells.identity(value)

    return _beside(text, PARTNERSHIPS, 2, read, "Give a plain CSV urn,partnership[,head]")


def in_groups(row: Row, given: Mapping[str, str], groups: Groups) -> dict[str, object]:
    """Properties of a row with its federation and trust added.

    Taken from the group links where they name the school; else from the register's own row, whose
    federation is known by its name in the links, its code or, without either, its name.
    """
    urn = int(str(row.properties["urn"]))
    code, title = _group(given, "Federations", "FederationFlag (name)", (FEDERATED,))
    by_name = groups.by_name.get(title.casefold(), "")
    federation = groups.federations.get(urn) or by_name or code or title
    trust_code, trust_title = _group(given, "Trusts", "TrustSchoolFlag (name)", IN_TRUST)
    trust = groups.trusts.get(urn) or trust_code or trust_title
    return {
        **row.properties,
        "federation": federation or None,
        "federation_name": groups.names.get(federation) or title or None,
        "trust": trust or None,
        "trust_name": groups.names.get(trust) or trust_title or None,
    }


def doubts(
    rows: Sequence[Row], given_at: Mapping[str, Mapping[str, str]], groups: Groups
) -> list[str]:
    """Say what is doubtful of the federations: none named, one name in two authorities, two."""
    said = []
    unnamed: list[object] = []
    authorities: dict[str, set[str]] = {}
    for row in rows:
        given, federation = given_at[row.place], row.properties["federation"]
        flag = given.get("FederationFlag (name)", "").strip().casefold()
        if flag == FEDERATED and federation is None:
            unnamed.append(row.properties["urn"])
        if federation is not None and federation == row.properties["federation_name"]:
            authorities.setdefault(str(federation), set()).add(given["LA (name)"])
    if unnamed:
        said.append(f"federated, but the register does not say in which: {listed(unnamed)}")
    for title, names in authorities.items():
        if len(names) > 1:
            said.append(f'federation "{title}" is read as one across {listed(sorted(names))}')
    here = {row.properties["urn"] for row in rows}
    if twice := [urn for urn in groups.twice if urn in here]:
        said.append(f"{groups.source}: in two open federations, the first taken: {listed(twice)}")
    return said


def joined(row: Row, beside: Beside) -> dict[str, object]:
    """Properties of a row with those of a small table added, null where it has none."""
    found = beside.rows.get(int(str(row.properties["urn"])), {})
    return {**row.properties, **dict.fromkeys(beside.columns), **found}


def strangers(rows: Sequence[Row], beside: Beside) -> list[str]:
    """Name the URNs of a small table that are not among the rows."""
    strange = sorted(set(beside.rows) - {row.properties["urn"] for row in rows})
    return [f"{beside.source}: not among the imported schools: {listed(strange)}"] * bool(strange)


def _group(
    given: Mapping[str, str], column: str, flag: str, flags: Sequence[str]
) -> tuple[str, str]:
    """Code and name of a group of the register, where its flag says the school is in one."""
    if given.get(flag, "").strip().casefold() not in flags:
        return "", ""
    return given.get(f"{column} (code)", "").strip(), given.get(f"{column} (name)", "").strip()


def _beside(
    text: Text,
    columns: Sequence[str],
    needed: int,
    read: Callable[[str, str], object],
    do: str,
) -> Beside:
    """Read a small table of exactly these columns, those after the first `needed` at will."""
    lines = records(text)
    header = next(lines, None)
    names = tuple(name.strip() for name in header.cells) if header else ()
    if names != tuple(columns[: max(needed, len(names))]):
        refuse("has other columns", do, text.file, "row 1")
    faults: list[Fault] = []
    found: dict[int, dict[str, object]] = {}
    for line in lines:
        if len(line.cells) != len(names):
            what = f"has {len(line.cells)} cells where the header has {len(names)}"
            faults.append(Fault(what, "Mend the row", text.file, line.place))
            continue
        values: dict[str, object] = {}
        for name, value in zip(names, line.cells, strict=True):
            shown = None if name == "head" else value
            try:
                values[name] = cells.urn(value) if name == "urn" else read(name, value)
            except cells.UnfitError as unfit:
                at = (text.file, line.place, None, name, shown)
                faults.append(Fault(unfit.what, unfit.do, *at))
        urn = values.pop("urn", None)
        if urn is None and line.cells[0].strip() == "":
            faults.append(Fault("is blank", "Give the URN", text.file, line.place, None, "urn"))
        elif isinstance(urn, int) and urn in found:
            do_one = "Keep one of the rows"
            faults.append(Fault("stands twice", do_one, text.file, line.place, urn, "urn"))
        elif isinstance(urn, int):
            found[urn] = values
    if faults:
        raise InputRefused(faults)
    return Beside(names[1:], found, text.file, text.sha256, text.warnings)

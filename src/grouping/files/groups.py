"""Groups of schools from GIAS: federations and academy trusts.

They come from the group links ("All group data"), or else from what the register's own row says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grouping.files.tables import records
from grouping.files.text import read_text, refuse
from grouping.world.remarks import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from grouping.world.schools import Row

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
UK_DAY = re.compile(r"(\d{2})[-/](\d{2})[-/](\d{4})")
LINKS = ("URN", "Group UID", "Group Name", "Group Type", "Group Status")
JOINED = "Joined date"
FEDERATION = "federation"
TRUSTS = ("multi-academy trust", "single-academy trust", "secure single-academy trust")
FEDERATED = "supported by a federation"
IN_TRUST = ("supported by a multi-academy trust", "supported by a single-academy trust")


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
    date: str = ""


def read_links(path: str | Path) -> Groups:
    """Read GIAS group links: one row a school and group; only open groups count.

    Raises
    ------
    InputRefused
        Where a column is missing or a row is short.
    """
    text = read_text(path, code_page=True, packed=True)
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
    joined = names.index(JOINED) if JOINED in names else -1
    latest = ""
    for line in lines:
        if len(line.cells) < len(names):
            refuse("is a short row", "Download the file again", text.file, line.place)
        urn, uid, title, kind, status = (line.cells[k].strip() for k in places)
        if status.casefold() != "open" or not (urn.isdecimal() and len(urn) == 6):
            continue
        latest = max(latest, _iso(line.cells[joined])) if joined >= 0 else ""
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
        f"joined up to {latest}" if latest else "",
    )


def _iso(day: str) -> str:
    """Day as YYYY-MM-DD, "" where it is written neither so nor dd-mm-yyyy."""
    if ISO_DAY.fullmatch(day.strip()):
        return day.strip()
    found = UK_DAY.fullmatch(day.strip())
    return f"{found[3]}-{found[2]}-{found[1]}" if found else ""


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


def _group(
    given: Mapping[str, str], column: str, flag: str, flags: Sequence[str]
) -> tuple[str, str]:
    """Code and name of a group of the register, where its flag says the school is in one."""
    if given.get(flag, "").strip().casefold() not in flags:
        return "", ""
    return given.get(f"{column} (code)", "").strip(), given.get(f"{column} (name)", "").strip()

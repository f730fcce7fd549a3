"""What people hand on: GeoPackage, workbook, consultation packs and committee paper of a plan.

All are made from the plan's own folder and never by solving, so that every one says the same
figures; made whole in memory first, then written whole or not at all.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grouping.answers.wording import count, headed
from grouping.errors import Fault, UsageRefused
from grouping.files.dossiers import Dossier, read_dossier
from grouping.files.office import needed
from grouping.files.writing import write_whole
from grouping.reports.statutory import NOT_ASKED, OPEN, PRESENT, items, why_not

if TYPE_CHECKING:
    from grouping.policy.survey import Survey

GPKG, XLSX, PACKS, PAPER = KINDS = ("gpkg", "xlsx", "packs", "paper")
FOLDER = "packs"
OTHER = re.compile(r"plan-([2-9]|[1-9]\d+)")
A_PACK = re.compile(r"F\d{3,}\.(html|docx|json)")
LIBRARIES = {
    XLSX: (("openpyxl", "a workbook"),),
    PACKS: (("docx", "a Word file"),),
    PAPER: (("docx", "a Word file"), ("matplotlib", "a map in a paper")),
}


@dataclass(frozen=True)
class Export:
    """What was written: paths in the plan's folder, and what is to be said of them."""

    folder: Path
    written: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    """Every item the law asks of a proposal, for every federation: present, or to be decided."""

    federations: tuple[dict[str, Any], ...] = field(repr=False)

    @property
    def sentences(self) -> list[str]:
        """How many items are filled, then each federation and what is to be decided there."""
        said = [f"{count(len(self.federations), 'federation')} of the plan, item by item:"]
        for one in self.federations:
            if not one["statutory"]:
                said.append(f"{one['id']}: {one['why']}")
                continue
            opened = [f"{i['asks']} ({i['place']})" for i in one["items"] if i["state"] == OPEN]
            said.append(
                f"{one['id']}: {len(one['items'])} items, {one['present']} present, "
                f"{one['open']} to be decided: {'; '.join(opened)}."
            )
            said += [f"{one['id']}: {fault}" for fault in one["faults"]]
        return said

    def document(self) -> dict[str, Any]:
        """Return the account as plain values."""
        return headed("export check", {"federations": list(self.federations)}, self.sentences)


def export(folder: str | Path, kinds: Collection[str] = KINDS) -> Export:
    """Write what people hand on into a plan's folder.

    `proposals.gpkg`, `proposals.xlsx`, `packs/` with a page, a Word file and the figures of each
    federation, and `committee-paper.md` and `.docx` with its map and figures.

    Parameters
    ----------
    folder
        A plan's folder. Folders in it named `plan-2`, `plan-3`... are other plans of the same
        schools: they are in the GeoPackage, and alternatives in the papers.
    kinds
        Which of "gpkg", "xlsx", "packs" and "paper"; all if not given.

    Raises
    ------
    InputRefused
        Where the folder holds no plan.
    UsageRefused
        Where a kind is not known, or a library of the extra `[office]` is not installed.
    OutputRefused
        Where a file cannot be written; the old ones are whole.
    """
    if strange := sorted(set(kinds) - set(KINDS)):
        what = f"no such export: {', '.join(strange)}"
        raise UsageRefused(Fault(what, f"Choose from {', '.join(KINDS)}"))
    needed(one for kind in KINDS if kind in kinds for one in LIBRARIES.get(kind, ()))
    dossier, others = read_dossier(folder), _others(Path(folder))
    files: dict[str, bytes] = {}
    packs: dict[str, bytes] = {}
    notes: list[str] = []
    if GPKG in kinds:
        files["proposals.gpkg"] = _geopackage(dossier, others, notes)
    if XLSX in kinds:
        from grouping.answers.budgets import budgets
        from grouping.files.spreadsheet import xlsx_bytes

        own = budgets(dossier.register, dossier.policy)
        files["proposals.xlsx"] = xlsx_bytes(dossier, own)
    if PAPER in kinds:
        files |= _paper(dossier, others)
    if PACKS in kinds:
        packs = _packs(dossier, others)
    return _write(Path(folder), files, packs, notes)


def account(folder: str | Path) -> Account:
    """Account for every item the law asks of a proposal, and hold the packs written against it.

    Raises
    ------
    InputRefused
        Where the folder holds no plan.
    """
    from grouping.reports.pack_facts import books_of, facts_of

    dossier, found = read_dossier(folder), []
    books = books_of(dossier)
    for one in dossier.federations:
        facts = facts_of(dossier, one, books)
        told = [
            {"key": i.key, "place": i.place, "asks": i.asks, "state": i.state} for i in items(facts)
        ]
        entry = {"id": one["id"], "key": one["key"], "statutory": facts["statutory"]}
        states = [item["state"] for item in told]
        entry |= {"present": states.count(PRESENT), "open": states.count(OPEN)}
        entry |= {"why": "" if facts["statutory"] else why_not(facts), "items": told}
        found.append(entry | {"faults": _faults(Path(folder), one, told)})
    return Account(tuple(found))


def _faults(folder: Path, one: dict[str, Any], told: list[dict[str, str]]) -> list[str]:
    """Say where a pack that is there is not of this plan, or lacks an item."""
    place = folder / FOLDER / f"{one['id']}.json"
    if not place.exists():
        return []
    try:
        written = json.loads(place.read_text(encoding="utf-8"))
        key, items = written["federation"]["key"], written["items"]
        said = "\n".join(written["sentences"])
    except (OSError, ValueError, LookupError, TypeError):
        return [f"{place.name} cannot be read: make the packs again"]
    if key != one["key"] or written["federation"] != one:
        return [f"{place.name} is of an earlier plan: make the packs again"]
    return [
        f"{place.name} lacks an item: {item['asks']} ({item['place']})"
        for item in told
        if item not in items or (item["state"] != NOT_ASKED and item["asks"] not in said)
    ]


def _others(folder: Path) -> dict[int, Dossier]:
    """Read the other plans kept in a plan's folder, by number."""
    found = {}
    for place in folder.iterdir() if folder.is_dir() else ():
        named = OTHER.fullmatch(place.name)
        if named and (place / "plan.json").exists():
            found[int(named[1])] = read_dossier(place)
    return dict(sorted(found.items()))


def _geopackage(dossier: Dossier, others: dict[int, Dossier], notes: list[str]) -> bytes:
    from grouping.files.geopackage import gpkg_bytes

    seen = None
    if "graph" in dossier.document["run"].get("unchecked", []):
        notes.append("the neighbour graph was given as Python: its layer is left out")
    else:
        seen = _survey(dossier)
    return gpkg_bytes({1: dossier, **others}, seen)


def _survey(dossier: Dossier) -> Survey:
    """See the county again: who takes part, and the neighbour graph."""
    from grouping.files.policies import open_policy
    from grouping.files.travel import by_table
    from grouping.policy.survey import survey
    from grouping.world.journeys import STRAIGHT

    folder = dossier.folder or Path()
    schools = dossier.register
    policy = open_policy(folder / "policy.toml", known_urns=set(schools.urns.tolist())).policy
    straight = dossier.document["run"].get("journey_source") == STRAIGHT
    travel = None if straight else by_table(folder / "journeys.csv", schools.rows).journeys
    return survey(schools, policy, travel)


def _paper(dossier: Dossier, others: dict[int, Dossier]) -> dict[str, bytes]:
    from grouping.files.word import docx_bytes
    from grouping.reports.blocks import Picture
    from grouping.reports.markdown import markdown_text
    from grouping.reports.paper import paper

    made, facts = paper(dossier, others)
    pictures = {one.file: one.png for one in made.blocks if isinstance(one, Picture)}
    return {
        **pictures,
        "committee-paper.json": _json(facts),
        "committee-paper.md": markdown_text(made).encode(),
        "committee-paper.docx": docx_bytes(made),
    }


def _packs(dossier: Dossier, others: dict[int, Dossier]) -> dict[str, bytes]:
    from grouping.files.word import docx_bytes
    from grouping.reports.pack import pack
    from grouping.reports.pack_facts import books_of
    from grouping.reports.webpage import html_bytes

    books, files = books_of(dossier), {}
    for one in dossier.federations:
        made, facts = pack(dossier, one, books, others)
        files[f"{one['id']}.html"] = html_bytes(made)
        files[f"{one['id']}.docx"] = docx_bytes(made)
        files[f"{one['id']}.json"] = _json(facts)
    return files


def _json(facts: dict[str, Any]) -> bytes:
    text = json.dumps(facts, ensure_ascii=False, indent=1, allow_nan=False, default=str)
    return (text + "\n").encode("utf-8", "replace")


def _write(
    folder: Path, files: dict[str, bytes], packs: dict[str, bytes], notes: list[str]
) -> Export:
    inputs: list[Path] = []
    if files:
        write_whole(folder, files, inputs)
    if packs:
        place = folder / FOLDER
        stale = [p for p in place.glob("F*") if A_PACK.fullmatch(p.name) and p.name not in packs]
        write_whole(place, packs, inputs)
        for old in stale:
            with contextlib.suppress(OSError):
                old.unlink()
    written = (*files, *(f"{FOLDER}/{name}" for name in packs))
    return Export(folder, written, tuple(notes))

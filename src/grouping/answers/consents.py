"""Whose consent a federation needs, beyond its governing bodies: said before anybody is asked.

Wording from the domain notes 3.2 (who owns land, employs staff and approves the instrument of
government). Law lets almost any maintained schools federate; these are the people to ask first.
"""

from __future__ import annotations

from typing import Any

from grouping.policy.eligibility import MAINTAINED
from grouping.policy.words import SHARED
from grouping.world.ethos import PairTable, ethos_of, known_diocese
from grouping.world.federations import Federations
from grouping.world.schools import School

BOARD = "Diocesan Board of Education"
BISHOP = "the bishop"
UNSURE = "diocese to be confirmed"


def consents(f: Federations, row: int) -> list[dict[str, Any]]:
    """List the consents of one federation: `{"consent": who, "schools": [URNs]}`, by who."""
    if f.county.form == SHARED:
        return []
    schools = f.schools(row)
    ethoses = [ethos_of(s.religious_character, f.county.table) for s in schools]
    mixed = len(set(ethoses)) > 1
    asked: dict[str, list[int]] = {}
    for school, ethos in zip(schools, ethoses, strict=True):
        for who in _asked(school, ethos, f.county.table, mixed=mixed):
            asked.setdefault(who, []).append(school.urn)
    return [{"consent": who, "schools": urns} for who, urns in sorted(asked.items())]


def _asked(school: School, ethos: str, table: PairTable, *, mixed: bool) -> list[str]:
    diocese = school.diocese if known_diocese(school, table) else UNSURE
    aided = school.type == "Voluntary aided school"
    who: list[str] = []
    if ethos in ("CE", "CE/METH", "CE/RC"):
        who.append(f"{BOARD} ({diocese})")
    if ethos in ("METH", "CE/METH"):
        who.append("Methodist trustees")
    if ethos in ("RC", "CE/RC"):
        who.append(f"{BISHOP} ({diocese})")
    if ethos == "christian":
        who.append("the school's Christian foundation or trustees")
    if ethos.startswith("other"):
        who.append("the school's faith body")
    if aided:
        who.append("trustees of the voluntary aided school")
    elif who and mixed:
        who.append("foundation governors")
    elif school.type == "Foundation school":
        who.append("the foundation or trust of the foundation school")
    if school.type not in MAINTAINED:
        who.append("informal only: the academy trust, with the authority's advice")
    return who

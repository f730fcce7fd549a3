"""Every figure of a consultation pack, taken from the plan's files: what its JSON holds.

Money is held twice: `pounds` as `plan.json` and the budget model have it, and `shown` as the pack
says it, to the nearest thousand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from grouping.answers.budgets import budgets
from grouping.answers.consents import BOARD
from grouping.answers.wording import STANDING
from grouping.policy.words import HARD
from grouping.reports.figures import OF_TODAY, THOUSAND
from grouping.world.ethos import ethos_of, known_diocese

if TYPE_CHECKING:
    from grouping.answers.budgets import Budget
    from grouping.files.dossiers import Dossier
    from grouping.policy.words import Policy
    from grouping.world.schools import School

SCHEMA = "grouping-pack/1"
OWN_ADMISSIONS = ("Voluntary aided school", "Foundation school")
WITH_FOUNDATION = ("Voluntary aided school", "Voluntary controlled school", "Foundation school")
Facts = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Books:
    """Each school's own budget as it is today: at today's rolls, and at those of the plan."""

    today: Mapping[int, Budget]
    then: Mapping[int, Budget]
    roll_change: float


def books_of(dossier: Dossier) -> Books:
    """Work out every school's own budget, at today's rolls and at those the plan's budgets are."""
    changes = {one["budget"]["roll_change"] for one in dossier.federations if one["budget"]}
    change = next(iter(changes), 0.0)
    policy, schools = dossier.policy, dossier.register
    today = {one.urn: one for one in budgets(schools, policy)}
    then = {one.urn: one for one in budgets(schools, policy, Decimal(str(change)))}
    return Books(today, then, change)


def money(pounds: float | None) -> Facts | None:
    """Hold a sum as it is, and as it is said."""
    if pounds is None:
        return None
    return {"pounds": pounds, "shown": round(pounds / THOUSAND) * THOUSAND}


def teaching(share: float | None) -> Facts | None:
    """Hold a share of the week, and the days a week that are said."""
    return None if share is None else {"t_star": share, "days": round(5 * share, 1)}


def bodies(dossier: Dossier, urns: Sequence[int]) -> list[list[int]]:
    """Give the governing bodies over some schools today, each by the URNs of all its schools."""
    known = {row.urn: row for row in dossier.register.rows}
    out = {one["urn"] for one in dossier.document["left_out"]}
    found: list[list[int]] = []
    for urn in urns:
        name = known[urn].federation
        members = [row.urn for row in known.values() if row.federation == name and name is not None]
        members = [one for one in members if one not in out]
        body = sorted(members) if len(members) > 1 else [urn]
        if body not in found:
            found.append(body)
    return found


def facts_of(dossier: Dossier, one: Mapping[str, Any], books: Books) -> Facts:
    """Gather the facts of one federation's pack."""
    document, policy = dossier.document, dossier.policy
    known = {row.urn: row for row in dossier.register.rows}
    schools = [_school(dossier, known[urn], books, policy) for urn in one["schools"]]
    budget = one["budget"]
    lines = ("income", "cost", "residual", "grant", "balance")
    held = [found for found in schools if found["then"]]
    apart = sum(found["then"]["balance"]["pounds"] for found in held)
    return {
        "schema": SCHEMA,
        "standing": STANDING,
        "plan": {
            "policy": document["policy"],
            "form": document["form"],
            "status": document["status"],
            "made": document["run"].get("made", ""),
            "unchecked": document["run"].get("unchecked", []),
        },
        "statutory": document["form"] == HARD and one["existing"] != "unchanged",
        "federation": dict(one),
        "today": OF_TODAY[one["existing"]],
        "money": {name: money(budget[name]) for name in lines} if budget else None,
        "teaching": teaching(budget["t_star"]) if budget else None,
        "roll_change": books.roll_change,
        "apart_balance": money(apart) if len(held) == len(schools) else None,
        "bodies": bodies(dossier, one["schools"]),
        "schools": schools,
        "names": {str(row.urn): row.name for row in known.values()},
        "unites": _unites(schools),
        "differs": _differs(schools),
    }


def _school(dossier: Dossier, school: School, books: Books, policy: Policy) -> Facts:
    ethos = ethos_of(school.religious_character, policy.pair_table)
    today, then = books.today.get(school.urn), books.then.get(school.urn)
    return {
        "urn": school.urn,
        "name": school.name,
        "roll": school.roll,
        "type": school.type,
        "character": school.religious_character or "not known",
        "ethos": ethos,
        "diocese": school.diocese if known_diocese(school, policy.pair_table) else None,
        "authority": school.local_authority,
        "head": school.head,
        "federation": school.federation,
        "partnership": school.partnership,
        "own_admissions": school.type in OWN_ADMISSIONS,
        "foundation": school.type in WITH_FOUNDATION and not _plain(school, ethos),
        "faith": ethos not in ("none", "unknown"),
        "today": _own(today),
        "then": _own(then),
        "journeys": _journeys(dossier, school.urn),
    }


def _plain(school: School, ethos: str) -> bool:
    """Whether a school has no foundation that the data tell of."""
    return school.type == "Foundation school" and ethos in ("none", "unknown")


def _own(budget: Budget | None) -> Facts | None:
    if budget is None:
        return None
    return {
        "income": money(budget.income),
        "balance": money(budget.balance),
        "sparsity": money(budget.sparsity),
        "teaching": teaching(budget.t_star),
        "grade": budget.grade,
        "roll": budget.roll,
    }


def _journeys(dossier: Dossier, urn: int) -> list[Facts]:
    """Journeys of the federation's tree that start or end at a school."""
    found = []
    for link in dossier.links:
        ends = (link["properties"]["from_urn"], link["properties"]["to_urn"])
        if urn in ends:
            other = ends[1] if ends[0] == urn else ends[0]
            name = dossier.schools[other]["properties"]["name"]
            minutes = link["properties"]["minutes"]
            found.append({"urn": other, "name": name, "minutes": minutes})
    return found


SHARED_BY = (
    ("authority", "the same local authority"),
    ("character", "the same religious character"),
    ("diocese", "the same diocese"),
    ("partnership", "a partnership they are all in today"),
)


def _unites(schools: Sequence[Facts]) -> list[str]:
    """Say what every one of some schools has in common, by the data."""
    found = []
    for key, words in SHARED_BY:
        values = {one[key] for one in schools}
        value = next(iter(values))
        if len(values) == 1 and value not in (None, "not known"):
            none = key == "character" and schools[0]["ethos"] == "none"
            said = "none of them has a religious character" if none else f"{words}: {value}"
            if key != "diocese" or schools[0]["diocese"]:
                found.append(said)
    if (kept := {one["federation"] for one in schools}) and len(kept) == 1 and None not in kept:
        found.append("one governing body today")
    return found


def _differs(schools: Sequence[Facts]) -> list[str]:
    """Say what tells some schools apart, and so has to be looked after."""
    found = []
    for key, words in (("character", "religious character"), ("type", "category")):
        values = list(dict.fromkeys(one[key] for one in schools))
        if len(values) > 1:
            found.append(f"{words}: {', '.join(values)}")
    dioceses = [one["diocese"] for one in schools if one["diocese"]]
    if len(set(dioceses)) > 1:
        found.append(f"diocese: {', '.join(dict.fromkeys(dioceses))} (each {BOARD} is asked)")
    authorities = [one["authority"] for one in schools if one["authority"]]
    if len(set(authorities)) > 1:
        found.append(f"local authority: {', '.join(dict.fromkeys(authorities))}")
    return found

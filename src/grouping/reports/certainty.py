"""How sure a plan is, in words: its stages and bounds, and the answers kept beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grouping.reports import figures

if TYPE_CHECKING:
    from grouping.files.dossiers import Dossier

MEANS = {
    "urgent alone": "schools under the urgent line that stay alone",
    "small alone": "other small schools that stay alone",
    "cost": "points of all federations together, fewer is better",
}


@dataclass(frozen=True)
class Proof:
    """One stage of the objective in words."""

    name: str
    means: str
    value: str
    bound: str
    said: str


@dataclass(frozen=True)
class Other:
    """A plan beside this one: its name, figures by heading, and what it shares with this one."""

    name: str
    figures: dict[str, str]


@dataclass(frozen=True)
class Sure:
    """How sure a plan is: in a sentence, stage by stage, and by the answers in the folder."""

    verdict: str
    proofs: tuple[Proof, ...]
    answers: tuple[tuple[str, tuple[str, ...]], ...]
    of_federation: dict[str, list[str]]
    others: tuple[Other, ...]


def how_sure(dossier: Dossier) -> Sure:
    """Say how sure a plan is from the files of its folder."""
    document = dossier.document
    proofs = tuple(_proof(stage) for stage in document["objective"])
    if document["status"] == "optimal":
        verdict = (
            "Proved: under these rules and with these figures no plan is better. That says nothing "
            "about whether the rules are the right ones or the figures true: change either, and "
            "the plan may change."
        )
    else:
        verdict = (
            "Not proved: the search was stopped early. This is the best plan found so far, and a "
            "better one may exist. The bounds below say how much better at the most."
        )
    told = tuple(
        (str(question), tuple(map(str, answer.get("sentences", []))))
        for question, answer in sorted(dossier.answers.items())
    )
    return Sure(verdict, proofs, told, _of_federations(dossier), _others(dossier))


def _proof(stage: dict[str, Any]) -> Proof:
    name, value, bound = stage["name"], stage["value"], stage["bound"]
    if bound is None:
        said = "nothing is proved about this yet"
    elif bound == value:
        said = "proved: no plan has less, the lines above being as they are"
    else:
        said = "not proved: no plan has less than the bound"
    return Proof(name, MEANS.get(name, ""), _amount(stage, value), _amount(stage, bound), said)


def _amount(stage: dict[str, Any], value: int | None) -> str:
    if value is None:
        return "none yet"
    if stage["name"] == "cost":
        return f"{figures.points(value)} points"
    return f"{value:,} {stage['unit'].removesuffix('s') if value == 1 else stage['unit']}"


def _of_federations(dossier: Dossier) -> dict[str, list[str]]:
    """Find what the answers in the folder say of each federation, by its key."""
    ids = {one["key"]: one["id"] for one in dossier.federations}
    found: dict[str, list[str]] = {}
    for answer in dossier.answers.values():
        for one in _entries(answer):
            said = one.get("sentence")
            if isinstance(said, str) and one.get("key") in ids:
                found.setdefault(ids[one["key"]], []).append(said)
    return found


def _entries(value: Any) -> list[dict[str, Any]]:
    """Every table inside an answer, however deep."""
    if isinstance(value, dict):
        return [value, *(one for each in value.values() for one in _entries(each))]
    if isinstance(value, list):
        return [one for each in value for one in _entries(each)]
    return []


def _others(dossier: Dossier) -> tuple[Other, ...]:
    """Put plans side by side: this one, and those in the folders beside it."""
    mine = {one["key"] for one in dossier.federations}
    found = [_other(name, plan, mine) for name, plan in dossier.others.items()]
    return (_other("This plan", dossier.document, mine), *found) if found else ()


def _other(name: str, plan: dict[str, Any], mine: set[str]) -> Other:
    shown = {stage["name"]: _amount(stage, stage["value"]) for stage in plan["objective"]}
    keys = [one["key"] for one in plan["federations"]]
    shown["federations"] = f"{len(keys)}"
    shown["the same as in this plan"] = f"{sum(key in mine for key in keys)}"
    return Other(name, shown)

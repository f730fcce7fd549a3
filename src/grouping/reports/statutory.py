"""What the law asks of a published proposal to federate, item by item: filled, or to be decided.

The items and who must be sent the proposal stand in `figures/federation-regulations-2012.toml`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from grouping.answers.wording import count, listed
from grouping.files.shipped import figures

PRESENT, OPEN, NOT_ASKED = "present", "to be decided", "does not apply"
LAW, PRACTICE = "federation-regulations-2012", "consultation-2026"
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Item:
    """One item of the regulation: its place, what it asks, its state, and what fills it.

    `text` is from the data; `decide` what the governing bodies still have to decide.
    """

    key: str
    place: str
    asks: str
    state: str
    text: str = ""
    decide: str = ""


@dataclass(frozen=True)
class Consultee:
    """Who must be sent the proposal, by which paragraph, for which schools (all: none named)."""

    place: str
    who: str
    schools: tuple[str, ...] = ()


@cache
def law() -> dict[str, Any]:
    """Read what the regulations ask."""
    return figures(LAW)


@cache
def practice() -> dict[str, Any]:
    """Read how a consultation can be run, and what support can be offered."""
    return figures(PRACTICE)


def items(facts: Facts) -> list[Item]:
    """Account for every item of the regulation for one federation."""
    found = []
    for asked in law()["item"]:
        where = {key: str(asked[key]) for key in ("key", "place", "asks")}
        if not facts["statutory"]:
            found.append(Item(**where, state=NOT_ASKED, text=why_not(facts)))
            continue
        text, decide, state = FILLED[where["key"]](facts)
        found.append(Item(**where, state=state, text=text, decide=decide))
    return found


def why_not(facts: Facts) -> str:
    """Say why no proposal has to be published."""
    if facts["federation"]["existing"] == "unchanged":
        return "This federation exists today and stays as it is: no proposal has to be published."
    form = facts["plan"]["form"]
    return f"A {form} is no federation in law: each school keeps its governing body."


def consultees(facts: Facts) -> list[Consultee]:
    """List who must be sent the proposal."""
    found = []
    for one in law()["consultee"]:
        when = one["when"]
        of = [s for s in facts["schools"] if when in ("always", "authority") or s[when]]
        if of:
            names = tuple(_named(s) for s in of) if when not in ("always", "authority") else ()
            if when == "authority":
                names = tuple(dict.fromkeys(s["authority"] for s in of if s["authority"]))
            found.append(Consultee(one["place"], one["who"], names))
    return found


def steps(facts: Facts) -> list[dict[str, Any]]:
    """Give the steps of a timetable that fit a federation, weeks counted from publication."""
    grown = facts["federation"]["existing"] in ("grown", "re-formed")
    return [one for one in practice()["step"] if one.get("only") != "grown" or grown]


def support(facts: Facts) -> list[dict[str, Any]]:
    """Give the support a federation can be offered: task, who, days in all."""
    schools, found = facts["schools"], []
    for one in practice()["support"]:
        if one.get("only") == "consents" and not facts["federation"]["consents"]:
            continue
        days = float(one["days_a_school"] * len(schools) + one["days"])
        found.append({"task": one["task"], "who": one["who"], "days": days})
    return found


def _named(school: Facts) -> str:
    return f"{school['name']} ({school['urn']})"


def body_words(facts: Facts, urns: Sequence[int]) -> str:
    """Name a governing body of today."""
    names = [f"{facts['names'][str(urn)]} ({urn})" for urn in urns]
    if len(urns) == 1:
        return f"the governing body of {names[0]}"
    return f"the one governing body of {listed(names)}, a federation today"


Filled = tuple[str, str, str]


def _partners(facts: Facts) -> Filled:
    return (f"They are {listed(body_words(facts, one) for one in facts['bodies'])}.", "", PRESENT)


def _agreement(facts: Facts) -> Filled:
    number = count(len(facts["bodies"]), "governing body", "governing bodies")
    return ("", f"Whether each of the {number} agrees; none has been asked yet.", OPEN)


def _size(_: Facts) -> Filled:
    least = law()["governors_at_least"]
    return ("", f"The number of governors: by law at least {least}.", OPEN)


def _categories(facts: Facts) -> Filled:
    asked = law()
    least = (
        f"By law at least {count(asked['parents'], 'parent governor')}"
        f" ({asked['parents_as_made']} for each school as the regulation was first made: governor"
        f" services confirm), the head or heads, {count(asked['staff'], 'staff governor')}"
        f" and {asked['local_authority']} from the local authority; others are co-opted."
    )
    of = [_named(s) for s in facts["schools"] if s["foundation"]]
    plain = [s for s in facts["schools"] if s["type"] == "Foundation school"]
    decide = "How many of each category."
    if of:
        decide += f" Foundation governors are needed for {listed(of)}; how many is agreed with "
        decide += "those who appoint them."
    elif plain and len(plain) == len(facts["schools"]):
        decide += f" At least {asked['partnership_at_least']} partnership governors."
    return (least, decide, OPEN)


def _staffing(facts: Facts) -> Filled:
    people = facts["federation"]["people"]
    text = (
        "The budget stands on one head for the federation who does not teach where money allows, "
        "a lead teacher in every school, and the class teachers and assistants each school has by "
        f"its roll: about {people['teachers_key_stage_1']} teachers in key stage 1 and "
        f"{people['teachers_key_stage_2']} in key stage 2, counted full-time, over all its schools."
    )
    return (text, "Who is head and how heads in post are placed; posts that are shared.", PRESENT)


def _date(_: Facts) -> Filled:
    last = practice()["step"][-1]["first"]
    return ("", f"The date: week {last} of the timetable at the earliest.", OPEN)


def _admissions(facts: Facts) -> Filled:
    own = [_named(s) for s in facts["schools"] if s["own_admissions"]]
    said = []
    for authority in dict.fromkeys(
        s["authority"] for s in facts["schools"] if not s["own_admissions"]
    ):
        names = [
            _named(s)
            for s in facts["schools"]
            if not s["own_admissions"] and s["authority"] == authority
        ]
        who = f"the local authority ({authority})" if authority else "its local authority"
        said.append(f"For {listed(names)}: {who}, as today.")
    if own:
        said.append(f"For {listed(own)}: the governing body, as today; the federation's from then.")
    return (" ".join(said), "", PRESENT)


def _closing(_: Facts) -> Filled:
    weeks = law()["weeks_at_least"]
    return ("", f"The date: at least {weeks} weeks after the proposal is published.", OPEN)


def _address(_: Facts) -> Filled:
    return ("", "The postal and electronic address for comments.", OPEN)


def _matters(_: Facts) -> Filled:
    text = (
        "The sections of this pack: what changes and what each school keeps, what unites the "
        "schools, ethos and consents, money, alternatives, support and timetable."
    )
    return (text, "", PRESENT)


FILLED: Mapping[str, Callable[[Facts], Filled]] = {
    "partners": _partners,
    "agreement": _agreement,
    "size": _size,
    "categories": _categories,
    "staffing": _staffing,
    "date": _date,
    "admissions": _admissions,
    "closing": _closing,
    "address": _address,
    "matters": _matters,
}

"""What a federation changes for each school, what each keeps, what unites them, what else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from grouping.answers.wording import count, listed
from grouping.policy.words import HARD, SHARED
from grouping.reports.blocks import Block, Heading, Listing, Rows, Words
from grouping.reports.figures import left, minutes, points, pounds, week
from grouping.reports.pack_facts import Facts, money

if TYPE_CHECKING:
    from grouping.files.dossiers import Dossier

ASKED = "alternatives"  # the question whose answer may lie beside a plan


def _named(school: Mapping[str, Any]) -> str:
    return f"{school['name']} ({school['urn']})"


def effects(facts: Facts) -> list[Block]:
    """One table a school: head, budget, journeys and governors, before and after."""
    blocks: list[Block] = [
        Heading("Effect on each school"),
        Words(
            "Today's budget is the school's own: what the budget model and its accounts say. It "
            f"is given at today's roll and, so that like is set beside like, at rolls changed by "
            f"{100 * facts['roll_change']:+g}% as the federation's is."
        ),
    ]
    for school in facts["schools"]:
        rows = [
            ("Head", school["head"], _head_after(facts)),
            ("Head must teach", _teaching(school), _teaching_after(facts)),
            ("Budget of the year", _budget(school), _budget_after(facts)),
            ("Journeys", "pupils' own journeys", f"the same; {_journeys(school)}"),
            ("Governors", _governors(facts, school), _governors_after(facts)),
        ]
        caption = f"{_named(school)}, {count(school['roll'], 'pupil')}"
        head = ("", "Today", "In the federation")
        blocks.append(Rows(head, rows, (2.4, 5.6, 6), caption=caption))
    return blocks


def _head_after(facts: Facts) -> str:
    if facts["plan"]["form"] == SHARED:
        return "the school's own head, as today"
    return "one head for the federation, and a lead teacher in this school"


def _teaching(school: Mapping[str, Any]) -> str:
    return _to_balance(school["today"]["teaching"]) if school["today"] else "not known"


def _teaching_after(facts: Facts) -> str:
    return _to_balance(facts["teaching"]) if facts["teaching"] else "as today"


def _to_balance(teaching: Mapping[str, Any]) -> str:
    """Say how much of the week a head must teach for the budget to balance, if that is enough."""
    days = week(teaching["t_star"])
    if days == "none":
        return "not at all, for the budget to balance"
    return days if teaching["t_star"] > 1 else f"{days}, to balance"


def _budget(school: Mapping[str, Any]) -> str:
    own, then = school["today"], school["then"]
    if own is None or then is None:
        return "not known"
    held = f"{left(own['balance']['pounds'])} ({own['grade']})"
    return f"{held}; at changed rolls {left(then['balance']['pounds'])}"


def _budget_after(facts: Facts) -> str:
    if facts["money"] is None:
        return "its own, as today"
    whole = facts["money"]["balance"]["pounds"]
    if facts["plan"]["form"] != HARD:
        return f"its own; all together {left(whole)} at changed rolls"
    return f"its own share in one budget; all together {left(whole)} at changed rolls"


def _journeys(school: Mapping[str, Any]) -> str:
    found = [f"{minutes(j['minutes'])} to {_named(j)}" for j in school["journeys"]]
    return "for staff and joint events, " + listed(found) if found else "no partner's is known"


def _governors(facts: Facts, school: Mapping[str, Any]) -> str:
    body = next(one for one in facts["bodies"] if school["urn"] in one)
    if len(body) == 1:
        return "a governing body of its own"
    return f"one governing body for {count(len(body), 'school')}, a federation today"


def _governors_after(facts: Facts) -> str:
    if facts["plan"]["form"] != HARD:
        return "as today"
    return f"one governing body for {count(len(facts['schools']), 'school')}"


def keeps(facts: Facts) -> list[Block]:
    """What each school keeps, whatever else is shared."""
    rows = []
    for s in facts["schools"]:
        ethos = "none" if s["ethos"] == "none" else s["character"]
        if s["diocese"]:
            ethos += f", {s['diocese']}"
        authority = s["authority"] or "the local authority"
        admissions = "its governing body's" if s["own_admissions"] else f"{authority}'s"
        funds = "lump sum and pupils' money"
        if s["today"] and s["today"]["sparsity"]["pounds"]:
            funds += f", sparsity money {pounds(s['today']['sparsity']['pounds'])} a year"
        rows.append((_named(s), s["type"], ethos, admissions, funds))
    about = (
        "Each school stays a school of its own: its name, number (URN), site and uniform, its "
        "category and ethos, its admissions, its inspections and results, and its own share of "
        "funding. A school may leave a federation later: the law has a procedure for it."
    )
    head = ("School", "Category", "Religious character", "Admissions", "Funding of its own")
    return [Heading("What each school keeps"), Words(about), Rows(head, rows, (4, 3, 3, 3, 3.4))]


def together(facts: Facts) -> list[Block]:
    """What unites the schools, and what has to be looked after."""
    one = facts["federation"]
    found = [*facts["unites"]]
    if one["longest_journey"] is not None:
        found.append(f"nearness: no two are more than {minutes(one['longest_journey'])} apart")
    blocks: list[Block] = [Heading("What unites these schools"), Listing(found or ["to be found"])]
    if facts["differs"]:
        blocks.append(Words("What differs, and is talked over first:"))
        blocks.append(Listing(facts["differs"]))
    blocks.append(
        Words(
            "Data cannot tell of shared clubs, staff, churches, catchments or friendships: the "
            "schools add what they know."
        )
    )
    return blocks


def options(dossier: Dossier, facts: Facts, others: Mapping[int, Dossier]) -> Facts:
    """Alternatives with their figures: staying as they are, other plans, other forms."""
    rows = [{"what": "Each school stays as it is", "figures": _as_they_are(facts)}]
    plans = {number: _in_plan(other, facts) for number, other in others.items()}
    rows += [
        {"what": f"As plan {number} has it", "figures": "; ".join(one["said"])}
        for number, one in plans.items()
    ]
    if facts["plan"]["form"] == HARD:
        soft = "Each keeps its governing body; no consultation is set by law; no figures asked yet."
        rows.append({"what": "Working together without one governing body", "figures": soft})
    one = "Another route, with another decision-maker; no figures are worked out here."
    rows.append({"what": "Joining an academy trust", "figures": one})
    merge = "One school and one lump sum in place of several; no plan of this tool closes a school."
    rows.append({"what": "Becoming one school", "figures": merge})
    answer = dossier.answers.get(ASKED, {})
    said = answer.get("sentences", [])
    found = {number: one["federations"] for number, one in plans.items()}
    return {"rows": rows, "plans": found, "answers": [str(s) for s in said], "answer": answer}


def _as_they_are(facts: Facts) -> str:
    found = []
    for school in facts["schools"]:
        if school["then"] is None:
            found.append(f"{_named(school)}: budget not known")
        else:
            own = left(school["then"]["balance"]["pounds"])
            days = _to_balance(school["then"]["teaching"])
            found.append(f"{_named(school)}: {own}; head must teach {days}")
    return f"At changed rolls, by themselves: {'; '.join(found)}."


def _in_plan(other: Dossier, facts: Facts) -> Facts:
    """What another plan has for the same schools."""
    federations: list[Facts] = []
    said: list[str] = []
    for school in facts["schools"]:
        home = other.federation_of(school["urn"])
        if home is None:
            said.append(f"{_named(school)} alone")
        elif home["key"] not in [one["key"] for one in federations]:
            names = [
                f"{other.schools[urn]['properties']['name']} ({urn})" for urn in home["schools"]
            ]
            balance = money(home["budget"]["balance"]) if home["budget"] else None
            federations.append({**home, "money": balance})
            rest = f", {left(balance['pounds'])}" if balance else ""
            said.append(
                f"{listed(names)}: {count(home['roll'], 'pupil')}, longest journey "
                f"{minutes(home['longest_journey'])}, {points(home['cost'])} points{rest}"
            )
    return {"federations": federations, "said": said}

"""The paper for a committee: two pages on the whole plan, and a table of all of it behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from grouping.answers.wording import STANDING, count, listed
from grouping.policy.words import SHARED
from grouping.reports.blocks import (
    Block,
    Heading,
    Listing,
    NewPage,
    Paper,
    Picture,
    Rows,
    Words,
    said,
)
from grouping.reports.figures import left, minutes, points, pounds
from grouping.reports.pack import STAND
from grouping.reports.pack_effects import ASKED
from grouping.reports.pack_facts import Facts, money
from grouping.reports.paper_map import map_png
from grouping.reports.statutory import law

if TYPE_CHECKING:
    from grouping.files.dossiers import Dossier

SCHEMA = "grouping-paper/1"
MAP = "committee-map.png"
NAMED = 6  # federations or schools that a sentence names
LISTED = 10  # federations that the two pages can hold one by one
FAR = 20.0  # minutes: beyond it a head is away for long
HEAVY = 2.5  # index of the head's load: above it the domain warns


def paper(dossier: Dossier, others: Mapping[int, Dossier] | None = None) -> tuple[Paper, Facts]:
    """Make the committee paper of a plan, and its figures."""
    facts = _facts(dossier, others or {})
    title = f"Candidate federations of small schools, policy {facts['policy']}"
    picture = Picture(
        map_png(dossier),
        MAP,
        f"Map of {count(len(dossier.federations), 'candidate federation')}: members joined by "
        "lines, each federation with its number; small schools left alone as open marks",
        15.5,
    )
    blocks = [*_first(facts, picture), *_second(facts), *_annex(dossier)]
    facts["sentences"] = list(said(blocks))
    return Paper(title, STAND, blocks, str(facts["made"])), facts


def _facts(dossier: Dossier, others: Mapping[int, Dossier]) -> Facts:
    document = dossier.document
    found = dossier.federations
    budgets = [one["budget"] for one in found if one["budget"]]
    people = [one["people"] for one in found]
    return {
        "schema": SCHEMA,
        "standing": STANDING,
        "policy": document["policy"],
        "form": document["form"],
        "status": document["status"],
        "made": document["run"].get("made", ""),
        "unchecked": document["run"].get("unchecked", []),
        "objective": document["objective"],
        "summary": document["summary"],
        "sizes": [_size(found, k) for k in sorted({len(one["schools"]) for one in found})],
        "kinds": {kind: sum(one["existing"] == kind for one in found) for kind in
                  ("new", "grown", "re-formed", "unchanged")},
        "budgets": len(budgets),
        "together": money(sum(b["balance"] for b in budgets)) if budgets else None,
        "roll_change": budgets[0]["roll_change"] if budgets else None,
        "short": [one["id"] for one in found if one["budget"] and one["budget"]["balance"] < 0],
        "modelled": sum(b["grade"] != "actual" for b in budgets),
        "far": [one["id"] for one in found if (one["longest_journey"] or 0) > FAR],
        "far_minutes": FAR,
        "heavy": [one["id"] for one in found if (one["people"]["workload"] or 0) > HEAVY],
        "heavy_index": HEAVY,
        "displaced": sum(p["heads_displaced"] or 0 for p in people),
        "displaced_unknown": sum(p["heads_displaced"] is None for p in people),
        "bodies": [sum(p[f"governing_bodies_{when}"] for p in people) for when in
                   ("before", "after")],
        "consents": _consents(found),
        "with_consents": sum(bool(one["consents"]) for one in found),
        "alone": [
            {**one, "name": dossier.schools[one["urn"]]["properties"]["name"]}
            for one in document["alone"] if one["role"] in ("urgent", "small")
        ],
        "weeks": law()["weeks_at_least"],
        "plans": {number: _plan(other) for number, other in others.items()},
        "answer": dossier.answers.get(ASKED, {}),
        "federations": found,
        "left": {one["id"]: money(one["budget"]["balance"]) for one in found if one["budget"]},
    }  # fmt: skip


def _size(found: list[dict[str, Any]], size: int) -> Facts:
    of = [one for one in found if len(one["schools"]) == size]
    known = [one["budget"]["balance"] for one in of if one["budget"]]
    return {
        "schools": size,
        "federations": len(of),
        "pupils": sum(one["roll"] for one in of),
        "longest": max((one["longest_journey"] or 0.0 for one in of), default=0.0),
        "balance": money(sum(known)) if known else None,
        "consents": sum(bool(one["consents"]) for one in of),
    }


def _consents(found: list[dict[str, Any]]) -> list[Facts]:
    asked: dict[str, list[str]] = {}
    for one in found:
        for consent in one["consents"]:
            asked.setdefault(consent["consent"], []).append(one["id"])
    return [{"consent": who, "federations": ids, "count": len(ids)} for who, ids in asked.items()]


def _plan(other: Dossier) -> Facts:
    alone = [one for one in other.document["alone"] if one["role"] in ("urgent", "small")]
    return {
        "objective": other.document["objective"],
        "federations": len(other.federations),
        "alone": len(alone),
    }


def _first(facts: Facts, picture: Picture) -> list[Block]:
    blocks: list[Block] = [
        Heading("Candidate federations of small primary schools", 0),
        Words(
            f"{STAND}. The committee is asked to note it and to agree the next steps.", strong=True
        ),
        Heading("Summary"),
        Listing(facts["summary"]["sentences"]),
        picture,
        Heading("The candidates"),
    ]
    kinds = [count(number, f"{kind} one") for kind, number in facts["kinds"].items() if number]
    if kinds:
        blocks.append(Words(f"Against the federations of today: {listed(kinds)}."))
    if len(facts["federations"]) > LISTED:
        blocks.append(_by_size(facts))
        blocks.append(Words("Every one of them is in the annex."))
    else:
        blocks.append(Words("They are listed in the annex."))
    return blocks


def _by_size(facts: Facts) -> Rows:
    rows = [
        (
            str(one["schools"]), str(one["federations"]), f"{one['pupils']:,}",
            minutes(one["longest"]), pounds(one["balance"]["pounds"]) if one["balance"] else "-",
            str(one["consents"]),
        )
        for one in facts["sizes"]
    ]  # fmt: skip
    head = (
        "Schools in one", "Federations", "Pupils", "Longest journey", "Left over a year, all",
        "Ask consents",
    )  # fmt: skip
    return Rows(head, rows, (2, 2, 2, 2.6, 3, 2.2), frozenset({0, 1, 2, 5}))


def _second(facts: Facts) -> list[Block]:
    return [
        Heading("Money"), Listing(_money(facts)),
        Heading("Risks"), Listing(_risks(facts)),
        Heading("Consents"), *_consent_blocks(facts),
        Heading("Alternatives"), Listing(_alternatives(facts)),
        Heading("Next steps"), Listing(_next(facts)),
        Heading("How sure this is"), Listing(_sure(facts)),
    ]  # fmt: skip


def _money(facts: Facts) -> list[str]:
    said_ = []
    if facts["together"]:
        said_.append(
            f"Added up over {count(facts['budgets'], 'federation')}, at rolls changed by "
            f"{100 * facts['roll_change']:+g}% and with one head each who does not teach: "
            f"{left(facts['together']['pounds'])} a year. That is what they would have, not what "
            f"they save. {len(facts['short'])} of them would be short."
        )
        said_.append(
            f"{facts['modelled']} of the {facts['budgets']} rest in part on the budget model, "
            "because a member's accounts are not known. All are good to a few per cent at best."
        )
    else:
        said_.append("Each school keeps its own budget: no joint budgets are worked out.")
    funding = facts["summary"]["funding_per_pupil"]
    if funding["ratio"] is not None:
        said_.append(
            f"Funding a pupil runs from £{funding['lowest']:,} to £{funding['highest']:,}, "
            f"{funding['ratio']} times as much. Every school keeps its own lump sum."
        )
    said_.append("Money alone ranks nothing here: two very small schools together save little.")
    return said_


def _risks(facts: Facts) -> list[str]:
    far, heavy = facts["far_minutes"], facts["heavy_index"]
    said_ = [
        _some(facts["far"], f"a journey above {far:g} minutes between two of its schools"),
        _some(facts["heavy"], f"a head's load above {heavy:g} on this tool's index"),
        _some(facts["short"], "a budget that does not balance at changed rolls"),
    ]
    if facts["form"] != SHARED:
        unknown = facts["displaced_unknown"]
        said_.append(
            f"{count(facts['displaced'], 'head')} in post would be placed anew"
            + (f"; in {count(unknown, 'federation')} that is not known." if unknown else ".")
        )
    names = [f"{one['name']} ({one['urn']})" for one in facts["alone"]]
    if names:
        more = facts["more_alone"] = max(0, len(names) - NAMED)
        said_.append(
            f"{count(len(names), 'small school')} would stay alone: "
            + (f"{', '.join(names[:NAMED])} and {more} more." if more else f"{listed(names)}.")
        )
    said_.append("Fear of a lost identity: each school keeps its name, site, ethos and admissions.")
    return said_


def _some(ids: list[str], what: str) -> str:
    if not ids:
        return f"No federation has {what}."
    few = f" ({listed(ids)})" if len(ids) <= NAMED else ""
    return f"{count(len(ids), 'federation has', 'federations have')} {what}{few}."


def _consent_blocks(facts: Facts) -> list[Block]:
    if not facts["consents"]:
        return [Words("None is needed beside the governing bodies, by the data there are.")]
    about = (
        f"{facts['with_consents']} of {count(len(facts['federations']), 'federation')} need more "
        "than the governing bodies. Nobody has been asked yet."
    )
    rows = [(one["consent"], str(one["count"])) for one in facts["consents"]]
    return [Words(about), Rows(("Who", "Federations"), rows, (11, 2.5), frozenset({1}))]


def _alternatives(facts: Facts) -> list[str]:
    posts = facts["summary"]["head_posts"]
    said_ = [f"Leaving everything as it is: {posts['before']} head posts to fill, as today."]
    for number, plan in facts["plans"].items():
        cost = next((s["value"] for s in plan["objective"] if s["name"] == "cost"), None)
        cost_said = f", {points(cost)} points" if cost is not None else ""
        said_.append(
            f"Plan {number}: {count(plan['federations'], 'federation')}, "
            f"{count(plan['alone'], 'small school')} alone{cost_said}."
        )
    answered = [str(sentence) for sentence in facts["answer"].get("sentences", [])]
    said_ += answered[:5]
    if not facts["plans"] and not answered:
        said_.append("No other plans of the county have been asked for yet.")
    said_.append(
        "Working together without one governing body, joining academy trusts, or becoming one "
        "school are other routes, with other decision-makers; no figures are worked out here."
    )
    return said_


def _next(facts: Facts) -> list[str]:
    if facts["form"] == SHARED:
        return ["Talk with the heads and chairs of each pair.", "Agree posts and days with them."]
    bodies = f"{count(facts['bodies'][0], 'governing body', 'governing bodies')}"
    return [
        f"Soundings with heads, chairs, dioceses and unions: {bodies} are concerned.",
        "A consultation pack for each candidate, which is all a governing body needs to begin.",
        (
            "Where governing bodies wish it: a proposal of their own, at least "
            f"{facts['weeks']} weeks of consultation, then each decides. The authority cannot "
            "impose a federation."
        ),
        "A report back to this committee on what was said.",
    ]


def _sure(facts: Facts) -> list[str]:
    stages = []
    for stage in facts["objective"]:
        value = f"{points(stage['value'])} points" if stage["name"] == "cost" else stage["value"]
        proved = "proved" if stage["bound"] == stage["value"] else "not proved"
        stages.append(f"{stage['name']} {value} ({proved})")
    best = "proved best under its policy" if facts["status"] == "optimal" else "not proved best"
    found = [
        f"The plan is {best}; what is weighed, in order: {'; '.join(stages)}.",
        (
            f"Policy {facts['policy']}, {facts['form']}; plan made "
            f"{facts['made'][:10] or 'undated'}. Another policy gives another plan: limits and "
            "weights are choices for people."
        ),
    ]
    if facts["unchecked"]:
        found.append(f"Given as Python, checked by no one: {', '.join(facts['unchecked'])}.")
    return found


def _annex(dossier: Dossier) -> list[Block]:
    rows = [
        (
            one["id"],
            ", ".join(
                f"{dossier.schools[urn]['properties']['name']} ({urn})" for urn in one["schools"]
            ),
            f"{one['roll']:,}", minutes(one["longest_journey"]).removesuffix(" minutes"),
            points(one["cost"]),
            pounds(one["budget"]["balance"]).removeprefix("about ") if one["budget"] else "-",
            "; ".join(c["consent"] for c in one["consents"]) or "-", one["existing"],
        )
        for one in dossier.federations
    ]  # fmt: skip
    head = (
        "No.", "Schools", "Pupils", "Longest", "Points", "Left over, about", "Consents",
        "Against today",
    )  # fmt: skip
    shares = (1.5, 5, 1.8, 2, 1.9, 2.2, 4, 2.7)
    blocks: list[Block] = [NewPage(), Heading("Annex: every candidate federation")]
    if not rows:
        return [*blocks, Words("None.")]
    about = (
        "Longest: minutes of the longest journey between two schools. Points: what the plan "
        "minimises, less is better. Left over: a year, a minus is short."
    )
    return [*blocks, Words(about), Rows(head, rows, shares, frozenset({2, 4, 5}))]

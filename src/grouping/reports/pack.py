"""The consultation pack of one federation: a proposal to talk about, as far as data can fill it.

The pack is a list of blocks, written as a web page that prints to A4 and as a Word file, with its
figures beside them as JSON: every number in the text is one of those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from grouping.answers.wording import count, listed
from grouping.policy.words import HARD, SHARED
from grouping.reports import statutory
from grouping.reports.blocks import Block, Heading, Listing, Paper, Rows, Words, said
from grouping.reports.figures import left, minutes, pounds
from grouping.reports.pack_effects import effects, keeps, options, together
from grouping.reports.pack_facts import Books, Facts, facts_of

if TYPE_CHECKING:
    from grouping.files.dossiers import Dossier

STAND = "Candidate for discussion: governing bodies decide"
NOBODY = "Nothing here is a decision. It was worked out from data; nobody has been asked yet."


def pack(
    dossier: Dossier,
    one: Mapping[str, Any],
    books: Books,
    others: Mapping[int, Dossier] | None = None,
) -> tuple[Paper, Facts]:
    """Make the pack of one federation: the paper, and its figures.

    Parameters
    ----------
    dossier, one
        The plan, and one federation of its `plan.json`.
    books
        Each school's own budget today.
    others
        Other plans kept beside this one, by number.
    """
    facts = facts_of(dossier, one, books)
    facts["law"] = {key: value for key, value in statutory.law().items() if key != "item"}
    facts["law"]["as_of"] = str(facts["law"]["as_of"])
    facts["items"] = [
        {"key": item.key, "place": item.place, "asks": item.asks, "state": item.state}
        for item in statutory.items(facts)
    ]
    facts["steps"] = [dict(step) for step in statutory.steps(facts)]
    facts["support"] = statutory.support(facts)
    facts["support_days"] = sum(step["days"] for step in facts["support"])
    facts["alternatives"] = options(dossier, facts, others or {})
    blocks = _blocks(facts)
    title = f"{one['id']}: {listed(s['name'] for s in facts['schools'])}"
    facts["sentences"] = list(said(blocks))
    return Paper(title, STAND, blocks, str(facts["plan"]["made"])), facts


def named(school: Mapping[str, Any]) -> str:
    """Name a school as sentences do."""
    return f"{school['name']} ({school['urn']})"


def _blocks(facts: Facts) -> list[Block]:
    one = facts["federation"]
    kind = "Consultation pack" if facts["statutory"] else "Discussion pack"
    return [
        Heading(f"{kind}, federation {one['id']}", 0),
        Heading(listed(s["name"] for s in facts["schools"]), 2),
        Words(f"{STAND}. {NOBODY}", strong=True),
        *_glance(facts),
        *_statutory(facts),
        *_consulted(facts),
        *_staff(facts),
        *effects(facts),
        *keeps(facts),
        *together(facts),
        *_consents(facts),
        *_money(facts),
        *_alternatives(facts),
        *_support(facts),
        *_timetable(facts),
        *_trust(facts),
    ]


def _glance(facts: Facts) -> list[Block]:
    one, people = facts["federation"], facts["federation"]["people"]
    before, after = people["governing_bodies_before"], people["governing_bodies_after"]
    points = [
        (
            f"{count(len(facts['schools']), 'school')} with {count(one['roll'], 'pupil')} "
            f"together; against today: {facts['today']}."
        ),
        (
            f"Longest journey between two of them: {minutes(one['longest_journey'])} by car, one "
            f"way ({one['journey_source']})."
        ),
        f"{count(before, 'governing body', 'governing bodies')} today, {after} after.",
        "No school closes, and every school keeps its name, its site and its own budget share.",
    ]
    if facts["money"]:
        points.append(
            f"Budget of the year with rolls changed by {_change(facts)}: "
            f"{left(one['budget']['balance'])}, if one head does not teach."
        )
    if one["consents"]:
        points.append(f"Beside the governing bodies, {_asked(facts)} would have to agree.")
    return [Heading("At a glance"), Listing(points)]


def _change(facts: Facts) -> str:
    return f"{100 * facts['roll_change']:+g}%" if facts["roll_change"] else "nothing"


def _asked(facts: Facts) -> str:
    return listed(asked["consent"] for asked in facts["federation"]["consents"])


def _statutory(facts: Facts) -> list[Block]:
    asked = statutory.law()
    head = Heading("What a published proposal must contain")
    found = statutory.items(facts)
    if not facts["statutory"]:
        return [head, Words(statutory.why_not(facts))]
    opened = sum(item.state == statutory.OPEN for item in found)
    about = (
        f"Regulation 9 of {asked['title']} ({asked['number']}), put in plain words as of "
        f"{asked['as_of']}; the regulations themselves, as amended, are what counts. "
        f"{len(found) - opened} of {len(found)} items are filled from data; {opened} are to be "
        "decided by the governing bodies."
    )
    rows = []
    for item in found:
        filled = [item.text] if item.text else []
        if item.decide:
            label = (
                "TO BE DECIDED" if item.state == statutory.OPEN else "To settle before publishing"
            )
            filled.append(f"{label}: {item.decide}")
        rows.append((item.place, item.asks, item.state, "\n".join(filled)))
    table = Rows(("Reg.", "It asks for", "State", "In this proposal"), rows, (1.5, 3, 1.7, 8.7))
    facts["counts"] = {"items": len(found), "open": opened, "filled": len(found) - opened}
    return [head, Words(about), table]


def _consulted(facts: Facts) -> list[Block]:
    head = Heading("Who must be consulted")
    if not facts["statutory"]:
        people = "heads, governors, staff and their unions, parents, pupils and the villages"
        return [head, Words(f"No list is set by law here. Good practice: {people}.")]
    rows = [
        (one.place, one.who, ", ".join(one.schools) or "every school")
        for one in statutory.consultees(facts)
    ]
    about = "The proposal is published by sending it to all of these."
    return [head, Words(about), Rows(("Reg.", "Who", "For"), rows, (1.5, 7, 6))]


def _staff(facts: Facts) -> list[Block]:
    people, form = facts["federation"]["people"], facts["plan"]["form"]
    heads = [f"{named(s)}: {s['head']}" for s in facts["schools"]]
    points = [f"Heads today, as a word and never a name: {'; '.join(heads)}."]
    if form == SHARED:
        points.append("Each school keeps its head. What is shared is a business manager.")
    else:
        displaced = people["heads_displaced"]
        if displaced is None:
            points.append("How many heads would be placed anew is not known: a head is unknown.")
        elif displaced:
            points.append(
                f"{count(displaced, 'head')} in post beyond the one who would lead: "
                "their place is talked over with them and their unions before anything is said."
            )
        else:
            points.append("No head in post would be without a post.")
        days = people["site_days_without_head"]
        points.append(
            f"Days a week that a school is without the shared head, over all schools: {days}; "
            "a lead teacher in each school is in the budget for them."
        )
    if people["workload"] is not None:
        points.append(
            f"Index of the head's load: {people['workload']} (a model of this tool: schools, "
            "pupils, teaching and travel)."
        )
    points.append(
        f"Teachers over all schools by the budget model, counted full-time: "
        f"{people['teachers_key_stage_1']} in key stage 1, {people['teachers_key_stage_2']} in "
        "key stage 2."
    )
    return [Heading("Heads and staff"), Listing(points)]


def _consents(facts: Facts) -> list[Block]:
    asked = facts["federation"]["consents"]
    if not asked:
        words = "None is needed beside the governing bodies, by the data there are."
        return [Heading("Ethos and consents"), Words(words)]
    rows = [
        (one["consent"], ", ".join(f"{facts['names'][str(urn)]} ({urn})" for urn in one["schools"]))
        for one in asked
    ]
    words = (
        "These are asked early, before anything is published. In a federation every school with "
        "a religious character keeps its own description of its ethos in the instrument of "
        "government."
    )
    if facts["plan"]["form"] != HARD:
        words = "These are asked early, before anything is agreed."
    table = Rows(("Who must agree", "For"), rows, (5, 9))
    return [Heading("Ethos and consents"), Words(words), table]


MONEY = (
    ("income", "Income, modelled from rolls"),
    ("cost", "Cost, modelled, with one head who does not teach"),
    ("residual", "What the accounts say beyond the model"),
    ("grant", "Grant for federating"),
    ("balance", "Left over in the year; a minus: short"),
)


def _money(facts: Facts) -> list[Block]:
    head = Heading("Money")
    if not facts["money"]:
        return [head, Words("Each school keeps its own budget: no joint budget is worked out.")]
    rows = [(words, pounds(facts["money"][name]["pounds"])) for name, words in MONEY]
    about = (
        f"A year at the prices of the budget model, rolls changed by {_change(facts)}. Good to a "
        "few per cent at best, so said to the nearest thousand; the whole pounds are in the plan's "
        "own file. Each school's share of funding is its own, lump sum and sparsity money included."
    )
    blocks: list[Block] = [head, Words(about)]
    blocks.append(Rows(("Of the federation together", "A year"), rows, (10, 4), frozenset({1})))
    if apart := facts["apart_balance"]:
        blocks.append(
            Words(
                f"The schools' own budgets at those rolls, as they are run today, are together "
                f"{left(apart['pounds'])}; their heads then teach as the model has it for today."
            )
        )
    return blocks


def _alternatives(facts: Facts) -> list[Block]:
    found = facts["alternatives"]
    rows = [(one["what"], one["figures"]) for one in found["rows"]]
    blocks: list[Block] = [
        Heading("Alternatives considered"),
        Rows(("Alternative", "What is known of it"), rows, (5, 9)),
    ]
    if found["answers"]:
        blocks += [Words("Other plans that were asked for say:"), Listing(found["answers"])]
    elif not found["plans"]:
        blocks.append(Words("No other plans of the county have been asked for yet."))
    return blocks


def _support(facts: Facts) -> list[Block]:
    rows = [(one["task"], one["who"], f"{one['days']:g}") for one in facts["support"]]
    rows.append(("Together", "", f"{facts['support_days']:g}"))
    about = (
        "Suggested, to be agreed with those who would give it; days are a planning figure for "
        "this federation and not an offer."
    )
    table = Rows(("Task", "Who", "Days"), rows, (8, 5, 1.2), frozenset({2}))
    return [Heading("Support for the governing bodies"), Words(about), table]


def _timetable(facts: Facts) -> list[Block]:
    head = Heading("Timetable")
    if not facts["statutory"]:
        return [head, Words("None is set by law; the schools agree one among themselves.")]
    weeks = statutory.law()["weeks_at_least"]
    about = (
        "Week 0 is the week the proposal is published; its date is to be decided. Comments are "
        f"open for at least {weeks} weeks."
    )
    rows = [_step(step) for step in facts["steps"]]
    return [head, Words(about), Rows(("Weeks", "What", "Reg."), rows, (2, 10.5, 1.2))]


def _step(step: Mapping[str, Any]) -> tuple[str, str, str]:
    first, last = step["first"], step["last"]
    weeks = f"{first}" if first == last else f"{first} to {last}"
    return weeks.replace("-", "\u2212"), step["what"], str(step.get("law", ""))


def _trust(facts: Facts) -> list[Block]:
    plan, one = facts["plan"], facts["federation"]
    proved = (
        "The plan this federation is of is proved best under its policy: no other plan the policy "
        "allows leaves fewer small schools alone or, those being equal, costs fewer points."
        if plan["status"] == "optimal"
        else "The plan this federation is of is not proved best: a better one may exist."
    )
    points = [
        proved,
        f"Policy: {plan['policy']}, {plan['form']}. Plan made: {plan['made'][:10] or 'not known'}.",
        f"Journeys: {one['journey_source']}. Key of this federation: {one['key']}.",
        "Money stands on "
        + (
            "the accounts of every school."
            if one["budget"] and one["budget"]["grade"] == "actual"
            else "the budget model where a school's accounts are not known."
        ),
    ]
    if plan["unchecked"]:
        points.append(f"Given as Python, and checked by no one: {', '.join(plan['unchecked'])}.")
    return [Heading("How far to trust this"), Listing(points)]


def texts(blocks: Sequence[Block]) -> str:
    """Give the whole text of some blocks."""
    return "\n".join(said(blocks))

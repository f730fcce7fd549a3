"""The options of one school in sentences, from their figures alone."""

from __future__ import annotations

from typing import Any

from grouping.answers.wording import count, listed, points
from grouping.policy.words import HARD, SHARED, SOFT

Facts = dict[str, Any]

SAID = 10  # refused neighbours that are said one by one, the nearest
IN_FORM = {
    HARD: "in a hard federation",
    SOFT: "in a soft federation",
    SHARED: "with a shared manager",
}
LAW = "joining a trust means becoming an academy, by another law than federating"


def spoken(facts: Facts) -> list[str]:
    """Say the options of one school in plain words."""
    order = "Partners are in order of minutes, larger federations in order of points"
    return [
        *_itself(facts),
        *_forms(facts),
        *[_option(one, facts) for one in facts["options"]],
        *_refused(facts),
        *_trusts(facts),
        f"{order}: none is preferred here, and governing bodies decide.",
    ]


def name_of(school: Facts) -> str:
    """Name a school as sentences do, from a document."""
    return f"{school['name']} ({school['urn']})"


def _itself(facts: Facts) -> list[str]:
    school, today = facts["school"], facts["today"]
    role = "" if school["role"] in ("none", "partner") else f", {school['role']} under this policy"
    said = [f"{name_of(school)} has {count(school['roll'], 'pupil')}{role}."]
    if school["head"] != "unknown":
        words = {"in post": "is in post", "leaving": "is leaving", "shared": "is shared"}
        said.append(f"Its head {words.get(school['head'], 'post is vacant')}.")
    if today is None:
        return said
    held = f", in federation {today['federation']}" if today["federation"] is not None else ""
    said.append(
        f"Doing nothing{held}, {_at(today)} its own year ends at about"
        f" GBP {today['shown']['balance']:,} ({today['grade']}); for the budget to balance the head"
        f" must teach {today['shown']['t_star']:.2f} of the week."
    )
    return said


def _at(budget: Facts) -> str:
    change = budget["roll_change"]
    return f"at rolls changed by {round(100 * change, 6):g} %" if change else "at today's rolls"


def _forms(facts: Facts) -> list[str]:
    said = []
    for form in facts["forms"]:
        what = {HARD: "A hard federation", SOFT: "A soft federation"}.get(
            form["form"], "A shared business manager"
        )
        if not form["takes_part"]:
            said.append(f"{what}: the school takes no part: {form['reason']}.")
            continue
        pairs = count(form["partners"], "possible partner")
        more = count(form["larger"], "larger federation")
        looked = "" if form["all_looked_at"] else "; larger ones were not tried: too many"
        larger = f", {more}" if form["form"] != SHARED else ""
        said.append(f"{what}: {pairs}{larger}{looked}.")
    return said


def _option(one: Facts, facts: Facts) -> str:
    """Say one option: with whom, how far, money, consents, people, points."""
    own = facts["school"]["urn"]
    others = listed(name_of(s) for s in one["schools"] if s["urn"] != own)
    ways = one["longest_journey"]
    far = "a pair has no journey" if ways is None else f"{ways} minutes by {one['journey_source']}"
    lead = {"stay": "Staying", "larger": "A larger one"}.get(one["kind"], "Together")
    parts = [f"{lead} {IN_FORM[one['form']]} with {others}: {far}"]
    budget = one["budget"]
    if budget is not None:
        parts.append(
            f"together about GBP {one['shown']['balance']:,} a year ({budget['grade']}), the head"
            f" teaching {one['shown']['t_star']:.2f} of the week"
        )
    if one["manager_posts"]:
        parts.append(f"{one['manager_posts']} of a post")
    parts += _agreed(one)
    if one["ethos_penalty"] and one["form"] != SHARED:
        parts.append(f"ethos penalty {one['ethos_penalty']}")
    parts.append(points(one["cost"]))
    return "; ".join(parts) + "."


def _agreed(one: Facts) -> list[str]:
    """Say whose consent is needed, and what becomes of heads and governing bodies."""
    people, said = one["people"], []
    if one["form"] != SHARED:
        displaced = people["heads_displaced"]
        heads = "heads displaced not known" if displaced is None else count(displaced, "head")
        before, after = people["governing_bodies_before"], people["governing_bodies_after"]
        said.append(heads + ("" if displaced is None else " displaced"))
        said.append(f"governing bodies from {before} to {after}")
    if one["consents"]:
        who = dict.fromkeys(consent["consent"] for consent in one["consents"])
        said.append(f"consent of {listed(who)}")
    return said


def _refused(facts: Facts) -> list[str]:
    """Say of the nearest refused neighbours which rules refuse them, with figures."""
    form = facts["forms"][0]["form"]
    refused = [one for one in facts["neighbours"] if not one["forms"][form]["possible"]]
    if not facts["forms"][0]["takes_part"] or not refused:
        return []
    of = f"{facts['forms'][0]['refused']} of {len(facts['neighbours'])} neighbours"
    said = [f"Refused {IN_FORM[form]}, {of}:"]
    for one in refused[:SAID]:
        minutes = "no journey" if one["minutes"] is None else f"{one['minutes']} minutes"
        said.append(f"{name_of(one)}, {minutes}: {_why(one['forms'][form])}.")
    if facts["forms"][0]["unsaid"]:
        said.append(f"And {facts['forms'][0]['unsaid']} more, further away: see the JSON.")
    return said


def _why(found: Facts) -> str:
    reasons = [found["reason"]] if found.get("reason") else []
    return "; ".join([*reasons, *(refusal["words"] for refusal in found["refusals"])])


def _trusts(facts: Facts) -> list[str]:
    own = facts["school"]["trust"]
    said = [f"It is in trust {own} already."] if own else []
    if not facts["trusts"]:
        return said
    named = [
        f"trust {one['trust']} ({name_of(one['nearest'])}, "
        + (
            "no journey"
            if one["nearest"]["minutes"] is None
            else f"{one['nearest']['minutes']} minutes"
        )
        + ")"
        for one in facts["trusts"]
    ]
    return [*said, f"Nearest trusts: {listed(named)}; {LAW}."]

"""Consultation packs: every item of the law accounted for, whatever the form and the schools."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

import grouping
from grouping.files import handouts
from grouping.files.dossiers import read_dossier
from grouping.files.shipped import figures
from grouping.reports import statutory
from grouping.reports.blocks import Heading, Listing, NewPage, Paper, Rows, Words, said
from grouping.reports.markdown import markdown_text, plain
from grouping.reports.pack import pack
from grouping.reports.pack_facts import books_of
from grouping.reports.webpage import html_bytes
from traceable import untraceable
from villages import policy_of, random_rows, row, schools_of

CE = {"religious_character": "Church of England", "diocese": "Diocese of Norwich"}


def packs_of(folder: Path, *rows: Any, settings: tuple[str, ...] = (), base: str = "norfolk-2012"):
    """Propose for some schools; their dossier, and the paper and figures of each federation."""
    plan = grouping.propose(schools_of(*rows), policy_of(*settings, base=base))
    grouping.write_plan(plan, folder)
    dossier = read_dossier(folder)
    books = books_of(dossier)
    return dossier, [pack(dossier, one, books) for one in dossier.federations]


def states(facts: dict[str, Any]) -> dict[str, str]:
    return {item["key"]: item["state"] for item in facts["items"]}


def test_the_law_is_dated_sourced_and_every_item_has_its_filling() -> None:
    law = figures(statutory.LAW)
    assert law["number"] == "SI 2012/1035"
    assert law["as_of"].year >= 2026
    assert law["weeks_at_least"] == 6
    assert [item["key"] for item in law["item"]] == list(statutory.FILLED)
    letters = {item["place"] for item in law["item"]}
    assert letters == {f"9(2)({letter})" for letter in "abcdefgh"}
    assert {one["when"] for one in law["consultee"]} == {
        "always", "authority", "foundation", "faith",
    }  # fmt: skip


def test_the_timetable_consults_for_at_least_six_weeks() -> None:
    steps = figures(statutory.PRACTICE)["step"]
    published = next(s["first"] for s in steps if "published jointly" in s["what"])
    closing = next(s["first"] for s in steps if "closing date" in s["what"])
    decided = next(s["first"] for s in steps if "decides for itself" in s["what"])
    assert published == 0
    assert closing - published >= figures(statutory.LAW)["weeks_at_least"]
    assert decided > closing
    assert all(s["first"] <= s["last"] for s in steps)


@pytest.mark.parametrize("lot", range(6))
def test_random_counties_are_accounted_for_and_every_number_traced(
    lot: int, tmp_path: Path
) -> None:
    """In every form: each item has a state, each figure of the text stands in the figures."""
    rng = random.Random(7_000 + lot)
    base = ("norfolk-2012", "norfolk-2012", "soft-federation", "shared-business-manager")[lot % 4]
    count = 0
    for k in range(6):
        rows = random_rows(rng, 9, federation=rng.choice([None, "one"]) if k % 2 else None)
        try:
            _, found = packs_of(tmp_path / str(k), *rows, base=base)
        except grouping.PolicyRefused:
            continue
        for paper, facts in found:
            count += 1
            facts = json.loads(json.dumps(facts))
            assert untraceable(facts) == []
            known = states(facts)
            assert list(known) == list(statutory.FILLED)
            allowed = {"present", "to be decided"} if facts["statutory"] else {"does not apply"}
            assert set(known.values()) <= allowed
            people = facts["federation"]["people"]
            assert len(facts["bodies"]) == people["governing_bodies_before"]
            assert facts["sentences"] == list(said(paper.blocks))
            assert b"Candidate for discussion" in html_bytes(paper)
        assert untraceable(handouts.account(tmp_path / str(k)).document()) == []
    assert count > 0


def test_a_new_federation_of_church_and_community_asks_who_must_be_asked(tmp_path: Path) -> None:
    _, ((_, facts),) = packs_of(
        tmp_path,
        row(120001, 40, 0, name="Ash", head="vacant"),
        row(120002, 90, 3_000, name="Beech", type="Voluntary aided school", head="in post", **CE),
    )
    assert facts["statutory"]
    told = states(facts)
    assert told["partners"] == told["admissions"] == told["staffing"] == "present"
    for key in ("agreement", "size", "categories", "date", "closing", "address"):
        assert told[key] == "to be decided"
    text = "\n".join(facts["sentences"])
    assert "For Ash (120001): the local authority (Norfolk), as today." in text
    assert "For Beech (120002): the governing body, as today; the federation's from then." in text
    assert "Foundation governors are needed for Beech (120002)" in text
    assert "Diocesan Board of Education (Diocese of Norwich)" in text
    assert "Ash (120001): vacant; Beech (120002): in post" in text
    assert "religious character: Does not apply, Church of England" in text
    who = {one.who: one.schools for one in statutory.consultees(facts)}
    assert ("Beech (120002)",) in who.values()
    assert ("Norfolk",) in who.values()


def test_two_community_schools_ask_no_faith_body_and_no_trust(tmp_path: Path) -> None:
    _, ((_, facts),) = packs_of(tmp_path, row(120001, 40, 0), row(120002, 90, 3_000))
    places = [one.place for one in statutory.consultees(facts)]
    assert "9(3)(d)" not in places
    assert "9(3)(e)" not in places
    assert "None is needed beside the governing bodies" in "\n".join(facts["sentences"])
    assert "none of them has a religious character" in facts["unites"]


def test_a_federation_of_today_that_stays_publishes_nothing(tmp_path: Path) -> None:
    _, found = packs_of(
        tmp_path,
        row(120001, 40, 0, federation="one", head="shared"),
        row(120002, 90, 3_000, federation="one", head="shared"),
    )
    ((_, facts),) = found
    assert facts["federation"]["existing"] == "unchanged"
    assert set(states(facts).values()) == {"does not apply"}
    text = "\n".join(facts["sentences"])
    assert "no proposal has to be published" in text
    assert facts["bodies"] == [[120001, 120002]]
    assert "one governing body today" in facts["unites"]


def test_one_that_grows_names_the_federation_and_gives_it_notice(tmp_path: Path) -> None:
    _, ((_, facts),) = packs_of(
        tmp_path,
        row(120001, 40, 0, name="Ash", federation="one"),
        row(120002, 90, 3_000, name="Beech", federation="one"),
        row(120003, 45, 6_000, name="Cedar"),
    )
    assert facts["federation"]["existing"] == "grown"
    text = "\n".join(facts["sentences"])
    assert "the one governing body of Ash (120001) and Beech (120002), a federation today" in text
    assert "The federation that exists is told of the wish to join" in text
    assert "8" in {step.get("law") for step in facts["steps"]}


@pytest.mark.parametrize("base", ["soft-federation", "shared-business-manager"])
def test_other_forms_are_no_federation_in_law(base: str, tmp_path: Path) -> None:
    _, found = packs_of(tmp_path, row(120001, 40, 0), row(120002, 90, 3_000), base=base)
    ((paper, facts),) = found
    assert not facts["statutory"]
    assert isinstance(paper.blocks[0], Heading)
    assert paper.blocks[0].words.startswith("Discussion pack")
    assert "is no federation in law" in "\n".join(facts["sentences"])
    made = grouping.export(tmp_path, ["packs", "paper"])
    assert "packs/F001.docx" in made.written


def test_the_members_today_are_set_beside_the_federation_at_the_same_rolls(tmp_path: Path) -> None:
    dossier, ((_, facts),) = packs_of(tmp_path, row(120001, 40, 0), row(120002, 90, 3_000))
    own = {one.urn: one for one in grouping.budgets(dossier.register, dossier.policy)}
    change = facts["federation"]["budget"]["roll_change"]
    then = {b.urn: b for b in grouping.budgets(dossier.register, dossier.policy, str(change))}
    for school in facts["schools"]:
        urn = school["urn"]
        assert school["today"]["balance"]["pounds"] == own[urn].balance
        assert school["then"]["balance"]["pounds"] == then[urn].balance
        assert school["then"]["roll"] == round(school["roll"] * 0.9)
    assert facts["apart_balance"]["pounds"] == sum(b.balance for b in then.values())


def test_alternatives_that_lie_beside_the_plan_are_told_with_their_figures(tmp_path: Path) -> None:
    rows = [row(120001 + k, 45, 3_000 * k) for k in range(4)]
    packs_of(tmp_path, *rows)
    other, _ = packs_of(tmp_path / "plan-2", *rows, settings=("locks.apart=[[120001,120002]]",))
    answer = {
        "schema": "grouping-answer/1", "question": "alternatives", "points": 1234,
        "sentences": ["The next plan costs 1.234 points more."],
    }  # fmt: skip
    (tmp_path / "alternatives.json").write_text(json.dumps(answer), encoding="utf-8")
    grouping.export(tmp_path, ["packs", "paper"])
    facts = json.loads((tmp_path / "packs" / "F001.json").read_text(encoding="utf-8"))
    assert untraceable(facts) == []
    text = "\n".join(facts["sentences"])
    assert "As plan 2 has it" in text
    assert "The next plan costs 1.234 points more." in text
    keys = {one["key"] for one in facts["alternatives"]["plans"]["2"]}
    assert keys <= {one["key"] for one in other.federations}
    assert keys
    paper = json.loads((tmp_path / "committee-paper.json").read_text(encoding="utf-8"))
    assert untraceable(paper) == []
    assert "The next plan costs 1.234 points more." in paper["sentences"]


def test_papers_are_the_same_words_in_markdown() -> None:
    blocks = [
        Heading("A *title*", 0),
        Words("1. not a list", strong=True),
        Listing(["- one", "2.8 days"]),
        Rows(("a|b", "n"), [("x\ny", "1")], figures=frozenset({1}), caption="Of <b>"),
        NewPage(),
    ]
    text = markdown_text(Paper("t", "foot", blocks, ""))
    assert text.startswith("# A \\*title\\*\n\n**1\\. not a list**\n\n- \\- one\n- 2.8 days\n\n")
    assert "Of \\<b\\>\n\n| a\\|b | n |\n| --- | ---: |\n| x y | 1 |" in text
    assert text.endswith("*foot.*\n")
    assert plain("see http://a.b and www.c.d & <i>") == (
        "see http\\://a.b and www\\.c.d \\& \\<i\\>"
    )

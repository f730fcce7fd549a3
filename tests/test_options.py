"""The options of one school: figures of a plan, partners and refusals as the checker has them."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import grouping
import oracle
import random_cases
import survivors
from grouping import check
from grouping.answers.options import Options, options
from grouping.errors import GroupingError, InputRefused
from grouping.policy.forms import FORMS, in_form
from grouping.policy.words import HARD, SHARED, SOFT
from traceable import untraceable
from villages import policy_of, random_rows, row, schools_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from command_line import Run
    from grouping.world.schools import Schools

FIGURES = (
    "key",
    "roll",
    "longest_journey",
    "cost",
    "terms",
    "budget",
    "consents",
    "people",
    "existing",
)
READY = {HARD: "norfolk-2012", SOFT: "soft-federation", SHARED: "shared-business-manager"}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_of_the_default_policy_is_the_ready_policy_of_that_form(form: str) -> None:
    found, ready = in_form(policy_of(), form), policy_of(base=READY[form])
    for name in ("form", "take_part", "roles", "alone", "travel", "neighbours", "locks", "limits"):
        assert getattr(found, name) == getattr(ready, name), name
    for room in ("rules", "terms"):
        told = [
            [(vars(x).get("name"), x.settings) for x in getattr(p, room)] for p in (found, ready)
        ]
        assert told[0] == told[1]
    assert in_form(ready, form) is ready


def test_hard_and_soft_are_told_from_each_other_and_back() -> None:
    soft = policy_of(base="soft-federation")
    assert in_form(soft, HARD).take_part == policy_of().take_part
    assert in_form(in_form(policy_of(), SOFT), HARD).take_part == policy_of().take_part
    what_if = policy_of("take_part.academies=as maintained")
    assert in_form(what_if, SOFT).take_part.academies == "as maintained"


def asked_of(first: int, last: int) -> Iterator[tuple[random_cases.Asked, Options]]:
    """Give random counties, and the options of a school of each."""
    for seed in range(first, last):
        asked = survivors.crowded(seed) if seed % 3 else random_cases.asked(seed)
        rng = random.Random(seed)
        for one in asked.features:
            if rng.random() < 0.3:
                one["properties"]["trust"] = rng.choice(["North", "South"])
            if rng.random() < 0.15:
                one["properties"]["type"] = "Academy converter"
        urn = rng.choice([one["properties"]["urn"] for one in asked.features])
        try:
            schools, policy = random_cases.schools_of(asked), random_cases.policy_for(asked)
            yield asked, options(schools, policy, urn, random_cases.journeys_for(asked), most=4)
        except GroupingError:
            continue


def in_form_document(document: dict[str, Any], form: str) -> dict[str, Any]:
    """Put a policy document in another form, as the ready policies of these forms do."""
    found = copy.deepcopy(document)
    if found["form"] == form:
        return found
    part = found["take_part"]
    if form == HARD and part["academies"] == "informal":
        part["academies"] = "leave out"
    if form == SOFT and part["academies"] == "leave out":
        part["academies"] = "informal"
    found["form"] = form
    if form == SHARED:
        part["existing"] = "free"
        found["neighbours"]["link_at_most"] = 20
        rules = found["rules"]
        if rules["schools"]:
            rules["schools"] = {"at_least": 2, "at_most": 2}
        if rules["longest_journey"]:
            rules["longest_journey"] = {"at_most": 20}
        rules |= {"ethos": False, "one_authority": False}
        keep = {"journey", "partnerships"}
        found["terms"] = {k: v if k in keep else False for k, v in found["terms"].items()}
        found["locks"] = {"together": [], "apart": [], "federations": []}
        found["limits"] = dict.fromkeys(found["limits"], False)
    return found


def usable(case: check.Case) -> list[tuple[int, ...]]:
    """Candidates that no lock rules out."""
    locks = case.policy["locks"]
    fixed = [set(lock) for lock in locks["federations"]]
    joined = [set(lock) for lock in locks["together"]]
    return [
        f
        for f in oracle.candidates(case)
        if all(set(f) == lock or not lock & set(f) for lock in fixed)
        and all(lock <= set(f) or not lock & set(f) for lock in joined)
    ]


@pytest.mark.parametrize("lot", range(4))
def test_partners_larger_federations_and_refusals_are_the_checkers(lot: int) -> None:
    """In every form: nobody vanishes, and each rule that refuses is one the checker says fails."""
    seen = refused = larger = 0
    for asked, found in asked_of(80 * lot, 80 * lot + 80):
        urn = found.school.urn
        every = {f["properties"]["urn"] for f in asked.features} - {urn}
        document = found.document()
        assert seen % 4 or untraceable(document) == []
        assert {one["urn"] for one in document["neighbours"]} == every
        for form in found.forms:
            case = check.case_of(
                asked.features, in_form_document(asked.document, form.name),
                asked.journeys, asked.edges, asked.barriers,
            )  # fmt: skip
            if form.reason.startswith("the policy does not fit"):
                continue
            assert (form.partners is None) == (urn in case.left_out)
            if form.partners is None:
                assert form.reason
                continue
            seen += 1
            own = case.block_of.get(urn, (urn,))
            mine = [f for f in usable(case) if urn in f]
            joined = {j: tuple(sorted({*own, *case.block_of.get(j, (j,))})) for j in case.taking}
            pairs = {j: f for j, f in joined.items() if j not in own and f in mine}
            assert form.pairs == pairs
            rest = [f for f in mine if f not in pairs.values() and f != own]
            assert form.larger == sorted(rest, key=lambda f: (check.cost(case, f), f))
            larger += len(rest)
            for one in document["options"]:
                if one["form"] == form.name:
                    f = tuple(s["urn"] for s in one["schools"])
                    assert one["cost"] == check.cost(case, f)
            for one in document["neighbours"]:
                told = one["forms"][form.name]
                assert told["possible"] == (one["urn"] in pairs)
                if told["possible"]:
                    continue
                refused += 1
                if one["urn"] in case.left_out or one["urn"] in own:
                    assert told["reason"]
                    continue
                rows = check.rule_rows(case, joined[one["urn"]])
                fails = {r["name"]: r["value"] for r in rows if not r["holds"]}
                named = {r["rule"]: r["value"] for r in told["refusals"]}
                stands = named.pop("locks.federations", "none") is None
                assert set(named) == set(fails)
                assert fails or stands
                for name in fails.keys() - {"together"}:
                    assert named[name] == (None if fails[name] is None else float(fails[name]))
    assert seen >= 120
    assert refused >= 200
    assert larger >= 60


@pytest.mark.parametrize("form", FORMS)
def test_figures_are_those_of_a_plan_with_the_same_federation(form: str) -> None:
    """Options of schools of random counties, each against a plan that fixes it."""
    compared = 0
    for seed in range(12):
        schools = schools_of(*random_rows(random.Random(seed), 9))
        for urn in schools.urns.tolist()[:3]:
            ours = [
                one
                for one in options(schools, policy_of(), urn, most=2).facts["options"]
                if one["form"] == form
            ]
            for one in ours[:1] + ours[-1:]:
                fixed = [s["urn"] for s in one["schools"]]
                ready = policy_of(f"locks.federations=[{fixed}]", base=READY[form])
                plan = grouping.propose(schools, ready)
                same = next(p for p in plan.proposals if p["schools"] == fixed)
                assert {k: one[k] for k in FIGURES} == {k: same[k] for k in FIGURES}
                compared += 1
    assert compared >= 20


def test_the_village_side_by_side(village: Schools) -> None:
    """Ash: Beech and Cedar near enough to link, Dale in reach but not linked, Elm too far."""
    found = options(village, policy_of(), 120001)
    hard = found.forms[0]
    assert hard.pairs == {120002: (120001, 120002), 120003: (120001, 120003)}
    assert (120001, 120002, 120003) in hard.larger
    document = found.document()
    refused = {n["urn"]: n["forms"][HARD]["refusals"] for n in document["neighbours"]}
    assert [r["rule"] for r in refused[120004]] == ["connected"]
    assert {r["rule"]: r["value"] for r in refused[120005]}["longest_journey"] == 66.6
    assert document["today"]["grade"] == "modelled"
    money = next(b for b in grouping.budgets(village, policy_of(), "-0.1") if b.urn == 120001)
    assert document["today"]["balance"] == money.balance
    assert document["today"]["t_star"] == money.t_star
    assert untraceable(document) == []
    assert any(
        said.startswith("Doing nothing, at rolls changed by -10 %") for said in found.sentences
    )


def test_a_school_of_a_kept_federation_stays_or_takes_another_in() -> None:
    rows = [row(120001 + k, 40, 3_000 * k, federation="K" if k < 2 else None) for k in range(4)]
    found = options(schools_of(*rows), policy_of(), 120001)
    document = found.document()
    stay = [one for one in document["options"] if one["kind"] == "stay"]
    assert [one["key"] for one in stay] == ["120001-120002"] * 2
    assert found.forms[0].pairs[120003] == (120001, 120002, 120003)
    by_urn = {one["urn"]: one["forms"][HARD] for one in document["neighbours"]}
    assert by_urn[120002]["reason"] == "in one federation already"
    assert document["today"]["federation"] == "K"


def test_who_takes_no_part_is_told_why_and_what_remains() -> None:
    """An academy may join a soft federation, or a trust; a closed or too large school nothing."""
    schools = schools_of(
        row(120001, 40, 0, type="Academy converter", trust="Oaks"),
        row(120002, 60, 3_000),
        row(120003, 60, 6_000, type="Academy converter", trust="Elms"),
        row(120004, 500, 9_000),
        row(120005, 30, 9_000, status="Closed"),
    )
    academy = options(schools, policy_of(), 120001).document()
    hard, soft, _ = academy["forms"]
    assert not hard["takes_part"]
    assert "Education Act 2002" in hard["reason"]
    assert soft["takes_part"]
    assert soft["partners"] == 2
    assert academy["today"] is None
    assert [one["trust"] for one in academy["trusts"]] == ["Elms"]
    said = " ".join(academy["sentences"])
    assert "It is in trust Oaks already." in said
    assert "joining a trust means becoming an academy" in said
    large = options(schools, policy_of(), 120004).document()
    assert "500 pupils" in large["forms"][0]["reason"]
    assert large["trusts"][0]["trust"] == "Elms"
    closed = options(schools, policy_of(), 120005).document()
    assert all("Closed" in form["reason"] for form in closed["forms"])
    assert closed["options"] == closed["trusts"] == []
    for document in (academy, large, closed):
        assert untraceable(document) == []


def test_schools_of_the_model_county_can_be_traced_and_none_vanishes() -> None:
    """Every figure said is in the JSON, and what is refused and what is possible are all."""
    schools = grouping.read_schools(Path(__file__).parents[1] / "data" / "schools.geojson")
    for urn in random.Random(5).sample(schools.urns.tolist(), 5):
        document = options(schools, policy_of(), urn).document()
        assert untraceable(document) == []
        for form in document["forms"]:
            told = [one["forms"][form["form"]] for one in document["neighbours"]]
            assert sum(one["possible"] for one in told) == form["partners"]
            assert sum(not one["possible"] for one in told) == form["refused"]
            assert all(one["possible"] or one.get("reason") or one["refusals"] for one in told)
        assert len(document["neighbours"]) >= 10


def test_one_school_alone_in_its_file_has_nothing_but_itself() -> None:
    found = options(schools_of(row(120001, 40, 0)), policy_of(), 120001)
    document = found.document()
    assert document["neighbours"] == document["options"] == document["trusts"] == []
    assert untraceable(document) == []


def test_too_many_candidates_are_said(village: Schools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grouping.answers.joining.GROWN", 2)
    found = options(village, policy_of(), 120001)
    assert set(found.forms[0].pairs) == {120002, 120003}
    assert not found.forms[0].whole
    assert "were not tried: too many" in " ".join(found.sentences)


def test_a_school_that_is_not_there_is_refused(village: Schools) -> None:
    with pytest.raises(InputRefused, match="no such school"):
        options(village, policy_of(), 120009)


def test_the_command(run: Run, village_file: str, tmp_path: Path) -> None:
    """Sentences and a table; JSON with every figure; minutes of a file where one is given."""
    code, out, _ = run("options", village_file, 120001)
    assert code == 0
    assert "Ash (120001) has 40 pupils, urgent under this policy." in out
    assert "| do nothing" in out
    assert out.isascii()
    file = tmp_path / "ash.json"
    code, out, _ = run("options", village_file, 120001, "--json", "-o", file)
    assert code == 0
    document = json.loads(out)
    assert document == json.loads(file.read_text(encoding="utf-8"))
    assert [form["partners"] for form in document["forms"]] == [2, 2, 2]
    table = tmp_path / "minutes.csv"
    table.write_text("from_urn,to_urn,minutes\n120001,120003,9\n", encoding="utf-8")
    code, out, _ = run("options", village_file, 120001, "--journeys", table, "--json")
    assert code == 0
    document = json.loads(out)
    assert document["journey_source"] == "file"
    near = {one["urn"]: one["minutes"] for one in document["neighbours"]}
    assert near == {120003: 9.0, 120002: None, 120004: None, 120005: None}
    assert run("options", village_file, 120009)[0] == 3

"""What is said of each school's money, of the state of a file, and of arrangements split."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import grouping
from grouping.answers.arrangements import with_arrangements
from grouping.answers.budgets import Budget, coverage
from grouping.answers.state import state
from grouping.world.cells import UnfitError, change
from money_village import VILLAGE, village, written

POLICY = grouping.read_policy("norfolk-2012")


def one(folder: Path, **given: Any) -> Budget:
    """The budget of a school of 40 whose neighbour of 60 is two and a half miles off by road."""
    school = {"urn": 120001, "roll": 40, **given}
    return grouping.budgets(village(folder, school, {"urn": 120002, "roll": 60}), POLICY)[0]


def test_a_school_alone_is_the_worked_school_of_the_notes(tmp_path: Path) -> None:
    found = one(tmp_path)
    assert (found.income, found.cost, found.balance) == (405_813, 351_689, 54_124)
    assert (found.t_star, found.grade, found.residual) == (0.0, "modelled", 0)
    assert (found.sparsity, found.sparsity_source) == (57_400, "estimated")
    assert found.without_sparsity == 54_124 - 57_400
    assert found.lines["sparsity"].word == "amber"
    assert found.lines["sparsity"].value == round(57_400 / 405_813, 4)
    assert (found.classes, found.organisation.least, found.lines["classes"].word) == (2, 2, "amber")


def test_an_official_distance_is_marked(tmp_path: Path) -> None:
    found = one(tmp_path, sparsity_miles=1.0)
    assert (found.sparsity, found.sparsity_source) == (0, "official distance")
    assert (found.balance, found.t_star) == (-3_276, 0.649372)
    assert found.lines["teaching"].word == "red"
    assert found.lines["balance"] == found.lines["balance"].__class__("amber", -0.0094)
    assert found.lines["roll loss"].word == "red"
    assert found.lines["roll loss"].value == pytest.approx(-0.056, abs=0.001)


def test_with_a_return_the_balance_is_that_of_the_return(tmp_path: Path) -> None:
    found = one(tmp_path, income=400_000, expenditure=420_000, reserve=30_000)
    assert (found.grade, found.balance, found.residual) == ("actual", -20_000, -74_124)
    assert (found.returned_income, found.returned_expenditure) == (400_000, 420_000)
    assert found.lines["balance"].word == "red"
    assert (found.lines["years"].word, found.lines["years"].value) == ("red", 1.5)
    assert found.lines["reserve"].word == "green"


@pytest.mark.parametrize(
    ("reserve", "spends", "line", "years"),
    [
        (None, 390_000, "unknown", "green"),
        (None, 410_000, "unknown", "unknown"),
        (-1, 390_000, "red", "red"),
        (0, 390_000, "amber", "green"),
        (12_000, 410_000, "amber", "red"),
        (30_000, 410_000, "green", "green"),
        (29_999, 410_000, "green", "red"),
        (40_000, 390_000, "high", "green"),
        ("much", 390_000, "unknown", "green"),
    ],
)
def test_lines_of_reserves(
    tmp_path: Path, reserve: object, spends: int, line: str, years: str
) -> None:
    """Amber below 3 per cent of income, red below nothing, high above 8; red under 3 years."""
    found = one(tmp_path, income=400_000, expenditure=spends, reserve=reserve)
    assert (found.lines["reserve"].word, found.lines["years"].word) == (line, years)


def test_in_a_federation_the_cost_is_a_share_and_the_head_is_one(tmp_path: Path) -> None:
    schools = village(
        tmp_path,
        {"urn": 120001, "roll": 40, "federation": "7", "sparsity_miles": 1},
        {"urn": 120002, "roll": 40, "federation": "7", "sparsity_miles": 1},
    )
    a, b = grouping.budgets(schools, POLICY)
    assert (a.federation, a.cost, a.t_star) == ("7", b.cost, b.t_star)
    assert a.cost + b.cost == pytest.approx(696_800 + 12_100, abs=500)
    assert a.t_star == pytest.approx(0.18, abs=0.01)


def test_the_plan_and_the_table_say_the_same_of_a_kept_federation(tmp_path: Path) -> None:
    given = [{"urn": 120001 + k, "roll": 45, "federation": "7"} for k in range(2)]
    schools = village(tmp_path, *given)
    plan = grouping.propose(schools, grouping.read_policy("norfolk-2012"))
    (kept,) = plan.proposals
    table = grouping.budgets(schools, POLICY, "-0.1")
    assert sum(b.balance for b in table) == pytest.approx(kept["budget"]["balance"], abs=1)
    assert table[0].t_star == kept["budget"]["t_star"]


def test_coverage_counts_what_is_actual(tmp_path: Path) -> None:
    schools = village(
        tmp_path, {"urn": 120001, "roll": 40, "income": 1, "expenditure": 2}, VILLAGE[1]
    )
    said = coverage(grouping.budgets(schools, POLICY))
    assert said[0].startswith("2 small schools: 1 with a return of their own (actual), 1 modelled")
    assert any("good to about 5 per cent" in sentence for sentence in said)


# ---- the state of a file


def test_the_state_counts_what_is_missing_and_who_is_near(tmp_path: Path) -> None:
    given = [
        {"urn": 120001, "roll": 45, "head": "unknown", "diocese": " "},
        {"urn": 120002, "roll": 44, "head": "in post", "income": 5},
        {"urn": 120003, "roll": 105, "type": "Academy converter"},
        {"urn": 120004, "roll": 425, **dict.fromkeys(["year_r", "year_1"], 3)},
        {"urn": 120005, "roll": 95},
    ]
    found = state(village(tmp_path, *given), POLICY)
    assert (found.schools, found.taking_part) == (5, 3)
    columns = {column.name: column for column in found.columns}
    assert (columns["head"].missing, columns["head"].of) == (2, 3)
    assert (columns["diocese"].missing, columns["diocese"].blank) == (3, 1)
    assert (columns["income"].missing, columns["year groups"].missing) == (2, 3)
    assert "modelled" in columns["income"].switches_off
    near = {n.threshold: [urn for urn, *_ in n.schools] for n in found.near}
    assert near == {50: [120001], 100: [120005], 420: [120004]}


# ---- arrangements


def test_a_federation_that_splits_an_arrangement_says_so(tmp_path: Path) -> None:
    plan = grouping.propose(village(tmp_path, *VILLAGE[:3]), POLICY)
    (group,) = plan.groups
    lone = {1: (120001, 120003), 2: group, 3: (120001, 999999)}
    assert group == (120001, 120002, 120003)
    quiet = with_arrangements(plan, lone)
    assert quiet.survey.warnings[len(plan.survey.warnings) :] == (
        "arrangements: not in the schools file: 999999",
    )
    apart = grouping.propose(
        village(tmp_path, *VILLAGE[:3]),
        grouping.read_policy("norfolk-2012", ["rules.schools.at_most=2"]),
    )
    (pair,) = apart.groups
    outside = next(iter({120001, 120002, 120003} - set(pair)))
    said = with_arrangements(apart, {4: (pair[0], outside)}).document()["run"]["warnings"]
    assert said[-1] == (
        f"F001 splits arrangement 4, still to be confirmed: {pair[0]} in it, {outside} not"
    )


# ---- the command line


def run(*given: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grouping", *map(str, given)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_budgets_and_validate_from_the_command_line(tmp_path: Path) -> None:
    path = written(tmp_path, *VILLAGE)
    out = tmp_path / "out" / "budgets.csv"
    done = run("budgets", path, "--roll-change", "-10%", "-o", out)
    assert done.returncode == 0, done.stderr
    assert "405,813" not in done.stdout, "money is shown to the nearest hundred"
    assert "At a change of rolls of -10%." in done.stdout
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert [row["urn"] for row in rows] == [str(one["urn"]) for one in VILLAGE]
    assert all(int(row["income"]) % 100 == 0 for row in rows)
    assert (rows[0]["roll"], rows[0]["accuracy"]) == ("36", "good to about 5 per cent")
    said = run("validate", path)
    assert said.returncode == 0
    assert "6 schools, 6 take part" in said.stdout
    assert "its money is modelled, not actual" in said.stdout
    assert run("budgets", path, "--roll-change", "lots").returncode == 2
    assert run("budgets", path, "-o", path).returncode == 7
    path.write_text("{}")
    assert run("validate", path).returncode == 3
    assert run("budgets", path).returncode == 3


def test_roll_change_is_short_for_a_setting(tmp_path: Path) -> None:
    path = written(tmp_path, *VILLAGE[:3])
    asked = tmp_path / "arrangements.csv"
    asked.write_text("group,urns\n1,120001 999999\n")
    out = tmp_path / "plan"
    done = run("propose", path, "-o", out, "--roll-change", "-20%", "--arrangements", asked)
    assert done.returncode == 0, done.stderr
    plan = json.loads((out / "plan.json").read_text())
    assert plan["federations"][0]["budget"]["roll_change"] == -0.2
    assert plan["run"]["inputs"]["arrangements"]["file"] == "arrangements.csv"
    assert any("999999" in said for said in plan["run"]["warnings"])
    assert "roll_change = -0.2" in (out / "policy.toml").read_text()
    shared = ["--policy", "shared-business-manager", "--roll-change", "-20%"]
    done = run("propose", path, "-o", tmp_path / "none", *shared)
    assert (done.returncode, (tmp_path / "none").exists()) == (2, False)


@pytest.mark.parametrize(
    ("text", "share"), [("-10%", "-1/10"), ("-0.10", "-1/10"), (" 2.5% ", "1/40"), ("0", "0")]
)
def test_changes_of_rolls(text: str, share: str) -> None:
    assert Fraction(change(text)) == Fraction(share)


@pytest.mark.parametrize("text", ["", "%", "-10", "1.01", "-101%", "ten", "10%%", "nan"])
def test_no_changes_of_rolls(text: str) -> None:
    with pytest.raises(UnfitError):
        change(text)

"""A plan's folder opened again asks the same question, and says where it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grouping.errors import InputRefused
from grouping.files.folders import open_folder

if TYPE_CHECKING:
    from command_line import Run


@pytest.fixture
def folder(run: Run, village_file: str, tmp_path: Path) -> Path:
    """A plan of the village, written by the command line."""
    assert run("propose", village_file, "-o", tmp_path / "out")[0] == 0
    return tmp_path / "out"


def test_the_case_is_the_one_that_was_asked(folder: Path) -> None:
    opened = open_folder(folder)
    solved = opened.solve()
    assert solved.plan.groups == opened.groups
    assert opened.groups
    assert opened.warnings(solved) == ()


def test_journeys_and_settings_come_back(run: Run, village_file: str, tmp_path: Path) -> None:
    table = tmp_path / "minutes.csv"
    table.write_text("from_urn,to_urn,minutes\n120001,120003,9\n120002,120004,11.5\n")
    words = ("propose", village_file, "-o", tmp_path / "out", "--journeys", table)
    assert run(*words, "--set", "terms.journey.weight=7")[0] == 0
    opened = open_folder(tmp_path / "out")
    solved = opened.solve()
    assert solved.plan.groups == opened.groups
    assert solved.plan.stages[-1].value == opened.document["objective"][-1]["value"]
    assert solved.plan.county.journey_source == "file"


def test_a_plan_that_is_not_the_best_is_said(folder: Path) -> None:
    document = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    document["federations"], document["status"] = document["federations"][:-1], "feasible"
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    opened = open_folder(folder)
    (said,) = opened.warnings(opened.solve())
    assert "is not the best under its own policy" in said
    assert '"feasible"' in said


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda p: p.unlink(), "no plan is here"),
        (lambda p: p.write_text("{"), "cannot be read as a plan"),
        (lambda p: p.write_text("[]"), "cannot be read as a plan"),
        (lambda p: p.write_text('{"federations": [{"schools": ["x"]}], "run": {}}'), "cannot be"),
        (
            lambda p: p.write_text('{"federations": [], "run": {"unchecked": ["mine"]}}'),
            "only Python knows: mine",
        ),
        (
            lambda p: p.write_text(
                '{"federations": [{"schools": [1, 2]}, {"schools": [2, 3]}], "run": {}}'
            ),
            "a school is in two federations",
        ),
    ],
)
def test_what_is_no_plan_is_refused(folder: Path, spoil: object, what: str) -> None:
    assert callable(spoil)
    spoil(folder / "plan.json")
    with pytest.raises(InputRefused, match=what):
        open_folder(folder)


def test_no_folder_at_all(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="no such folder"):
        open_folder(tmp_path / "nothing")

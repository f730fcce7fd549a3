"""The commands certainty and stable: sentences, JSON, files, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import grouping
from grouping.files.folders import open_folder
from traceable import untraceable

if TYPE_CHECKING:
    from command_line import Run


@pytest.fixture
def folder(run: Run, village_file: str, tmp_path: Path) -> Path:
    assert run("propose", village_file, "-o", tmp_path / "out")[0] == 0
    return tmp_path / "out"


def test_certainty_says_what_python_says(run: Run, folder: Path, tmp_path: Path) -> None:
    written = tmp_path / "certain.json"
    code, said, err = run("certainty", folder, "--within", "20%", "-o", written)
    assert code == 0, err
    answer = json.loads(written.read_text(encoding="utf-8"))
    wanted = grouping.certainty(open_folder(folder).solve(), within=0.2).document()
    drop = ("seconds", "sentences")
    assert {k: v for k, v in answer.items() if k not in drop} == {
        k: v for k, v in wanted.items() if k not in drop
    }
    assert untraceable(answer) == []
    assert said.splitlines()[:-1] == answer["sentences"]
    code, said, _ = run("certainty", folder, "--within", "0.2", "--json")
    assert json.loads(said)["pairs"] == answer["pairs"]


def test_stable_says_what_python_says(run: Run, folder: Path) -> None:
    code, said, _ = run("stable", folder, "--json")
    assert code == 0
    answer = json.loads(said)
    assert answer == grouping.walking_away(open_folder(folder).solve()).document()
    code, said, _ = run("stable", folder)
    assert said.splitlines() == answer["sentences"]


def test_an_edited_plan_is_refused(run: Run, folder: Path) -> None:
    """A federation that no rule of this policy allows."""
    document = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    document["federations"][0]["schools"] = [120001, 120005]
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    code, _, err = run("stable", folder)
    assert code == 3
    assert "is no candidate federation under this policy" in err


def test_time_and_shares_are_held(run: Run, folder: Path) -> None:
    code, said, _ = run("certainty", folder, "--within", "20%", "--time-limit", "0")
    assert code == 0
    assert "Time was up" in said
    code, _, err = run("certainty", folder, "--within=-1%")
    assert code == 2
    assert "is no share" in err
    assert run("certainty", folder / "none")[0] == 3
    code, _, err = run("certainty", folder, "-o", folder / "plan.json")
    assert code == 7

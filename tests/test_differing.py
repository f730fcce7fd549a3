"""Plans that differ, written: each a folder that checks, all or none, stale ones taken away."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grouping import check, engine
from grouping.files import exports, writing
from grouping.files.folders import open_folder
from traceable import untraceable

if TYPE_CHECKING:
    from command_line import Run

THREE = ("--plans", "3", "--differ", "1", "--within", "500%")


def bytes_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder, those of folders inside it apart."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def out(run: Run, village_file: str, tmp_path: Path) -> Path:
    """A folder of three plans."""
    code, said, err = run("propose", village_file, "-o", tmp_path / "out", *THREE)
    assert code == 0, err
    assert "Plan 3:" in said
    return tmp_path / "out"


def test_every_plan_is_a_folder_that_checks(out: Path, village_file: str) -> None:
    answer = read(out / "alternatives.json")
    assert [one["folder"] for one in answer["plans"]] == [".", "plan-2", "plan-3"]
    assert untraceable(answer) == []
    best = read(out / "plan.json")
    for one in answer["plans"]:
        verdict = check.check(Path(village_file), out / one["folder"])
        assert verdict.faults == []
        document = read(out / one["folder"] / "plan.json")
        assert [f["key"] for f in document["federations"]] == one["federations"]
        assert document["status"] == one["status"]
        assert document["objective"][-1]["bound"] == best["objective"][-1]["value"]
        assert document["objective"][-1]["value"] - one["gap"] == best["objective"][-1]["value"]
    assert read(out / "plan-2" / "plan.json")["run"]["place"] == 2
    assert best["status"] == "optimal"


def test_a_folder_of_another_plan_can_be_asked(out: Path, run: Run) -> None:
    """That the answer is about the best is said; whether it stands is asked of the plan itself."""
    opened = open_folder(out / "plan-2")
    assert "is not the best" in opened.warnings(opened.solve())[0]
    code, said, _ = run("stable", out / "plan-2", "--json")
    assert code == 0
    assert (
        json.loads(said)["federations"]
        == read(out / "alternatives.json")["plans"][1]["federations"]
    )


def test_the_best_is_written_as_without_the_others(
    out: Path, run: Run, village_file: str, tmp_path: Path
) -> None:
    """The files of plan 1 are those of a run that asked for one, but for the time it was made.

    The page has the other plans beside it.
    """
    assert run("propose", village_file, "-o", tmp_path / "one")[0] == 0
    one = bytes_of(tmp_path / "one")
    several = {name: (out / name).read_bytes() for name in one}
    unlike = sorted(name for name in one if one[name] != several[name])
    assert unlike == ["plan.json", "report.html"]
    assert b"Plan 2" in several["report.html"]
    assert b"Plan 2" not in one["report.html"]
    documents = [read(folder / "plan.json") for folder in (tmp_path / "one", out)]
    for document in documents:
        document["run"].pop("made")
        document["run"].pop("steps")
    assert documents[0] == documents[1]


@pytest.mark.parametrize("plans", ["1", "2"])
def test_plans_of_an_earlier_run_are_taken_away_and_nothing_else(
    out: Path, run: Run, village_file: str, plans: str
) -> None:
    """A file of somebody else's keeps its folder, and a folder that is not ours stays whole."""
    (out / "plan-3" / "notes.txt").write_text("mine")
    (out / "plan-9").mkdir()
    (out / "plan-9" / "plan.json").write_text("{}")
    again = ("propose", village_file, "-o", out, *THREE[2:], "--plans", plans)
    assert run(*again)[0] == 0
    assert (out / "plan-2").exists() == (plans == "2")
    assert (out / "alternatives.json").exists() == (plans == "2")
    assert bytes_of(out / "plan-3") == {"notes.txt": b"mine"}
    assert (out / "plan-9" / "plan.json").read_text() == "{}"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda out: (out / "alternatives.json").write_text('{"schema": "another/1", "plans": []}'),
        lambda out: (out / "alternatives.json").write_text("["),
        lambda out: (out / "plan-2" / "plan.json").write_text("{}"),
    ],
)
def test_what_is_not_known_to_be_ours_stays(
    out: Path, run: Run, village_file: str, spoil: Any
) -> None:
    spoil(out)
    before = bytes_of(out / "plan-2")
    assert run("propose", village_file, "-o", out)[0] == 0
    assert bytes_of(out / "plan-2") == before


def test_all_or_none(
    run: Run, village_file: str, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails at any file leaves every folder as it was, and makes none."""
    before = {str(p): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}
    real, count = writing._write, [0]
    files = len(before)
    for fails_at in (1, files // 2, files):

        def failing(path: Path, content: bytes, at: int = fails_at) -> None:
            count[0] += 1
            if count[0] == at:
                raise OSError(28, "No space left on device", str(path))
            real(path, content)

        for folder in (out, out.parent / "fresh"):
            count[0] = 0
            monkeypatch.setattr(writing, "_write", failing)
            code, _, err = run("propose", village_file, "-o", folder, *THREE)
            monkeypatch.setattr(writing, "_write", real)
            assert code == 7
            assert "the disk is full" in err
        assert {str(p): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()} == before
        assert not (out.parent / "fresh").exists()


def test_a_file_in_the_way_is_refused(run: Run, village_file: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "plan-2").write_text("mine")
    code, _, err = run("propose", village_file, "-o", tmp_path / "out", *THREE)
    assert code == 7
    assert "plan-2" in err
    assert bytes_of(tmp_path / "out") == {"plan-2": b"mine"}


def test_a_country_is_refused_before_it_is_searched(
    run: Run, village_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grouping.world.federations.WHOLE", 3)
    code, _, err = run("propose", village_file, "-o", tmp_path / "out", "--plans", "2")
    assert code == 2
    assert "not done beyond 3 schools: 5 take part" in err
    assert not (tmp_path / "out").exists()


def test_where_the_best_is_not_proved_no_other_is_looked_for(
    run: Run, village_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = engine.plan_of

    def unproved(*given: Any, **named: Any) -> Any:
        from dataclasses import replace

        plan = real(*given, **named)
        last = replace(plan.stages[-1], bound=None)
        return replace(plan, status="feasible", stages=(*plan.stages[:-1], last))

    monkeypatch.setattr(engine, "plan_of", unproved)
    code, _, err = run("propose", village_file, "-o", tmp_path / "out", *THREE)
    assert code == 0
    assert "no plan beside it was looked for" in err
    assert not (tmp_path / "out" / "alternatives.json").exists()


def test_an_interrupt_beside_the_best_keeps_it(
    run: Run, village_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped while a second plan is looked for: the best is written, and the exit code is 130."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("grouping.questions.near.Near.least", interrupted)
    code, said, _ = run("propose", village_file, "-o", tmp_path / "out", *THREE)
    assert code == 130
    assert "Stopped: whether a further plan" in said
    assert read(tmp_path / "out" / "alternatives.json")["ended"] == "stopped"
    monkeypatch.setattr("grouping.questions.case.Case.solve", interrupted)
    code, _, err = run("propose", village_file, "-o", tmp_path / "two", *THREE)
    assert code == 130
    assert "the best is written" in err
    assert (tmp_path / "two" / "plan.json").exists()


def test_nothing_is_written_where_the_checker_refutes_one(
    run: Run, village_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second plan spoiled on its way to the files: no folder at all."""
    real = exports.plan_files

    def spoiled(plan: Any, *rest: Any) -> dict[str, bytes]:
        files = real(plan, *rest)
        if plan.place == 2:
            files["plan.json"] = files["plan.json"].replace(b'"roll"', b'"rolls"')
        return files

    monkeypatch.setattr("grouping.files.differing.plan_files", spoiled)
    code, _, err = run("propose", village_file, "-o", tmp_path / "out", *THREE)
    assert code == 9
    assert "refuted" in err
    assert not (tmp_path / "out").exists()

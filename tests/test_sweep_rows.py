"""The folder of a sweep: rows there to stay, torn ones told, and no two sweeps mixed."""

from __future__ import annotations

import json
import os
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from executors import Here, Never
from grouping import Case, sweep
from grouping.errors import OutputRefused
from grouping.files.rows import ROWS, RowLog, line_of, row_of
from grouping.questions.sweep import Row
from grouping.world.schools import Schools
from villages import policy_of, row, schools_of

GRID: list[dict[str, Any]] = [{"terms.journey.weight": weight} for weight in range(1, 9)]
GRID += [{"terms.journey.weight": -1}, {"limits.federations": {"at_least": 9}}]
PARTS = {"schools": "a", "journeys": "b", "policy": "c", "time_limit": None, "version": "0"}
ROW = Row("k", (("a", '"=1"'),), "optimal", "é\n", (("cost", 7, None),), ("1-2",), 3, 4, 0.5)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.glob("*.csv") if p.name != "seconds.csv"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of the village that nothing interrupted."""
    out = tmp_path_factory.mktemp("whole")
    found = sweep(Case(small(), policy_of()), GRID, out=out / "sweep", executor=Here())
    assert {one.status for one in found.rows} == {"optimal", "refused", "infeasible"}
    return out / "sweep"


def small() -> Schools:
    return schools_of(*(row(120001 + k, 40 + 20 * k, 3_000 * k) for k in range(5)))


def test_a_row_comes_back_as_it_was() -> None:
    assert row_of(line_of(ROW).rstrip(b"\n")) == ROW


def test_a_line_that_is_not_whole_is_no_row() -> None:
    """Cut anywhere, or with any byte changed, a line is told from a whole one."""
    line = line_of(ROW).rstrip(b"\n")
    assert not any(row_of(line[:k]) for k in range(len(line)))
    rng = random.Random(2)
    for _ in range(300):
        k, byte = rng.randrange(len(line)), rng.randrange(256)
        if line[k] != byte:
            garbled = line[:k] + bytes([byte]) + line[k + 1 :]
            found = row_of(garbled)
            assert found is None or found == ROW  # an escape may be written in two ways
    for other in (b"", b"{}", b"[]", b"null", b"\0" * 40, b'{"check": 1}', b"\xff"):
        assert row_of(other) is None


def test_a_whole_sweep_is_not_solved_again(whole: Path) -> None:
    before = bytes_of(whole)
    seen: list[tuple[int, int]] = []
    case = Case(small(), policy_of())
    found = sweep(case, GRID, out=whole, executor=Never(), watch=lambda a, b: seen.append((a, b)))
    assert bytes_of(whole) == before
    assert seen == [(10, 10)]
    assert len(found) == 10


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_torn_last_line_is_dropped_and_its_scenario_solved_again(
    cut: int, whole: Path, tmp_path: Path
) -> None:
    lines = (whole / ROWS).read_bytes().splitlines(keepends=True)
    (tmp_path / "sweep.json").write_bytes((whole / "sweep.json").read_bytes())
    (tmp_path / ROWS).write_bytes(b"".join(lines[:4]) + lines[4][:cut])
    seen: list[tuple[int, int]] = []
    sweep(
        Case(small(), policy_of()), GRID, out=tmp_path, executor=Here(),
        watch=lambda a, b: seen.append((a, b)),
    )  # fmt: skip
    assert seen == [(k, 10) for k in range(4, 11)]
    assert bytes_of(tmp_path) == bytes_of(whole)
    again = (tmp_path / ROWS).read_bytes().splitlines(keepends=True)
    assert again[:4] == lines[:4]
    keys = [json.loads(line)["key"] for line in again]
    assert len(keys) == len(set(keys)) == 10, "no row twice, none lost"


def test_a_line_garbled_in_the_middle_is_solved_again_too(whole: Path, tmp_path: Path) -> None:
    lines = (whole / ROWS).read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"optimal", b"optimol")
    (tmp_path / "sweep.json").write_bytes((whole / "sweep.json").read_bytes())
    (tmp_path / ROWS).write_bytes(b"".join(lines))
    seen: list[int] = []
    sweep(
        Case(small(), policy_of()), GRID, out=tmp_path, executor=Here(),
        watch=lambda a, b: seen.append(a),
    )  # fmt: skip
    assert seen == [9, 10]
    assert bytes_of(tmp_path) == bytes_of(whole)


def test_a_larger_grid_takes_up_the_rows_that_are_there(whole: Path, tmp_path: Path) -> None:
    """A folder grows with its grid: rows are found by what they stand on, not by their place."""
    case = Case(small(), policy_of())
    some = tmp_path / "some"
    sweep(case, GRID[3:6], out=some, executor=Here())
    seen: list[int] = []
    sweep(case, GRID, out=some, executor=Here(), watch=lambda a, b: seen.append(a))
    assert seen[0] == 3
    assert bytes_of(some) == bytes_of(whole)
    sweep(case, GRID[:2], out=some, executor=Never())
    assert (some / "scenarios.csv").read_bytes().count(b"\r\n") == 3


def other_cases() -> dict[str, tuple[Case, float | None]]:
    more = schools_of(*(row(120001 + k, 41 + 20 * k, 3_000 * k) for k in range(5)))
    return {
        "schools": (Case(more, policy_of()), None),
        "policy": (Case(small(), policy_of("terms.size.weight=5")), None),
        "time limit": (Case(small(), policy_of()), 5),
    }


@pytest.mark.parametrize("what", other_cases())
def test_a_folder_of_another_sweep_is_refused(what: str, whole: Path) -> None:
    case, limit = other_cases()[what]
    before = {p.name: p.read_bytes() for p in whole.iterdir()}
    with pytest.raises(OutputRefused, match=f"another sweep: not the same {what}"):
        sweep(case, GRID, out=whole, time_limit=limit, executor=Never())
    assert {p.name: p.read_bytes() for p in whole.iterdir()} == before


def test_rows_of_another_version_are_refused(whole: Path, tmp_path: Path) -> None:
    about = json.loads((whole / "sweep.json").read_bytes())
    about["parts"]["version"] = "0.0.1"
    (tmp_path / "sweep.json").write_text(json.dumps(about), encoding="utf-8")
    with pytest.raises(OutputRefused, match="version of grouping"):
        sweep(Case(small(), policy_of()), GRID, out=tmp_path, executor=Never())


@pytest.mark.parametrize("name", ["scenarios.csv", "pairs.csv", "rows.jsonl"])
def test_files_of_nobodys_sweep_stay_whole(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(OutputRefused, match=name):
        sweep(Case(small(), policy_of()), GRID, out=tmp_path, executor=Never())
    assert [p.name for p in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "grouping-sweep/9", "parts": {}}'])
def test_what_is_no_record_of_a_sweep_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "sweep.json").write_text(text, encoding="utf-8")
    with pytest.raises(OutputRefused, match="no record of a sweep"):
        sweep(Case(small(), policy_of()), GRID, out=tmp_path, executor=Never())


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputRefused, match="folder is needed"):
        sweep(Case(small(), policy_of()), GRID, out=tmp_path / "out", executor=Never())


def test_two_sweeps_do_not_write_to_one_folder(tmp_path: Path) -> None:
    with RowLog(tmp_path, PARTS, {}) as first:
        first.append(ROW)
        with pytest.raises(OutputRefused, match="another sweep"), RowLog(tmp_path, PARTS, {}):
            pass
        first.append(replace(ROW, key="l"))
    with RowLog(tmp_path, PARTS, {}) as second:
        assert list(second.rows) == ["k", "l"]


def test_a_full_disk_is_told_and_the_rows_before_it_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with RowLog(tmp_path, PARTS, {}) as log:
        log.append(ROW)
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OutputRefused, match="disk is full"):
            log.append(replace(ROW, key="l"))
        assert list(log.rows) == ["k"]


def test_rows_that_failed_are_tried_again(tmp_path: Path) -> None:
    """What failed says nothing of its scenario; every other row stands."""
    case = Case(small(), policy_of())
    found = sweep(case, GRID, out=tmp_path, executor=Here())
    lines = (tmp_path / ROWS).read_bytes().splitlines(keepends=True)
    failed = line_of(Row(found.rows[1].key, found.rows[1].settings, "failed", "its worker died"))
    (tmp_path / ROWS).write_bytes(lines[0] + failed + b"".join(lines[2:]))
    seen: list[int] = []
    again = sweep(case, GRID, out=tmp_path, executor=Here(), watch=lambda a, b: seen.append(a))
    assert seen == [9, 10]
    assert list(again.records()) == list(found.records())

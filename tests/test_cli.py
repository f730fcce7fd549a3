"""The command line: exit codes, what is written and what is left alone, help, consoles, Ctrl-C."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from command_line import Run, child, save
from grouping import cli, engine
from grouping.files.shipped import policy_names, policy_text
from grouping.search import gathering
from villages import row

HEAVY = ("ortools", "geopandas", "pandas", "scipy", "networkx", "shapely", "numpy", "matplotlib")


def write_register(path: Path) -> Path:
    """Write a register of one school, and one of no place."""
    given = {
        "URN": "120001", "EstablishmentName": "Ash", "NumberOfPupils": "40",
        "TypeOfEstablishment (name)": "Community school", "EstablishmentStatus (name)": "Open",
        "PhaseOfEducation (name)": "Primary", "ReligiousCharacter (name)": "Does not apply",
        "Diocese (name)": "Not applicable", "LA (name)": "Norfolk", "StatutoryLowAge": "4",
        "StatutoryHighAge": "11", "SchoolCapacity": "60", "OpenDate": "", "PercentageFSM": "",
        "Easting": "600000", "Northing": "320000",
    }  # fmt: skip
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, list(given))
        writer.writeheader()
        writer.writerow(given)
        writer.writerow(given | {"URN": "120002", "Easting": "", "Northing": ""})
    return path


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_plan_is_written_checked_and_said(run: Run, village_file: str, tmp_path: Path) -> None:
    code, out, err = run("propose", village_file, "-o", tmp_path / "out")
    assert (code, err) == (0, "")
    assert "Independent check: VALID" in out
    assert "No school closes." in out
    assert "No better plan exists under these rules" in out
    assert "Elm (120005, 12 pupils)" in out
    assert set(bytes_of(tmp_path / "out")) == {
        "plan.json", "policy.toml", "federations.geojson", "schools.geojson", "links.geojson",
        "federations.csv", "schools.csv", "fields.csv", "report.html",
    }  # fmt: skip
    plan = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert [one["key"] for one in plan["federations"]] == ["120001-120002-120003"]
    code, out, _ = run("check", village_file, tmp_path / "out")
    assert (code, out.splitlines()[0]) == (0, "VALID")


def test_a_plan_goes_round_as_input_and_policy(run: Run, village_file: str, tmp_path: Path) -> None:
    """The schools.geojson and policy.toml of a plan give the same plan again."""
    assert run("propose", village_file, "-o", tmp_path / "a", "--policy", "soft-federation")[0] == 0
    again = ("propose", tmp_path / "a" / "schools.geojson", "-o", tmp_path / "b")
    assert run(*again, "--policy", tmp_path / "a" / "policy.toml")[0] == 0
    one, two = (
        json.loads((tmp_path / name / "plan.json").read_text(encoding="utf-8")) for name in "ab"
    )
    assert one["federations"] == two["federations"]
    assert one["objective"] == two["objective"]


def test_journeys_from_a_file_are_used_and_kept(
    run: Run, village_file: str, tmp_path: Path
) -> None:
    pairs = tmp_path / "times.csv"
    pairs.write_text("from_urn,to_urn,minutes\n120001,120005,7.25\n", encoding="utf-8")
    code, _, _ = run("propose", village_file, "--journeys", pairs, "-o", tmp_path / "out")
    assert code == 0
    with (tmp_path / "out" / "journeys.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1:] == [["120001", "120005", "7.2"]]
    assert run("check", village_file, tmp_path / "out", "--journeys", pairs)[0] == 0
    found = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert found["federations"][0]["schools"] == [120001, 120005]


@pytest.mark.parametrize(
    ("code", "args", "says"),
    [
        (2, ("--workers", "0"), "workers"),
        (2, ("--colour", "red"), "--colour"),
        (2, ("--plans", "0"), "--plans"),
        (2, ("--plans", "2", "--differ", "120%"), "is no share of 0 to 100 %"),
        (2, ("--plans", "2", "--within", "much"), "Write a share such as 1%"),
        (2, ("--set", "rules.schools"), "key=value"),
        (3, ("--journeys", "no-such-file.csv"), "no-such-file.csv"),
        (4, ("--policy", "norfolk-2013"), 'Did you mean "norfolk-2012"?'),
        (4, ("--policy", "no-such-file.toml"), "policy not found"),
        (4, ("--set", "rules.longest_jorney.at_most=9"), "longest_journey"),
        (4, ("--set", "terms.journey.weight=-1"), "negative"),
        (4, ("--set", "locks.apart=[[120001, 999999]]"), "999999"),
        (4, ("--set", 'take_part.authorities=["Norfolc"]'), 'Did you mean "Norfolk"?'),
        (5, ("--set", "locks.together=[[120001, 120005]]"), "Ash (120001) and Elm (120005)"),
        (8, ("--candidates-at-most", "9"), "rules.schools.at_most"),
        (8, ("--set", "terms.journey.weight=1000000000"), "Lower the weights"),
        (8, ("--set", "alone.urgent=1000000000"), "prices in [alone]"),
    ],
)
def test_a_refusal_has_its_code_and_leaves_the_folder_as_it_was(
    run: Run, village_file: str, tmp_path: Path, code: int, args: tuple[str, ...], says: str
) -> None:
    """Files of an earlier plan stay byte for byte; a folder that was not there is not made."""
    (tmp_path / "out").mkdir()
    for name in ("plan.json", "federations.csv", "mine.txt"):
        (tmp_path / "out" / name).write_text(f"old {name}", encoding="utf-8")
    before = bytes_of(tmp_path / "out")
    for folder in (tmp_path / "out", tmp_path / "new"):
        found, out, err = run("propose", village_file, "-o", folder, *args)
        assert found == code
        assert says in err
        assert "Traceback" not in err
        assert out == ""
    assert bytes_of(tmp_path / "out") == before
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda at: at / "missing.geojson", "missing.geojson"),
        (lambda at: at, "folder"),
        (lambda at: "https://example.org/schools.geojson", "https://example.org"),
        (lambda at: save(at / "bad.geojson", row(120001, -1, 0), row(12, 40, 0)), "URN"),
    ],
    ids=["missing", "a folder", "a URL", "bad inside"],
)
def test_an_input_that_cannot_be_read_is_refused(
    run: Run, tmp_path: Path, made: Callable[[Path], object], says: str
) -> None:
    code, out, err = run("propose", made(tmp_path), "-o", tmp_path / "out")
    assert (code, out) == (3, "")
    assert says in err
    assert "Nothing was written." in err
    assert not (tmp_path / "out").exists()


def test_an_output_in_the_way_or_over_an_input_is_refused(
    run: Run, village_file: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    code, _, err = run("propose", village_file, "-o", tmp_path / "file")
    assert code == 7
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
    before = bytes_of(tmp_path / "in")
    code, _, err = run("propose", village_file, "-o", tmp_path / "in")
    assert code == 7
    assert "schools.geojson" in err
    assert bytes_of(tmp_path / "in") == before
    (tmp_path / "out" / "plan.json").mkdir(parents=True)
    code, _, err = run("propose", village_file, "-o", tmp_path / "out")
    assert code == 7
    assert "plan.json" in err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["plan.json"]


def test_no_input_of_any_kind_is_overwritten(run: Run, village_file: str, tmp_path: Path) -> None:
    """A policy, its base, a journeys file or a register of the name of an output, in its folder."""
    here = tmp_path / "out"
    here.mkdir()
    register = write_register(here / "schools.csv")
    (here / "journeys.csv").write_text("from_urn,to_urn,minutes\n120001,120002,9\n")
    (here / "policy.toml").write_text('base = "norfolk-2012"\n')
    (tmp_path / "mine.toml").write_text('base = "out/policy.toml"\n')
    before = bytes_of(here)
    for args in (
        (village_file, "--policy", here / "policy.toml"),
        (village_file, "--policy", tmp_path / "mine.toml"),
        (village_file, "--journeys", here / "journeys.csv"),
        (register,),
    ):
        code, _, err = run("propose", *args, "-o", here)
        assert code == 7, args
        assert "overwrit" in err
        assert bytes_of(here) == before


def test_an_answer_that_the_checker_refutes_is_not_written(
    run: Run, village_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip in the engine's prices, a thousandth of a point: refuted, and the folder as it was."""
    honest = gathering.price
    assert run("propose", village_file, "-o", tmp_path / "out")[0] == 0
    before = bytes_of(tmp_path / "out")
    monkeypatch.setattr(gathering, "price", lambda f, policy: honest(f, policy) + 1)
    for folder in (tmp_path / "out", tmp_path / "new"):
        code, out, err = run("propose", village_file, "-o", folder)
        assert (code, out) == (9, "")
        assert "it is 25401, and should be 25400" in err
    assert bytes_of(tmp_path / "out") == before
    assert not (tmp_path / "new").exists()


def test_a_changed_answer_is_refuted(run: Run, village_file: str, tmp_path: Path) -> None:
    assert run("propose", village_file, "-o", tmp_path / "out")[0] == 0
    file = tmp_path / "out" / "plan.json"
    text = file.read_text(encoding="utf-8")
    assert '"roll":190' in text.replace(" ", "")
    file.write_text(text.replace("190", "191"), encoding="utf-8")
    code, out, _ = run("check", village_file, tmp_path / "out")
    assert code == 9
    assert "REFUTED" in out
    assert run("check", village_file, tmp_path / "nowhere")[0] in (3, 9)


def test_a_fault_of_ours_is_said_as_ours(
    run: Run, village_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error, code in ((ZeroDivisionError("slip"), 70), (MemoryError(), 8)):

        def fail(*_: object, error: BaseException = error, **__: object) -> None:
            raise error

        monkeypatch.setattr(engine, "gather", fail)
        found, _, err = run("propose", village_file, "-o", tmp_path / "out")
        assert found == code
        assert ("our fault: ZeroDivisionError: slip" in err) == (code == 70)
    assert not (tmp_path / "out").exists()


def test_ready_policies_are_listed_and_printed(run: Run) -> None:
    code, out, _ = run("policies")
    assert (code, out.split()) == (0, policy_names())
    for name in policy_names():
        assert run("policies", name)[:2] == (0, policy_text(name))
    code, out, err = run("policies", "norfolk")
    assert (code, out) == (4, "")
    assert "norfolk-2012" in err


def test_help_is_told_by_typers_own_runner() -> None:
    """Every command and sub-command explains itself and ends with 0; no arguments say how."""
    runner = CliRunner()
    for args in ([], ["propose"], ["check"], ["policies"], ["import"], ["import", "gias"]):
        result = runner.invoke(cli.app, [*args, "--help"])
        assert result.exit_code == 0, args
        assert "Usage:" in result.output
    assert runner.invoke(cli.app, []).exit_code == 2


def test_help_and_policies_load_no_heavy_library() -> None:
    """In a fresh process: nothing of numbers, maps or solvers is imported to say how to use it."""
    code = (
        "import sys, io\n"
        "from typer.testing import CliRunner\n"
        "from grouping.cli import app\n"
        "for args in (['--help'], ['propose', '--help'], ['import', 'gias', '--help']):\n"
        "    assert CliRunner().invoke(app, args).exit_code == 0\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"


def test_a_narrow_console_and_a_redirected_one_survive_any_name(tmp_path: Path) -> None:
    """Welsh, Chinese and markup in names, on a cp1252 console and in ASCII, to a pipe."""
    names = ("Ysgol Llŷn Ŵ", "学校 🏫", "[bold]Ash[/bold] [/]")
    rows = [row(120001 + k, 40, 3_000 * k, name=name) for k, name in enumerate(names)]
    file = save(tmp_path / "schools.geojson", *rows, row(120009, 9, 60_000, name="Ŵ alone"))
    for encoding in ("cp1252", "utf-8"):
        done = child("propose", file, "-o", tmp_path / f"out-{encoding}", PYTHONIOENCODING=encoding)
        assert done.returncode == 0, done.stderr
        said = done.stdout.decode(encoding)
        assert "[bold]Ash[/bold] [/]" in said
        assert ("学校" in said) == (encoding == "utf-8")
        refused = child("propose", tmp_path / "学校.geojson", "-o", "x", PYTHONIOENCODING=encoding)
        assert refused.returncode == 3
        assert b"Traceback" not in refused.stderr
    table = (tmp_path / "out-cp1252" / "schools.csv").read_text(encoding="utf-8-sig")
    assert "学校 🏫" in table


def test_a_register_is_imported_and_proposed_from_directly(
    run: Run, shared_data: Path, tmp_path: Path
) -> None:
    """Imported first, or given as it is: the same federations, and the checker agrees with both."""
    register = shared_data / "norfolk_gias_layout_reconstructed_2022-07.csv"
    code, out, _ = run("import", "gias", register, "-o", tmp_path / "schools.geojson")
    assert code == 0
    assert "rows accounted for" in out
    assert (tmp_path / "schools-account.csv").exists()
    plans = []
    for given in (register, tmp_path / "schools.geojson"):
        folder = tmp_path / given.stem
        assert run("propose", given, "-o", folder)[0] == 0
        plans.append(json.loads((folder / "plan.json").read_text(encoding="utf-8")))
        assert run("check", given, folder)[0] == 0
    assert plans[0]["federations"] == plans[1]["federations"]
    assert len(plans[0]["federations"]) > 10


def test_a_small_register_is_imported(run: Run, tmp_path: Path) -> None:
    write_register(tmp_path / "gias.csv")
    code, out, _ = run("import", "gias", tmp_path / "gias.csv", "-o", tmp_path / "s.geojson")
    assert code == 0
    assert "2 of 2 rows accounted for: 1 imported." in out
    assert run("import", "gias", tmp_path / "none.csv", "-o", tmp_path / "t.geojson")[0] == 3
    assert not (tmp_path / "t.geojson").exists()


def test_an_interrupt_with_a_plan_in_hand_writes_it_and_says_so(
    run: Run, village_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the last stage: 130, the best plan so far with no bound claimed, and valid."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("grouping.search.part.canonical", interrupted)
    code, out, _ = run("propose", village_file, "-o", tmp_path / "out")
    assert code == 130
    assert "Stopped early" in out
    plan = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert plan["status"] == "feasible"
    assert plan["run"]["stopped_by_user"] is True
    assert {stage["bound"] for stage in plan["objective"]} == {None}
    monkeypatch.undo()
    assert subprocess.run(
        [sys.executable, "-m", "grouping", "check", village_file, str(tmp_path / "out")],
        check=False, capture_output=True, timeout=60,
    ).returncode == 0  # fmt: skip


def test_an_interrupt_before_any_plan_writes_nothing(
    run: Run, village_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "gather", interrupted)
    code, _, err = run("propose", village_file, "-o", tmp_path / "out")
    assert code == 130
    assert err.strip() == "Stopped before any plan was in hand. Nothing was written."
    assert not (tmp_path / "out").exists()


CHILD = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
import grouping.cli, grouping.engine, grouping.files.exports, grouping.files.policies
print("ready", flush=True)
sys.argv = ["grouping", *sys.argv[1:]]
grouping.cli.main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to one child on Windows")
def test_ctrl_c_in_a_long_run_gives_130_at_once(tmp_path: Path) -> None:
    """Ninety schools within reach of each other, millions of candidates: stopped in a moment."""
    rows = [row(120001 + k, 20 + k, 137 * k, (k * k) % 9_000) for k in range(90)]
    file = save(tmp_path / "schools.geojson", *rows)
    command = [sys.executable, "-c", CHILD, "propose", file, "-o", str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"ready"
        time.sleep(1.5)
        assert process.poll() is None, "the run is long enough to be stopped"
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert b"Traceback" not in err
    assert time.monotonic() - start < 30
    if (tmp_path / "out").exists():
        assert "plan.json" in bytes_of(tmp_path / "out")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to one process")
def test_an_interrupt_while_files_are_written_waits_for_them(
    village_file: Path, tmp_path: Path
) -> None:
    """Ctrl-C once the plan is in hand: the files are written whole, and the exit code is 130."""
    out = tmp_path / "out"
    code = (
        "import os, signal, sys\n"
        "import grouping.cli, grouping.files.exports as exports\n"
        "real = exports.plan_files\n"
        "def slowly(*given):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return real(*given)\n"
        "exports.plan_files = slowly\n"
        f"sys.argv = ['grouping', 'propose', {str(village_file)!r}, '-o', {str(out)!r}]\n"
        "grouping.cli.main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 130
    assert "stopping once its files are written" in ended.stderr
    assert (out / "plan.json").exists()
    assert "VALID" in ended.stdout

"""Sweeps whose workers, or whose every process, are killed: the tables are the same."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from executors import Here
from grouping import Case, GroupingError, sweep
from grouping.files.geojson import geojson_bytes
from grouping.files.rows import ROWS
from grouping.files.sweeps import settings_of_all, swept
from grouping.files.workers import Job, OwnProcesses
from grouping.questions.shipments import Shipment
from grouping.world.schools import Schools
from villages import policy_of, random_rows, schools_of

WEIGHTS = [{"terms.journey.weight": weight} for weight in range(1, 31)]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX has them")


def few() -> Schools:
    return schools_of(*random_rows(random.Random(9), 12))


def tables(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.glob("*.csv") if p.name != "seconds.csv"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The tables of a sweep that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    sweep(Case(few(), policy_of()), WEIGHTS, out=folder, executor=Here())
    return tables(folder)


def test_workers_killed_midway_change_nothing(tmp_path: Path, whole: dict[str, bytes]) -> None:
    """Three times a worker is killed with a row in hand; nothing is lost, nothing done twice."""
    killed: list[int] = []

    def watch(ready: int, of: int) -> None:
        workers = multiprocessing.active_children()
        if ready in (2, 3, 20) and workers:
            os.kill(int(workers[0].pid or 0), signal.SIGKILL)
            killed.append(ready)

    found = sweep(Case(few(), policy_of()), WEIGHTS, out=tmp_path, workers=2, watch=watch)
    assert killed == [2, 3, 20]
    assert {row.status for row in found.rows} == {"optimal"}
    assert tables(tmp_path) == whole
    keys = [json.loads(line)["key"] for line in (tmp_path / ROWS).read_bytes().splitlines()]
    assert len(keys) == len(set(keys)) == len(WEIGHTS)
    assert not multiprocessing.active_children()


class Deadly(OwnProcesses):
    """Processes of which one scenario kills whichever has it in hand."""

    deadly = frozenset({"7"})

    def submit(self, job: Job, *, whole: bool) -> Future[Any]:
        if dict(job.settings)["terms.journey.weight"] in self.deadly:
            return self.pool.submit(os._exit, 1)
        return super().submit(job, whole=whole)


def test_a_scenario_that_kills_its_worker_is_a_row_and_is_tried_again_next_time(
    tmp_path: Path, whole: dict[str, bytes]
) -> None:
    case, scenarios = Case(few(), policy_of()), settings_of_all(WEIGHTS)
    found = swept(case, scenarios, lambda shipment: Deadly(shipment, 1), out=tmp_path)
    failed = [row for row in found.rows if row.status == "failed"]
    assert [dict(row.settings)["terms.journey.weight"] for row in failed] == ["7"]
    assert all("its worker died each time" in row.message for row in failed)
    assert sum(row.status == "optimal" for row in found.rows) == len(WEIGHTS) - 1
    seen: list[int] = []
    sweep(case, WEIGHTS, out=tmp_path, executor=Here(), watch=lambda a, b: seen.append(a))
    assert seen == [len(WEIGHTS) - 1, len(WEIGHTS)]
    assert tables(tmp_path) == whole


def test_a_pool_that_is_given_and_dies_ends_the_sweep_with_its_rows_kept(
    tmp_path: Path, whole: dict[str, bytes]
) -> None:
    """A pool of the caller's cannot be started again for them: they are told, and go on."""
    case = Case(few(), policy_of())
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        worker = pool.submit(os.getpid).result()

        told: list[int] = []

        def watch(ready: int, of: int) -> None:
            told.append(ready)
            if ready == 3:
                os.kill(worker, signal.SIGKILL)

        with pytest.raises(GroupingError, match="call again with a new executor"):
            sweep(case, WEIGHTS, out=tmp_path, executor=pool, at_once=4, watch=watch)
    there = (tmp_path / ROWS).read_bytes().count(b"\n")
    assert told == list(range(there + 1)), "each row is told once"
    assert 3 <= there < len(WEIGHTS)
    assert not list(tmp_path.glob("*.csv"))
    seen: list[int] = []
    with ThreadPoolExecutor(1) as threads:
        sweep(case, WEIGHTS, out=tmp_path, executor=threads, watch=lambda a, b: seen.append(a))
    assert seen[0] == there
    assert tables(tmp_path) == whole


def test_workers_that_die_at_once_are_told_and_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a script without a guard, whose every process runs the script again and dies."""

    def start(self: OwnProcesses) -> None:
        real(self)
        self.pool.submit(os._exit, 1).result()

    real = OwnProcesses._start
    monkeypatch.setattr(OwnProcesses, "_start", start)
    with pytest.raises(GroupingError, match="__main__"):
        sweep(Case(few(), policy_of()), WEIGHTS, workers=1)
    assert not multiprocessing.active_children()


SCRIPT = """
import sys
import grouping
schools = grouping.read_schools(sys.argv[1])
policy = grouping.read_policy("norfolk-2012")
{guard}
    found = grouping.sweep(grouping.Case(schools, policy), [{{}}, {{"roll_change": 0}}], workers=1)
    print(len(found))
"""


@pytest.mark.parametrize(("guard", "code"), [('if __name__ == "__main__":', 0), ("if True:", 1)])
def test_a_script_with_and_without_its_guard(
    guard: str, code: int, tmp_path: Path, schools_file: str
) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(guard=guard), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(script), schools_file],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert ran.returncode == code, ran.stderr
    if code:
        assert 'below `if __name__ == "__main__":`' in ran.stderr.splitlines()[-1]
    else:
        assert ran.stdout == "2\n"


@pytest.fixture
def schools_file(tmp_path: Path) -> str:
    """Write the schools as a file."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [s.longitude, s.latitude]},
            "properties": dict(s.properties),
        }
        for s in few().rows
    ]
    path = tmp_path / "schools.geojson"
    path.write_bytes(geojson_bytes({"type": "FeatureCollection", "features": features}))
    return str(path)


@pytest.fixture
def grid_file(tmp_path: Path) -> Path:
    """Write a grid of a hundred and twenty small scenarios."""
    text = f"""
    [grid]
    "terms.journey.weight" = {list(range(1, 21))}
    "take_part.existing" = ["keep", "free"]
    roll_change = ["0%", "-10%", "-20%"]
    """
    path = tmp_path / "grid.toml"
    path.write_text(text, encoding="utf-8")
    return path


COMMAND = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may be deaf to it
from grouping.cli import main
main()
"""


@pytest.fixture
def start(schools_file: str, grid_file: Path) -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Start the command in a process group of its own; nothing of it is left at the end."""
    started: list[subprocess.Popen[str]] = []

    def go(out: Path) -> subprocess.Popen[str]:
        words = ["sweep", schools_file, "--grid", str(grid_file), "-o", str(out), "--workers", "2"]
        child = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        started.append(child)
        return child

    yield go
    for child in started:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate()


def rows_there(folder: Path) -> int:
    path = folder / ROWS
    return path.read_bytes().count(b"\n") if path.exists() else 0


def wait_for(true: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.002)
    return False


def nobody_left(started: set[int]) -> bool:
    return not any(
        psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        for pid in started
    )


@pytest.mark.slow
def test_a_sweep_killed_five_times_at_random_ends_in_the_same_bytes(
    start: Callable[[Path], subprocess.Popen[str]], tmp_path: Path
) -> None:
    """kill -9 of the command, at random moments; its workers see it and end by themselves."""
    child = start(tmp_path / "whole")
    out, err = child.communicate(timeout=120)
    assert (child.returncode, "120 optimal" in out) == (0, True), err
    rng = random.Random()
    kept = 0
    for k in range(5):
        child = start(tmp_path / "killed")
        at = kept + rng.randint(0, 18)
        assert wait_for(lambda at=at: rows_there(tmp_path / "killed") >= at)  # type: ignore[misc]
        time.sleep(rng.uniform(0, 0.03))
        group = {child.pid, *(p.pid for p in psutil.Process(child.pid).children(recursive=True))}
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert wait_for(lambda group=group: nobody_left(group)), f"kill {k + 1}"  # type: ignore[misc]
        assert not list((tmp_path / "killed").glob("*.csv")), "no table before the last row"
        kept = rows_there(tmp_path / "killed")
        assert kept < 120
    child = start(tmp_path / "killed")
    out, err = child.communicate(timeout=120)
    assert child.returncode == 0, err
    assert f"{kept:,} of them were there before" in out
    assert tables(tmp_path / "killed") == tables(tmp_path / "whole")
    lines = (tmp_path / "killed" / ROWS).read_bytes().splitlines()
    keys = [json.loads(line)["key"] for line in lines]
    assert len(keys) == len(set(keys)) == 120, "no row twice, none lost"


@pytest.mark.slow
def test_ctrl_c_keeps_the_rows_and_says_how_to_go_on(
    start: Callable[[Path], subprocess.Popen[str]], tmp_path: Path
) -> None:
    """As from a terminal: to every process of the group."""
    child = start(tmp_path / "out")
    assert wait_for(lambda: rows_there(tmp_path / "out") >= 5)
    os.killpg(child.pid, signal.SIGINT)
    out, err = child.communicate(timeout=60)
    there = rows_there(tmp_path / "out")
    assert child.returncode == 130
    assert out == ""
    assert err.splitlines()[-2:] == [
        f"Stopped: {there} of 120 rows are kept in {tmp_path / 'out'}.",
        "To go on where it stopped, give the same command again.",
    ]
    assert "Traceback" not in err
    assert 5 <= there < 120


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0.0, 0.1, 0.4])
def test_ctrl_c_while_the_processes_start_is_neither_lost_nor_told_by_them(
    moment: float, start: Callable[[Path], subprocess.Popen[str]], tmp_path: Path
) -> None:
    child = start(tmp_path / "out")
    assert wait_for((tmp_path / "out" / ROWS).exists)
    time.sleep(moment)
    os.killpg(child.pid, signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Traceback" not in err, err
    assert "give the same command again" in err


def test_an_executor_of_threads_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    sweep(Case(few(), policy_of()), WEIGHTS[:2], workers=1)
    assert threading.active_count() == before


def test_a_shipment_is_sent_once_to_a_worker_that_keeps_it(tmp_path: Path) -> None:
    """A pool that is given is sent the schools by the first scenarios, never by the rest."""
    sent: list[bool] = []

    class Counting(ProcessPoolExecutor):
        def submit(self, function: Any, /, *args: Any, **kw: Any) -> Future[Any]:
            sent.append(any(isinstance(arg, Shipment) for arg in args))
            return super().submit(function, *args, **kw)

    with Counting(1, multiprocessing.get_context("spawn")) as pool:
        found = sweep(Case(few(), policy_of()), WEIGHTS, executor=pool, at_once=2)
    assert {row.status for row in found.rows} == {"optimal"}
    assert 1 <= sum(sent) <= 2
    assert len(sent) == len(WEIGHTS) + sum(sent)

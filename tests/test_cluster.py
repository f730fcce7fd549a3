"""A sweep on a real cluster: dask.distributed's own, two workers, one killed midway."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from command_line import child, save
from executors import Here
from grouping import Case, sweep
from grouping.errors import UsageRefused
from grouping.files import workers
from grouping.files.rows import ROWS
from grouping.files.sweeps import settings_of_all, swept
from grouping.files.workers import Given, cluster
from grouping.questions.shipments import Shipment
from villages import policy_of, random_rows, schools_of

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # what a library of others' warns of as it closes
    pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX has them"),
]

WEIGHTS = [{"terms.journey.weight": weight} for weight in range(1, 41)]
DEATH = "__import__('time').sleep(1) or __import__('os')._exit(1)"  # in a worker, by name
SCHOOLS = random_rows(random.Random(9), 12)


def tables(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.glob("*.csv") if p.name != "seconds.csv"}


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """Start a cluster of two processes, and give its address."""
    distributed = pytest.importorskip(
        "distributed", reason="dask.distributed is not installed: pip install 'grouping[cluster]'"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as local:
            yield local.scheduler_address


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The tables of a sweep on this machine that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    found = sweep(Case(schools_of(*SCHOOLS), policy_of()), WEIGHTS, out=folder, executor=Here())
    assert {row.status for row in found.rows} == {"optimal"}
    return tables(folder)


def test_a_worker_killed_midway_changes_nothing(
    scheduler: str, tmp_path: Path, whole: dict[str, bytes]
) -> None:
    """The cluster gives what its worker had in hand to another; the tables are the same bytes."""
    from distributed import Client

    killed: list[int] = []

    def watch(ready: int, of: int) -> None:
        if ready in (4, 20):
            with Client(scheduler, set_as_default=False) as client:
                pids = client.run(os.getpid)
            assert os.getpid() not in pids.values()
            os.kill(min(pids.values()), signal.SIGKILL)
            killed.append(ready)

    case = Case(schools_of(*SCHOOLS), policy_of())
    with cluster(scheduler) as (executor, at_once):
        found = swept(
            case,
            settings_of_all(WEIGHTS),
            lambda shipment: Given(executor, shipment, at_once),
            out=tmp_path,
            watch=watch,
        )
    assert killed == [4, 20]
    assert {row.status for row in found.rows} == {"optimal"}
    assert tables(tmp_path) == whole
    keys = [json.loads(line)["key"] for line in (tmp_path / ROWS).read_bytes().splitlines()]
    assert len(keys) == len(set(keys)) == len(WEIGHTS)


def test_schools_are_sent_once_to_a_worker_and_never_with_a_task(scheduler: str) -> None:
    from distributed import Client

    sent: list[bool] = []
    with Client(scheduler, set_as_default=False) as client:
        executor = client.get_executor(pure=False)
        real = executor.submit

        def submit(function: Any, /, *args: Any, **kw: Any) -> Any:
            sent.append(any(isinstance(arg, Shipment) for arg in args))
            return real(function, *args, **kw)

        executor.submit = submit
        more = schools_of(*SCHOOLS[1:])
        found = sweep(Case(more, policy_of()), WEIGHTS, executor=executor, at_once=4)
    assert len(found) == len(WEIGHTS)
    assert 1 <= sum(sent) <= 4


def test_a_scenario_that_kills_every_worker_is_a_row(scheduler: str, tmp_path: Path) -> None:
    """The cluster gives a task up after a few deaths; so do we, and the others are solved."""
    case, scenarios = Case(schools_of(*SCHOOLS), policy_of()), settings_of_all(WEIGHTS[:6])

    class Deadly(Given):
        def submit(self, job: workers.Job, *, whole: bool) -> Any:
            if job.settings == scenarios[3]:
                return self.executor.submit(eval, DEATH)
            return super().submit(job, whole=whole)

    with cluster(scheduler) as (executor, at_once):
        found = swept(case, scenarios, lambda shipment: Deadly(executor, shipment, at_once))
    assert [row.status for row in found.rows] == ["optimal"] * 3 + ["failed"] + ["optimal"] * 2
    assert "KilledWorker" in found.rows[3].message


def test_the_command_line_uses_a_cluster(
    scheduler: str, tmp_path: Path, whole: dict[str, bytes]
) -> None:
    schools = save(tmp_path / "schools.geojson", *SCHOOLS)
    grid = tmp_path / "grid.toml"
    grid.write_text(f'[grid]\n"terms.journey.weight" = {list(range(1, 41))}', encoding="utf-8")
    words = ("sweep", schools, "--grid", grid, "-o", tmp_path / "out", "--cluster", scheduler)
    ran = child(*words)
    assert ran.returncode == 0, ran.stderr
    assert b"40 scenarios: 40 optimal." in ran.stdout
    assert {p.name for p in (tmp_path / "out").glob("*.csv")} == {*whole, "seconds.csv"}
    ran = child(*words, "--workers", 2)
    assert (ran.returncode, b"--workers is for processes of this machine" in ran.stderr) == (
        2,
        True,
    )


def test_where_no_scheduler_answers_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    monkeypatch.setattr(workers, "SECONDS_TO_CONNECT", 1)
    with socket.socket() as held:  # bound, and never listening
        held.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(UsageRefused, match="no scheduler answers there"), cluster(address):
            pass
    with pytest.raises(UsageRefused, match="no scheduler answers there"), cluster("nowhere"):
        pass


def test_without_the_library_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageRefused, match=r"grouping\[cluster\]"), cluster("tcp://127.0.0.1:1"):
        pass

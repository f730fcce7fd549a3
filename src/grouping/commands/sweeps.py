"""The command about many scenarios: sweep."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grouping.commands.inputs import (
    Cache,
    JourneysFrom,
    PolicyName,
    SchoolsFile,
    inputs_of,
    notes,
    plain,
    read_besides,
    say,
    travel_of,
)
from grouping.errors import GroupingError, UsageRefused

if TYPE_CHECKING:
    from grouping.files.policies import PolicySource
    from grouping.files.sweeps import CrewOf
    from grouping.files.travel import Travel
    from grouping.questions.scenarios import Settings
    from grouping.questions.sweep import Sweep
    from grouping.world.schools import Schools

INTERRUPTED, NOT_ALL = 130, 70
FEW, TENTHS = 3, 10


def sweep(
    schools: SchoolsFile,
    grid: Annotated[Path, typer.Option(help="TOML: [grid] lists of values, [[scenario]] tables")],
    output: Annotated[Path, typer.Option("-o", "--output", help="folder for rows and tables")],
    policy: PolicyName = "norfolk-2012",
    journeys: JourneysFrom = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="policy key, for every scenario")
    ] = None,
    time_limit: Annotated[
        float | None, typer.Option(min=0, help="seconds of search for each scenario")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=61, help="processes; as many as cores if not given")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="scheduler of a dask cluster, as tcp://10.0.0.5:8786")
    ] = None,
    cache: Cache = True,
) -> None:
    """Solve many scenarios; run again, it goes on where it stopped."""
    from grouping.files.grids import read_grid
    from grouping.files.sweeps import settings_of_all, swept
    from grouping.questions.case import Case

    read = read_grid(grid)
    found, source, hashes = inputs_of(schools, policy, set_ or [])
    scenarios = settings_of_all(read.scenarios)
    travel = _travel(journeys, found, source, scenarios, cache) if journeys else None
    if travel:
        hashes["journeys"] = {"file": travel.file, "sha256": travel.sha256}
    hashes["grid"] = {"file": read.source, "sha256": read.sha256}
    if twice := len(scenarios) - len(set(scenarios)):
        notes([f"scenarios that stand twice, and are solved once: {twice:,}"])
    count = _Count()
    try:
        with _crew(cluster, workers) as crew_of, _watched(count) as watch:
            made = swept(
                Case(found, source.policy, travel.journeys if travel else None),
                scenarios,
                crew_of,
                out=output,
                time_limit=time_limit,
                watch=watch,
                beside=grid.parent,
                about={"inputs": hashes, **({"journeys": travel.about} if travel else {})},
                inputs=[grid, *read_besides(schools, policy, journeys, source)],
            )
    except KeyboardInterrupt:
        say(f"Stopped: {count.said} rows are kept in {output}.")
        say("To go on where it stopped, give the same command again.")
        raise typer.Exit(INTERRUPTED) from None
    except GroupingError:
        if count.ready:
            say(f"{count.said} rows are kept in {output}.")
        raise
    _show(made, count, output)
    if travel and "attribution" in travel.about:
        typer.echo("Map data (c) OpenStreetMap contributors, ODbL.")
    if _failed(made):
        raise typer.Exit(NOT_ALL)


@dataclass
class _Count:
    """How far a sweep is: rows there at the start, rows there now, and of how many."""

    kept: int = 0
    ready: int = 0
    of: int = 0

    @property
    def said(self) -> str:
        """Say it as in 3 of 15."""
        return f"{self.ready:,} of {self.of:,}" if self.of else "no"


@contextmanager
def _crew(address: str | None, workers: int | None) -> Iterator[CrewOf]:
    """Say who does the work: processes of this machine, or a cluster."""
    from grouping.files.workers import Given, OwnProcesses, cluster

    if address is None:
        yield lambda shipment: OwnProcesses(shipment, workers)
        return
    if workers is not None:
        what = "--workers is for processes of this machine, and goes without --cluster"
        raise UsageRefused(what)
    with cluster(address) as (executor, at_once):
        yield lambda shipment: Given(executor, shipment, at_once)


@contextmanager
def _watched(count: _Count) -> Iterator[Callable[[int, int], None]]:
    """Show how far it is: a bar where somebody is looking, else a line for each tenth."""
    if not sys.stderr.isatty():
        yield _by_tenths(count)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    with Progress(
        "scenarios", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    ) as bar:
        task = bar.add_task("scenarios", total=None)

        def watch(ready: int, of: int) -> None:
            _noted(count, ready, of)
            bar.update(task, completed=ready, total=of)

        yield watch


def _by_tenths(count: _Count) -> Callable[[int, int], None]:
    def watch(ready: int, of: int) -> None:
        before = count.ready
        _noted(count, ready, of)
        if of and TENTHS * ready // of > TENTHS * before // of:
            say(f"{ready:,} of {of:,} scenarios")

    return watch


def _noted(count: _Count, ready: int, of: int) -> None:
    if not count.of:
        count.kept = ready
    count.ready, count.of = ready, of


def _travel(
    journeys: str, found: Schools, source: PolicySource, scenarios: Sequence[Settings], cache: bool
) -> Travel:
    """Take journeys that serve every scenario: between all open schools, as far as any may ask."""
    from grouping.files.sweeps import policies_of

    schools = [school for school in found.rows if school.status == "Open"]
    policies = [source.policy, *policies_of(found, source.policy, scenarios)]
    return travel_of(journeys, found, schools, policies, cache)


def _failed(made: Sweep) -> bool:
    return any(row.status == "failed" for row in made.rows)


def _show(made: Sweep, count: _Count, output: Path) -> None:
    """Say what came of it, in a few sentences."""
    typer.echo(f"{made.said}.")
    if count.kept:
        typer.echo(f"{count.kept:,} of them were there before.")
    plans = sum(row.has_plan for row in made.rows)
    if plans:
        always = sum(pair.scenarios == plans for pair in made.pairs)
        half = sum(2 * pair.scenarios >= plans for pair in made.pairs)
        typer.echo(
            f"{len(made.pairs):,} pairs of schools are together in some plan, "
            f"{half:,} in half of the plans or more, {always:,} in all {plans:,}."
        )
    for message, number in Counter(row.message for row in made.rows if row.message).most_common(
        FEW
    ):
        typer.echo(f"{number:,} x {plain(message)}")
    if _failed(made):
        typer.echo("Give the same command again, and those that failed are tried again.")
    typer.echo("These are candidates for discussion: governing bodies decide.")
    typer.echo(f"Tables are in {plain(str(output))}")

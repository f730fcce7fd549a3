"""A sweep: scenarios solved by workers, kept on disk as they end, and its tables.

    sweep.json      what every row stands on
    rows.jsonl      one line a row, in the order they ended
    scenarios.csv   the rows in the order of the scenarios, the same bytes however often it stopped
    pairs.csv       how often two schools are together
    seconds.csv     what each row took, which no two runs share
    fields.csv      what the columns mean

The four tables are written when the last row is there. Run again, a sweep goes on where it was.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from grouping.answers.wording import STANDING
from grouping.errors import Fault, InputRefused, PolicyRefused
from grouping.files.barriers import read_barriers
from grouping.files.fields import SWEEP_FIELDS
from grouping.files.rows import RowLog
from grouping.files.shipped import money_of
from grouping.files.tables import read_edges
from grouping.files.workers import Given, Job, OwnProcesses, ready_policy
from grouping.files.writing import csv_bytes
from grouping.policy.words import Policy
from grouping.questions.case import Case
from grouping.questions.crew import Crew, Lost, each
from grouping.questions.scenarios import (
    FILES,
    Scenario,
    Settings,
    flat,
    named_files,
    settings_of,
    unknown_keys,
)
from grouping.questions.shipments import Shipment, packed, unpacked
from grouping.questions.sweep import FAILED, Row, Sweep
from grouping.world.schools import Schools

AT_ONCE = 64

CrewOf = Callable[[Shipment], AbstractContextManager[Crew[Job, Row]]]
Watch = Callable[[int, int], None]


def sweep(
    problem: Case,
    scenarios: Sequence[Scenario],
    *,
    out: str | Path | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    time_limit: float | None = None,
    at_once: int = AT_ONCE,
    watch: Watch = lambda ready, of: None,
) -> Sweep:
    """Propose a plan for each of many scenarios, and say which schools are together how often.

    A proved plan is the one `propose` gives under the same policy. In a script, call this below
    `if __name__ == "__main__":`, as the processes it starts import the script.

    Parameters
    ----------
    problem
        Schools, policy and journeys: `grouping.Case(schools, policy)`.
    scenarios
        Each a mapping of policy keys to values, as `--set` takes them, laid over the policy:
        `{"terms.journey.weight": 30, "take_part.existing": "free"}`. `roll_change` is short for
        `terms.leadership.roll_change` and may be text such as "-10%".
    out
        Folder to keep rows in as they end, and to write tables to. The same call again goes on
        where the last one stopped, and solves only what is not there.
    executor
        Any `concurrent.futures.Executor`; processes started for the while where None.
    workers
        How many processes, where there is no executor; as many as there are cores where None.
    time_limit
        Seconds of search for each scenario. What it cuts short may differ from run to run.
    at_once
        How many scenarios an executor is handed before any comes back; twice its workers or more.
    watch
        Called with how many rows are there, and of how many, as they end.

    Returns
    -------
    Sweep
        A row for each scenario, in their order. A scenario that has no plan, or is refused, is a
        row that says so.

    Raises
    ------
    PolicyRefused
        Where a scenario has a key no policy has, or the policy holds rules, terms or limits given
        as Python.
    InputRefused
        Where a file that a scenario names is missing or bad inside.
    OutputRefused
        Where `out` holds another sweep, or cannot be written; rows that are there stay.
    """

    def crew_of(shipment: Shipment) -> AbstractContextManager[Crew[Job, Row]]:
        if executor is None:
            return OwnProcesses(shipment, workers)
        return Given(executor, shipment, at_once)

    return swept(
        problem, settings_of_all(scenarios), crew_of, out=out, time_limit=time_limit, watch=watch
    )


def swept(
    case: Case,
    scenarios: Sequence[Settings],
    crew_of: CrewOf,
    *,
    out: str | Path | None = None,
    time_limit: float | None = None,
    watch: Watch = lambda ready, of: None,
    beside: Path = Path(),
    about: Mapping[str, Any] | None = None,
    inputs: Collection[Path] = (),
) -> Sweep:
    """Sweep as `sweep` does, by any crew.

    Parameters
    ----------
    case, out, time_limit, watch
        As there.
    scenarios
        As `settings_of` writes them.
    crew_of
        From a shipment to the workers that it is for.
    beside
        Folder that paths in scenarios start at.
    about
        More to be said in `sweep.json`.
    inputs
        Files that were read, none of which may be overwritten.
    """
    files, paths = _files(named_files(scenarios), beside, case)
    shipment = packed(case, files, time_limit)
    jobs = [Job(shipment.key_of(settings), settings) for settings in scenarios]
    about = {"standing": STANDING, **(about or {}), "policy": shipment.text}
    log: RowLog | None = None
    if out is not None:
        log = RowLog(out, shipment.parts, about, [*inputs, *paths])
    with log or nullcontext():
        rows = dict(log.rows) if log else {}
        told: list[int] = []

        def tell(ready: int, of: int) -> None:
            told[:] = [ready]
            watch(ready, of)

        try:
            _solve(jobs, rows, crew_of(shipment), log, tell)
        except BaseException:
            if log:
                log.look()
                keys = {job.key for job in jobs}
                there = len(keys & log.rows.keys())
                if told != [there]:  # an interrupt came between a row and its being told
                    watch(there, len(keys))
            raise
        result = Sweep(tuple(rows[job.key] for job in jobs))
        if log:
            log.finish(tables(result))
    return result


def _solve(
    jobs: Sequence[Job],
    rows: dict[str, Row],
    workers: AbstractContextManager[Crew[Job, Row]],
    log: RowLog | None,
    watch: Watch,
) -> None:
    """Solve what has no row yet, each scenario once, and those whose workers died again."""
    wanted = {job.key: job for job in jobs}
    left = [job for key, job in wanted.items() if key not in rows or rows[key].status == FAILED]
    kept = len(wanted) - len(left)
    watch(kept, len(wanted))
    if not left:
        return
    with workers as crew:
        ended = each(left, crew)
        for ready, (job, made) in enumerate(ended, start=kept + 1):
            row = _given_up(job, made) if isinstance(made, Lost) else made
            rows[job.key] = replace(row, federations=tuple(map(sys.intern, row.federations)))
            if log:
                log.append(rows[job.key])
            watch(ready, len(wanted))


def _given_up(job: Job, lost: Lost) -> Row:
    why = f"its worker died each time, perhaps for want of memory ({lost.why})"
    return Row(job.key, job.settings, FAILED, " ".join(why.split()))


def settings_of_all(scenarios: Sequence[Scenario]) -> list[Settings]:
    """Write scenarios the one way there is, with every fault of all of them told at once.

    Raises
    ------
    PolicyRefused
        With the number of the scenario, counted from 1.
    """
    faults: list[Fault] = []
    written: list[Settings] = []
    first: dict[str, int] = {}
    for k, scenario in enumerate(scenarios, start=1):
        for key, _ in flat(scenario):
            first.setdefault(key, k)
        try:
            written.append(settings_of(scenario))
        except PolicyRefused as refused:
            faults += [replace(f, place=f"scenario {k}, {f.place}") for f in refused.faults]
    for fault in unknown_keys(first, ready_policy):
        faults.append(replace(fault, place=f"scenario {first[fault.place]}, {fault.place}"))
    if faults:
        raise PolicyRefused(faults)
    return written


def policies_of(
    schools: Schools, policy: Policy, scenarios: Sequence[Settings]
) -> Iterator[Policy]:
    """Make the policies of scenarios, without the files they name; those refused are left out."""
    shipment = packed(Case(schools, policy), {}, None)
    ground = unpacked(shipment, ready_policy, money_of).ground
    for settings in dict.fromkeys(scenarios):
        unnamed = tuple((key, text) for key, text in settings if key not in FILES)
        with suppress(PolicyRefused):
            yield ground.under(unnamed)


def _files(
    named: Sequence[tuple[str, str]], beside: Path, case: Case
) -> tuple[dict[tuple[str, str], Any], list[Path]]:
    """Read the files that scenarios name, once each: what they hold, and their paths."""
    known = set(case.schools.urns.tolist())
    held: dict[tuple[str, str], Any] = {}
    faults: list[Fault] = []
    for key, name in named:
        path = beside / name
        try:
            if key == "neighbours.edges":
                held[key, name] = read_edges(path, known).pairs
            else:
                held[key, name] = read_barriers(path).segments
        except InputRefused as refused:
            faults += refused.faults
    if faults:
        raise InputRefused(faults)
    return held, [beside / name for _, name in named]


def tables(found: Sweep) -> dict[str, bytes]:
    """Make the tables of a sweep."""
    pairs = [(p.one, p.other, p.scenarios, p.share, STANDING) for p in found.pairs]
    given = [("scenarios.csv", key, "text", "", "policy key; empty: as the policy has it")
             for key in found.parameters]  # fmt: skip
    return {
        "scenarios.csv": csv_bytes(found.columns, ([*one.values()] for one in found.records())),
        "pairs.csv": csv_bytes(("from_urn", "to_urn", "scenarios", "share", "standing"), pairs),
        "seconds.csv": csv_bytes(("key", "seconds"), ((r.key, r.seconds) for r in found.rows)),
        "fields.csv": csv_bytes(
            ("file", "name", "type", "unit", "meaning"), [*SWEEP_FIELDS, *given]
        ),
    }

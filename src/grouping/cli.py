"""The command line. Heavy libraries are imported only by the command that needs them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grouping.errors import (
    Fault,
    GroupingError,
    InputRefused,
    NoPlanExists,
    StoppedEmpty,
    UsageRefused,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from grouping.answers.plan import Plan
    from grouping.files.policies import PolicySource
    from grouping.world.journeys import Journeys
    from grouping.world.schools import Schools

OUR_FAULT, INTERRUPTED = 70, 130

app = typer.Typer(
    add_completion=True,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Suggest how small rural primary schools could be grouped into federations, with proof.",
)
importing = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(importing, name="import", help="Make a schools.geojson from a register.")

SchoolsFile = Annotated[
    str, typer.Argument(metavar="SCHOOLS", help="schools.geojson, or a GIAS register CSV")
]

RollChange = Annotated[
    str | None, typer.Option("--roll-change", help="change of every roll, as -10%")
]


@app.command()
def propose(
    schools: SchoolsFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="folder for the plan's files")],
    policy: Annotated[str, typer.Option(help="ready policy, or a .toml file")] = "norfolk-2012",
    journeys: Annotated[
        str | None, typer.Option(help="CSV from_urn,to_urn,minutes (roads and servers: not yet)")
    ] = None,
    plans: Annotated[int, typer.Option(min=1, help="how many plans (more than one: not yet)")] = 1,
    time_limit: Annotated[float | None, typer.Option(min=0, help="seconds of search")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="workers of the solver")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="seed of the search")] = 0,
    candidates_at_most: Annotated[
        int, typer.Option(min=1, help="cap on candidate federations")
    ] = 10_000_000,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="policy key, as rules.ethos.policy=strict")
    ] = None,
    roll_change: RollChange = None,
    arrangements: Annotated[
        Path | None, typer.Option(help="arrangements-to-confirm.csv: warn where a plan splits one")
    ] = None,
) -> None:
    """Suggest the best plan under a policy and write it as JSON, GeoJSON and CSV."""
    _refuse_what_is_not_there(journeys, plans)
    found, source, hashes = _inputs(schools, policy, _with_rolls(policy, set_ or [], roll_change))
    unconfirmed = _arrangements(arrangements, hashes)
    travel, used = _journeys(journeys, found)
    if used:
        hashes["journeys"] = used
    from grouping.engine import propose as best_plan

    try:
        with _waiting():
            plan = best_plan(
                found,
                source.policy,
                travel,
                time_limit=time_limit,
                workers=workers,
                seed=seed,
                candidates_at_most=candidates_at_most,
            )
    except KeyboardInterrupt:
        _say("Stopped before any plan was in hand. Nothing was written.")
        raise typer.Exit(INTERRUPTED) from None
    if plan.status == "infeasible":
        raise NoPlanExists(_conflicts(plan))
    if plan.status == "unknown":
        raise StoppedEmpty("stopped before any plan was in hand: give it more time")
    if unconfirmed:
        from grouping.answers.arrangements import with_arrangements

        plan = with_arrangements(plan, unconfirmed)
    others = _read_besides(schools, policy, journeys, source)
    others += [arrangements] if arrangements else []
    _write(plan, output, schools, source, hashes, others)
    if plan.stopped:
        raise typer.Exit(INTERRUPTED)


@app.command()
def check(
    schools: SchoolsFile,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder of a plan")],
    journeys: Annotated[str | None, typer.Option(help="the journeys file of the plan")] = None,
) -> None:
    """Check a plan from outside: who takes part, every rule, measure, value and export."""
    from grouping import check as checker

    _refuse_what_is_not_there(journeys, 1)
    extra = ["--journeys", journeys] if journeys else []
    with _as_geojson(schools) as path:
        raise typer.Exit(checker.main([path, str(folder), *extra]))


@app.command()
def policies(
    name: Annotated[str | None, typer.Argument(help="print this one as TOML")] = None,
) -> None:
    """List the ready policies, or print one as TOML to copy and edit."""
    from grouping.errors import PolicyRefused
    from grouping.files.shipped import not_found, policy_names, policy_text

    if name is None:
        for each in policy_names():
            typer.echo(each)
        return
    if name not in policy_names():
        raise PolicyRefused(not_found(name))
    typer.echo(policy_text(name), nl=False)


@importing.command()
def gias(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="register or search export")],
    output: Annotated[Path, typer.Option("-o", "--output", help="schools.geojson to write")],
    links: Annotated[Path | None, typer.Option(help="group links: federations, trusts")] = None,
    cfr: Annotated[
        Path | None, typer.Option(help="CFR workbook as CSV, totals, or urn,income,expenditure")
    ] = None,
    cfr_year: Annotated[
        str | None, typer.Option(help="financial year of --cfr, as 2018 (the latest)")
    ] = None,
    rolls: Annotated[
        Path | None, typer.Option(help="school census by year group: R to Y6 replace rolls")
    ] = None,
    partnerships: Annotated[
        Path | None, typer.Option(help="CSV or XLSX urn,partnership[,head]")
    ] = None,
    forecast: Annotated[Path | None, typer.Option(help="CSV urn,year,roll, with --year")] = None,
    year: Annotated[int | None, typer.Option(help="year of --forecast to take rolls of")] = None,
    la: Annotated[str | None, typer.Option(help="only this local authority")] = None,
) -> None:
    """Import the register of schools as the DfE serves it, accounting for every row."""
    from grouping.files.arrangements import FILE
    from grouping.files.geojson import geojson_bytes
    from grouping.files.gias import read_gias
    from grouping.files.writing import write_whole

    collection, account = read_gias(
        file,
        links=links,
        cfr=cfr,
        cfr_year=cfr_year,
        rolls=rolls,
        forecast=forecast,
        year=year,
        partnerships=partnerships,
        la=la,
    )
    beside = f"{output.stem}-account.csv"
    files = {output.name: geojson_bytes(collection), beside: account.to_csv()}
    if account.arrangements is not None:
        files[FILE] = account.arrangements
    given = (file, links, cfr, rolls, forecast, partnerships)
    write_whole(output.parent, files, [p for p in given if p])
    total = len(account.entries)
    typer.echo(f"{total} of {total} rows accounted for: {account.imported} imported.")
    for reason, count in account.reasons.items():
        typer.echo(f"  {count} left out: {_plain(reason)}")
    for warning in account.warnings:
        typer.echo(f"Note: {_plain(warning)}", err=True)
    typer.echo(f"Each row's outcome is in {_plain(beside)}.")


@app.command()
def validate(
    schools: SchoolsFile,
    policy: Annotated[str, typer.Option(help="ready policy, or a .toml file")] = "norfolk-2012",
) -> None:
    """Say the state of the data: what is missing, what that switches off, who is near a line."""
    from grouping.answers.state import state
    from grouping.reports.state import show_state

    found, source, _ = _inputs(schools, policy, [])
    show_state(state(found, source.policy))


@app.command()
def budgets(
    schools: SchoolsFile,
    policy: Annotated[str, typer.Option(help="ready policy, or a .toml file")] = "norfolk-2012",
    roll_change: RollChange = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="budgets.csv to write")
    ] = None,
) -> None:
    """Show each school's budget today, with the lines that judge it and what they rest on."""
    from grouping.answers.budgets import budgets as budgets_of
    from grouping.files.budgets import budgets_csv
    from grouping.files.writing import write_one
    from grouping.reports.budgets import show_budgets

    change = _roll_change(roll_change or "0")
    found, source, _ = _inputs(schools, policy, [])
    table = budgets_of(found, source.policy, change)
    if output is not None:
        write_one(output, budgets_csv(table, change), [Path(schools), Path(policy)])
    show_budgets(table, roll_change or "", "" if output is None else str(output))


def _roll_change(written: str) -> Decimal:
    from grouping.world.cells import UnfitError, change

    try:
        return change(written)
    except UnfitError as unfit:
        raise UsageRefused(Fault(unfit.what, unfit.do, "--roll-change", value=written)) from None


def _with_rolls(policy: str, settings: list[str], roll_change: str | None) -> list[str]:
    """Add the setting that --roll-change is short for, where the policy weighs leadership."""
    if roll_change is None:
        return settings
    from grouping.files.policies import read_policy

    share = _roll_change(roll_change)
    if not any(term.name == "leadership" for term in read_policy(policy, settings).terms):
        what = "changes the rolls of the term leadership, which is off in this policy"
        raise UsageRefused(Fault(what, "Leave it out", "--roll-change"))
    return [*settings, f"terms.leadership.roll_change={share:f}"]


def _arrangements(
    path: Path | None, hashes: dict[str, dict[str, str]]
) -> Mapping[int, tuple[int, ...]]:
    """Read arrangements to confirm, noting their file among the inputs."""
    if path is None:
        return {}
    from grouping.files.arrangements import read_arrangements

    read = read_arrangements(path)
    hashes["arrangements"] = {"file": path.name, "sha256": read.sha256}
    return read.groups


def _refuse_what_is_not_there(journeys: str | None, plans: int) -> None:
    """Refuse options whose feature does not exist yet, saying so."""
    if plans > 1:
        raise UsageRefused("--plans: more than one plan does not exist yet; leave it at 1")
    if journeys and "://" in journeys:
        raise UsageRefused("--journeys URL: journeys from a server do not exist yet; give a CSV")
    if journeys and journeys.lower().endswith((".pbf", ".osm")):
        raise UsageRefused("--journeys FILE.osm.pbf: journeys by road do not exist yet; give a CSV")


def _is_register(schools: str) -> bool:
    return schools.lower().endswith(".csv")


@contextmanager
def _as_geojson(schools: str) -> Iterator[str]:
    """Give the schools as a GeoJSON file: the file itself, or a register's, made for the while."""
    if not _is_register(schools):
        yield schools
        return
    import tempfile

    from grouping.files.geojson import geojson_bytes
    from grouping.files.gias import read_gias

    with tempfile.TemporaryDirectory(prefix="grouping-") as room:
        converted = Path(room) / "schools.geojson"
        converted.write_bytes(geojson_bytes(read_gias(Path(schools))[0]))
        yield str(converted)


def _read_besides(
    schools: str, policy: str, journeys: str | None, source: PolicySource
) -> list[Path]:
    """List the files that were read, none of which may be overwritten."""
    from grouping.files.shipped import policy_names

    read = [Path(schools), *([Path(journeys)] if journeys else [])]
    if policy not in policy_names():
        read += [Path(policy), *(Path(policy).parent / name for name, _ in source.bases)]
    return read


def _inputs(
    schools: str, policy: str, settings: list[str]
) -> tuple[Schools, PolicySource, dict[str, dict[str, str]]]:
    """Read schools and policy; name and hash of every input."""
    from grouping.files.policies import open_policy

    if _is_register(schools):
        from grouping.files.gias import schools_from_gias

        found = schools_from_gias(Path(schools))
    else:
        from grouping.files.geojson import read_schools

        found = read_schools(schools)
    source = open_policy(policy, settings, known_urns=set(found.urns.tolist()))
    kind = "register" if _is_register(schools) else "schools"
    hashes = {
        kind: {"file": Path(schools).name, "sha256": found.sha256},
        "policy": {"file": source.name, "sha256": source.sha256},
    }
    if source.edges_path:
        hashes["edges"] = {"file": source.edges_path.name, "sha256": source.edges_sha256}
    if source.barriers_path:
        hashes["barriers"] = {"file": source.barriers_path.name, "sha256": source.barriers_sha256}
    for warning in source.warnings:
        typer.echo(f"Note: {_plain(warning)}", err=True)
    return found, source, hashes


def _journeys(journeys: str | None, found: Schools) -> tuple[Journeys | None, dict[str, str]]:
    if journeys is None:
        return None, {}
    from grouping.files.tables import read_journeys
    from grouping.world.journeys import from_pairs

    read = read_journeys(journeys, set(found.urns.tolist()))
    for warning in read.warnings:
        typer.echo(f"Note: {_plain(warning)}", err=True)
    return from_pairs(read.tenths, "file"), {"file": Path(journeys).name, "sha256": read.sha256}


def _write(
    plan: Plan,
    output: Path,
    schools: str,
    source: PolicySource,
    hashes: dict[str, dict[str, str]],
    others: list[Path],
) -> None:
    from rich.console import Console

    from grouping.files.exports import write_plan
    from grouping.reports.screen import show

    named = {"edges.csv": source.edges_path, "barriers.geojson": source.barriers_path}
    with _as_geojson(schools) as path:
        verdict = write_plan(
            plan,
            output,
            schools_path=path,
            sources={name: path for name, path in named.items() if path},
            hashes=hashes,
            others=others,
        )
    console = Console(highlight=False)
    show(plan, console)
    unchecked = f" EXCEPT {', '.join(verdict.unchecked)}" if verdict.unchecked else ""
    console.print(f"Independent check: VALID{unchecked}. Files are in {_plain(str(output))}")


def _conflicts(plan: Plan) -> str:
    """Say why no plan can exist: the asks that cannot all hold."""
    said = "; ".join(plan.conflicts) or "the rules leave nothing"
    return f"no plan can exist. These cannot all hold: {said}"


def _waiting() -> Any:
    """Show that work is going on, where somebody is looking."""
    from contextlib import nullcontext

    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status("Looking for the best plan", spinner="line")


def _plain(text: str, err: bool = False) -> str:
    """Make text printable on whatever the output is."""
    encoding = (sys.stderr if err else sys.stdout).encoding or "ascii"
    return text.encode(encoding, "replace").decode(encoding, "replace")


def _say(text: str) -> None:
    typer.echo(_plain(text, err=True), err=True)


def main() -> None:
    """Run the command line; every error of the family ends in its own exit code."""
    try:
        app(standalone_mode=True)
    except InputRefused as error:
        _say(error.report())
        _say("Nothing was written.")
        sys.exit(error.exit_code)
    except GroupingError as error:
        _say(error.report())
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _say("Stopped.")
        sys.exit(INTERRUPTED)
    except MemoryError:
        _say("out of memory: choose fewer authorities, or lower rules.schools.at_most")
        sys.exit(8)
    except Exception as error:  # noqa: BLE001  the last door: our fault, said so
        _say(f"our fault: {type(error).__name__}: {error}. Please report it with your inputs.")
        sys.exit(OUR_FAULT)

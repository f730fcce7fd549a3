"""The command line. Heavy libraries are imported only by the command that needs them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grouping.errors import (
    GroupingError,
    InputRefused,
    NoPlanExists,
    StoppedEmpty,
    UsageRefused,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grouping.answers.plan import Plan
    from grouping.files.policies import PolicySource
    from grouping.files.travel import Travel
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


@app.command()
def propose(
    schools: SchoolsFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="folder for the plan's files")],
    policy: Annotated[str, typer.Option(help="ready policy, or a .toml file")] = "norfolk-2012",
    journeys: Annotated[
        str | None,
        typer.Option(help="CSV from_urn,to_urn,minutes; a county's .osm.pbf; or an OSRM URL"),
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
    cache: Annotated[bool, typer.Option(help="keep and look up times by road")] = True,
) -> None:
    """Suggest the best plan under a policy and write it as JSON, GeoJSON and CSV."""
    _refuse_what_is_not_there(plans)
    found, source, hashes = _inputs(schools, policy, set_ or [])
    travel = _travel(journeys, found, source, cache) if journeys else None
    if travel:
        hashes["journeys"] = {"file": travel.file, "sha256": travel.sha256}
    from grouping.engine import propose as best_plan

    with _waiting():
        plan = best_plan(
            found,
            source.policy,
            travel.journeys if travel else None,
            time_limit=time_limit,
            workers=workers,
            seed=seed,
            candidates_at_most=candidates_at_most,
        )
    if plan.status == "infeasible":
        raise NoPlanExists(_conflicts(plan))
    if plan.status == "unknown":
        raise StoppedEmpty("stopped before any plan was in hand: give it more time")
    _write(plan, output, schools, source, hashes, travel)
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

    if journeys:
        _refuse_maps_in_check(journeys)
    extra = ["--journeys", journeys] if journeys else []
    if not _is_register(schools):
        raise typer.Exit(checker.main([schools, str(folder), *extra]))
    import tempfile

    from grouping.files.geojson import geojson_bytes
    from grouping.files.gias import read_gias

    with tempfile.TemporaryDirectory(prefix="grouping-") as room:
        converted = Path(room) / "schools.geojson"
        converted.write_bytes(geojson_bytes(read_gias(Path(schools))[0]))
        raise typer.Exit(checker.main([str(converted), str(folder), *extra]))


@app.command()
def journeys(
    schools: SchoolsFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="journeys.csv to write")],
    roads: Annotated[Path | None, typer.Option(help="a county's map, FILE.osm.pbf")] = None,
    server: Annotated[str | None, typer.Option(help="address of an OSRM server")] = None,
    at_most: Annotated[
        float | None, typer.Option(min=1, max=1440, help="minutes; longer journeys are left out")
    ] = None,
    cache: Annotated[bool, typer.Option(help="keep and look up times by road")] = True,
) -> None:
    """Work out minutes by road between every two open schools, as a table to open and edit."""
    from grouping.files import travel
    from grouping.files.writing import write_whole

    if (roads is None) == (server is None):
        raise UsageRefused("give either --roads FILE.osm.pbf or --server URL")
    if server is not None and at_most is not None:
        raise UsageRefused("--at-most goes with --roads: a server gives every journey")
    found = _schools(schools)
    rows = [s for s in found.rows if s.status == "Open"]
    with _waiting("Working out journeys by road"):
        if roads is not None:
            read = travel.by_road(roads, rows, at_most, cached=cache)
        else:
            read = travel.by_server(server or "", rows)
    files = travel.tables(read, output.name, {"file": found.source, "sha256": found.sha256})
    write_whole(output.parent, files, [Path(schools), *([roads] if roads else [])])
    _notes(read.warnings)
    for sentence in travel.sentences(read, len(rows)):
        typer.echo(_plain(sentence))
    typer.echo(f"Written: {', '.join(_plain(name) for name in files)}")


@app.command()
def barriers(
    file: Annotated[Path, typer.Argument(metavar="FILE.osm.pbf", help="a county's map")],
    output: Annotated[Path, typer.Option("-o", "--output", help="rivers.geojson to write")],
    reach: Annotated[
        float | None,
        typer.Option(min=0, max=50_000, help="metres taken out either side of a crossing"),
    ] = None,
) -> None:
    """Draw rivers, canals, tidal water and coast as barriers, with what bridges serve taken out."""
    from grouping.files.waters import barriers_of
    from grouping.files.writing import write_one

    with _waiting("Reading rivers and bridges"):
        made = barriers_of(file, reach)
    write_one(output, made.content, [file])
    typer.echo(
        f"{len(made.waters)} lines of water, {made.waters.metres / 1000:.1f} km, with "
        f"{made.reach:,.0f} m taken out either side of {len(made.waters.crossings)} crossings."
    )
    typer.echo("Map data (c) OpenStreetMap contributors, ODbL.")
    typer.echo(f"Written: {_plain(output.name)}")


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
    cfr: Annotated[Path | None, typer.Option(help="CSV urn,income,expenditure[,reserve]")] = None,
    partnerships: Annotated[Path | None, typer.Option(help="CSV urn,partnership[,head]")] = None,
    la: Annotated[str | None, typer.Option(help="only this local authority")] = None,
) -> None:
    """Import the register of schools as the DfE serves it, accounting for every row."""
    from grouping.files.geojson import geojson_bytes
    from grouping.files.gias import read_gias
    from grouping.files.writing import write_whole

    collection, account = read_gias(file, links=links, cfr=cfr, partnerships=partnerships, la=la)
    beside = f"{output.stem}-account.csv"
    files = {output.name: geojson_bytes(collection), beside: account.to_csv()}
    write_whole(output.parent, files, [p for p in (file, links, cfr, partnerships) if p])
    total = len(account.entries)
    typer.echo(f"{total} of {total} rows accounted for: {account.imported} imported.")
    for reason, count in account.reasons.items():
        typer.echo(f"  {count} left out: {_plain(reason)}")
    for warning in account.warnings:
        typer.echo(f"Note: {_plain(warning)}", err=True)
    typer.echo(f"Each row's outcome is in {_plain(beside)}.")


def _refuse_what_is_not_there(plans: int) -> None:
    """Refuse options whose feature does not exist yet, saying so."""
    if plans > 1:
        raise UsageRefused("--plans: more than one plan does not exist yet; leave it at 1")


def _refuse_maps_in_check(journeys: str) -> None:
    """A plan by road is checked against its own record of the minutes, not against the map."""
    from grouping.files.travel import is_map, is_server

    if is_map(journeys) or is_server(journeys):
        raise UsageRefused(
            "--journeys takes a CSV here: leave it out, and the journeys.csv of the plan is used"
        )


def _is_register(schools: str) -> bool:
    return schools.lower().endswith(".csv")


def _schools(schools: str) -> Schools:
    if _is_register(schools):
        from grouping.files.gias import schools_from_gias

        return schools_from_gias(Path(schools))
    from grouping.files.geojson import read_schools

    return read_schools(schools)


def _inputs(
    schools: str, policy: str, settings: list[str]
) -> tuple[Schools, PolicySource, dict[str, dict[str, str]]]:
    """Read schools and policy; name and hash of every input."""
    from grouping.files.policies import open_policy

    found = _schools(schools)
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
    _notes(source.warnings)
    return found, source, hashes


def _travel(journeys: str, found: Schools, source: PolicySource, cache: bool) -> Travel:
    """Take journeys from a table, a map or a server, by what is given."""
    from grouping.files import travel
    from grouping.policy.eligibility import take_part

    if travel.is_server(journeys) or travel.is_map(journeys):
        with _waiting("Working out journeys by road"):
            taking = take_part(found, source.policy).schools
            if travel.is_server(journeys):
                read = travel.by_server(journeys, taking)
            else:
                cap = travel.cap_for(source.policy)
                read = travel.by_road(journeys, taking, cap, cached=cache)
    else:
        read = travel.by_table(journeys, found.rows)
    _notes(read.warnings)
    return read


def _notes(warnings: Iterable[str]) -> None:
    for warning in warnings:
        typer.echo(f"Note: {_plain(warning)}", err=True)


def _write(
    plan: Plan,
    output: Path,
    schools: str,
    source: PolicySource,
    hashes: dict[str, dict[str, str]],
    travel: Travel | None,
) -> None:
    from rich.console import Console

    from grouping.files.exports import write_plan
    from grouping.reports.screen import show

    named = {"edges.csv": source.edges_path, "barriers.geojson": source.barriers_path}
    verdict = write_plan(
        plan,
        output,
        schools_path=None if _is_register(schools) else schools,
        sources={name: path for name, path in named.items() if path},
        hashes=hashes,
        travel=travel,
    )
    console = Console(highlight=False)
    show(plan, console)
    unchecked = f" EXCEPT {', '.join(verdict.unchecked)}" if verdict.unchecked else ""
    console.print(f"Independent check: VALID{unchecked}. Files are in {_plain(str(output))}")


def _conflicts(plan: Plan) -> str:
    """Say why no plan can exist: the asks that cannot all hold."""
    said = "; ".join(plan.conflicts) or "the rules leave nothing"
    return f"no plan can exist. These cannot all hold: {said}"


def _waiting(what: str = "Looking for the best plan") -> Any:
    """Show that work is going on, where somebody is looking."""
    from contextlib import nullcontext

    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(what, spinner="line")


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

"""Commands about the data: import, validate, budgets, journeys, barriers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grouping.commands.inputs import (
    Cache,
    PolicyName,
    RollChange,
    SchoolsFile,
    inputs_of,
    notes,
    plain,
    schools_of,
    share_of,
    waiting,
)
from grouping.errors import UsageRefused


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
        typer.echo(f"  {count} left out: {plain(reason)}")
    for warning in account.warnings:
        typer.echo(f"Note: {plain(warning)}", err=True)
    typer.echo(f"Each row's outcome is in {plain(beside)}.")


def validate(
    schools: SchoolsFile,
    policy: PolicyName = "norfolk-2012",
) -> None:
    """Say the state of the data: what is missing, what that switches off, who is near a line."""
    from grouping.answers.state import state
    from grouping.reports.state import show_state

    found, source, _ = inputs_of(schools, policy, [])
    show_state(state(found, source.policy))


def budgets(
    schools: SchoolsFile,
    policy: PolicyName = "norfolk-2012",
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

    change = share_of(roll_change or "0")
    found, source, _ = inputs_of(schools, policy, [])
    table = budgets_of(found, source.policy, change)
    if output is not None:
        write_one(output, budgets_csv(table, change), [Path(schools), Path(policy)])
    show_budgets(table, roll_change or "", "" if output is None else str(output))


def journeys(
    schools: SchoolsFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="journeys.csv to write")],
    roads: Annotated[Path | None, typer.Option(help="a county's map, FILE.osm.pbf")] = None,
    server: Annotated[str | None, typer.Option(help="address of an OSRM server")] = None,
    at_most: Annotated[
        float | None, typer.Option(min=1, max=1440, help="minutes; longer journeys are left out")
    ] = None,
    cache: Cache = True,
) -> None:
    """Work out minutes by road between every two open schools, as a table to open and edit."""
    from grouping.files import travel
    from grouping.files.writing import write_whole

    if (roads is None) == (server is None):
        raise UsageRefused("give either --roads FILE.osm.pbf or --server URL")
    if server is not None and at_most is not None:
        raise UsageRefused("--at-most goes with --roads: a server gives every journey")
    found = schools_of(schools)
    rows = [s for s in found.rows if s.status == "Open"]
    with waiting("Working out journeys by road"):
        if roads is not None:
            read = travel.by_road(roads, rows, at_most, cached=cache)
        else:
            read = travel.by_server(server or "", rows)
    files = travel.tables(read, output.name, {"file": found.source, "sha256": found.sha256})
    write_whole(output.parent, files, [Path(schools), *([roads] if roads else [])])
    notes(read.warnings)
    for sentence in travel.sentences(read, len(rows)):
        typer.echo(plain(sentence))
    typer.echo(f"Written: {', '.join(plain(name) for name in files)}")


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

    with waiting("Reading rivers and bridges"):
        made = barriers_of(file, reach)
    write_one(output, made.content, [file])
    typer.echo(
        f"{len(made.waters)} lines of water, {made.waters.metres / 1000:.1f} km, with "
        f"{made.reach:,.0f} m taken out either side of {len(made.waters.crossings)} crossings."
    )
    typer.echo("Map data (c) OpenStreetMap contributors, ODbL.")
    typer.echo(f"Written: {plain(output.name)}")

"""The command that writes a plan as a page for everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grouping.commands.answering import PlanFolder
from grouping.commands.inputs import plain, waiting


def report(
    folder: PlanFolder,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="write report.pdf too (pip install 'grouping[pdf]')")
    ] = False,
    boundary: Annotated[
        Path | None, typer.Option(help="GeoJSON of polygons to draw the map on")
    ] = None,
    roads: Annotated[
        Path | None, typer.Option(help=".osm.pbf whose main roads and places are drawn")
    ] = None,
) -> None:
    """Write a plan's report.html: map, table, every federation and school, policy, sources."""
    from grouping.files.reports import write_report

    with waiting("Writing the report"):
        page = write_report(folder, pdf=pdf, boundary=boundary, roads=roads)
    beside = ", and report.pdf beside it" if pdf else ""
    typer.echo(f"The report is {plain(str(page))}{beside}.")
    typer.echo("Everything in it is a candidate for discussion: governing bodies decide.")

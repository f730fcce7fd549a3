"""`grouping export`: what people hand on, from a plan's folder."""

from __future__ import annotations

from typing import Annotated

import typer

from grouping.commands.answering import AsJson, PlanFolder, give
from grouping.commands.inputs import notes, plain, waiting

Kind = Annotated[bool, typer.Option("--gpkg", help="proposals.gpkg, for QGIS")]
Sheets = Annotated[bool, typer.Option("--xlsx", help="proposals.xlsx, for spreadsheets")]
Packs = Annotated[bool, typer.Option("--packs", help="a consultation pack for each federation")]
PaperOf = Annotated[bool, typer.Option("--paper", help="committee-paper.md and .docx")]
Check = Annotated[
    bool, typer.Option("--check", help="write nothing: account for what a proposal must contain")
]


def export(
    folder: PlanFolder,
    gpkg: Kind = False,
    xlsx: Sheets = False,
    packs: Packs = False,
    paper: PaperOf = False,
    check: Check = False,
    as_json: AsJson = False,
) -> None:
    """Write a plan's GeoPackage, workbook, consultation packs and committee paper: all if none."""
    from grouping.files import handouts

    if check:
        give(handouts.account(folder), as_json=as_json)
        return
    asked = dict(zip(handouts.KINDS, (gpkg, xlsx, packs, paper), strict=True))
    kinds = [kind for kind, wanted in asked.items() if wanted] or list(handouts.KINDS)
    with waiting("Making the files"):
        made = handouts.export(folder, kinds)
    notes(made.notes)
    number = sum(name.startswith("packs/") and name.endswith(".html") for name in made.written)
    for name in made.written:
        if not name.startswith("packs/"):
            typer.echo(plain(f"Written: {made.folder / name}"))
    if handouts.PACKS in kinds:
        typer.echo(
            plain(f"Written: {made.folder / handouts.FOLDER}, packs of {number} federations")
        )
    typer.echo("These are candidates for discussion: governing bodies decide.")

"""The command that weighs criteria against each other: `front`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grouping.commands.answering import AsJson, Output, PlanFolder, give, solved_in
from grouping.commands.inputs import waiting


def front(
    folder: PlanFolder,
    of: Annotated[
        list[str],
        typer.Option("--of", help="what to weigh, two or three: covered, journey, cost, ..."),
    ],
    coverage: Annotated[
        str, typer.Option(help="held in every plan: best, free, or how many small schools")
    ] = "best",
    seconds: Annotated[
        float | None, typer.Option(min=0, help="seconds of search; what is proved by then is given")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="picture to write, PNG")] = None,
    csv: Annotated[Path | None, typer.Option(help="table of the trade-offs to write, CSV")] = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Find every plan that no other beats by two or three criteria."""
    from grouping.files.writing import csv_bytes, write_one
    from grouping.questions.front import front as front_of

    solved = solved_in(folder, workers=1)
    with waiting("Weighing plans against each other"):
        found = front_of(solved, *of, coverage=coverage, seconds=seconds)
    if plot is not None:
        from grouping.reports.front import picture

        write_one(plot, picture(found))
    if csv is not None:
        write_one(csv, csv_bytes(*found.table()))
    give(found, as_json=as_json, output=output)

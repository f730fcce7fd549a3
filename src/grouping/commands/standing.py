"""Commands about how firmly a plan stands: certainty, stable."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from grouping.commands.answering import AsJson, Output, PlanFolder, Workers, give, solved_in
from grouping.commands.inputs import Within, part_of, waiting


def certainty(
    folder: PlanFolder,
    within: Within = "1%",
    time_limit: Annotated[float | None, typer.Option(min=0, help="seconds of asking")] = None,
    workers: Workers = 2,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Say which schools are together in every plan near the best, and which only in some."""
    share = part_of(within, "--within")
    solved = solved_in(folder, workers)
    from grouping.questions.certainty import certainty as asked

    with _progress("Asking pair by pair") as heard:
        answer = asked(solved, within=share, seconds=time_limit, heard=heard)
    give(answer, as_json=as_json, output=output, inputs=(folder / "plan.json",))


def stable(folder: PlanFolder, as_json: AsJson = False, output: Output = None) -> None:
    """Say whether any schools would all be better off in another federation than in this plan."""
    from grouping.files.folders import open_folder
    from grouping.questions.stability import walking_away

    opened = open_folder(folder)
    with waiting("Reading the plan"):
        answer = walking_away(opened.solve(), opened.groups)
    give(answer, as_json=as_json, output=output, inputs=(folder / "plan.json",))


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how much of a long work is done, where somebody is looking."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=None)
        yield lambda done, of: shown.update(task, completed=done, total=of)

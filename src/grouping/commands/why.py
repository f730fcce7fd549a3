"""The command why: why a school is where the plan has it, and why two are together or apart."""

from __future__ import annotations

from typing import Annotated

import typer

from grouping.commands.answering import AsJson, Output, PlanFolder, give, solved_in

Urn = Annotated[int, typer.Argument(metavar="URN", help="URN of a school")]
Second = Annotated[
    int | None, typer.Argument(metavar="[URN]", help="URN of another: why together, why apart")
]
Homes = Annotated[
    int, typer.Option(min=0, max=50, help="how many next best homes, or easiest partners, to tell")
]


def why(
    folder: PlanFolder,
    urn: Urn,
    other: Second = None,
    homes: Homes = 3,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Say why a school is where the plan has it, or why two are together or apart."""
    from grouping.questions.why import why as answer_why

    answer = answer_why(solved_in(folder), urn, other, homes=homes)
    give(answer, as_json=as_json, output=output, inputs=(folder / "plan.json",))

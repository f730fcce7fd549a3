"""What commands that answer questions share: a plan's folder opened, an answer said or given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grouping.commands.inputs import inputs_of, notes, plain, read_besides, travel_of, waiting
from grouping.errors import NoPlanExists

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grouping.answers.wording import Answer
    from grouping.questions.case import Case
    from grouping.questions.solved import Solved
    from grouping.world.schools import School

PlanFolder = Annotated[
    Path, typer.Argument(metavar="DIR", help="folder of a plan, as grouping propose wrote it")
]
AsJson = Annotated[bool, typer.Option("--json", help="print the answer as JSON instead")]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", help="file to write the answer to as JSON")
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", help="policy key, as rules.ethos.policy=strict")
]
Workers = Annotated[int, typer.Option(min=1, max=64, help="workers of the solver")]


def asked(
    schools: str,
    policy: str,
    journeys: str | None,
    settings: list[str] | None,
    cache: bool,
    *,
    all_open: bool = False,
) -> tuple[Case, list[Path]]:
    """Read a case from the command line, and list the files that were read.

    `all_open`: journeys by road are wanted between all open schools, taking part or not.
    """
    from grouping.policy.eligibility import take_part
    from grouping.questions.case import Case

    found, source, _ = inputs_of(schools, policy, settings or [])
    travel = None
    if journeys:
        ends: Sequence[School] = take_part(found, source.policy).schools
        if all_open:
            ends = [school for school in found.rows if school.status == "Open"]
        travel = travel_of(journeys, found, ends, [source.policy], cache)
    case = Case(found, source.policy, travel.journeys if travel else None)
    return case, read_besides(schools, policy, journeys, source)


def solved_in(folder: Path, workers: int = 2) -> Solved:
    """Open a plan's folder and solve it again, saying where its plan is not the best.

    Raises
    ------
    NoPlanExists
        Where its policy leaves no plan.
    """
    from grouping.files.folders import open_folder

    opened = open_folder(folder)
    with waiting("Reading the plan"):
        solved = opened.solve(workers=workers)
    if solved.plan.status == "infeasible":
        raise NoPlanExists("no plan can exist under the policy in this folder: grouping conflicts")
    notes(opened.warnings(solved))
    return solved


def give(
    answer: Answer,
    *,
    as_json: bool = False,
    output: Path | None = None,
    inputs: tuple[Path, ...] = (),
    said: list[str] | None = None,
) -> None:
    """Say an answer in sentences, or print it as JSON; write it to a file too where asked.

    `said` are the sentences to say where not all of its own are.
    """
    text = json.dumps(answer.document(), ensure_ascii=False, indent=2, allow_nan=False)
    if output is not None:
        from grouping.files.writing import write_one

        write_one(output, (text + "\n").encode(), inputs)
    if as_json:
        typer.echo(json.dumps(answer.document(), indent=2, allow_nan=False))
        return
    for sentence in answer.sentences if said is None else said:
        typer.echo(plain(sentence))
    if output is not None:
        typer.echo(f"The figures are in {plain(str(output))}")

"""The command soundings: what was said of a plan, what honouring it costs, who was not asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grouping.commands.answering import AsJson, Output, PlanFolder, give, solved_in
from grouping.commands.inputs import notes, plain

if TYPE_CHECKING:
    from grouping.policy.sayings import Saying
    from grouping.questions.solved import Solved

SayingsFile = Annotated[
    Path,
    typer.Argument(metavar="SAYINGS.csv", help="CSV who,date,urn,other_urn,view,reason; no names"),
]
AsLocks = Annotated[
    bool, typer.Option("--as-locks", help="print the locks the sayings would be, as policy lines")
]
AsTerm = Annotated[
    float | None,
    typer.Option(min=0, metavar="WEIGHT", help="points for each step of a view: what plan then"),
]


def soundings(
    folder: PlanFolder,
    sayings: SayingsFile,
    as_locks: AsLocks = False,
    as_term: AsTerm = None,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Price what was said of a plan's schools; nothing is changed."""
    from grouping.files.sayings import read_sayings
    from grouping.questions.soundings import soundings as answer_soundings

    solved = solved_in(folder)
    read = read_sayings(sayings, set(solved.plan.survey.schools.urns.tolist()))
    notes(read.warnings)
    answer = answer_soundings(solved, read, weight=as_term)
    lines = _locks(solved, read.rows) if as_locks else ""
    give(answer, as_json=as_json, output=output, inputs=(sayings, folder / "plan.json"))
    if lines:
        typer.echo(plain(lines), err=as_json)


def _locks(solved: Solved, sayings: tuple[Saying, ...]) -> str:
    """Write the table of locks that the sayings would be, with those the policy has."""
    from grouping.policy.sayings import policy_with

    out = set(solved.plan.left_out)
    taking = [saying for saying in sayings if not out & {saying.urn, saying.other}]
    locks = policy_with(solved.policy, taking, as_locks=True).locks
    said = ["", "# Lay over the policy, where those who decide want it so:", "[locks]"]
    for key in ("together", "apart", "federations"):
        kept = [list(lock) for lock in dict.fromkeys(getattr(locks, key))]
        if kept:
            said.append(f"{key} = {kept}")
    return "\n".join(said)

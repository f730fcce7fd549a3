"""The command `conflicts`: why no plan can exist, and what would mend that."""

from __future__ import annotations

from typing import Annotated

import typer

from grouping.commands.answering import AsJson, Output, Settings, Workers, asked, give
from grouping.commands.inputs import Cache, JourneysFrom, PolicyName, SchoolsFile, waiting


def conflicts(
    schools: SchoolsFile,
    policy: PolicyName = "norfolk-2012",
    journeys: JourneysFrom = None,
    set_: Settings = None,
    most: Annotated[int, typer.Option(min=0, help="repairs solved to their best plan")] = 10,
    time_limit: Annotated[float, typer.Option(min=0, help="seconds of looking for conflicts")] = 60,
    workers: Workers = 2,
    as_json: AsJson = False,
    output: Output = None,
    cache: Cache = True,
) -> None:
    """Tell what of a policy cannot all hold, each conflict proved, and what would mend it."""
    from grouping.questions.conflicts import conflicts as found

    case, read = asked(schools, policy, journeys, set_, cache)
    with waiting("Looking for conflicts"):
        answer = found(case, most=most, time_limit=time_limit, workers=workers)
    give(answer, as_json=as_json, output=output, inputs=tuple(read))

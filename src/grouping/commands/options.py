"""The command `options`: what one school could do, side by side, before there is any plan."""

from __future__ import annotations

from typing import Annotated

import typer

from grouping.commands.answering import AsJson, Output, Settings, asked, give
from grouping.commands.inputs import Cache, JourneysFrom, PolicyName, SchoolsFile, waiting


def options(
    schools: SchoolsFile,
    urn: Annotated[int, typer.Argument(metavar="URN", help="the school")],
    policy: PolicyName = "norfolk-2012",
    journeys: JourneysFrom = None,
    set_: Settings = None,
    most: Annotated[int, typer.Option(min=0, help="larger federations of each form")] = 3,
    as_json: AsJson = False,
    output: Output = None,
    cache: Cache = True,
) -> None:
    """Put what one school could do side by side: nothing, each partner, a manager, a trust."""
    from grouping.answers.options import options as found

    case, read = asked(schools, policy, journeys, set_, cache, all_open=True)
    with waiting("Looking at the neighbours"):
        answer = found(case.schools, case.policy, urn, case.journeys, most=most)
    give(answer, as_json=as_json, output=output, inputs=tuple(read), said=answer.brief)
    if not as_json:
        from grouping.reports.options import show_options

        show_options(answer)

"""Commands about today and tomorrow: replan, compare, what-if, order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grouping.commands.answering import AsJson, Output, PlanFolder, Workers, give, solved_in
from grouping.commands.inputs import (
    Cache,
    JourneysFrom,
    PolicyName,
    SchoolsFile,
    inputs_of,
    read_besides,
    travel_of,
    waiting,
)
from grouping.errors import NoPlanExists, StoppedEmpty


def replan(
    schools: SchoolsFile,
    policy: PolicyName = "norfolk-2012",
    journeys: JourneysFrom = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="policy key, as take_part.existing=free")
    ] = None,
    at_most: Annotated[
        int | None, typer.Option(min=0, help="schools that may have other partners than today")
    ] = None,
    time_limit: Annotated[float | None, typer.Option(min=0, help="seconds of search")] = None,
    workers: Workers = 2,
    cache: Cache = True,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Show how good a plan can be with few schools changed from today, for every number of them."""
    from grouping.questions.case import Case
    from grouping.questions.replan import replan as replanned

    found, source, _ = inputs_of(schools, policy, set_ or [])
    travel = None
    if journeys:
        from grouping.policy.eligibility import take_part

        ends = take_part(found, source.policy).schools
        travel = travel_of(journeys, found, ends, [source.policy], cache)
    case = Case(found, source.policy, travel.journeys if travel else None)
    with waiting("Looking for plans with few schools changed"):
        answer = replanned(case.solve(workers=workers), at_most, seconds=time_limit)
    if answer.complete and answer.fewest is None:
        raise NoPlanExists("no plan can exist under this policy, however many schools change")
    if not answer.complete and not answer.points:
        raise StoppedEmpty("stopped before any plan was proved: give it more time")
    read = tuple(read_besides(schools, policy, journeys, source))
    give(answer, as_json=as_json, output=output, inputs=read)


def compare(
    folder_a: Annotated[Path, typer.Argument(metavar="DIR_A", help="folder of one plan")],
    folder_b: Annotated[Path, typer.Argument(metavar="DIR_B", help="folder of another")],
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Compare two plans by school, federation, term and pound; nothing is solved again."""
    from grouping.answers.compare import compare as compared
    from grouping.files.folders import told_in

    answer = compared(told_in(folder_a), told_in(folder_b))
    give(answer, as_json=as_json, output=output, inputs=(*_files(folder_a), *_files(folder_b)))


def what_if(
    folder: PlanFolder,
    leaves: Annotated[
        int | None, typer.Option(help="URN of a school that would leave every federation")
    ] = None,
    closes: Annotated[int | None, typer.Option(help="URN of a school that would close")] = None,
    converts: Annotated[
        int | None, typer.Option(help="URN of a school that would become an academy")
    ] = None,
    workers: Workers = 2,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Ask what if a school left, closed or became an academy: the rest kept, and the best anew."""
    from grouping.questions.what_if import refuse_but_one
    from grouping.questions.what_if import what_if as asked

    refuse_but_one(leaves, closes, converts)
    solved = solved_in(folder, workers)
    with waiting():
        answer = asked(solved, leaves=leaves, closes=closes, converts=converts)
    give(answer, as_json=as_json, output=output, inputs=_files(folder))


def order(
    folder: PlanFolder,
    a_year: Annotated[
        int | None, typer.Option("--a-year", min=1, help="consultations a year (3)")
    ] = None,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Suggest an order over years in which the federations of a plan could be taken up."""
    from grouping.answers.order import order as ordered
    from grouping.files.folders import open_folder

    answer = ordered(open_folder(folder).judged(), a_year=a_year)
    give(answer, as_json=as_json, output=output, inputs=_files(folder))


def _files(folder: Path) -> tuple[Path, ...]:
    """Files of a plan's folder that an answer stands on."""
    names = ("plan.json", "policy.toml", "schools.geojson", "journeys.csv")
    return tuple(folder / name for name in names)

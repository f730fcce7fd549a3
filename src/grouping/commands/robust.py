"""The command that holds a plan against other rolls: `robust`."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grouping.commands.answering import AsJson, Output, PlanFolder, give, solved_in
from grouping.commands.inputs import notes, share_of, waiting
from grouping.errors import Fault, UsageRefused

if TYPE_CHECKING:
    from grouping.questions.rolls import Scenario
    from grouping.world.county import County


def robust(
    folder: PlanFolder,
    rolls: Annotated[
        list[str] | None, typer.Option(help="change of every roll, as -10%; as often as needed")
    ] = None,
    forecast: Annotated[
        Path | None, typer.Option(help="CSV urn,year,roll: each year is a scenario")
    ] = None,
    scenarios: Annotated[
        int, typer.Option(min=0, max=100_000, help="how many random scenarios")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="seed of the random scenarios")] = 0,
    spread: Annotated[str, typer.Option(help="most that a roll changes in a random one")] = "10%",
    seconds: Annotated[
        float | None, typer.Option(min=0, help="seconds of search; the rest has its gap")
    ] = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Hold a plan against other rolls: what stays viable, the best on average and at worst."""
    from grouping.questions.robust import robust as robust_of
    from grouping.questions.rolls import changed, drawn

    shares = [(share_of(text, "--rolls"), text) for text in rolls or []]
    wide = Fraction(share_of(spread, "--spread"))
    if wide < 0:
        what, do = "is no spread", "Give a share above 0, as 10%"
        raise UsageRefused(Fault(what, do, place="--spread", value=spread))
    solved = solved_in(folder)
    county = solved.plan.county
    asked = [changed(county, Fraction(share), text.strip()) for share, text in shares]
    asked += _forecasts(county, forecast)
    if scenarios:
        from numpy import random as chance

        asked += drawn(county, scenarios, wide, chance.default_rng(seed))
    with waiting("Holding the plan against other rolls"):
        found = robust_of(solved, asked, seconds=seconds)
    inputs = () if forecast is None else (forecast,)
    give(found, as_json=as_json, output=output, inputs=inputs)


def _forecasts(county: County, path: Path | None) -> list[Scenario]:
    """Give a scenario for each year of a forecast, saying whom it does not know."""
    if path is None:
        return []
    from grouping.answers.wording import count
    from grouping.files.rolls import read_forecasts
    from grouping.questions.rolls import Scenario

    known = set(county.urns.tolist())
    found = []
    for year, rolls in read_forecasts(path).items():
        missing, strange = len(known - rolls.keys()), len(rolls.keys() - known)
        if missing:
            notes([f"{path.name}, {year}: no roll for {count(missing, 'school')} that take part"])
        if strange:
            notes([f"{path.name}, {year}: {count(strange, 'school')} of it take no part"])
        found.append(Scenario(f"forecast {year}", rolls))
    return found

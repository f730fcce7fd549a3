"""Commands about plans: propose, check, policies."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from grouping.commands.inputs import (
    Cache,
    Hashes,
    JourneysFrom,
    PolicyName,
    RollChange,
    SchoolsFile,
    Within,
    arrangements_of,
    as_geojson,
    inputs_of,
    part_of,
    plain,
    read_besides,
    say,
    travel_of,
    waiting,
    with_rolls,
)
from grouping.errors import Fault, NoPlanExists, StoppedEmpty, UsageRefused

if TYPE_CHECKING:
    from fractions import Fraction

    from grouping.answers.plan import Plan
    from grouping.files.policies import PolicySource
    from grouping.files.travel import Travel
    from grouping.questions.alternatives import Alternatives
    from grouping.questions.case import Case
    from grouping.world.schools import Schools

INTERRUPTED = 130


def propose(
    schools: SchoolsFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="folder for the plan's files")],
    policy: PolicyName = "norfolk-2012",
    journeys: JourneysFrom = None,
    plans: Annotated[
        int, typer.Option(min=1, max=100, help="how many plans, the best and others that differ")
    ] = 1,
    differ: Annotated[
        str, typer.Option(help="share of federations that each further plan has not in common")
    ] = "25%",
    within: Within = "1%",
    time_limit: Annotated[float | None, typer.Option(min=0, help="seconds of search")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="workers of the solver")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="seed of the search")] = 0,
    candidates_at_most: Annotated[
        int | None, typer.Option(min=1, help="cap on candidate federations")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="policy key, as rules.ethos.policy=strict")
    ] = None,
    roll_change: RollChange = None,
    arrangements: Annotated[
        Path | None, typer.Option(help="arrangements-to-confirm.csv: warn where a plan splits one")
    ] = None,
    cache: Cache = True,
) -> None:
    """Suggest the best plan under a policy and write it as JSON, GeoJSON and CSV."""
    shares = part_of(differ, "--differ", at_most=1), part_of(within, "--within")
    started = monotonic()
    settings = with_rolls(policy, set_ or [], roll_change)
    found, source, hashes = inputs_of(schools, policy, settings)
    unconfirmed = arrangements_of(arrangements, hashes)
    travel = None
    if plans > 1:
        _not_a_country(found, source)
    if journeys:
        from grouping.policy.eligibility import take_part

        ends = take_part(found, source.policy).schools
        travel = travel_of(journeys, found, ends, [source.policy], cache)
    if travel:
        hashes["journeys"] = {"file": travel.file, "sha256": travel.sha256}
    from grouping.engine import propose as best_plan
    from grouping.questions.case import Case

    try:
        with waiting():
            plan = best_plan(
                found,
                source.policy,
                travel.journeys if travel else None,
                time_limit=time_limit,
                workers=workers,
                seed=seed,
                candidates_at_most=candidates_at_most,
            )
    except KeyboardInterrupt:
        say("Stopped before any plan was in hand. Nothing was written.")
        raise typer.Exit(INTERRUPTED) from None
    if plan.status == "infeasible":
        raise NoPlanExists(_conflicts(plan))
    if plan.status == "unknown":
        raise StoppedEmpty("stopped before any plan was in hand: give it more time")
    case = Case(found, source.policy, travel.journeys if travel else None)
    left = None if time_limit is None else max(time_limit - (monotonic() - started), 0)
    answer, cut = _differing(case, plan, plans, shares, left)
    if unconfirmed:
        plan, answer = _with_arrangements(plan, answer, unconfirmed)
    others = read_besides(schools, policy, journeys, source)
    others += [arrangements] if arrangements else []
    with _to_the_end() as interrupts:
        _write(plan, output, schools, source, hashes, others, travel, answer)
    if cut or interrupts:
        raise typer.Exit(INTERRUPTED)


def _differing(
    case: Case, plan: Plan, plans: int, shares: tuple[Fraction, Fraction], seconds: float | None
) -> tuple[Alternatives | None, bool]:
    """Look for plans that differ from a proved one, and say whether the user stopped it all.

    None where one plan was asked for; and, said so, where the best is not proved.
    """
    if plans == 1:
        return None, plan.stopped
    if plan.status != "optimal":
        say("The best plan is not proved, so no plan beside it was looked for.")
        return None, plan.stopped
    from grouping.questions.alternatives import STOPPED, alternatives

    differ, within = shares
    try:
        with waiting("Looking for plans that differ"):
            solved = case.solve(workers=plan.workers, seed=plan.seed)
            answer = alternatives(
                solved, plans=plans, differ=differ, within=within, seconds=seconds
            )
    except KeyboardInterrupt:
        say("Stopped before any plan beside the best was found: the best is written.")
        return None, True
    return answer, answer.ended == STOPPED


def _with_arrangements(
    plan: Plan, answer: Alternatives | None, groups: Mapping[int, tuple[int, ...]]
) -> tuple[Plan, Alternatives | None]:
    """Warn where a plan splits an arrangement to be confirmed, each plan for itself."""
    from grouping.answers.arrangements import with_arrangements

    if answer:
        answer = answer.each(lambda one: with_arrangements(one, groups))
    return with_arrangements(plan, groups), answer


def _not_a_country(found: Schools, source: PolicySource) -> None:
    """Refuse what holds every candidate at once where there are too many schools for that."""
    from grouping.policy.eligibility import take_part
    from grouping.world.federations import WHOLE

    schools = len(take_part(found, source.policy).schools)
    if schools > WHOLE:
        what = (
            f"looks over every candidate at once, which is not done beyond {WHOLE:,} schools: "
            f"{schools:,} take part"
        )
        raise UsageRefused(Fault(what, "Name fewer in take_part.authorities", "--plans"))


def check(
    schools: SchoolsFile,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder of a plan")],
    journeys: Annotated[str | None, typer.Option(help="the journeys file of the plan")] = None,
) -> None:
    """Check a plan from outside: who takes part, every rule, measure, value and export."""
    from grouping import check as checker

    if journeys:
        _refuse_maps_in_check(journeys)
    extra = ["--journeys", journeys] if journeys else []
    with as_geojson(schools) as path:
        raise typer.Exit(checker.main([path, str(folder), *extra]))


def policies(
    name: Annotated[str | None, typer.Argument(help="print this one as TOML")] = None,
) -> None:
    """List the ready policies, or print one as TOML to copy and edit."""
    from grouping.errors import PolicyRefused
    from grouping.files.shipped import not_found, policy_names, policy_text

    if name is None:
        for each in policy_names():
            typer.echo(each)
        return
    if name not in policy_names():
        raise PolicyRefused(not_found(name))
    typer.echo(policy_text(name), nl=False)


def _refuse_maps_in_check(journeys: str) -> None:
    """A plan by road is checked against its own record of the minutes, not against the map."""
    from grouping.files.travel import is_map, is_server

    if is_map(journeys) or is_server(journeys):
        raise UsageRefused(
            "--journeys takes a CSV here: leave it out, and the journeys.csv of the plan is used"
        )


@contextmanager
def _to_the_end() -> Iterator[list[int]]:
    """Let an interrupt wait until the files of a plan in hand are written; a second does not."""
    interrupts: list[int] = []

    def note(number: int, _: object) -> None:
        interrupts.append(number)
        if len(interrupts) > 1:
            raise KeyboardInterrupt
        say("A plan is in hand: stopping once its files are written.")

    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, before)


def _write(
    plan: Plan,
    output: Path,
    schools: str,
    source: PolicySource,
    hashes: Hashes,
    others: list[Path],
    travel: Travel | None,
    answer: Alternatives | None,
) -> None:
    from rich.console import Console

    from grouping.files.differing import write_plans
    from grouping.files.exports import write_plan
    from grouping.reports.screen import plain as printable
    from grouping.reports.screen import show

    named = {"edges.csv": source.edges_path, "barriers.geojson": source.barriers_path}
    sources = {name: path for name, path in named.items() if path}
    with as_geojson(schools) as path:
        if answer:
            verdict = write_plans(
                answer, output, best=plan, schools_path=path, sources=sources, hashes=hashes,
                others=others, travel=travel,
            )[0]  # fmt: skip
        else:
            verdict = write_plan(
                plan, output, schools_path=path, sources=sources, hashes=hashes, others=others,
                travel=travel,
            )  # fmt: skip
    console = Console(highlight=False)
    show(plan, console)
    unchecked = f" EXCEPT {', '.join(verdict.unchecked)}" if verdict.unchecked else ""
    place = plain(str(output))
    if answer:
        console.print()
        for sentence in answer.sentences:
            console.print(printable(sentence, console))
        many = len(answer.plans)
        inside = "plan-2" if many == 2 else f"plan-2 to plan-{many}"
        place += "" if many == 1 else f", further plans in {inside} inside it"
    console.print(f"Independent check: VALID{unchecked}. Files are in {place}")


def _conflicts(plan: Plan) -> str:
    """Say why no plan can exist: asks that cannot all hold, and where to find all that do not."""
    said = "; ".join(plan.conflicts) or "the rules leave nothing"
    more = "grouping conflicts, asked the same, names every conflict and what would mend it"
    return f"no plan can exist. These cannot all hold under its rules: {said}. {more}"

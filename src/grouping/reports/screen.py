"""A plan on screen: the summary in sentences first, then the tables. Plain characters only.

What is printed must survive a cp1252 console and `> log.txt`: no box drawing beyond ASCII, no
colour where the output is not a terminal (rich sees to that).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from grouping.answers.summary import verdict

if TYPE_CHECKING:
    from rich.console import Console

    from grouping.answers.plan import Plan

WARNINGS_SHOWN = 10
SHOWN = 100  # federations in a table on screen: more than that nobody reads there


def show(plan: Plan, console: Console) -> None:
    """Say a plan: sentences, federations, consents, who stays alone and why, how good it is."""
    if plan.status != "optimal":
        console.print("UNFINISHED: stopped early, and a better plan may exist.")
    for sentence in plan.summary["sentences"]:
        console.print(plain(sentence, console))
    console.print()
    if len(plan):
        console.print(_federations(plan, console))
        console.print(
            "longest: minutes; points: what the plan minimises, less is better; balance: GBP a "
            "year to the nearest thousand, ~ where a member's accounts are not known."
        )
        if len(plan) > SHOWN:
            console.print(f"The first {SHOWN} of {len(plan)}: the rest are in federations.csv.")
        console.print()
        _consents(plan, console)
    _alone(plan, console)
    for warning in plan.survey.warnings[:WARNINGS_SHOWN]:
        console.print(f"Note: {plain(warning, console)}")
    if len(plan.survey.warnings) > WARNINGS_SHOWN:
        console.print(f"Note: and {len(plan.survey.warnings) - WARNINGS_SHOWN} more, in plan.json")
    for stage in plan.stages:
        unit = stage.unit.removesuffix("s") if stage.value == 1 else stage.unit
        console.print(f"{stage.name}: {stage.value:,} {unit}, {_bound(stage.bound)}")
    console.print(verdict(plan))
    if plan.attribution:
        console.print(f"Journeys by road: map data {plan.attribution.replace('©', '(c)')}, ODbL.")
    console.print("These are candidates for discussion: governing bodies decide.")


def _bound(bound: int | None) -> str:
    return "bound not known yet" if bound is None else f"bound {bound:,}"


def wide_console(least: int = 160) -> Console:
    """Open a console for tables that must keep their columns, however narrow the window is."""
    from rich.console import Console

    console = Console(highlight=False)
    console.width = max(console.width, least)
    return console


def plain(text: str, console: Console) -> str:
    """Escape markup, and replace what the console cannot write."""
    encoding = console.encoding or "ascii"
    return escape(text.encode(encoding, "replace").decode(encoding, "replace"))


def _federations(plan: Plan, console: Console) -> Table:
    table = Table(title="Candidate federations", box=None, title_justify="left", pad_edge=False)
    for name, justify in (
        ("id", "left"), ("schools", "left"), ("roll", "right"), ("longest", "right"),
        ("points", "right"), ("balance", "right"), ("today", "left"),
    ):  # fmt: skip
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]  # a Literal in rich
    for row, facts in enumerate(plan.proposals[:SHOWN]):
        schools = "\n".join(
            f"{plain(s.name, console)} ({s.roll})" for s in plan.federations.schools(row)
        )
        longest = facts["longest_journey"]
        table.add_row(
            facts["id"],
            schools,
            str(facts["roll"]),
            "none" if longest is None else f"{longest:.1f}",
            f"{facts['cost'] / 1000:.3f}",
            _balance(facts["budget"]),
            facts["existing"],
        )
    return table


def _balance(budget: dict[str, Any] | None) -> str:
    """Money to the nearest thousand: the model is good to a few per cent at best."""
    if budget is None:
        return "-"
    return f"{round(budget['balance'], -3):+,}{'' if budget['grade'] == 'actual' else '~'}"


def _consents(plan: Plan, console: Console) -> None:
    asked: dict[str, list[str]] = {}
    if len(plan) > SHOWN:
        console.print("Consents needed, beside the governing bodies, are in federations.csv.\n")
        return
    for facts in plan.proposals:
        for consent in facts["consents"]:
            schools = " ".join(map(str, consent["schools"]))
            asked.setdefault(consent["consent"], []).append(f"{facts['id']} ({schools})")
    if asked:
        console.print("Consents needed, beside the governing bodies, and for which schools:")
        for who, ids in sorted(asked.items()):
            console.print(f"  {plain(who, console)}: {', '.join(ids)}")
        console.print()


def _alone(plan: Plan, console: Console) -> None:
    names = {s.urn: s for s in plan.county.schools}
    small = [one for one in plan.alone if one["role"] in ("urgent", "small")]
    if small:
        console.print("Small schools that stay alone, and why:")
        for one in small:
            school = names[one["urn"]]
            console.print(
                f"  {plain(school.name, console)} ({school.urn}, {school.roll} pupils): "
                f"{plain(str(one['reason']), console)}"
            )
        console.print()

"""The options of one school as a table on screen: plain characters, words beside every figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from grouping.reports.screen import plain, wide_console

if TYPE_CHECKING:
    from grouping.answers.options import Options

COLUMNS = (
    "form",
    "with",
    "minutes",
    "balance",
    "head teaches",
    "heads",
    "bodies",
    "ethos",
    "points",
)
LEFT = ("form", "with")


def show_options(found: Options) -> None:
    """Put the options side by side: a row each, doing nothing first."""
    console = wide_console()
    table = Table(box=box.ASCII, title="Side by side", title_justify="left")
    for name in COLUMNS:
        table.add_column(name, justify="left" if name in LEFT else "right", overflow="fold")
    today = found.facts["today"]
    if today is not None:
        table.add_row("do nothing", "-", "-", *_money(today["shown"], today["grade"]), *"----")
    for one in found.facts["options"]:
        table.add_row(*(plain(cell, console) for cell in cells(one, found.school.urn)))
    console.print()
    console.print(table)
    console.print(
        "minutes: longest journey; balance: GBP a year to the nearest thousand, ~ where a member's"
        " accounts are not known; heads: displaced; bodies: governing bodies before, after."
    )


def cells(one: dict[str, Any], own: int) -> list[str]:
    """Give the cells of one option."""
    people, budget, far = one["people"], one["budget"], one["longest_journey"]
    displaced = people["heads_displaced"]
    return [
        one["form"],
        ", ".join(s["name"] for s in one["schools"] if s["urn"] != own),
        "none" if far is None else f"{far:.1f}",
        *(["-", "-"] if budget is None else _money(one["shown"], budget["grade"])),
        "?" if displaced is None else str(displaced),
        f"{people['governing_bodies_before']}, {people['governing_bodies_after']}",
        f"{one['ethos_penalty']:.2f}",
        f"{one['cost'] / 1000:.3f}",
    ]


def _money(shown: dict[str, float], grade: str) -> list[str]:
    """Give balance and teaching share, as far as the model is good."""
    return [f"{shown['balance']:+,}{'' if grade == 'actual' else '~'}", f"{shown['t_star']:.2f}"]

"""The table of budgets on screen: words beside every judgement, never a colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from rich import box
from rich.table import Table

from grouping.answers.budgets import AMBER, HIGH, OFFICIAL, RED, UNKNOWN, coverage
from grouping.files.budgets import LINES, hundreds
from grouping.reports.screen import plain, wide_console

if TYPE_CHECKING:
    from rich.console import Console

    from grouping.answers.budgets import Budget

NAME = 26  # letters of a school's name in the table
SHORT = {"roll loss": "roll -10%", "teaching": "head's week", "years": "years of reserve"}


def show_budgets(found: Sequence[Budget], roll_change: str = "", written: str = "") -> None:
    """Say the budgets: how far they go, then the table in order of URN, then where it lies."""
    console = wide_console()
    for sentence in coverage(found):
        console.print(plain(sentence, console))
    if roll_change:
        console.print(f"At a change of rolls of {plain(roll_change, console)}.")
    console.print()
    console.print(_table(found, console))
    console.print("Income and cost are modelled; balance = income - cost + residual (the return).")
    console.print("In a federation today, cost is the school's share and t* the federation's.")
    console.print("off.: sparsity by the official distance; est.: estimated.")
    console.print("Reds and ambers are for discussion: no school is ranked on money alone.")
    if written:
        console.print(f"The table is in {plain(written, console)}")


def _table(found: Sequence[Budget], console: Console) -> Table:
    table = Table(box=box.ASCII, title="Budgets, GBP a year", title_justify="left")
    for name in ("urn", "school", "roll", "income", "cost", "balance", "reserve", "t*", "sparsity"):
        table.add_column(name, justify=_side(name), no_wrap=True)
    table.add_column("grade", no_wrap=True)
    table.add_column("lines", min_width=30)
    for b in found:
        table.add_row(
            str(b.urn),
            plain(b.name[:NAME], console),
            str(b.roll),
            f"{hundreds(b.income):,}",
            f"{hundreds(b.cost):,}",
            f"{hundreds(b.balance):+,}",
            "unknown" if b.reserve is None else f"{hundreds(b.reserve):,}",
            f"{b.t_star:.2f}",
            _sparsity(b),
            b.grade,
            "; ".join(_judged(b)) or "all green",
        )
    return table


def _side(name: str) -> Literal["left", "right"]:
    return "left" if name in ("urn", "school") else "right"


def _sparsity(b: Budget) -> str:
    if not b.sparsity:
        return "0"
    return f"{hundreds(b.sparsity):,} " + ("off." if b.sparsity_source == OFFICIAL else "est.")


def _judged(b: Budget) -> list[str]:
    """Say the lines that are not green; a reserve that is not known is said in its column."""
    return [
        f"{b.lines[name].word}: {SHORT.get(name, name)}"
        for word in (RED, AMBER, HIGH)
        for name in LINES
        if b.lines[name].word == word
    ] + ["unknown: years of reserve"] * (b.lines["years"].word == UNKNOWN)

"""The package's own data: dated figures, the table of pairs and the ready policies."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from grouping.errors import Fault, PolicyRefused
from grouping.world.budgets import Money, money
from grouping.world.ethos import PairTable, pair_table
from grouping.world.register import nearest

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

MONEY = "money-"
TOML = ".toml"


def figures(name: str) -> dict[str, Any]:
    """Read `figures/<name>.toml`, decimals as written.

    Raises
    ------
    FileNotFoundError
        Where the package has no such figures.
    """
    if name not in _names("figures"):
        raise FileNotFoundError(f"no figures {name!r} in the package")
    text = _folder("figures").joinpath(name + TOML).read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)


def money_years() -> list[str]:
    """Name the years the package has parameters of the budget model for."""
    return [name.removeprefix(MONEY) for name in _names("figures") if name.startswith(MONEY)]


@cache
def money_of(year: str) -> Money:
    """Read the parameters of the budget model of a year such as "2025-26".

    Raises
    ------
    PolicyRefused
        Where there are none for that year, naming the years there are.
    """
    if year not in money_years():
        there = f"Years there are: {', '.join(money_years())}"
        raise PolicyRefused(Fault("is not a year with figures", there, value=year))
    return money(figures(MONEY + year))


@cache
def the_pair_table() -> PairTable:
    """Read the table of who may join whom by ethos."""
    return pair_table(figures("ethos"))


def policy_names() -> list[str]:
    """Name the ready policies, in alphabetical order."""
    return _names("policy")


def policy_text(name: str) -> str:
    """Return the text of a ready policy, comments and all.

    Raises
    ------
    PolicyRefused
        Where there is none of this name, with the nearest.
    """
    if name not in policy_names():
        raise PolicyRefused(not_found(name))
    return _folder("policy").joinpath(name + TOML).read_text(encoding="utf-8")


def not_found(name: str) -> Fault:
    """Say that there is no policy of this name, and which are near."""
    near = nearest(PurePath(name).name.removesuffix(TOML), policy_names())
    ready = f"Ready policies: {', '.join(policy_names())}; or give the path of a .toml file"
    do = f'Did you mean "{near}"? {ready}' if near else ready
    return Fault("policy not found", do, value=name)


def _folder(name: str) -> Traversable:
    return resources.files("grouping").joinpath(name)


def _names(folder: str) -> list[str]:
    files = (file.name for file in _folder(folder).iterdir())
    return sorted(name.removesuffix(TOML) for name in files if name.endswith(TOML))

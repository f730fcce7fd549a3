"""The README and docs: their commands, policies and Python are true of the code."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
import typer

import grouping
from grouping import cli, errors
from grouping.files.grids import read_grid
from grouping.files.shipped import figures, policy_text
from grouping.policy import limits, rules, terms

mpl.use("Agg")

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
RUN = ("README.md", "howto.md")  # pages whose Python runs from the root of the repository


def blocks(page: Path) -> list[tuple[str, str]]:
    """List the fenced blocks of a page: language and text."""
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return [(kind, re.sub(f"(?m)^{indent}", "", text)) for indent, kind, text in found]


def commands(page: Path) -> list[list[str]]:
    """List the `grouping` commands of a page's shell blocks, as words."""
    lines = [line for kind, text in blocks(page) if kind == "sh" for line in text.splitlines()]
    tails = [line.split("&&")[-1].split(">")[0].strip() for line in lines]
    return [shlex.split(tail)[1:] for tail in tails if re.match(r"(\.venv/bin/)?grouping ", tail)]


def parsed(words: list[str]) -> None:
    """Parse a command line as the program would, and run nothing."""
    command: Any = typer.main.get_command(cli.app)
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    command.make_context("grouping", words)


ALL_COMMANDS = [(page.name, words) for page in PAGES for words in commands(page)]


@pytest.mark.parametrize(
    ("page", "words"), ALL_COMMANDS, ids=[" ".join(w) for _, w in ALL_COMMANDS]
)
def test_every_command_is_one(page: str, words: list[str]) -> None:
    """Every command on a page has options and values that the command line takes."""
    parsed(words)


def test_a_wrong_command_would_be_seen() -> None:
    """An option that does not exist does not parse."""
    with pytest.raises(Exception, match="colour"):
        parsed(["propose", "a.geojson", "-o", "out", "--colour", "red"])


@pytest.mark.parametrize("name", RUN)
def test_the_python_of_a_page_runs(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The Python of a page runs from top to bottom, from the root of the repository."""
    monkeypatch.chdir(ROOT)
    page = next(page for page in PAGES if page.name == name)
    space: dict[str, Any] = {}
    for kind, text in blocks(page):
        if kind == "python":
            exec(text, space)
    assert space["plan"].status in ("optimal", "infeasible")
    assert capsys.readouterr().out


def test_the_tutorial_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tutorial's commands and Python run in order, and its figures by hand are the plan's."""
    monkeypatch.chdir(tmp_path)
    space: dict[str, Any] = {}
    for kind, text in blocks(ROOT / "docs" / "tutorial.md"):
        if kind == "python":
            exec(text, space)
        elif kind == "sh" and "data/" not in text:
            for line in text.splitlines():
                words = [sys.executable, "-m", "grouping", *shlex.split(line)[1:]]
                subprocess.run(words, check=True, capture_output=True)
    plan = space["plan"]
    assert plan.groups == ((900101, 900102, 900103),)
    assert plan.stages[-1].value == 19_600
    points = {
        name: term["points"] for name, term in plan.proposals[0]["terms"].items() if term["points"]
    }
    assert points == {"journey": 19_400, "ethos": 5_200, "vacancies": -5_000}
    for sets, cost in (
        ([(900101, 900102), (900103, 900104)], 23_900),
        ([(900101, 900103), (900102, 900104)], 30_700),
    ):
        policy = grouping.read_policy(
            "norfolk-2012", [f"locks.federations={[list(s) for s in sets]}"]
        )
        fixed = grouping.propose(space["schools"], policy)
        assert fixed.stages[-1].value == cost
    strict = (tmp_path / "strict" / "plan.json").read_text(encoding="utf-8")
    assert "900101-900103" in strict
    assert "900102-900104" in strict


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_policies_of_a_page_are_read(page: Path, tmp_path: Path) -> None:
    """Every policy shown is one that can be read, and every grid of scenarios too."""
    for kind, text in blocks(page):
        if kind == "toml":
            path = tmp_path / "shown.toml"
            path.write_text(text, encoding="utf-8")
            if "[grid]" in text:
                assert len(read_grid(path).scenarios) == 19
            else:
                assert grouping.read_policy(path).rules


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as the forges make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page leads to a file, and every anchor to a heading."""
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_reference_is_whole() -> None:
    """The reference names every command's option, exit code, policy key and public name."""
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    command: Any = typer.main.get_command(cli.app)
    subcommands = [*command.commands.values(), *command.commands["import"].commands.values()]
    options = {
        word for one in subcommands for p in one.params for word in p.opts if word.startswith("--")
    }
    for word in options - {"--help"}:
        assert f"`{word}" in page, word
    for room, module in (("rules", rules), ("terms", terms), ("limits", limits)):
        for name in set(module.__all__) - {"apart", "together"}:
            assert f"`{room}.{name}`" in page, name
    for table, keys in tomllib.loads(policy_text("norfolk-2012")).items():
        if isinstance(keys, dict) and table not in ("rules", "terms", "limits"):
            for key in keys:
                assert re.search(rf"`({table}\.)?{key}`", page), key
    codes = {one.exit_code for one in vars(errors).values() if hasattr(one, "exit_code")}
    for code in codes | {0, 130}:
        assert f"\n| {code} |" in page, code
    for name in grouping.__all__:
        assert re.search(rf"\b{name}\b", page), name


def test_the_money_page_has_the_figures_used() -> None:
    """Every sum of the dated parameters from 100 pounds stands on the page."""
    page = (ROOT / "docs" / "money.md").read_text(encoding="utf-8")
    found = figures("money-2025-26")
    sums = [v for part in found.values() if isinstance(part, dict) for v in part.values()]
    caps = [group["cap"] for group in found["staff"]["pay_groups"]]
    for value in [v for v in sums if isinstance(v, int) and v >= 100] + caps:
        assert re.search(rf"\b{value:,}\b", page), value


def test_the_same_test_command_everywhere() -> None:
    """What the build runs is the README's own test command, and its own main job."""
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    shell = [text for kind, text in blocks(ROOT / "README.md") if kind == "sh"]
    install_and_run, install_and_test = shell[0].strip(), shell[1].strip()
    assert f"\n{install_and_test}\n" in ci
    assert f"\n{install_and_run}\n" in ci

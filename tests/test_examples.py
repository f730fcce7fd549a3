"""The examples, run as a user would run them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples").glob("*.py"))


def said_by(path: Path, folder: Path) -> str:
    """Run an example from a folder of its own, in which it leaves nothing."""
    ran = subprocess.run(
        [sys.executable, str(path)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "candidates for discussion" in ran.stdout
    assert list(folder.iterdir()) == []
    return ran.stdout


def add_a_rule(said: str) -> None:
    """The rule it adds leaves fewer that break it."""
    line = next(line for line in said.splitlines() if "two thirds" in line)
    ready, own = (int(number.replace(",", "")) for number in line.split()[-2:])
    assert own < ready


def sweep_weights(said: str) -> None:
    """Every scenario is proved, and some pairs are together in all, others in one only."""
    assert said.count("optimal") == 6
    line = next(line for line in said.splitlines() if "in all 6 plans" in line)
    always, once = (int(words.split()[0]) for words in line.split(", "))
    assert always > 0
    assert once > 0


def ask_again(said: str) -> None:
    """Every question has an answer, and what takes something away costs something."""
    lines = [line for line in said.splitlines() if "points" in line]
    assert len(lines) == 6
    points = [float(line.split("alone, ")[1].split()[0].replace(",", "")) for line in lines]
    assert min(points[1:3]) >= points[0]


TRUE_OF = {
    "add_a_rule.py": add_a_rule,
    "ask_again.py": ask_again,
    "sweep_weights.py": sweep_weights,
}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_it_runs(path: Path, tmp_path: Path) -> None:
    """Each example ends well from any folder, and what it says is so."""
    TRUE_OF[path.name](said_by(path, tmp_path))

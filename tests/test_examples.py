"""The examples, run as a user would run them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples").glob("*.py"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_it_runs(path: Path, tmp_path: Path) -> None:
    """Each example ends well from any folder; the rule it adds leaves fewer that break it."""
    ran = subprocess.run(
        [sys.executable, str(path)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "candidates for discussion" in ran.stdout
    assert list(tmp_path.iterdir()) == []
    line = next(line for line in ran.stdout.splitlines() if "two thirds" in line)
    ready, own = (int(number.replace(",", "")) for number in line.split()[-2:])
    assert own < ready

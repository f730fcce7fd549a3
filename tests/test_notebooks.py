"""The notebooks as stored: no outputs, nothing run. `--nbmake` runs them with the other tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))


def test_there_is_a_first_notebook() -> None:
    """The notebook that the README names is there."""
    assert "01-first-plan.ipynb" in [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_it_is_stored_without_outputs(path: Path) -> None:
    """No output and no count is stored, so that a change of a notebook is a change of its text."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    stored = [cell for cell in cells if cell["cell_type"] == "code"]
    assert stored
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in stored)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_it_writes_into_a_temporary_folder_only(path: Path) -> None:
    """What a notebook writes is gone after it."""
    text = path.read_text(encoding="utf-8")
    assert ("write_plan" in text) <= ("TemporaryDirectory" in text)

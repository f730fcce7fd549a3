"""docs/morning.md is what the tool says: made again, it is the same page."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_the_morning_is_what_the_tool_says() -> None:
    spec = importlib.util.spec_from_file_location("make_morning", DOCS / "make_morning.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = script  # where its dataclasses look for their names
    try:
        spec.loader.exec_module(script)
    finally:
        del sys.modules[spec.name]
    again, stored = script.page(), (DOCS / "morning.md").read_text(encoding="utf-8")
    assert again == stored, "run: python docs/make_morning.py"
    assert stored.count("\n## ") >= 10
    assert "councillor objects" in stored

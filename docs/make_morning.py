"""Write docs/morning.md: a planner's morning on the model county, with the tool's own answers.

    python docs/make_morning.py

Every answer is what the command beside it prints, run afresh; only paths are shortened, and long
answers cut where that is said. A test runs this again and holds the page against it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE / "morning.md"
SCHOOLS = HERE.parent / "data" / "schools.geojson"
SAYINGS = """who,date,urn,other_urn,view,reason
councillor,2026-11-16,900001,900042,apart,"Cedworth's building needs a new roof, and we would pay for it"
governors,2026-11-17,900155,900331,together,"the two heads have shared training for years"
"""

HEAD = """# A planner's morning

One morning at a county council, told in ten questions and an objection. The county is the [model county](../data/README.md): Northmere and its schools do not exist. The questions are those that planners ask; every answer below is what the command above it prints, made by `python docs/make_morning.py` and held to that by a test. Nothing here is a decision: governing bodies decide, after consultation.
"""


@dataclass(frozen=True)
class Question:
    """A question with its hour, and the command that answers it; `lines` of it are shown."""

    hour: str
    asked: str
    words: tuple[str, ...]
    lines: int = 100
    after: str = ""
    before: str = ""


QUESTIONS = (
    Question(
        "9.00", "Where do we stand, and what could be suggested?",
        ("propose", "schools.geojson", "-o", "out", "--plans", "2"), 7,
        "The folder `out` has the plan as a page (`report.html`), as maps and as tables; `out/plan-2` has another that truly differs.",
    ),
    Question(
        "9.10", "The head of Cedworth is leaving in July. What are its governors' options?",
        ("options", "schools.geojson", "900042"), 9,
        "Every other refusal follows with its reason, then all options side by side in a table: form, partners, minutes, balance, the head's teaching, heads and governing bodies, ethos, points.",
    ),
    Question(
        "9.25", "Why Cedworth with Alding? And what else could Cedworth do?",
        ("why", "out", "900042", "--homes", "2"),
    ),
    Question(
        "9.35", "Why not Cedworth with Trunwick?",
        ("why", "out", "900042", "900341"),
    ),
    Question(
        "9.40", "Why not Aldstead with Beafield? Both are church schools.",
        ("why", "out", "900003", "900006"),
    ),
    Question(
        "9.50", "Otmere is left alone. What stands in the way, and what would it take?",
        ("why", "out", "900232"),
    ),
    Question(
        "10.00", "A councillor objects",
        ("soundings", "out", "sayings.csv"),
        before="The councillor for Alding writes: *\"The parents will not have it. Cedworth's building needs a new roof, and we would pay for it.\"* The planner types it as it was said, with its reason, beside what the governors of Little Whisingham said last week:",
        after="A saying changes nothing by itself. If the council decides to honour it, `--as-locks` prints the lines for the policy, and the price above is what the plan then costs.",
    ),
    Question(
        "10.20", "Show us another plan, not the same one with two schools swapped.",
        ("compare", "out", "out/plan-2"), 12,
    ),
    Question(
        "10.40", "We could not face changing a hundred schools. How much does the first handful buy?",
        ("replan", "schools.geojson", "--at-most", "8"), 12,
    ),
    Question(
        "11.00", "What if Cedworth closed after all?",
        ("what-if", "out", "--closes", "900042"),
    ),
    Question(
        "11.15", "Would anyone do better by walking away from this plan?",
        ("stable", "out"), 4,
    ),
)  # fmt: skip


def page() -> str:
    """Make the page."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="grouping-") as room:
        (Path(room) / "schools.geojson").write_bytes(SCHOOLS.read_bytes())
        (Path(room) / "sayings.csv").write_text(SAYINGS, encoding="utf-8")
        for question in QUESTIONS:
            yield f"## {question.hour}: {question.asked}\n"
            if question.before:
                yield f"{question.before}\n\n```csv\n{SAYINGS}```\n"
            said = _answer(question.words, room)
            yield f"```sh\ngrouping {' '.join(question.words)}\n```\n"
            yield "\n".join(f"> {line}  " for line in said[: question.lines]) + "\n"
            if len(said) > question.lines:
                yield "*(The answer goes on.)*\n"
            if question.after:
                yield f"{question.after}\n"


def _answer(words: tuple[str, ...], room: str) -> list[str]:
    """Run a command and give its lines; those of a table as they stand."""
    ran = subprocess.run(
        [sys.executable, "-m", "grouping", *words],
        cwd=room, capture_output=True, text=True, encoding="utf-8", check=False,
        env={**os.environ, "COLUMNS": "10000", "PYTHONUTF8": "1"},
    )  # fmt: skip
    if ran.returncode:
        raise SystemExit(f"grouping {' '.join(words)} ended in {ran.returncode}: {ran.stderr}")
    return [line.rstrip() for line in ran.stdout.splitlines() if line.strip()]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")

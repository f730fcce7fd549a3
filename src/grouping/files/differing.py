"""Several plans that differ, written: the best as ever, each other one a whole folder inside."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from grouping.answers.plan import Plan
from grouping.files.earlier import ALTERNATIVES, of_earlier_runs, plan_folder, take_away
from grouping.files.exports import plan_files
from grouping.files.reports import with_report
from grouping.files.trial import checked, read, with_schools
from grouping.files.writing import write_whole
from grouping.questions.alternatives import Alternatives

if TYPE_CHECKING:
    from grouping import check
    from grouping.files.travel import Travel


def write_plans(
    answer: Alternatives,
    folder: str | Path,
    *,
    best: Plan,
    schools_path: str | Path | None = None,
    sources: Mapping[str, Path] | None = None,
    hashes: Mapping[str, Mapping[str, str]] | None = None,
    others: Collection[str | Path] = (),
    travel: Travel | None = None,
) -> list[check.Verdict]:
    """Write plans that truly differ, all or none, once the checker agrees to each.

    The best goes into the folder as `write_plan` puts it there; the others into `plan-2`, `plan-3`
    and so on inside it, each a folder of a plan like any other; `alternatives.json` has the answer.
    Those of an earlier run that are no longer given are taken away.

    Parameters
    ----------
    answer
        The plans.
    folder
        Where to; made if missing.
    best
        The first of them, as it is to be written.
    schools_path, sources, hashes, others, travel
        As for `write_plan`.

    Returns
    -------
    list of Verdict
        What the independent checker found, plan by plan.

    Raises
    ------
    AnswerRefuted
        Where the checker refutes a plan; nothing is written.
    OutputRefused
        Where a file cannot be written; old files are whole.
    """
    plans = [best, *(one.plan for one in answer.plans[1:])]
    files: dict[str, bytes] = {}
    verdicts, folders = [], ["."]
    for place, plan in enumerate(plans, start=1):
        made = plan_files(plan, sources or {}, with_schools(hashes, schools_path), travel)
        verdicts.append(checked(made, schools_path))
        inside = "" if place == 1 else f"{plan_folder(place)}/"
        files |= {f"{inside}{name}": content for name, content in made.items()}
        folders += [plan_folder(place)] if inside else []
    document = answer.document()
    document["plans"] = [
        {"folder": name, **plan} for name, plan in zip(folders, document["plans"], strict=True)
    ]
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    files[ALTERNATIVES] = f"{text}\n".encode()
    files = with_report(folder, files)
    stale = [name for name in of_earlier_runs(Path(folder)) if name not in files]
    write_whole(folder, files, read(schools_path, sources, others))
    take_away(Path(folder), stale)
    return verdicts

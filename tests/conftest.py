"""A village of five schools worked by hand, and real data where it is at hand."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from command_line import Run, save
from grouping import cli
from grouping.world.schools import Row
from villages import policy_of, row, schools_of

if TYPE_CHECKING:
    from grouping.policy.words import Policy
    from grouping.world.schools import Schools

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def village() -> Schools:
    """Five schools on a road, 5 km apart, the last far off.

    Ash (40), Beech (90, Church of England, controlled), Cedar (60), Dale (120, Church of England,
    aided) and Elm (12) at 0, 5, 10, 15 and 40 km. By 2.6 minutes a straight mile and 2 for
    parking: 5 km is 10.1 minutes, 10 km 18.2, 15 km 26.2 and 25 km 42.4.
    """
    church = {"religious_character": "Church of England", "diocese": "Diocese of Norwich"}
    return schools_of(
        row(120001, 40, 0, name="Ash"),
        row(120002, 90, 5_000, name="Beech", type="Voluntary controlled school", **church),
        row(120003, 60, 10_000, name="Cedar"),
        row(120004, 120, 15_000, name="Dale", type="Voluntary aided school", **church),
        row(120005, 12, 40_000, name="Elm"),
    )


@pytest.fixture(scope="session")
def norfolk_2012() -> Policy:
    """Return the policy norfolk-2012 as shipped."""
    return policy_of()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the real Norfolk data is not beside this repository")
    return SHARED


@pytest.fixture(scope="session")
def norfolk(shared_data: Path) -> Schools:
    """Return the schools of Norfolk as the register had them in July 2022."""
    from grouping.files.gias import schools_from_gias

    return schools_from_gias(shared_data / "norfolk_gias_layout_reconstructed_2022-07.csv")


@pytest.fixture
def village_file(village: Schools, tmp_path: Path) -> str:
    """Write the village as a file of its own folder."""
    rows = [Row("", s.properties, (s.longitude, s.latitude)) for s in village.rows]
    (tmp_path / "in").mkdir()
    return save(tmp_path / "in" / "schools.geojson", *rows)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process: exit code, output, errors."""

    def go(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["grouping", *map(str, args)])
        with pytest.raises(SystemExit) as done:
            cli.main()
        said = capfd.readouterr()
        return int(done.value.code or 0), said.out, said.err

    return go

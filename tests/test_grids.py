"""Grids of scenarios: their order, and every fault at once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from grouping import InputRefused, PolicyRefused
from grouping.errors import CapReached
from grouping.files.grids import read_grid


def grid_of(text: str, folder: Path) -> Path:
    path = folder / "grid.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_combinations_come_in_the_order_of_the_file_and_single_ones_after(tmp_path: Path) -> None:
    text = """
    [grid]
    "terms.journey.weight" = [10, 2.50]
    roles.small_below = [100, 90, 80]

    [[scenario]]
    "rules.ethos.policy" = "strict"
    [[scenario]]
    terms.journey = {weight = 1, full = 30}
    """
    assert read_grid(grid_of(text, tmp_path)).scenarios == (
        *(
            {"terms.journey.weight": weight, "roles.small_below": small}
            for weight in (10, Decimal("2.50"))
            for small in (100, 90, 80)
        ),
        {"rules.ethos.policy": "strict"},
        {"terms.journey.weight": 1, "terms.journey.full": 30},
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("# nothing is asked", 1),
        ("[grid]", 1),
        ("[[scenario]]", 1),
        ("[[scenario]]\n[[scenario]]\nroll_change = 0", 2),
        ("[grid]\n[[scenario]]\nroll_change = 0", 2),
        ('[grid]\n"locks.together" = [[[120001, 120002]], []]', 2),
        ('[grid]\n"rules.ethos" = [true, false, {policy = "open"}]', 3),
    ],
)
def test_a_grid_that_asks_for_nothing_asks_for_the_policy_as_it_stands(
    text: str, count: int, tmp_path: Path
) -> None:
    found = read_grid(grid_of(text, tmp_path)).scenarios
    assert len(found) == count
    assert ({} in found) == (
        text != '[grid]\n"locks.together" = [[[120001, 120002]], []]' and "[true" not in text
    )


def test_every_fault_is_told_at_once_with_file_key_value_and_what_to_do(tmp_path: Path) -> None:
    text = """
    [grids]
    [grid]
    "terms.journey.weight" = 30
    "terms.ethos.weight" = []
    "terms.size.weight" = [1, 2, 1.0]
    "terms.jurney.weight" = [1]
    "roles.small_below" = [90, 1979-05-27]
    [[scenario]]
    roll_change = "down"
    """
    with pytest.raises(InputRefused) as refused:
        read_grid(grid_of(text, tmp_path))
    said = refused.value.report().splitlines()
    assert [line.partition(":")[0] for line in said] == [
        "grid.toml, grids",
        "grid.toml, grid, terms.journey.weight",
        "grid.toml, grid, terms.ethos.weight",
        "grid.toml, grid, terms.size.weight, item 3, value 1.0",
        'grid.toml, grid, roles.small_below, item 2, value "1979-05-27"',
        'grid.toml, scenario 1, roll_change, value "down"',
        "grid.toml, terms.jurney.weight",
    ]
    for line, words in zip(
        said,
        (
            '"grid"?',
            "[10, 20]",
            "leave it out",
            "Keep one",
            "cannot be written",
            "-10%",
            '"journey"?',
        ),
        strict=True,
    ):
        assert words in line


@pytest.mark.parametrize(
    "text", ["grid = 3", "[[grid]]\na = [1]", "scenario = 4", "[scenario]\na = 1", "[grid\n", "x"]
)
def test_what_is_no_grid_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"grid\.toml"):
        read_grid(grid_of(text, tmp_path))


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    text = '[grid]\nroles.small_below = [1]\n"roles.small_below" = [2]'
    with pytest.raises(InputRefused, match=r"roles\.small_below: stands twice"):
        read_grid(grid_of(text, tmp_path))


def test_an_unknown_key_alone_is_a_policy_refused_with_the_nearest(tmp_path: Path) -> None:
    text = '[grid]\n"rules.longest_jorney.at_most" = [20, 30]\n[[scenario]]\nform = 3\nfrom = 1'
    with pytest.raises(PolicyRefused) as refused:
        read_grid(grid_of(text, tmp_path))
    said = refused.value.report()
    assert "grid.toml, rules.longest_jorney.at_most: is not a known key" in said
    assert '"longest_journey"' in said
    assert "from" in said
    assert '"form"' in said


def test_a_grid_beyond_all_measure_is_capped(tmp_path: Path) -> None:
    text = "[grid]\n" + "\n".join(
        f'"terms.{term}.weight" = {list(range(200))}' for term in ("journey", "ethos", "size")
    )
    with pytest.raises(CapReached, match="8,000,000 scenarios"):
        read_grid(grid_of(text, tmp_path))


def test_a_grid_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="does not exist"):
        read_grid(tmp_path / "none.toml")

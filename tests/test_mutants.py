"""The checker refutes every kind of spoilt answer, and passes the sound ones."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

import answers
from mutants import MUTANTS

TIMES = 20
LOTS, EACH = 12, 90  # enough random questions for 500 sound answers
SEEDS = range(10_000, 10_400)


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Path]]:
    """Sound answers with at least one federation: schools file and folder of each."""
    found: list[tuple[Path, Path]] = []
    for seed in SEEDS:
        folder = tmp_path_factory.mktemp("answer") / "one"
        schools = answers.answer(seed, folder)
        if schools is not None and b'"key"' in (folder / "out" / "plan.json").read_bytes():
            found.append((schools, folder / "out"))
        if len(found) == 60:
            break
    assert len(found) == 60
    return found


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_spoilt_answer_is_refuted(
    name: str, sound: list[tuple[Path, Path]], tmp_path: Path
) -> None:
    """Twenty spoilt answers of this kind, every one refuted."""
    rng = random.Random(name)
    done = 0
    for tries in range(1000):
        schools, folder = sound[(tries * 7 + len(name)) % len(sound)]
        trial = tmp_path / str(tries)
        shutil.copytree(folder, trial)
        if MUTANTS[name](trial, rng):
            assert answers.verdict(schools, trial).faults, f"{name} passed: {folder}"
            done += 1
        shutil.rmtree(trial)
        if done == TIMES:
            return
    pytest.fail(f"only {done} answers could be spoilt so")


@pytest.mark.parametrize("lot", range(LOTS))
def test_sound_answers_pass(lot: int, tmp_path: Path) -> None:
    """No false alarm: the checker passes the engine's answers to random questions."""
    passed = 0
    for seed in range(20_000 + lot * EACH, 20_000 + (lot + 1) * EACH):
        folder = tmp_path / str(seed)
        schools = answers.answer(seed, folder)
        if schools is not None:
            assert not answers.verdict(schools, folder / "out").faults
            passed += 1
    assert passed >= 42

"""Ask engine and brute force the same random questions: `python benchmarks/fuzz_optimum.py 5000`.

Prints how they ended and the first seeds on which the two disagree (none is the only good answer).
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import random_cases


def main() -> int:
    """Ask so many questions from a first seed; 1 where any answer differs."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    ended: Counter[str] = Counter()
    wrong: list[int] = []
    start = time.perf_counter()
    for seed in range(first, first + count):
        try:
            ended[random_cases.compare(seed)] += 1
        except AssertionError:
            wrong.append(seed)
    print(f"{count} questions in {time.perf_counter() - start:.0f} s: {dict(ended)}")
    print(f"{len(wrong)} differ{': ' + ', '.join(map(str, wrong[:20])) if wrong else ''}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""The order of the house: what may import what, sizes, no disk or screen inside, public names."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import grouping
from grouping.files.shipped import policy_text
from grouping.policy import limits, rules, terms

SOURCE = Path(grouping.__file__).parent
ROOMS = sorted(SOURCE.rglob("*.py"))
INSIDE = ("errors", "world", "policy", "search", "answers", "engine", "questions")
EDGE = ("files", "reports", "commands", "cli", "__main__")
# A wing imports only wings above it; the checker stands apart, and only the edge may ask it.
ORDER = {wing: k for k, wing in enumerate(INSIDE)} | dict.fromkeys(EDGE, len(INSIDE))
NAMES = [path.relative_to(SOURCE).as_posix() for path in ROOMS]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def wing_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    """Give every module imported anywhere, inside functions and for types too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            yield node.module
            if node.module == "grouping" or node.module.count(".") == 1:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_wings(tree: ast.AST) -> set[str]:
    found = {name.split(".")[1] for name in imports(tree) if name.startswith("grouping.")}
    return found & ({*ORDER, "check"})


@pytest.mark.parametrize("path", ROOMS, ids=NAMES)
def test_a_wing_imports_only_wings_above_it(path: Path) -> None:
    wing, found = wing_of(path), own_wings(tree_of(path))
    if wing == "check":
        assert found == set()
    elif wing != "__init__":
        assert wing in ORDER, "a new wing has its place in the order"
        assert all(ORDER[other] <= ORDER[wing] for other in found - {"check"})
        assert "check" not in found or wing in EDGE
        if wing in EDGE[:2]:
            assert "cli" not in found


def test_the_checker_imports_the_standard_library_only() -> None:
    found = {name.split(".")[0] for name in imports(tree_of(SOURCE / "check.py"))}
    assert found <= set(sys.stdlib_module_names)


def test_the_checker_runs_without_any_library() -> None:
    """In isolated Python without site packages: nothing of ours but its own file is loaded."""
    code = (
        "import sys, runpy\n"
        f"sys.argv = ['check', 'no-such-file', 'no-such-folder']\n"
        "try:\n"
        f"    runpy.run_path({str(SOURCE / 'check.py')!r}, run_name='__main__')\n"
        "except SystemExit as done:\n"
        "    print(done.code, sorted(m for m in sys.modules if m.startswith('grouping')))\n"
    )
    found = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert found.stdout.split("\n")[-2] == "3 []"


@pytest.mark.parametrize("path", ROOMS, ids=NAMES)
def test_rooms_are_small(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= (1_500 if path.name == "check.py" else 399)


@pytest.mark.parametrize("path", ROOMS, ids=NAMES)
def test_rooms_are_named_for_what_they_hold(path: Path) -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "manager", "data", "misc", "base"}
    assert not {part.removesuffix(".py") for part in path.relative_to(SOURCE).parts} & vague


CALLS = {"open", "print", "input", "exec", "eval", "__import__"}
METHODS = {
    "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink", "rmdir", "touch",
    "glob", "rglob", "iterdir", "urlopen", "to_file", "to_csv", "savefig", "read_csv", "read_file",
}  # fmt: skip
MODULES = {
    "os", "shutil", "pathlib", "socket", "requests", "urllib", "http", "tempfile", "subprocess",
    "rich", "typer", "logging", "random", "glob", "sqlite3", "pickle", "importlib.resources",
}  # fmt: skip


@pytest.mark.parametrize(
    "path", [p for p in ROOMS if wing_of(p) in INSIDE], ids=lambda p: p.relative_to(SOURCE).name
)
def test_nothing_inside_touches_disk_screen_or_network(path: Path) -> None:
    """Nor chance: no module of files, screens, sockets or random numbers, and no such call."""
    tree = tree_of(path)
    assert not set(imports(tree)) & MODULES
    assert not {name.split(".")[0] for name in imports(tree)} & MODULES
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name):
                assert function.id not in CALLS, f"line {node.lineno}"
            if isinstance(function, ast.Attribute):
                assert function.attr not in METHODS, f"line {node.lineno}"


@pytest.mark.parametrize("path", ROOMS, ids=NAMES)
def test_there_are_no_globals_and_no_global_chance(path: Path) -> None:
    tree = tree_of(path)
    assert not any(isinstance(node, ast.Global) for node in ast.walk(tree))
    text = path.read_text(encoding="utf-8")
    assert "np.random" not in text
    assert "numpy.random" not in text


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Give public functions and classes, and the public methods of public classes."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        yield node
        if isinstance(node, ast.ClassDef):
            inner = (one for one in node.body if isinstance(one, ast.FunctionDef))
            yield from (one for one in inner if not one.name.startswith("_"))


@pytest.mark.parametrize("path", ROOMS, ids=NAMES)
def test_everything_public_says_what_it_is(path: Path) -> None:
    tree = tree_of(path)
    if path.stat().st_size:
        assert ast.get_docstring(tree), "the room"
    for node in public(tree):
        assert (ast.get_docstring(node) or "").strip(), node.name


PUBLIC = [
    "Case", "Federations", "GroupingError", "InputRefused", "Journeys", "Limit", "Plan", "Policy",
    "PolicyRefused", "Rule", "Schools", "Solved", "Sweep", "Term", "alternatives", "budgets",
    "certainty", "compare", "conflicts", "export", "federation", "from_graph", "from_matrix",
    "from_pairs", "front", "options", "order", "policy_with", "propose", "read_policy",
    "read_sayings", "read_schools", "replan", "robust", "soundings", "survey", "sweep",
    "walking_away", "what_if", "why", "write_plan", "write_report",
]  # fmt: skip


def test_the_public_names_are_these_and_each_is_there() -> None:
    assert sorted(grouping.__all__) == PUBLIC
    for name in PUBLIC:
        assert getattr(grouping, name).__doc__, name
    assert set(dir(grouping)) == {*PUBLIC, "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'propse'"):
        _ = grouping.propse


def test_the_names_for_type_checkers_are_the_names_found_at_run_time() -> None:
    tree = tree_of(SOURCE / "__init__.py")
    block = next(node for node in tree.body if isinstance(node, ast.If))
    stated = {
        alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert sorted(stated) == PUBLIC
    for name, module in stated.items():
        assert getattr(import_module(module), name) is getattr(grouping, name)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, grouping; print('numpy' in sys.modules, 'ortools' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "False False"


@pytest.mark.parametrize("room", [rules, terms, limits], ids=lambda room: room.__name__)
def test_every_shipped_function_is_in_the_reference_policy(room: object) -> None:
    """Rules, terms and limits are found by name from TOML; apart and together are locks."""
    name = room.__name__.rpartition(".")[2]
    written = set(tomllib.loads(policy_text("norfolk-2012"))[name])
    listed = set(room.__all__)
    assert listed - {"apart", "together"} == written
    assert sorted(room.__all__) == list(room.__all__)
    for one in listed:
        made = getattr(room, one)
        assert inspect.getdoc(made)
        bounds = [p for n, p in inspect.signature(made).parameters.items() if n.startswith("at_")]
        assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in bounds), one


def test_the_reference_policy_is_the_shared_one() -> None:
    """Where the problem statement stands beside this repository: the same values, key by key."""
    shared = Path(__file__).resolve().parents[2] / "shared" / "norfolk-2012.toml"
    if not shared.exists():
        pytest.skip("the problem statement is not beside this repository")
    stated = tomllib.loads(shared.read_text(encoding="utf-8"))
    assert tomllib.loads(policy_text("norfolk-2012")) == stated


def test_every_error_has_its_own_exit_code_and_the_tree_tells_it() -> None:
    errors = import_module("grouping.errors")
    family = grouping.GroupingError.__subclasses__()
    codes = [one.exit_code for one in family]
    assert sorted(codes) == [2, 3, 4, 5, 6, 7, 8, 9]
    assert grouping.GroupingError.exit_code == 70
    drawn = inspect.getdoc(errors) or ""
    for one in family:
        line = next(line for line in drawn.splitlines() if one.__name__ in line)
        assert f" {one.exit_code} " in line
